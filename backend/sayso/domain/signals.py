"""Signs that an exemption may have been used to make a figure look better.

None of them proves anything; each is one sentence that a monitor can follow up. They are derived
from the record at the moment of looking and change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sayso.domain.completion import Ratio
from sayso.domain.participation import Exemption, Facts
from sayso.domain.schedule import answered_keys
from sayso.domain.status import Form
from sayso.domain.walltime import local_date

BACKDATED_AFTER = timedelta(days=1)
_FEWEST_ENROLLED = 10
_TIMES_THE_REST = 2.0


def signals(
    exemption: Exemption, facts: Facts, forms: Sequence[Form], label: Mapping[str, str]
) -> list[str]:
    """The sentences about one exemption; `label` gives the names of timepoints."""
    return [
        *_entered_after_missing(exemption, facts, forms, label),
        *_answered_in_language(exemption, facts),
        *_backdated(exemption, facts),
    ]


def _entered_after_missing(
    exemption: Exemption, facts: Facts, forms: Sequence[Form], label: Mapping[str, str]
) -> list[str]:
    given = answered_keys(forms, facts)
    missed = {
        form.timepoint: form
        for form in forms
        if exemption.covers(form.target)
        and form.closes_at <= exemption.recorded_at
        and (form.timepoint, form.questionnaire) not in given
    }
    day = local_date(exemption.recorded_at, facts.zone)
    return [
        f"Entered on {day}, after {label.get(name, name)} had closed unanswered on {form.closes}."
        for name, form in missed.items()
    ]


def _answered_in_language(exemption: Exemption, facts: Facts) -> list[str]:
    answered = [local_date(response.authored_at, facts.zone) for response in facts.responses]
    if not answered:
        return []
    first = min(answered)
    return [f"Questionnaires in the exempted language are on file, the first of {first}."]


def _backdated(exemption: Exemption, facts: Facts) -> list[str]:
    entered = local_date(exemption.recorded_at, facts.zone)
    if entered - _known_on(exemption, facts) <= BACKDATED_AFTER:
        return []
    days = (entered - exemption.valid_from).days
    return [f"Starts {days} days before it was entered."]


def _known_on(exemption: Exemption, facts: Facts) -> date:
    """The day on which the exemption should have been entered.

    One from the first day is entered with the enrolment, however late that itself is entered.
    """
    if exemption.valid_from > facts.enrolled or facts.enrolled_at is None:
        return exemption.valid_from
    return max(exemption.valid_from, local_date(facts.enrolled_at, facts.zone))


def high_shares(shares: Mapping[str, Ratio]) -> dict[str, str]:
    """For each site whose share of exempt people is far above the other sites', one sentence.

    `shares` holds exempt over enrolled. Sites with fewer than ten people say nothing either way.
    """
    found = {}
    for site, share in shares.items():
        others_n = sum(ratio.n for name, ratio in shares.items() if name != site)
        others_of = sum(ratio.of for name, ratio in shares.items() if name != site)
        if share.of < _FEWEST_ENROLLED or others_of < _FEWEST_ENROLLED:
            continue
        others = others_n / others_of
        interval = share.interval
        if interval is None or interval[0] <= 100 * others * _TIMES_THE_REST:
            continue
        found[site] = (
            f"{share.text} of this site's participants are exempt, "
            f"{Ratio(others_n, others_of).text} elsewhere."
        )
    return found
