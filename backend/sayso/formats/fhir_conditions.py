"""FHIR `enableWhen` as our conditions, and back."""

from __future__ import annotations

from typing import Any

from sayso.formats.fhir_answers import as_list

Doc = dict[str, Any]

_OPERATORS = {"=", "!=", "<", "<=", ">", ">="}


class Unreadable(ValueError):
    """A condition that cannot be read; the message is what the report says about it."""


def condition_of(item: Doc) -> list[Any] | None:
    """The condition of an item, or None. Raises `Unreadable` with the reason."""
    expression = "sdc-questionnaire-enableWhenExpression"
    for one in as_list(item.get("extension")):
        if isinstance(one, dict) and str(one.get("url")).endswith(expression):
            raise Unreadable("is a FHIRPath expression")
    rules = as_list(item.get("enableWhen"))
    if not rules:
        return None
    parts = [_rule(rule) for rule in rules]
    if len(parts) == 1:
        return parts[0]
    return ["all" if item.get("enableBehavior") == "all" else "any", *parts]


def undeclared_behaviour(item: Doc) -> bool:
    """Whether several conditions stand there without saying if all or any must hold."""
    return len(as_list(item.get("enableWhen"))) > 1 and "enableBehavior" not in item


def _rule(rule: object) -> list[Any]:
    if not isinstance(rule, dict) or not isinstance(rule.get("question"), str):
        raise Unreadable("names no question")
    question = rule["question"]
    if "hasAnswer" in rule:
        return _exists(question, rule["hasAnswer"] is True)
    operator = rule.get("operator", "=")
    key, value = next(
        ((key, value) for key, value in rule.items() if key.startswith("answer")), ("", None)
    )
    if operator == "exists":
        return _exists(question, value is not False)
    if operator not in _OPERATORS:
        raise Unreadable(f"has the operator {operator!r}")
    return [question, operator, _value(key, value)]


def _exists(question: str, wanted: bool) -> list[Any]:
    plain = [question, "answered"]
    return plain if wanted else ["not", plain]


def _value(key: str, value: object) -> object:
    if key in {"answerCoding", "answerQuantity"}:
        if not isinstance(value, dict):
            raise Unreadable("compares with something malformed")
        found = value.get("value") if key == "answerQuantity" else value.get("code")
        found = value.get("display") if found is None else found
        if found is None:
            raise Unreadable("compares with a code that is not given")
        return found
    if key in {"answerReference", "answerAttachment"} or isinstance(value, dict | list):
        raise Unreadable("compares with a reference")
    if value is None:
        raise Unreadable("compares with nothing")
    return value


def enable_when_of(condition: list[Any], codings: dict[str, str]) -> tuple[list[Doc], str] | None:
    """Our condition as FHIR `enableWhen` records and their behaviour; None when FHIR has no form.

    `codings` holds for every item id the name of the answer element that its values need.
    """
    head, *rest = condition
    if head in ("all", "any") and rest and all(isinstance(one, list) for one in rest):
        parts = [_record(one, codings) for one in rest]
        flat = [record for part in parts if part is not None for record in part]
        simple = all(part is not None and len(part) == 1 for part in parts)
        return (flat, head) if simple else None
    records = _record(condition, codings)
    if records is None:
        return None
    return records, "any"


def _record(condition: list[Any], codings: dict[str, str]) -> list[Doc] | None:
    head, *rest = condition
    if head == "not" and len(rest) == 1 and isinstance(rest[0], list):
        inner = rest[0]
        if len(inner) == 2 and inner[1] == "answered":
            return [{"question": inner[0], "operator": "exists", "answerBoolean": False}]
        return None
    if any(isinstance(one, list) for one in condition[:1]) or len(condition) < 2:
        return None
    question, operator, *value = condition
    if operator == "answered":
        return [{"question": question, "operator": "exists", "answerBoolean": True}]
    if operator == "in":
        return [_answer(question, "=", one, codings) for one in value[0]]
    return [_answer(question, operator, value[0], codings)]


def _answer(question: str, operator: str, value: object, codings: dict[str, str]) -> Doc:
    key = codings.get(question, "answerString")
    answer = {"code": str(value)} if key == "answerCoding" else value
    return {"question": question, "operator": operator, key: answer}
