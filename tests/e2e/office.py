"""A clinic of one trial in the test's own process, for journeys at the desk.

The study, its sites and the staff are those of `support.clinic`, set up through the services and
not by commands, and its clock stands still until it is told to move: what took a fortnight to come
about is there at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sayso.domain.audit import Actor
from sayso.domain.walltime import local_date
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import accounts, enrolment, publishing, sites
from sayso.services.enrolment import NewParticipant
from sayso.store.engine import transaction
from support.clinic import PASSWORD, STUDY, noon_zone
from support.ward import Ward, open_ward

_COMMAND = Actor("command")


@dataclass(frozen=True)
class Office:
    """Where the clinic answers, and what happens in it without a screen."""

    ward: Ward
    zone: str
    sites: dict[str, int]

    @property
    def origin(self) -> str:
        return self.ward.origin

    def now(self) -> datetime:
        """The moment that its server reads."""
        return self.ward.clock.now()

    @property
    def today(self) -> date:
        """The local date at the clinic."""
        return local_date(self.now(), self.zone)

    @contextmanager
    def ago(self, days: int) -> Iterator[None]:
        """Do something so many days ago."""
        self.ward.clock.advance(timedelta(days=-days))
        try:
            yield
        finally:
            self.ward.clock.advance(timedelta(days=days))

    def days_ago(self, days: int) -> str:
        """A date as date fields take it."""
        return (self.today - timedelta(days=days)).isoformat()

    def invite(self, email: str, name: str, role: str, *places: str) -> None:
        """Somebody works here from now on and signs in with `PASSWORD`."""
        ward = self.ward
        with transaction(ward.engine) as connection:
            now = ward.clock.now()
            ids = [self.sites[code] for code in places]
            made = accounts.invite(connection, _COMMAND, email, role, ids, ward.keyring, now)
            accounts.accept(connection, _COMMAND, made.token, name, PASSWORD, ward.keyring, now)

    def publish(self, key: str, study: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """A study of another kind, with one site that is known as "S1" of it."""
        self.ward.publish(study, documents)
        with transaction(self.ward.engine, read_only=True) as connection:
            self.sites[f"{key}/S1"] = sites.find(connection, key, "S1").id

    def enrol(self, code: str, days: int, **more: Any) -> None:
        """Somebody who stopped therapy so many days ago, at the site that her code begins with."""
        ward = self.ward
        stopped = self.today - timedelta(days=days)
        usual = {"enrolled_on": stopped - timedelta(days=5), "reads_english": True}
        new = NewParticipant(
            code=code, site=code[0], arm="stop", zone=self.zone, preferred_language="en",
            how="asked", interpreter=False, anchors={"cessation": stopped}, **{**usual, **more},
        )  # fmt: skip
        with transaction(ward.engine) as connection:
            enrolment.enrol(
                connection, _COMMAND, STUDY, new, ward.keyring, ward.clock.now(), code_minutes=10
            )

    def phone_code(self, code: str) -> str:
        """A code for the phone of this participant; whatever phone she had is signed out."""
        return self.ward.replace_phone(code)


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Run the clinic in `folder` until the block ends; Ann coordinates its north site."""
    with open_ward(folder) as ward:
        zone = noon_zone()
        file = instruments_dir() / "studies" / f"{STUDY}.toml"
        with transaction(ward.engine) as connection:
            now = ward.clock.now()
            publishing.publish(
                connection, _COMMAND, file.read_text("utf-8"), file.name,
                finder(instruments_dir()), now,
            )  # fmt: skip
            ids = {
                code: sites.add(connection, _COMMAND, STUDY, code, f"{name} clinic", zone, now)
                for code, name in (("N", "North"), ("S", "South"))
            }
        office = Office(ward, zone, ids)
        office.invite("ann@clinic.example", "Ann Lee", "coordinator", "N")
        yield office
