"""Facts that cannot all be true, and changes that something stands in the way of.

Staff may record only what is possible; a participant's answers are never refused and do not pass
through here. Each sentence says what stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations

from sayso.domain.errors import DatesOutOfOrder, SaysoError, UnknownAnchor, UnknownArm
from sayso.domain.exemption import check_new, overlap
from sayso.domain.participation import Event, Facts
from sayso.domain.rule_errors import (
    AnchorAfterAnsweredForm,
    ArmSwitchRefused,
    UnknownEventKind,
    UnknownMissingReason,
)
from sayso.domain.schedule import Key, WantedForm, anchor_day
from sayso.domain.status import Form
from sayso.domain.study import ENROLMENT, EVENT_KINDS, MISSING_REASONS, Study
from sayso.domain.walltime import local_date

ONCE = frozenset({"death", "off_study", "withdrawal_study"})


def problems(study: Study, facts: Facts) -> Iterator[tuple[str, str]]:
    """Everything about one participant that cannot be: (field, sentence)."""
    if study.arm(facts.arm) is None:
        yield "arm", _no_arm(study, facts.arm)
    anchors = {anchor.id for anchor in study.anchors}
    for entry in facts.anchors:
        if entry.name not in anchors:
            yield f"anchors.{entry.name}", _no_anchor(study, entry.name)
    for number, event in enumerate(facts.events):
        if event.kind == "death" and event.date < facts.enrolled:
            yield f"events[{number}]", _before(event.kind, event.date, "enrolment", facts.enrolled)
    for number, exemption in enumerate(facts.exemptions):
        try:
            check_new(exemption, _without_exemptions(facts), study.rules)
        except SaysoError as error:
            yield f"exemptions[{number}]", str(error)
    for one, other in combinations(facts.exemptions, 2):
        if one.language == other.language and overlap(one, other):
            yield "exemptions", f"those from {one.valid_from} and {other.valid_from} overlap"
    yield from _unknown_names(study, facts)
    yield from _too_early(study, facts)


def _too_early(study: Study, facts: Facts) -> Iterator[tuple[str, str]]:
    """Answers that the server had before there was a form to answer.

    Its own clock decides: what a device says about its time may be wrong and is never refused. An
    anchor that stands after the answers to a form that opens on it or later cannot be right.
    """
    anchors = {
        timepoint.id: study.anchor_of(timepoint, facts.arm)
        for timepoint in study.timepoints
        if timepoint.opens >= 0
    }
    for number, response in enumerate(facts.responses):
        came = local_date(response.received_at, facts.zone)
        field, name = f"responses[{number}].received_at", anchors.get(response.timepoint)
        if came < facts.enrolled:
            yield field, f"{came} is before there was any form: enrolment is on {facts.enrolled}"
            continue
        day = anchor_day(study, facts, name) if name is not None else None
        if day is not None and came < day:
            yield (
                f"anchors.{name}",
                f"{day} is after {response.timepoint} was answered on {came}; "
                "correct one of the two dates",
            )


def _without_exemptions(facts: Facts) -> Facts:
    return Facts(facts.code, facts.arm, facts.site, facts.zone, facts.enrolled)


def _unknown_names(study: Study, facts: Facts) -> Iterator[tuple[str, str]]:
    forms = {entry.id for entry in study.timepoints} | {entry.id for entry in study.event_forms}
    visits = forms | {entry.id for entry in study.visit_series}
    named = [("responses", number, r.timepoint) for number, r in enumerate(facts.responses)]
    named += [("missing_reasons", n, r.timepoint) for n, r in enumerate(facts.missing_reasons)]
    for field, number, timepoint in named:
        if timepoint.partition(".")[0] not in forms:
            yield f"{field}[{number}].timepoint", _no_timepoint(study, timepoint)
    known = study.questionnaires()
    asked = [("responses", number, r.questionnaire) for number, r in enumerate(facts.responses)]
    asked += [("missing_reasons", n, r.questionnaire) for n, r in enumerate(facts.missing_reasons)]
    for field, number, name in asked:
        if name is not None and name not in known:
            sentence = f"{name!r} is no questionnaire of this study; write one of "
            yield f"{field}[{number}].questionnaire", sentence + ", ".join(known)
    for number, visit in enumerate(facts.visits):
        if visit.timepoint is not None and visit.timepoint.partition(".")[0] not in visits:
            yield f"visits[{number}].timepoint", _no_timepoint(study, visit.timepoint)


def check_event(facts: Facts, event: Event, today: date) -> None:
    """Refuse an event that cannot have happened as told. `today` is the participant's local date.

    Raises `UnknownEventKind` or `DatesOutOfOrder`.
    """
    if event.kind not in EVENT_KINDS:
        raise UnknownEventKind(
            f"{event.kind!r} is no kind of event; write one of {', '.join(EVENT_KINDS)}"
        )
    if event.date > today:
        raise DatesOutOfOrder(f"{event.date} has not come yet; record the event when it has")
    if event.date < facts.enrolled:
        raise DatesOutOfOrder(_before(event.kind, event.date, "enrolment", facts.enrolled))
    death = facts.first("death")
    if death is not None and event.kind == "death":
        raise DatesOutOfOrder(f"A death on {death} is recorded already; void that entry first")
    if death is not None and event.date > death:
        raise DatesOutOfOrder(f"{event.date} is after the death on {death}")
    if event.kind in ONCE and facts.first(event.kind) is not None:
        raise DatesOutOfOrder(f"{_words(event.kind)} is recorded already; void that entry first")


def check_anchor(
    study: Study, facts: Facts, name: str, day: date, forms: Sequence[WantedForm]
) -> None:
    """Refuse an anchor date that answered forms contradict.

    A form whose window opens on the anchor or later cannot have been answered before the anchor.
    Raises `UnknownAnchor`, `DatesOutOfOrder` or `AnchorAfterAnsweredForm`.
    """
    anchor = next((entry for entry in study.anchors if entry.id == name), None)
    if anchor is None:
        raise UnknownAnchor(_no_anchor(study, name))
    death = facts.first("death")
    if death is not None and day > death:
        raise DatesOutOfOrder(f"{anchor.label} on {day} would be after the death on {death}")
    offsets = {
        timepoint.id: timepoint.opens
        for timepoint in study.timepoints
        if study.anchor_of(timepoint, facts.arm) == name
    }
    for response in facts.responses:
        if offsets.get(response.timepoint, -1) < 0:
            continue
        answered = local_date(response.authored_at, facts.zone)
        if any(response.timepoint in form.tags for form in forms) and answered < day:
            raise AnchorAfterAnsweredForm(
                f"{anchor.label} cannot move to {day}: "
                f"{response.timepoint} was answered on {answered}, before that"
            )


def check_arm_switch(study: Study, facts: Facts, arm: str, answered: frozenset[Key]) -> None:
    """Refuse a change of arm that would leave answered forms behind.

    Raises `UnknownArm` or `ArmSwitchRefused`.
    """
    if study.arm(arm) is None:
        raise UnknownArm(_no_arm(study, arm))
    if arm != facts.arm and answered:
        names = ", ".join(sorted({timepoint for timepoint, _questionnaire in answered}))
        raise ArmSwitchRefused(
            f"{facts.code} has answered forms in arm {facts.arm} ({names}); "
            "the arm can be corrected only while nothing is answered"
        )


def check_staff_entry(
    form: Form, facts: Facts, authored_at: datetime, now: datetime, tolerance: timedelta
) -> None:
    """Refuse an interview or a paper form dated before the form existed, or in the future.

    Nobody answers after her death either. Raises `DatesOutOfOrder`. Answers that participants send
    themselves are never refused.
    """
    if authored_at > now + tolerance:
        raise DatesOutOfOrder("The answers are dated in the future; check the date")
    death = facts.first("death")
    if death is not None and local_date(authored_at, facts.zone) > death:
        raise DatesOutOfOrder(f"The answers are dated after the death on {death}; check the date")
    if authored_at < form.opens_at:
        raise DatesOutOfOrder(
            f"The answers are dated before {form.timepoint} opened on {form.opens}; check the date"
        )


def check_missing_reason(reason: str) -> None:
    """Refuse a reason that is not coded. Raises `UnknownMissingReason`."""
    if reason not in MISSING_REASONS:
        raise UnknownMissingReason(
            f"{reason!r} is no coded reason; write one of {', '.join(MISSING_REASONS)}"
        )


def missing_anchor(study: Study, facts: Facts) -> str | None:
    """The anchor of the participant's arm that nobody has set yet, or None."""
    arm = study.arm(facts.arm)
    name = arm.anchor if arm else ENROLMENT
    return name if anchor_day(study, facts, name) is None else None


def _no_arm(study: Study, arm: str) -> str:
    return f"{arm!r} is no arm of this study; write one of {', '.join(a.id for a in study.arms)}"


def _no_anchor(study: Study, name: str) -> str:
    known = ", ".join(anchor.id for anchor in study.anchors)
    return f"{name!r} is no anchor of this study; write one of {known}"


def _no_timepoint(study: Study, timepoint: str) -> str:
    known = ", ".join([*(t.id for t in study.timepoints), *(f.id for f in study.event_forms)])
    return f"{timepoint!r} is no timepoint of this study; write one of {known}"


def _words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _before(kind: str, day: date, what: str, other: date) -> str:
    return f"{_words(kind)} on {day} is before {what} on {other}; correct one of the two dates"
