"""Exemptions on two axes of time: when they hold, and when somebody entered them.

An entry that would take back what the record already says (a form that was missed or answered), or
that starts after the enrolment day, needs a second person; until then it changes nothing. So no
missed form can be laundered into an exempt one, in either direction, by one person alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sayso.domain.errors import DatesOutOfOrder
from sayso.domain.participation import Exemption, Facts
from sayso.domain.rule_errors import ExemptionReasonNotAllowed, ExemptionsOverlap
from sayso.domain.status import Form, judge, standing
from sayso.domain.study import Rules

_HELP = (
    "offer large text, the clinic tablet or an interview instead, "
    "or give a coded reason for the missed form"
)


def settled(facts: Facts, forms_at: Callable[[datetime], Sequence[Form]], rules: Rules) -> Facts:
    """The same facts, with every exemption judged whether it needs a second person.

    Exemptions are judged in the order of entry, each against the facts and the forms (`forms_at`)
    that were there at its entry. One that was judged before keeps its judgement.
    """
    if all(e.needs_approval is not None for e in facts.exemptions):
        return facts
    judged: tuple[Exemption, ...] = ()
    for exemption in sorted(facts.exemptions, key=lambda e: (e.recorded_at, e.valid_from)):
        if exemption.needs_approval is None:
            before = replace(facts, exemptions=judged)
            forms = () if _is_late_start(exemption, facts) else forms_at(exemption.recorded_at)
            needed = approval_reason(exemption, before, forms, rules) is not None
            exemption = replace(exemption, needs_approval=needed)
        judged = (*judged, exemption)
    return replace(facts, exemptions=judged)


def approval_reason(
    exemption: Exemption, facts: Facts, forms: Sequence[Form], rules: Rules
) -> str | None:
    """Why this entry needs a second person, in one sentence, or None where it needs none.

    `facts` are the participant's facts without this exemption; only those entered before it count.
    """
    if _is_late_start(exemption, facts):
        return f"It starts on {exemption.valid_from}, after the enrolment day {facts.enrolled}."
    reached = [form for form in forms if exemption.covers(form.target)]
    if not reached:
        return None
    before = facts.known_at(exemption.recorded_at)
    added = replace(exemption, needs_approval=False)
    after = replace(before, exemptions=(*before.exemptions, added))
    without, with_it = standing(before, rules), standing(after, rules)
    for form in reached:
        was = judge(form, without, exemption.recorded_at)
        becomes = judge(form, with_it, exemption.recorded_at)
        if was.status in {"missing", "received"} and becomes.status == "exempt":
            return f"It would change {form.timepoint}, which was {was.status} when it was entered."
    return None


def _is_late_start(exemption: Exemption, facts: Facts) -> bool:
    return exemption.valid_from > facts.enrolled


def check_new(exemption: Exemption, facts: Facts, rules: Rules) -> None:
    """Refuse an exemption that cannot be recorded.

    Raises `ExemptionReasonNotAllowed`, `DatesOutOfOrder` or `ExemptionsOverlap`; the sentence says
    what stands in the way.
    """
    if exemption.reason not in rules.exemption_reasons:
        allowed = ", ".join(rules.exemption_reasons)
        raise ExemptionReasonNotAllowed(
            f"{exemption.reason} is not a reason for an exemption in this study; "
            f"allowed is {allowed}. Otherwise {_HELP}"
        )
    if exemption.valid_to is not None and exemption.valid_to < exemption.valid_from:
        raise DatesOutOfOrder(
            f"The exemption would end on {exemption.valid_to}, "
            f"before it begins on {exemption.valid_from}"
        )
    for other in facts.exemptions:
        if other.language == exemption.language and overlap(exemption, other):
            end = other.valid_to or "no end date"
            raise ExemptionsOverlap(
                f"An exemption from {other.valid_from} to {end} covers part of the same time; "
                "end or void that one first"
            )


def overlap(one: Exemption, other: Exemption) -> bool:
    """Whether some day lies in both intervals."""
    one_ends_first = one.valid_to is not None and one.valid_to < other.valid_from
    other_ends_first = other.valid_to is not None and other.valid_to < one.valid_from
    return not one_ends_first and not other_ends_first
