"""Whether the scoring rules of one version can be run on answers to another.

A corrected rule may be used on what was answered before, as long as the questions that it rests on
are the same questions: same type, no answer that the rule does not know, shown under the same
condition. Words may differ, because no rule reads them.
"""

from __future__ import annotations

from sayso.domain.questionnaire import Item, Questionnaire
from sayso.domain.scoring import questions_below


def misfits(older: Questionnaire, newer: Questionnaire) -> list[str]:
    """Why the rules of `newer` cannot score answers to `older`; empty when they can."""
    below = questions_below(newer)
    wanted = {one for rule in newer.scores for one in below[rule.id]}
    return [
        fault
        for item in newer.items_in_order()
        if item.id in wanted
        for fault in _misfits_of(older, newer, item)
    ]


def _misfits_of(older: Questionnaire, newer: Questionnaire, item: Item) -> list[str]:
    if not older.has_item(item.id):
        return [f"it has no question {item.id}"]
    before = older.item(item.id)
    found = []
    if before.type != item.type:
        found.append(f"{item.id} was of the type {before.type} and is {item.type}")
    strange = {option.code for option in before.options} - {option.code for option in item.options}
    if strange:
        codes = ", ".join(sorted(map(str, strange)))
        found.append(f"{item.id} could be answered {codes}, which the newer version does not know")
    if _limits(before) != _limits(item):
        found.append(f"{item.id} has other limits")
    if _conditions(older, item.id) != _conditions(newer, item.id):
        found.append(f"{item.id} is shown under another condition")
    return found


def _limits(item: Item) -> tuple[object, object]:
    return (item.low, item.high)


def _conditions(questionnaire: Questionnaire, item_id: str) -> list[object]:
    """The conditions of an item and of everything around it, outermost last."""
    found: list[object] = []
    here: str | None = item_id
    while here is not None:
        condition = questionnaire.item(here).enable_when
        if condition is not None:
            found.append(condition)
        parent = questionnaire.parent_of(here)
        here = parent.id if parent is not None else None
    return found
