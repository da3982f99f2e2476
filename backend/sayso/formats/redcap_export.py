"""Our instruments as REDCap data dictionaries.

REDCap's field names know small letters, digits and underscores only, so ids that hold more are
spelt anew; the same id always gives the same name. Branching is written so that an open question
behaves there as it does here, where a comparison with no answer is false.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from sayso.domain.questionnaire import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Item,
    NotThis,
    Questionnaire,
)
from sayso.domain.score_inputs import text_of

HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_TYPES = {
    "choice": "radio",
    "multiple": "checkbox",
    "boolean": "yesno",
    "scale": "slider",
    "long_text": "notes",
    "display": "descriptive",
}
_VALIDATIONS = {"integer": "integer", "decimal": "number", "date": "date_ymd", "time": "time"}


def to_redcap(questionnaire: Questionnaire) -> str:
    """The dictionary as CSV text, one row for each item that can stand in REDCap."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_Writer(questionnaire).rows())
    return buffer.getvalue()


def field_names(questionnaire: Questionnaire) -> dict[str, str]:
    """The field name of every item, made from its id and unique."""
    names: dict[str, str] = {}
    used: set[str] = set()
    for item in questionnaire.all_items():
        name = re.sub(r"[^a-z0-9_]+", "_", item.id.lower()).strip("_") or "item"
        name = name if name[0].isalpha() else f"q_{name}"
        unique, number = name, 2
        while unique in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique)
        names[item.id] = unique
    return names


class _Writer:
    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        self._names = field_names(questionnaire)
        self._form = re.sub(r"[^a-z0-9_]+", "_", questionnaire.id.lower()).strip("_")
        self._section = ""

    def rows(self) -> Iterator[dict[str, str]]:
        for item in self._questionnaire.items:
            yield from self._item(item, (), "")

    def _item(
        self, item: Item, above: tuple[Condition, ...], matrix: str
    ) -> Iterator[dict[str, str]]:
        conditions = above if item.enable_when is None else (*above, item.enable_when)
        if item.type in {"page", "matrix"}:
            self._section = item.text or self._section
            group = self._names[item.id] if item.type == "matrix" else ""
            for child in item.items:
                yield from self._item(child, conditions, group)
            return
        yield self._row(item, conditions, matrix)
        self._section = ""

    def _row(self, item: Item, conditions: tuple[Condition, ...], matrix: str) -> dict[str, str]:
        hidden = AnyOf(()) in conditions
        tags = ["@HIDDEN"] if hidden else []
        alone = [text_of(option.code) for option in item.options if option.exclusive]
        if alone:
            tags.append(f'@NONEOFTHEABOVE="{",".join(alone)}"')
        branching = "" if hidden else self._all(conditions)
        row = {
            "Variable / Field Name": self._names[item.id],
            "Form Name": self._form,
            "Section Header": self._section,
            "Field Type": _TYPES.get(item.type, "text"),
            "Field Label": item.text or item.id,
            "Choices, Calculations, OR Slider Labels": _choices(item),
            "Field Note": item.help or item.unit,
            "Text Validation Type OR Show Slider Number": _validation(item),
            "Text Validation Min": _limit(item.low),
            "Text Validation Max": _limit(item.high),
            "Identifier?": "y" if item.identifying else "",
            "Branching Logic (Show field only if...)": branching,
            "Required Field?": "y" if item.is_question and item.required else "",
            "Matrix Group Name": matrix,
            "Field Annotation": " ".join(tags),
        }
        return row

    def _all(self, conditions: tuple[Condition, ...]) -> str:
        parts = [self._logic(one) for one in conditions]
        return parts[0] if len(parts) == 1 else " and ".join(f"({one})" for one in parts)

    def _logic(self, condition: Condition, negated: bool = False) -> str:
        match condition:
            case NotThis(condition=inner):
                return self._logic(inner, not negated)
            case AllOf(conditions=parts) | AnyOf(conditions=parts):
                together = isinstance(condition, AllOf) != negated
                inner_parts = [f"({self._logic(part, negated)})" for part in parts]
                return (" and " if together else " or ").join(inner_parts)
            case Comparison():
                return self._comparison(condition, negated)

    def _comparison(self, comparison: Comparison, negated: bool) -> str:
        item = self._questionnaire.item(comparison.item)
        if item.type == "multiple":
            return self._boxes(item, comparison, negated)
        field = f"[{self._names[item.id]}]"
        if comparison.operator == "answered":
            return f'{field} {"=" if negated else "<>"} ""'
        values = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
        literals = [_literal(item, value) for value in values]
        if comparison.operator in {"=", "in"}:
            sign, word = ("<>", " and ") if negated else ("=", " or ")
            return word.join(f"{field} {sign} {one}" for one in literals)
        operator = comparison.operator.replace("!=", "<>")
        if negated:
            turned = {"<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}[operator]
            return f'{field} {turned} {literals[0]} or {field} = ""'
        return f'{field} {operator} {literals[0]} and {field} <> ""'

    def _boxes(self, item: Item, comparison: Comparison, negated: bool) -> str:
        name = self._names[item.id]
        every = [option.code for option in item.options]
        values = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
        codes = every if comparison.operator == "answered" else list(values)
        ticked = [f'[{name}({text_of(code)})] = "1"' for code in codes]
        clear = [f'[{name}({text_of(code)})] = "0"' for code in codes]
        if comparison.operator != "!=":
            return " and ".join(clear) if negated else " or ".join(ticked)
        any_box = " or ".join(f'[{name}({text_of(code)})] = "1"' for code in every)
        if negated:
            no_box = " and ".join(f'[{name}({text_of(code)})] = "0"' for code in every)
            return f"({' or '.join(ticked)}) or ({no_box})"
        return f"({' and '.join(clear)}) and ({any_box})"


def _literal(item: Item, value: object) -> str:
    if isinstance(value, bool):
        return '"1"' if value else '"0"'
    text = text_of(value).replace('"', "'")
    return text if item.type in {"scale", "integer", "decimal"} else f'"{text}"'


def _choices(item: Item) -> str:
    if item.type == "scale":
        return " | ".join(end.replace("|", "/") for end in item.ends)
    return " | ".join(
        f"{text_of(option.code)}, {(option.text or text_of(option.code)).replace('|', '/')}"
        for option in item.options
    )


def _validation(item: Item) -> str:
    if item.type == "decimal" and item.decimals in {1, 2, 3, 4}:
        return f"number_{item.decimals}dp"
    return _VALIDATIONS.get(item.type, "number" if item.type == "scale" else "")


def _limit(limit: object) -> str:
    return "" if limit is None else text_of(limit)
