"""FHIR `enableWhen` as our conditions."""

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
    operator = str(rule.get("operator", "="))
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
