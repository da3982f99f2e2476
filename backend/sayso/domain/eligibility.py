"""May this person be reminded of this occasion at this moment? The one place that decides.

The planner, the queue, the sender and the button "send now" all ask `may_remind`; it always gives a
reason, as a slug and as a sentence, and the sentence is kept with the reminder. A lasting refusal
(she died, she withdrew, it is answered) cancels what is planned; a passing one (a quiet hour, a
pause) only concerns the moment it was asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sayso.domain.ladder import is_quiet
from sayso.domain.participation import Facts
from sayso.domain.status import Form, FormStatus, Standing, judge, standing
from sayso.domain.study import ReminderPolicy, Rules
from sayso.domain.walltime import local_date, local_time, to_instant

SEND = "send"
WAIT = "wait"
SKIP = "skip"
_WEEK = timedelta(days=7)

# A recorded event of these kinds ends every message, whatever its date says about the forms.
_ENDING = {
    "death": ("death", "No messages: this participant has died."),
    "withdrawal_study": ("withdrawn", "No messages: withdrawn from the study."),
    "withdrawal_pro": ("withdrawn", "No messages: withdrawn from the questionnaires."),
    "withdrawal_contact": ("withdrawn", "No messages: does not wish to be contacted."),
    "off_study": ("off-study", "No messages: no longer in the study."),
}
_EXEMPT_WHY = "No reminder: exempt from questionnaires in this language."
# What an occasion without an open form says, most telling status first.
_CLOSED_BY = (
    ("received", "completed", "Nothing left to do: everything was answered."),
    ("exempt", "exempt", _EXEMPT_WHY),
    ("not_expected", "not-expected", "No reminder: these questionnaires are not expected."),
    ("missing", "closed", "No reminder: the time to answer is over."),
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the participant chose: hour (0-23), pause, snooze, silence. None means nothing."""

    hour: int | None = None
    paused_until: date | None = None
    snoozed_until: datetime | None = None
    opted_out_at: datetime | None = None


@dataclass(frozen=True)
class Person:
    """Everything about one participant that the decision needs."""

    facts: Facts
    rules: Rules
    policy: ReminderPolicy
    preferences: Preferences = Preferences()

    @cached_property
    def standing(self) -> Standing:
        """Her facts arranged for judging forms; each message asks two or three times."""
        return standing(self.facts, self.rules)

    def statuses(self, forms: Iterable[Form], at: datetime) -> Iterator[FormStatus]:
        """What forms of hers are at that moment, in the order given, judged as they are asked for.

        One open form answers most questions, and then the others need not be judged.
        """
        return (judge(form, self.standing, at) for form in forms)


@dataclass(frozen=True, slots=True)
class Nudge:
    """The reminder being judged.

    `recent` holds the instants at which other reminders went out; `newer_due` is true when a later
    step of the same occasion is due as well; `requested` when the participant asked for it;
    `for_staff` when it only goes on the site's call list, which wakes nobody and is no reminder.
    """

    closes_at: datetime
    recent: tuple[datetime, ...] = ()
    newer_due: bool = False
    requested: bool = False
    for_staff: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`send`, `wait` (until when) or `skip`, with the reason; `lasting` ends the whole occasion."""

    action: str
    reason: str
    why: str
    until: datetime | None = None
    lasting: bool = False


_GO = Verdict(SEND, "due", "Due now.")
_EXEMPT = Verdict(SKIP, "exempt", _EXEMPT_WHY, lasting=True)


def may_contact(facts: Facts, at: datetime) -> Verdict:
    """Whether any automatic message may go to this person at all."""
    if kinds := {event.kind for event in facts.events}:
        for kind, (reason, why) in _ENDING.items():
            if kind in kinds:
                return Verdict(SKIP, reason, why, lasting=True)
    if not facts.is_enrolled_at(at):
        return Verdict(SKIP, "not-enrolled", "No messages before the enrolment.", lasting=True)
    return _GO


def may_remind(
    person: Person, forms: Sequence[Form], at: datetime, nudge: Nudge | None = None
) -> Verdict:
    """Decide for the forms of one occasion at `at` (now, or the moment a reminder would be due).

    Without `nudge` only what lasts is judged, which is what the planner needs.
    """
    refusal = may_contact(person.facts, at)
    if refusal.action != SEND:
        return refusal
    if person.preferences.opted_out_at is not None:
        return Verdict(SKIP, "opted-out", "The participant wants no reminders.", lasting=True)
    if _is_exempt(person.facts, at, person.rules.exemption_language):
        # A form whose target came before the exemption stays expected; she could not read of it.
        return _EXEMPT
    verdict = _of_statuses(person.statuses(forms, at))
    if verdict.action != SEND or nudge is None:
        return verdict
    return _passing(person, at, nudge)


def may_set_up(facts: Facts, at: datetime, language: str) -> Verdict:
    """Whether a phone may be registered for reminders and be sent a test.

    `language` is the one from whose questionnaires the study exempts.
    """
    refusal = may_contact(facts, at)
    if refusal.action != SEND:
        return refusal
    return _EXEMPT if _is_exempt(facts, at, language) else _GO


def _is_exempt(facts: Facts, at: datetime, language: str) -> bool:
    """Whether she is exempt on the day that this moment falls on where she is."""
    if not facts.exemptions:
        return False
    return facts.exempt_on(local_date(at, facts.zone), language) is not None


def _of_statuses(statuses: Iterable[FormStatus]) -> Verdict:
    found = set()
    for one in statuses:
        if one.status == "open":
            return _GO
        found.add(one.status)
    if "upcoming" in found:
        return Verdict(SKIP, "not-open", "No reminder: not open yet.")
    for status, reason, why in _CLOSED_BY:
        if status in found:
            return Verdict(SKIP, reason, why, lasting=True)
    return Verdict(SKIP, "no-longer-asked", "No reminder: this is no longer asked.", lasting=True)


def _passing(person: Person, at: datetime, nudge: Nudge) -> Verdict:
    chosen, policy = person.preferences, person.policy
    if at >= nudge.closes_at:
        return Verdict(SKIP, "closed", _CLOSED_BY[3][2], lasting=True)
    if nudge.newer_due:
        return Verdict(SKIP, "superseded", "A newer reminder of the same occasion is due.")
    if chosen.paused_until and local_date(at, person.facts.zone) < chosen.paused_until:
        return Verdict(SKIP, "paused", f"Reminders are paused until {chosen.paused_until}.")
    if chosen.snoozed_until and at < chosen.snoozed_until < nudge.closes_at:
        why = "The participant asked to be reminded later."
        return Verdict(WAIT, "snoozed", why, chosen.snoozed_until)
    if nudge.for_staff:
        return _GO
    if is_quiet(policy, local_time(at, person.facts.zone).time()):
        return _after_quiet_hours(person, at, nudge.closes_at)
    this_week = sum(1 for moment in nudge.recent if at - _WEEK < moment <= at)
    if this_week >= policy.weekly_cap and not nudge.requested:
        why = f"Already reminded {this_week} times in the last seven days."
        return Verdict(SKIP, "weekly-cap", why)
    return _GO


def _after_quiet_hours(person: Person, at: datetime, closes_at: datetime) -> Verdict:
    until = end_of_quiet(person.policy, at, person.facts.zone)
    if until >= closes_at:
        why = "The time to answer ends within the quiet hours."
        return Verdict(SKIP, "closes-in-quiet-hours", why)
    return Verdict(WAIT, "quiet-hours", "Waiting for the end of the quiet hours.", until)


def end_of_quiet(policy: ReminderPolicy, at: datetime, zone: str) -> datetime:
    """The first instant after `at` at which the wall clock in `zone` leaves the quiet hours."""
    wall = local_time(at, zone)
    morning = datetime.combine(wall.date(), policy.quiet_to)
    if morning <= wall:
        morning += timedelta(days=1)
    # Where the clocks go back the same wall time passes twice; the later passing is still ahead.
    return max(to_instant(morning, zone), at + timedelta(seconds=1))
