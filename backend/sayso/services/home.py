"""What a participant sees of her own: what there is to do, what is next, what has been.

One sentence per form in plain words; nothing of the study's own vocabulary, and nothing about a
form that would tell a bystander what the study is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from sayso.domain import offer
from sayso.domain.errors import NotFound
from sayso.domain.status import FormStatus, Standing, judge, standing
from sayso.domain.study import Study
from sayso.domain.walltime import local_date
from sayso.services import publishing
from sayso.services.drafts import Draft
from sayso.services.sessions import ParticipantSession
from sayso.store import queries
from sayso.store.facts import StoredForm, own_facts, stored_form

PUBLIC_NAME = "Your questionnaires"
NEXT, PAST = 3, 12


@dataclass(frozen=True, slots=True)
class Card:
    """One form as the app lists it."""

    id: int
    title: str
    minutes: int
    items: int
    questionnaire_sha: str
    state: str
    why: str
    received_at: datetime | None
    offer_token: str | None
    draft_saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """The forms of one timepoint, filled in together."""

    timepoint: str
    label: str
    opens_on: date
    target_on: date
    closes_on: date
    closes_at: datetime
    state: str
    closed_why: str | None
    forms: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Reminders:
    """How and when she is reminded; `push` is proven, unproven or none."""

    hour: int
    paused_until: date | None
    opted_out: bool
    push: str
    email: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on her first screen."""

    study_name: str
    exempt_since: date | None
    participant_code: str
    zone: str
    today: date
    occasions: tuple[Occasion, ...]
    reminders: Reminders
    call_requested_at: datetime | None
    team_name: str
    server_time: datetime


@dataclass(frozen=True, slots=True)
class OneForm:
    """One form with its occasion's dates and the draft so far."""

    card: Card
    timepoint: str
    label: str
    closes_on: date
    closes_at: datetime
    draft: Draft | None


def read(
    connection: Connection, person: ParticipantSession, offer_key: bytes, now: datetime
) -> Home:
    """The home screen, in four statements."""
    study = publishing.study_by_hash(connection, person.study_sha256)
    known = own_facts(connection, person)
    rules = standing(known, study.rules)
    own = queries.own_forms(connection, person.id)
    today = local_date(now, person.zone)
    exemption = known.exempt_on(today, study.rules.exemption_language)
    occasions = _occasions(own, rules, study, person, offer_key, now)
    return Home(
        study_name=PUBLIC_NAME,
        exempt_since=exemption.valid_from if exemption else None,
        participant_code=person.code,
        zone=person.zone,
        today=today,
        occasions=_chosen(occasions),
        reminders=reminders(connection, person, study),
        call_requested_at=person.call_requested_at,
        team_name=person.site_name,
        server_time=now,
    )


def reminders(
    connection: Connection, person: ParticipantSession, study: Study | None = None
) -> Reminders:
    """Her reminder settings and what they can rely on."""
    study = study or publishing.study_by_hash(connection, person.study_sha256)
    reach = queries.reach(connection, person.id)
    push = "none"
    if reach.phones:
        push = "proven" if any(reach.phones) else "unproven"
    hour = person.reminder_hour
    return Reminders(
        hour=study.reminder_policy.default_hour if hour is None else hour,
        paused_until=person.reminders_paused_until,
        opted_out=person.reminders_opted_out_at is not None,
        push=push,
        email=reach.has_email,
    )


def form(
    connection: Connection,
    person: ParticipantSession,
    form_id: int,
    offer_key: bytes,
    now: datetime,
) -> OneForm:
    """One of her forms, to be filled in. Raises NotFound for anybody else's."""
    row = queries.one_form(connection, person.id, form_id)
    if row is None:
        raise NotFound
    study = publishing.study_by_hash(connection, person.study_sha256)
    rules = standing(own_facts(connection, person), study.rules)
    stored = stored_form(row)
    own = queries.OwnForm(stored, row.title, row.minutes, row.item_count, row.draft_saved_at)
    draft = None
    if row.draft_saved_at is not None:
        draft = Draft(row.answers, row.skipped, row.at_item, row.draft_saved_at)
    return OneForm(
        card=_card(own, judge(stored, rules, now), person, offer_key, now),
        timepoint=stored.timepoint,
        label=study.label_of(stored.timepoint),
        closes_on=stored.closes,
        closes_at=stored.closes_at,
        draft=draft,
    )


def may_read(connection: Connection, participant_id: int, sha256: str) -> bool:
    """Whether some form of this participant asks this questionnaire."""
    return queries.asks(connection, participant_id, sha256)


def _occasions(
    own: Sequence[queries.OwnForm],
    rules: Standing,
    study: Study,
    person: ParticipantSession,
    offer_key: bytes,
    now: datetime,
) -> list[Occasion]:
    grouped: dict[str, list[tuple[queries.OwnForm, FormStatus]]] = {}
    for one in own:
        status = judge(one.form, rules, now)
        grouped.setdefault(one.form.timepoint, []).append((one, status))
    return [
        _occasion(timepoint, forms, study, person, offer_key, now)
        for timepoint, forms in grouped.items()
    ]


def _occasion(
    timepoint: str,
    forms: Sequence[tuple[queries.OwnForm, FormStatus]],
    study: Study,
    person: ParticipantSession,
    offer_key: bytes,
    now: datetime,
) -> Occasion:
    first = forms[0][0].form
    cards = tuple(_card(one, status, person, offer_key, now) for one, status in forms)
    states = {card.state for card in cards}
    if "open" in states:
        state = "open"
    elif "upcoming" in states:
        state = "upcoming"
    else:
        state = "done" if "received" in states and "missing" not in states else "closed"
    why = next((card.why for card in cards if card.state != "received"), None)
    return Occasion(
        timepoint=timepoint,
        label=study.label_of(timepoint),
        opens_on=first.opens,
        target_on=first.target,
        closes_on=max(one.form.closes for one, _status in forms),
        closes_at=max(one.form.closes_at for one, _status in forms),
        state=state,
        closed_why=why if state == "closed" else None,
        forms=cards,
    )


def _card(
    own: queries.OwnForm,
    status: FormStatus,
    person: ParticipantSession,
    offer_key: bytes,
    now: datetime,
) -> Card:
    stored = own.form
    received = status.response.received_at if status.response is not None else None
    token = None
    if status.status == "open":
        offered = offer.Offer(stored.id, person.id, now, stored.opens_at, stored.closes_at)
        token = offer.make(offer_key, offered)
    return Card(
        id=stored.id,
        title=own.title,
        minutes=own.minutes,
        items=own.items,
        questionnaire_sha=stored.questionnaire_sha256,
        state=_cancelled(stored) or status.status,
        why=_why(stored, status, received, person.zone),
        received_at=received,
        offer_token=None if stored.cancelled_at is not None else token,
        draft_saved_at=own.draft_saved_at,
    )


def _cancelled(stored: StoredForm) -> str | None:
    return "not_expected" if stored.cancelled_at is not None else None


def _why(stored: StoredForm, status: FormStatus, received: datetime | None, zone: str) -> str:
    if stored.cancelled_at is not None:
        return "This one is not needed any more."
    days: Mapping[str, Any] = {
        "opens": in_words(stored.opens),
        "closes": in_words(stored.closes),
        "sent": in_words(local_date(received, zone)) if received else "",
    }
    return _SENTENCES[status.status].format(**days)


def _chosen(occasions: Sequence[Occasion]) -> tuple[Occasion, ...]:
    """What is open first, then the next few, then the latest of what has been."""
    now = [one for one in occasions if one.state == "open"]
    later = [one for one in occasions if one.state == "upcoming"][:NEXT]
    past = [one for one in occasions if one.state in {"done", "closed"}]
    past.sort(key=lambda one: one.closes_at, reverse=True)
    return (*now, *later, *past[:PAST])


def in_words(day: date) -> str:
    """A date as people write it: 5 June 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SENTENCES = {
    "open": "Open until the end of {closes}.",
    "upcoming": "Opens on {opens}.",
    "received": "We received this on {sent}. Thank you.",
    "missing": "This closed on {closes}. There is nothing left to do.",
    "exempt": "You are not asked to fill this in.",
    "not_expected": "This one is not needed.",
}
