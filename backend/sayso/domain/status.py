"""What an expected form is now: exactly one status, from facts, the moment and the rules.

The status is never stored. The order of the questions below is the rule itself; changing it
changes rates. `standing` gathers once per participant what every form of hers asks about, so that
judging one form costs a handful of comparisons and no zone arithmetic: the form brings its
instants with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sayso.domain.participation import BEGINNING, Exemption, Facts, ResponseFact, has_effect
from sayso.domain.study import Rules, Translation

STATUSES = ("upcoming", "open", "received", "missing", "exempt", "not_expected")
EVENT_REPORTED_LATE = "event_reported_late"


class Form(Protocol):
    """What a status needs to know of a form; a wanted form and a stored one both fit."""

    @property
    def timepoint(self) -> str: ...
    @property
    def questionnaire(self) -> str: ...
    @property
    def opens(self) -> date: ...
    @property
    def target(self) -> date: ...
    @property
    def closes(self) -> date: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def arm(self) -> str: ...
    @property
    def reported_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class FormStatus:
    """The status of one form and what it rests on.

    `disposition` is in_window, late, received_open or disputed for a received form; death,
    withdrawn or protocol for one that is not expected; None otherwise. `on` is the date the status
    rests on, `response` the answers that count, `reason` the coded reason of a missing form.
    `conflict` is True where an exempt person sent answers all the same.
    """

    status: str
    disposition: str | None = None
    on: date | None = None
    response: ResponseFact | None = None
    reason: str | None = None
    conflict: bool = False

    @property
    def detail(self) -> str:
        """The one word the rates count by: the disposition of a received form, else the status.

        A form that is not expected reads ``not_expected:death`` and so on.
        """
        if self.status == "received" and self.disposition is not None:
            return self.disposition
        if self.disposition is not None:
            return f"{self.status}:{self.disposition}"
        return self.status

    @property
    def why(self) -> str:
        """One plain sentence that says why the form is what it is."""
        if self.on is None:
            return "Not scheduled yet: the date it counts from is not recorded."
        sentence = _SENTENCES[self.detail].format(on=self.on)
        if self.detail == "missing":
            return f"{sentence}; {_because(self.reason)}."
        if self.conflict:
            return f"{sentence} Answers came all the same and wait for the site."
        return sentence


_SENTENCES = {
    "exempt": "Exempt from questionnaires in this language since {on}.",
    "in_window": "Answered on {on}, inside the window.",
    "late": "Answered on {on}, outside the window.",
    "received_open": "Answered on {on}; the window is still open.",
    "disputed": "Answered, but the clock of the device does not prove that it was in time.",
    "not_expected:death": "Not expected: the participant died on {on}.",
    "not_expected:withdrawn": "Not expected: questionnaires were withdrawn from on {on}.",
    "not_expected:protocol": "Not expected under the study's own rules since {on}.",
    "upcoming": "Opens on {on}.",
    "open": "Open until the end of {on}.",
    "missing": "The window closed on {on} without an answer",
}


def _because(reason: str | None) -> str:
    return f"reason: {reason.replace('_', ' ')}" if reason else "no reason is coded yet"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one participant, arranged for asking about many forms."""

    exemptions: tuple[Exemption, ...]
    language: str
    arm: str
    death: date | None
    withdrawn: date | None
    off_study: date | None
    stopped: date | None
    responses: dict[tuple[str, str | None], tuple[ResponseFact, ...]]
    reasons: dict[tuple[str, str | None], str]
    translations: dict[tuple[str, str], date]
    alive_rule: str
    tolerance: timedelta


def status_of(form: Form, facts: Facts, now: datetime, rules: Rules) -> FormStatus:
    """The status of one form at `now`.

    Exemptions count as `participation.has_effect` says; use `exemption.settled` first for facts
    in which nobody has judged whether an exemption needs a second person.
    """
    return judge(form, standing(facts, rules), now)


def statuses(forms: Iterable[Form], facts: Facts, now: datetime, rules: Rules) -> list[FormStatus]:
    """The statuses of many forms of one participant, in the order given."""
    known = standing(facts, rules)
    return [judge(form, known, now) for form in forms]


def standing(facts: Facts, rules: Rules) -> Standing:
    """Arrange the facts of one participant for :func:`judge`."""
    return Standing(
        exemptions=tuple(e for e in facts.exemptions if has_effect(e, facts.enrolled)),
        language=facts.preferred_language,
        arm=facts.arm,
        death=facts.first("death"),
        withdrawn=facts.first("withdrawal_study", "withdrawal_pro"),
        off_study=facts.first("off_study"),
        stopped=facts.first(*rules.stop_after),
        responses=_by_form(facts.responses),
        reasons={
            (r.timepoint, r.questionnaire): r.reason
            # Two of one moment need an order of their own, or the order of entry would decide.
            for r in sorted(
                facts.missing_reasons, key=lambda r: (r.recorded_at or BEGINNING, r.reason)
            )
        },
        translations=_translations(rules.translations),
        alive_rule=rules.alive_rule,
        tolerance=timedelta(hours=rules.clock_tolerance_hours),
    )


def judge(form: Form, known: Standing, now: datetime) -> FormStatus:
    """The one rule: the first that applies stands."""
    exemption = exemption_of(form, known) if known.exemptions else None
    response = _first_response(form, known) if known.responses else None
    if exemption is not None:
        return FormStatus("exempt", on=exemption.valid_from, conflict=response is not None)
    if response is not None:
        return _received(form, response, known.tolerance, now)
    return _not_expected(form, known) or _waiting(form, known, now)


def exemption_of(form: Form, known: Standing) -> Exemption | None:
    """The exemption that covers the form's target date, if the form has no language to offer."""
    for exemption in known.exemptions:
        if not exemption.covers(form.target) and not _closed_before_the_end(form, exemption):
            continue
        since = known.translations.get((form.questionnaire, known.language))
        if since is None or form.target < since or known.language == exemption.language:
            return exemption
    return None


def _closed_before_the_end(form: Form, exemption: Exemption) -> bool:
    """Ending an exemption never reaches back to a form that had closed when it was entered."""
    return (
        exemption.ended_at is not None
        and form.closes_at <= exemption.ended_at
        and exemption.valid_from <= form.target
    )


def _first_response(form: Form, known: Standing) -> ResponseFact | None:
    """The response that counts: the one received first."""
    found = [
        response
        for tag in form.tags
        for questionnaire in (form.questionnaire, None)
        for response in known.responses.get((tag, questionnaire), ())
    ]
    return min(found, key=lambda r: (r.received_at, r.id)) if found else None


def _received(
    form: Form, response: ResponseFact, tolerance: timedelta, now: datetime
) -> FormStatus:
    when = placed(form, response, tolerance)
    if when != "disputed" and now < form.closes_at:
        when = "received_open"
    answered = response.authored_at - timedelta(seconds=response.skew_seconds)
    # Counting from the form's own midnight gives the local date without asking for the zone.
    day = form.opens + timedelta(days=(answered - form.opens_at).days)
    return FormStatus("received", when, day, response)


def placed(form: Form, response: ResponseFact, tolerance: timedelta) -> str:
    """Where the clock evidence puts a response: `in_window`, `late` or `disputed`.

    The device's word (`authored_at`) is held against what the server measured: the skew of the
    clock at receipt, the moment of the offer, the moment of receipt. Where word and measurement
    agree, or differ by less than the tolerance, the reading that is kinder to the participant
    counts. Beyond it, a word that only just makes the window is for staff to judge.
    """
    if response.time_accepted is not None:
        return "in_window" if response.time_accepted else "late"
    opens, closes = form.opens_at, form.closes_at
    said = response.authored_at
    true = said - timedelta(seconds=response.skew_seconds)
    if response.offered_at is not None and opens <= response.offered_at:
        if response.received_at < closes:
            return "in_window"
        if true < response.offered_at - tolerance:
            true = response.offered_at
    true = min(true, response.received_at)
    if opens <= true < closes:
        return "in_window"
    if not opens <= said < closes:
        return "late"
    return "in_window" if abs(said - true) <= tolerance else "disputed"


def _not_expected(form: Form, known: Standing) -> FormStatus | None:
    if known.death is not None and known.death <= _rule_date(form, known.alive_rule):
        return FormStatus("not_expected", "death", known.death)
    if known.withdrawn is not None and known.withdrawn <= form.closes:
        return FormStatus("not_expected", "withdrawn", known.withdrawn)
    if known.off_study is not None and known.off_study <= form.closes:
        return FormStatus("not_expected", "protocol", known.off_study)
    if known.stopped is not None and known.stopped < form.opens:
        return FormStatus("not_expected", "protocol", known.stopped)
    if form.arm and form.arm != known.arm:
        return FormStatus("not_expected", "protocol", form.opens)
    return None


def _rule_date(form: Form, alive_rule: str) -> date:
    if alive_rule == "window_open":
        return form.opens
    return form.target if alive_rule == "target" else form.closes


def _waiting(form: Form, known: Standing, now: datetime) -> FormStatus:
    if now < form.opens_at:
        return FormStatus("upcoming", on=form.opens)
    if now < form.closes_at:
        return FormStatus("open", on=form.closes)
    reason = known.reasons.get((form.timepoint, form.questionnaire)) or known.reasons.get(
        (form.timepoint, None)
    )
    if reason is None and form.reported_at is not None and form.reported_at >= form.closes_at:
        reason = EVENT_REPORTED_LATE
    return FormStatus("missing", on=form.closes, reason=reason)


def _by_form(
    responses: Sequence[ResponseFact],
) -> dict[tuple[str, str | None], tuple[ResponseFact, ...]]:
    found: dict[tuple[str, str | None], tuple[ResponseFact, ...]] = {}
    for response in responses:
        key = (response.timepoint, response.questionnaire)
        found[key] = (*found.get(key, ()), response)
    return found


def _translations(translations: Sequence[Translation]) -> dict[tuple[str, str], date]:
    found: dict[tuple[str, str], date] = {}
    for entry in translations:
        key = (entry.questionnaire, entry.language)
        found[key] = min(entry.available_from, found.get(key, entry.available_from))
    return found
