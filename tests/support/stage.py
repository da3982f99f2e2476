"""A small study played through the services, at moments of the test's choosing.

Two independent sites and one satellite, and staff at each. People enrol, phones
answer and staff record facts exactly as through the API, only that each act says when it happens.
Days count from the day on which therapy was stopped.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from sayso.domain import offer
from sayso.domain.audit import Actor
from sayso.domain.questionnaire import Questionnaire
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import (
    access,
    enrolment,
    enrolment_codes,
    publishing,
    responses,
    sessions,
    sites,
)
from sayso.services.access import Participant, Reach
from sayso.services.devices import NewDevice, Phone
from sayso.services.enrolment import NewParticipant
from sayso.services.responses import Outcome, Submission
from sayso.services.sessions import ParticipantSession
from sayso.store.engine import transaction
from sayso.store.facts import StoredForm, forms_of
from sayso.store.sealed import Keyring
from sayso.store.tables import participant, staff, staff_site
from support.prepared import prepared

STUDY = "stop-her2"
NEW_YORK = "America/New_York"
OFFERS = "offer tokens"
SETUP = datetime(2024, 1, 1, tzinfo=UTC)
COMMAND = Actor("command")


@dataclass
class Stage:
    """The database with the study in it, and everybody by name."""

    engine: Engine
    keyring: Keyring = field(default_factory=lambda: Keyring(bytes(range(32))))
    phones: dict[str, str] = field(default_factory=dict)
    cessation: dict[str, date] = field(default_factory=dict)
    site_ids: dict[str, int] = field(default_factory=dict)
    staff_ids: dict[str, int] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator[Connection]:
        with transaction(self.engine) as connection:
            yield connection

    def set_up(self) -> Stage:
        """Publish the study and open the sites: S1 with its satellite S1W, and S2."""
        return self.prepare("set up", self._set_up)

    def prepare(self, name: str, build: Callable[[], object]) -> Stage:
        """Let `build` act on this stage; in the same process its rows are only copied later on.

        `name` names what it does, in an empty database.
        """

        def everybody() -> tuple[dict[str, Any], ...]:
            build()
            return self._everybody()

        key = (name, str(instruments_dir()), self.keyring.derived("stage"))
        known = prepared(self.engine, key, everybody)
        for mine, found in zip(self._everybody(), known, strict=True):
            mine.update(found)
        return self

    def _everybody(self) -> tuple[dict[str, Any], ...]:
        places = (self.site_ids, self.places)
        return self.phones, self.cessation, self.staff_ids, self.roles, *places

    def _set_up(self) -> None:
        file = instruments_dir() / "studies" / f"{STUDY}.toml"
        with self.open() as connection:
            text = file.read_text("utf-8")
            publishing.publish(
                connection, COMMAND, text, file.name, finder(instruments_dir()), SETUP
            )
            for code, parent in (("S1", None), ("S1W", "S1"), ("S2", None)):
                self.site_ids[code] = sites.add(
                    connection, COMMAND, STUDY, code, f"Site {code}", NEW_YORK, SETUP, parent
                )
        self.hire("bob", "coordinator", "S1", "S1W")
        self.hire("erin", "investigator", "S1")
        self.hire("dana", "coordinator", "S2")
        self.hire("max", "monitor", "S1")
        self.hire("ada", "administrator", "S1", "S1W", "S2")

    def hire(self, name: str, role: str, *places: str) -> None:
        """Give somebody an account with a role at these sites."""
        with self.open() as connection:
            staff_id = connection.execute(
                insert(staff)
                .values(
                    email_hash=name,
                    email_sealed=self.keyring.seal(f"{name}@example.org"),
                    name_sealed=self.keyring.seal(name.capitalize()),
                    role=role,
                    created_at=SETUP,
                )
                .returning(staff.c.id)
            ).scalar_one()
            for place in places:
                connection.execute(
                    insert(staff_site).values(
                        staff_id=staff_id, site_id=self.site_ids[place], granted_at=SETUP
                    )
                )
        self.staff_ids[name], self.roles[name], self.places[name] = staff_id, role, places

    def reach(self, connection: Connection, name: str = "ada") -> Reach:
        """What this member of staff may reach."""
        actor = Actor("staff", self.staff_ids[name], self.roles[name])
        ids = {self.site_ids[place] for place in self.places[name]}
        return access.reach(connection, actor, STUDY, ids)

    def hold(self, connection: Connection, code: str, name: str = "ada") -> Participant:
        """A participant about to be changed by this member of staff."""
        return access.hold(connection, self.reach(connection, name), code)

    def enrol(
        self,
        code: str,
        cessation: date,
        *,
        site: str = "S1",
        arm: str = "stop",
        reads: bool = True,
        enrolled: date | None = None,
        by: str = "ada",
        language: str = "en",
        email: str | None = None,
    ) -> str | None:
        """Enrol somebody, by default a fortnight before therapy stops; returns the phone's code."""
        day = enrolled or cessation - timedelta(days=14)
        new = NewParticipant(
            code, site, arm, day, NEW_YORK, language if reads else "es", reads, "asked", not reads,
            {"cessation": cessation} if arm == "stop" else {}, email,
        )  # fmt: skip
        self.cessation[code] = cessation if arm == "stop" else day
        moment = datetime.combine(day, time(16), UTC)
        with self.open() as connection:
            actor = self.reach(connection, by).actor
            made = enrolment.enrol(
                connection, actor, STUDY, new, self.keyring, moment, code_minutes=60
            )
            if made.code is None:
                return None
            self._take_phone(connection, code, made.code.code, moment)
            return made.code.code

    def _take_phone(self, connection: Connection, code: str, typed: str, moment: datetime) -> None:
        device = enrolment_codes.exchange(
            connection, Actor("anyone"), typed, self.keyring, moment, Phone(code, "Phone")
        )
        assert isinstance(device, NewDevice)
        self.phones[code] = device.token

    def new_phone(self, code: str, day: int) -> None:
        """Give a participant a phone later on."""
        moment = self.at(code, day)
        with self.open() as connection:
            person = self.hold(connection, code)
            made = enrolment_codes.new_code(
                connection, person.actor, person.id, self.keyring, moment, minutes=60
            )
            self._take_phone(connection, code, made.code, moment)

    def day(self, code: str, number: int) -> date:
        """The date that many days after this participant's therapy stopped."""
        return self.cessation[code] + timedelta(days=number)

    def at(self, code: str, number: int, hour: int = 16) -> datetime:
        """An instant on that day, noon or so in New York."""
        return datetime.combine(self.day(code, number), time(hour), UTC)

    def forms(self, code: str, timepoint: str = "W12") -> list[StoredForm]:
        """The stored forms of one timepoint, in order of the pack."""
        with self.open() as connection:
            found = forms_of(connection, participant.c.code == code)
        return [one for forms in found.values() for one in forms if timepoint in one.tags]

    def answer(
        self,
        code: str,
        day: int,
        *,
        timepoint: str = "W12",
        received: int | None = None,
        skew: timedelta = timedelta(),
        offered: int | None = None,
        mode: str = "own_device",
        blank: bool = False,
        only: str | None = None,
    ) -> list[Outcome]:
        """Answer every form of a timepoint on a day; it arrives that day, or on the day given.

        `offered` is the day on which the phone fetched the forms, `skew` how fast its clock is.
        """
        arrived = self.at(code, day if received is None else received, 17)
        outcomes = []
        for form in self.forms(code, timepoint):
            if only in (None, form.questionnaire):
                said = self.submission(
                    code, form, self.at(code, day) + skew, arrived + skew, mode, blank, offered
                )
                outcomes.append(self.send(code, said, arrived))
        return outcomes

    def send(self, code: str, said: Submission, arrived: datetime) -> Outcome:
        """Hand in what a phone sends."""
        with self.open() as connection:
            person = self.session(connection, code, arrived)
            key = self.keyring.derived(OFFERS)
            return responses.submit(connection, person.actor, person, said, key, arrived)

    def session(self, connection: Connection, code: str, moment: datetime) -> ParticipantSession:
        """The participant as signed in on her phone."""
        person = sessions.participant_of(connection, self.phones[code], moment)
        assert person is not None
        return person

    def submission(
        self,
        code: str,
        form: StoredForm,
        authored: datetime,
        sent: datetime,
        mode: str = "own_device",
        blank: bool = False,
        offered: int | None = None,
    ) -> Submission:
        """A form filled in with every first answer, or left blank."""
        answers = {} if blank else self.answers(form.questionnaire_sha256)
        token = None
        if offered is not None:
            moment = self.at(code, offered)
            given = offer.Offer(form.id, form.participant_id, moment, form.opens_at, form.closes_at)
            token = offer.make(self.keyring.derived(OFFERS), given)
        return Submission(
            str(uuid.uuid4()), form.id, form.questionnaire_sha256, answers, [], authored, NEW_YORK,
            sent, token, mode,
        )  # fmt: skip

    def answers(self, sha256: str) -> Mapping[str, Any]:
        """The first allowed answer to every choice and the lowest of every scale."""
        found: dict[str, Any] = {}
        for item in self.questionnaire(sha256).items_in_order():
            if item.type == "choice":
                found[item.id] = item.options[0].code
            elif item.type == "scale":
                found[item.id] = item.low
        return found

    def questionnaire(self, sha256: str) -> Questionnaire:
        with self.open() as connection:
            return publishing.questionnaire_by_hash(connection, sha256)

    @cached_property
    def pack(self) -> list[str]:
        """The instruments of the core pack, in order."""
        with self.open() as connection:
            study = publishing.current(connection, STUDY).study
        pack = study.pack("core")
        assert pack is not None
        return [slot.questionnaire for slot in pack.slots]

    def row_id(self, code: str) -> int:
        with self.open() as connection:
            return int(
                connection.execute(
                    select(participant.c.id).where(participant.c.code == code)
                ).scalar_one()
            )
