"""What happens to an invented person, act by act, through the services of real acts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from sayso.domain import offer
from sayso.domain.audit import Actor
from sayso.domain.errors import SaysoError
from sayso.services import (
    access,
    anchors,
    enrolment,
    enrolment_codes,
    events,
    exemptions,
    reasons,
    responses,
    sessions,
)
from sayso.services.access import Participant
from sayso.services.demo.answers import fill_in
from sayso.services.demo.cast import Person
from sayso.services.demo.follow_up import FollowUp, local
from sayso.services.demo.timeline import Timeline
from sayso.services.demo.world import World
from sayso.services.devices import NewDevice, Phone
from sayso.services.enrolment import NewParticipant
from sayso.services.responses import Submission
from sayso.services.sessions import ParticipantSession
from sayso.store.facts import StoredForm, forms_of_one

OFFERS = "offer tokens"
BUILD = "demo"
_NAMESPACE = uuid.UUID("6f1b0c56-5a56-4d5c-9a44-2f6f2f1f2a10")
_REASONS = (
    ("forgot_or_intended_later", 30),
    ("too_ill", 14),
    ("no_time", 12),
    ("refused_this_time", 12),
    ("could_not_reach", 10),
    ("staff_did_not_offer", 6),
    ("technical", 6),
    ("visit_missed", 5),
    ("too_distressed", 3),
    ("participant_unaware", 2),
)
_DOUBLES = frozenset({"answers_twice", "same_number_twice"})
_RECENT = timedelta(days=120)
_ENDING = ("death", "withdrawal_study", "withdrawal_pro")


@dataclass
class Life:
    """One invented person in the middle of their history."""

    world: World
    timeline: Timeline
    person: Person
    rng: Random
    row: Participant | None = None
    follow_up: FollowUp | None = None
    session: ParticipantSession | None = None
    known: set[str] = field(default_factory=set)  # timepoints that were thought about already
    stopped_on: date | None = None
    exempt_until: date | None = None
    last_seen: datetime | None = None
    first_phone: datetime | None = None

    # --- the beginning -----------------------------------------------------------------------

    def begin(self) -> None:
        """Put the enrolment, and everything that is fixed from the start, on the timeline."""
        person = self.person
        self.timeline.at(self.local(person.enrolled, 9, 15), self.enrol)
        for kind, day in person.fate.items():
            when = person.anchor + timedelta(days=day)
            # A restart is told after the progression that led to it.
            lag = self.rng.randint(10, 14) if kind.startswith("restart") else self.rng.randint(0, 9)
            self.timeline.at(
                self.local(when + timedelta(days=lag), 10, 16),
                lambda now, k=kind, w=when: self.event(k, w, now),  # type: ignore[misc]
            )
            if kind in _ENDING and (self.stopped_on is None or when < self.stopped_on):
                self.stopped_on = when
        self._plan_quirks()

    def _plan_quirks(self) -> None:
        today = self.timeline.end.date()
        enrolled = self.person.enrolled
        for quirk, day, act in (
            ("exempt_backdated", today - timedelta(days=9), self.exempt_late),
            ("exempt_backdated_approved", today - timedelta(days=60), self.exempt_late),
            ("exemption_ended", enrolled + timedelta(days=100), self.end_exemption),
            ("anchor_corrected", enrolled + timedelta(days=2), self.correct_anchor),
        ):
            if quirk in self.person.quirks:
                self.timeline.at(self.local(day, 9, 17), act)

    def enrol(self, now: datetime) -> None:
        """Staff enrol the person; the phone follows a few minutes later."""
        person = self.person
        within = self.world.desks[person.site]
        stops = person.anchor != person.enrolled
        arm = self.world.study.arm(person.arm)
        new = NewParticipant(
            code=person.code,
            site=person.site,
            arm=person.arm,
            enrolled_on=person.enrolled,
            zone=person.zone,
            preferred_language=person.language,
            reads_english=person.reads_english,
            how="asked" if person.reads_english else "interpreter_present",
            interpreter=person.interpreter,
            anchors={arm.anchor: person.anchor} if arm and stops else {},
            email=self.email,
            phone=f"+1 555 01{self.rng.randint(0, 99):02d}",
        )
        enrolled = enrolment.enrol(
            self.world.connection, within.actor, within.study_key, new, self.world.keyring, now,
            code_minutes=15,
        )  # fmt: skip
        self.row = access.find(self.world.connection, within, person.code)
        if enrolled.code is not None and person.phone != "none":
            code = enrolled.code.code
            self.timeline.at(
                now + timedelta(minutes=self.rng.randint(1, 8)),
                lambda then: self.take_phone(code, then),
            )
        lost = self._fate("lost") if "lost" in person.fate else None
        last = min((day for day in (lost, self.stopped_on) if day), default=None)
        self.follow_up = FollowUp(self.world, self.timeline, person, self.rng, self.row, last)
        self.follow_up.plan()
        self.timeline.at(now + timedelta(minutes=9), self.think)

    @property
    def email(self) -> str | None:
        """An address that leads nowhere but to the mail sink."""
        if self.person.phone in ("push", "email") and self.person.reads_english:
            return f"{self.person.code.lower()}@participants.example.org"
        return None

    def take_phone(self, code: str, now: datetime) -> None:
        """The phone exchanges its code for a session."""
        label = self.rng.choice(("Android phone", "iPhone", "Tablet"))
        found = enrolment_codes.exchange(
            self.world.connection, Actor("anyone"), code, self.world.keyring, now,
            Phone(self.person.code, label, BUILD),
        )  # fmt: skip
        if isinstance(found, NewDevice):
            session = sessions.participant_of(self.world.connection, found.token, now)
            self.session = session
            self.first_phone = self.first_phone or now
            self.last_seen = now

    def new_phone(self, now: datetime) -> None:
        """The old phone is lost; the site makes a code for another one."""
        made = enrolment_codes.new_code(
            self.world.connection, self.desk.actor, self.desk.id, self.world.keyring, now,
            minutes=15, replace_devices=True, reason="new phone",
        )  # fmt: skip
        self.take_phone(made.code, now)

    @property
    def desk(self) -> Participant:
        """The person as the site's coordinator holds the record."""
        if self.row is None:
            raise RuntimeError("nobody acts for a person before the enrolment")
        return self.row

    def local(self, day: date, first: int, last: int) -> datetime:
        """A moment of that day at the person's place, between two hours."""
        return local(day, first, last, self.person.zone, self.rng)

    # --- forms -------------------------------------------------------------------------------

    def forms(self, timepoint: str | None = None) -> dict[str, list[StoredForm]]:
        """The person's live forms by timepoint."""
        found: dict[str, list[StoredForm]] = {}
        for form in forms_of_one(self.world.connection, self.desk.id):
            if timepoint in (None, form.timepoint):
                found.setdefault(form.timepoint, []).append(form)
        return found

    def think(self, _now: datetime) -> None:
        """Decide for every occasion not thought about yet when, and whether, it is answered."""
        for timepoint, forms in self.forms().items():
            if timepoint not in self.known and forms[0].opens_at <= self.timeline.end:
                self.known.add(timepoint)
                self.decide(timepoint, forms[0])

    def decide(self, timepoint: str, form: StoredForm) -> None:
        """One occasion: answered soon, after some nudging, late, or never."""
        length = (form.closes_at - form.opens_at) / timedelta(days=1)
        opened = max(form.opens_at, self.first_phone or form.opens_at)
        delay = self.rng.expovariate(1 / self.person.haste)
        lost = "lost" in self.person.fate and self._fate("lost") <= form.target
        slow = "clock_days_slow" in self.person.quirks and self._is_recent(form.closes_at)
        answers = not lost and not slow and self.rng.random() < self.person.diligence
        if answers:
            delay = min(delay, length - self.rng.uniform(0.1, 0.9))
            day = max(opened, form.opens_at + timedelta(days=max(delay, 0.0)))
            self.timeline.at(self._waking(day), lambda now: self.answer(timepoint, now))
        elif slow or (not lost and self.rng.random() < 0.35):
            late = form.closes_at + timedelta(days=self.rng.uniform(0.4, 9.0))
            self.timeline.at(self._waking(late), lambda now: self.answer(timepoint, now))
        elif self.rng.random() < (0.5 if self._is_recent(form.closes_at) else 0.93):
            after = form.closes + timedelta(days=self.rng.randint(1, 16))
            self.timeline.at(self.local(after, 9, 17), lambda now: self.give_reason(timepoint, now))
        if self.person.reads_english and (not answers or delay > 5) and self.rng.random() < 0.5:
            call_at = self.local(form.opens + timedelta(days=self.rng.randint(4, 6)), 9, 17)
            if call_at > self.timeline.now and self.follow_up is not None:
                self.timeline.at(call_at, self.follow_up.call)

    def _is_recent(self, moment: datetime) -> bool:
        return timedelta() < self.timeline.end - moment < _RECENT

    def _fate(self, kind: str) -> date:
        return self.person.anchor + timedelta(days=self.person.fate[kind])

    def _waking(self, moment: datetime) -> datetime:
        """The same day at an hour when people are awake, never before the moment itself."""
        hour = 7 + moment.minute % 15
        awake = moment.replace(hour=(hour + 5) % 24, minute=self.rng.randint(0, 59))
        return awake if awake > moment else moment + timedelta(minutes=5)

    def answer(self, timepoint: str, now: datetime) -> None:
        """Fill in the forms of an occasion one after the other, and send them."""
        if self.session is None or self._has_stopped(now):
            return
        if "new_phone" in self.person.quirks:
            self.person.quirks -= {"new_phone"}
            self.new_phone(now)
        forms = self.forms(timepoint).get(timepoint, [])
        if forms and now < forms[0].opens_at:
            # The window has moved since this was planned; the app offers nothing before it opens.
            later = self._waking(forms[0].opens_at + timedelta(days=1))
            self.timeline.at(later, lambda then: self.answer(timepoint, then))
            return
        self.person.mood.move(self.rng)
        offline = timedelta(hours=self.rng.uniform(3, 40)) if self.rng.random() < 0.06 else None
        mode = "clinic_tablet" if self.rng.random() < 0.07 else "own_device"
        at = now
        first: Submission | None = None
        for form in forms:
            if self.exempt_until is not None and form.target <= self.exempt_until:
                continue
            if form.closes_at > now and self.rng.random() < 0.006:
                continue
            at += timedelta(minutes=self.rng.randint(2, 7), seconds=self.rng.randint(0, 59))
            arrives = at + (offline or timedelta(seconds=2))
            said = self._with_odd_clock(self.said(form, at, now, mode), form, arrives)
            first = first or said
            self._send_at(arrives, said)
        if forms and now >= forms[0].closes_at:
            self.person.quirks -= {"clock_days_slow"}  # Somebody has set the clock since.
        if first is not None:
            self._doubles(first, forms[0], at + timedelta(hours=2))

    def _send_at(self, moment: datetime, said: Submission) -> None:
        self.timeline.at(moment, lambda now: self.send(said, now))

    def said(self, form: StoredForm, at: datetime, opened: datetime, mode: str) -> Submission:
        """One form filled in as the app would send it."""
        questionnaire = self.world.questionnaires[form.questionnaire_sha256]
        gives_up = self.rng.randint(2, 5) if self.rng.random() < 0.012 else None
        answers, skipped = fill_in(
            questionnaire, self.person.mood, at.date(), self.rng, stop_after=gives_up
        )
        given = offer.Offer(form.id, form.participant_id, opened, form.opens_at, form.closes_at)
        return Submission(
            id=self._uuid(f"{form.id}/{at.isoformat()}"),
            expected_form_id=form.id,
            questionnaire_sha256=form.questionnaire_sha256,
            answers=answers,
            skipped=skipped,
            authored_at=at,
            authored_zone=self.person.zone,
            sent_at=at + timedelta(seconds=2),
            offer_token=offer.make(self.world.keyring.derived(OFFERS), given),
            mode=mode,
            assistance="read_aloud" if mode != "own_device" and self.rng.random() < 0.3 else "none",
            app_build=BUILD,
        )

    def _uuid(self, name: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.person.code}/{name}"))

    def _with_odd_clock(self, said: Submission, form: StoredForm, arrives: datetime) -> Submission:
        """A phone whose clock is days behind, once in a while, answers after the window."""
        if "clock_days_slow" not in self.person.quirks or arrives < form.closes_at:
            skew = timedelta(seconds=self.rng.gauss(0, 20))
            return replace(said, sent_at=arrives + skew)
        behind = timedelta(days=12)
        return replace(
            said, authored_at=said.authored_at - behind, sent_at=arrives - behind, offer_token=None
        )

    def _doubles(self, first: Submission, form: StoredForm, again: datetime) -> None:
        """The same form once more from another device, or other answers under one number."""
        quirks = self.person.quirks
        if not quirks & _DOUBLES or self.timeline.end - again > _RECENT:
            return  # Old ones would have been settled long ago.
        said = self.said(form, again, again, "own_device")
        if "same_number_twice" in quirks:
            said = replace(said, id=first.id)
        self.person.quirks -= _DOUBLES
        self._send_at(again, said)

    def send(self, said: Submission, now: datetime) -> None:
        """The phone hands in one form."""
        if self.session is None:
            return
        responses.submit(
            self.world.connection, self.session.actor, self.session, said,
            self.world.keyring.derived(OFFERS), now,
        )  # fmt: skip
        self.last_seen = now

    def _has_stopped(self, now: datetime) -> bool:
        return self.stopped_on is not None and self.stopped_on <= now.date()

    # --- what staff record -------------------------------------------------------------------

    def event(self, kind: str, on: date, now: datetime) -> None:
        """Staff record an event; what it asks for is thought about at once."""
        if self._recorded(lambda: events.record(self.world.connection, self.desk, kind, on, now)):
            if kind == "progression":
                self.person.mood.move(self.rng, jolt=0.2)
            self.think(now)

    def correct_anchor(self, now: datetime) -> None:
        """The day on which therapy stops was written down wrong at first."""
        arm = self.world.study.arm(self.person.arm)
        if arm is None or self.person.anchor == self.person.enrolled:
            return
        right = self.person.anchor + timedelta(days=3)
        if self._recorded(
            lambda: anchors.record(
                self.world.connection, self.desk, arm.anchor, right, "Typing error", now
            )
        ):
            self.person.anchor = right

    def give_reason(self, timepoint: str, now: datetime) -> None:
        """Staff code why the forms of an occasion are missing."""
        words, weights = [word for word, _ in _REASONS], [weight for _, weight in _REASONS]
        reason = self.rng.choices(words, weights)[0]
        for form in self.forms(timepoint).get(timepoint, []):
            self._code(form.id, reason, now)

    def _code(self, form_id: int, reason: str, now: datetime) -> None:
        self._recorded(
            lambda: reasons.record(self.world.connection, self.desk, form_id, reason, now)
        )

    def exempt_late(self, now: datetime) -> None:
        """Staff enter an exemption long after its start; a second person may agree or not yet."""
        start = now.date() - timedelta(days=70)

        def enter() -> None:
            exemptions.record(
                self.world.connection, self.desk, "LANGUAGE", start, None,
                "Noticed at the last visit", now,
            )  # fmt: skip

        if self._recorded(enter) and "exempt_backdated_approved" in self.person.quirks:
            held = access.find(self.world.connection, self.world.investigator, self.person.code)
            (entered,) = exemptions.ids_of(self.world.connection, held)
            self.session = None  # The phone stays in a drawer from now on.
            self.timeline.at(
                now + timedelta(days=1),
                lambda then: exemptions.approve(self.world.connection, held, entered, then),
            )

    def end_exemption(self, now: datetime) -> None:
        """Somebody has learned to read English; from now on questionnaires are asked."""
        (entered,) = exemptions.ids_of(self.world.connection, self.desk)
        if self._recorded(
            lambda: exemptions.end(
                self.world.connection, self.desk, entered, now.date(), "Reads English now", now
            )
        ):
            self.person.reads_english = True
            self.exempt_until = now.date()
            self.timeline.at(now + timedelta(days=2), self.new_phone)

    def _recorded(self, act: Callable[[], object]) -> bool:
        """Staff try to record something; what the rules refuse is left alone, as it would be."""
        try:
            act()
        except SaysoError:
            return False
        return True
