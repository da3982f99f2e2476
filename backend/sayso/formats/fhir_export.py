"""Our instruments and responses as FHIR R4 resources.

What FHIR has a form for goes there: conditions as `enableWhen`, scales as sliders, matrices as
tables. A condition that `enableWhen` cannot say is written as a FHIRPath expression, so that no
reader shows a question that we would hide.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sayso.domain.answers import answered, same, shown
from sayso.domain.questionnaire import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Item,
    NotThis,
    Option,
    Questionnaire,
)
from sayso.formats.fhir_answers import INTEGER_CODES

Doc = dict[str, Any]

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
_TYPES = {
    "page": "group",
    "matrix": "group",
    "display": "display",
    "choice": "choice",
    "multiple": "choice",
    "boolean": "boolean",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "text": "string",
    "long_text": "text",
}
_VALUE_KEYS = {
    "boolean": "Boolean",
    "integer": "Integer",
    "decimal": "Decimal",
    "date": "Date",
    "time": "Time",
    "text": "String",
    "long_text": "String",
}


def canonical_url(questionnaire: Questionnaire) -> str:
    """The name under which responses point to this version."""
    return f"urn:sayso:questionnaire:{questionnaire.id}"


def to_fhir(questionnaire: Questionnaire) -> Doc:
    """The questionnaire as a FHIR R4 `Questionnaire`."""
    resource: Doc = {
        "resourceType": "Questionnaire",
        "url": canonical_url(questionnaire),
        "version": questionnaire.version,
        "name": questionnaire.id,
        "title": questionnaire.title or questionnaire.id,
        "status": "draft" if questionnaire.status == "demonstration" else "active",
        "language": questionnaire.language,
        "subjectType": ["Patient"],
    }
    if questionnaire.licence:
        resource["copyright"] = questionnaire.licence
    resource["item"] = [_item(questionnaire, item) for item in questionnaire.items]
    return resource


def _item(questionnaire: Questionnaire, item: Item) -> Doc:
    record: Doc = {"linkId": item.id}
    if item.text:
        record["text"] = item.text
    record["type"] = _type(item)
    extension = _extensions(item)
    if item.enable_when is not None:
        _write_condition(questionnaire, item.enable_when, record, extension)
    if extension:
        record["extension"] = extension
    if item.is_question and item.required:
        record["required"] = True
    if item.type == "multiple":
        record["repeats"] = True
    if item.longest is not None and item.max_length is not None:
        record["maxLength"] = item.max_length
    if item.options and item.type != "matrix":
        record["answerOption"] = [_option(option) for option in item.options]
    children = [*_attached(item), *(_item(questionnaire, child) for child in item.items)]
    if children:
        record["item"] = children
    return record


def _type(item: Item) -> str:
    if item.type == "scale":
        numbers = (item.low, item.high, item.step)
        return "integer" if all(isinstance(one, int) for one in numbers) else "decimal"
    return _TYPES[item.type]


def _option(option: Option) -> Doc:
    if isinstance(option.code, int) and option.text == str(option.code):
        return {"valueInteger": option.code}
    coding: Doc = {"code": str(option.code), "display": option.text or str(option.code)}
    if isinstance(option.code, int):
        coding = {"system": INTEGER_CODES, **coding}
    record: Doc = {"valueCoding": coding}
    if option.exclusive:
        url = f"{_CORE}questionnaire-optionExclusive"
        record["extension"] = [{"url": url, "valueBoolean": True}]
    return record


def _control(code: str) -> Doc:
    coding = {"system": _CONTROLS, "code": code}
    return {
        "url": f"{_CORE}questionnaire-itemControl",
        "valueCodeableConcept": {"coding": [coding]},
    }


def _extensions(item: Item) -> list[Doc]:
    found: list[Doc] = []
    if item.type == "matrix":
        found.append(_control("gtable"))
    if item.type == "scale":
        found.append(_control("slider"))
        step = item.step or 1
        kind = "Integer" if isinstance(step, int) else "Decimal"
        url = f"{_CORE}questionnaire-sliderStepValue"
        found.append({"url": url, f"value{kind}": step})
    value = {"integer": "Integer", "decimal": "Decimal", "date": "Date"}.get(_type(item))
    for ending, limit in (("minValue", item.low), ("maxValue", item.high)):
        if value and limit is not None and limit != "today":
            found.append({"url": _CORE + ending, f"value{value}": limit})
    if item.decimals is not None:
        found.append({"url": f"{_CORE}maxDecimalPlaces", "valueInteger": item.decimals})
    if item.unit:
        url = f"{_CORE}questionnaire-unit"
        found.append({"url": url, "valueCoding": {"display": item.unit}})
    return found


def _attached(item: Item) -> list[Doc]:
    """Help and end labels, which FHIR hangs under the question as displays of their own."""
    texts = [("help", item.help)] if item.help else []
    if item.ends:
        texts += [("lower", item.ends[0]), ("upper", item.ends[-1])]
    return [
        {
            "linkId": f"{item.id}-{code}",
            "text": text or "-",
            "type": "display",
            "extension": [_control(code)],
        }
        for code, text in texts
    ]


def _write_condition(
    questionnaire: Questionnaire, condition: Condition, record: Doc, extension: list[Doc]
) -> None:
    if condition == AnyOf(()):
        extension.append({"url": f"{_CORE}questionnaire-hidden", "valueBoolean": True})
        return
    rules = _rules(questionnaire, condition)
    if rules is None:
        url = f"{_SDC}sdc-questionnaire-enableWhenExpression"
        expression = {
            "language": "text/fhirpath",
            "expression": _fhirpath(questionnaire, condition),
        }
        extension.append({"url": url, "valueExpression": expression})
        return
    records, behaviour = rules
    record["enableWhen"] = records
    if len(records) > 1:
        record["enableBehavior"] = behaviour


def _rules(questionnaire: Questionnaire, condition: Condition) -> tuple[list[Doc], str] | None:
    if isinstance(condition, AllOf | AnyOf):
        parts = [_rule(questionnaire, part) for part in condition.conditions]
        if any(part is None or len(part) != 1 for part in parts):
            return None
        flat = [rule for part in parts if part for rule in part]
        return flat, "all" if isinstance(condition, AllOf) else "any"
    alone = _rule(questionnaire, condition)
    return None if alone is None else (alone, "any")


def _rule(questionnaire: Questionnaire, condition: Condition) -> list[Doc] | None:
    match condition:
        case Comparison(item=item, operator="answered"):
            return [{"question": item, "operator": "exists", "answerBoolean": True}]
        case NotThis(condition=Comparison(item=item, operator="answered")):
            return [{"question": item, "operator": "exists", "answerBoolean": False}]
        case Comparison(operator="in", value=tuple(values)):
            one_by_one = (Comparison(condition.item, "=", value) for value in values)
            return [_plain_rule(questionnaire, one) for one in one_by_one]
        case Comparison():
            return [_plain_rule(questionnaire, condition)]
    return None


def _plain_rule(questionnaire: Questionnaire, condition: Comparison) -> Doc:
    target = questionnaire.item(condition.item)
    key, value = _value(target, condition.value)
    return {"question": target.id, "operator": condition.operator, f"answer{key}": value}


def _value(item: Item, value: object) -> tuple[str, object]:
    """The FHIR element ending and the content for one answer of an item."""
    if not item.options:
        kind = _type(item) if item.type == "scale" else item.type
        shown_as = f"{value}:00" if item.type == "time" and isinstance(value, str) else value
        return _VALUE_KEYS[kind], shown_as
    option = next((one for one in item.options if same(one.code, value)), None)
    record = _option(option or Option(str(value)))
    return ("Integer", value) if "valueInteger" in record else ("Coding", record["valueCoding"])


def _fhirpath(questionnaire: Questionnaire, condition: Condition) -> str:
    match condition:
        case AllOf(conditions=parts):
            return " and ".join(f"({_fhirpath(questionnaire, part)})" for part in parts)
        case AnyOf(conditions=parts):
            inner = " or ".join(f"({_fhirpath(questionnaire, part)})" for part in parts)
            return inner or "false"
        case NotThis(condition=part):
            return f"({_fhirpath(questionnaire, part)}).not()"
        case Comparison():
            return _fhirpath_comparison(questionnaire, condition)


def _fhirpath_comparison(questionnaire: Questionnaire, condition: Comparison) -> str:
    link = json.dumps(condition.item)[1:-1].replace("'", "\\'")
    path = f"%resource.descendants().where(linkId='{link}').answer.value"
    if condition.operator == "answered":
        return f"{path}.exists()"
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    target = questionnaire.item(condition.item)
    operator = "=" if condition.operator == "in" else condition.operator
    tests = []
    for value in values:
        key, content = _value(target, value)
        field = "$this.code" if key == "Coding" else "$this"
        wanted = content["code"] if isinstance(content, dict) else content
        literal = json.dumps(wanted)
        if isinstance(wanted, str):
            literal = f"@{wanted}" if key == "Date" else f"'{json.dumps(wanted)[1:-1]}'"
        tests.append(f"{path}.where({field} {operator} {literal}).exists()")
    return " or ".join(tests)


def to_fhir_response(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    skipped: Collection[str],
    *,
    response_id: str,
    participant_code: str,
    authored_at: str,
) -> Doc:
    """One response as a FHIR R4 `QuestionnaireResponse`; `authored_at` is an RFC 3339 instant.

    Only what was shown is written. A question that the person declined is there without an answer
    and says so.
    """
    visible = shown(questionnaire, answers, skipped)
    items = [_answered(item, answers, skipped, visible) for item in questionnaire.items]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": response_id,
        "questionnaire": f"{canonical_url(questionnaire)}|{questionnaire.version}",
        "status": "completed",
        "subject": {"identifier": {"value": participant_code}},
        "authored": authored_at,
        "item": [item for item in items if item is not None],
    }


def _answered(
    item: Item, answers: Mapping[str, object], skipped: Collection[str], visible: frozenset[str]
) -> Doc | None:
    if item.id not in visible or item.type == "display":
        return None
    record: Doc = {"linkId": item.id}
    if item.text:
        record["text"] = item.text
    if item.items:
        inside = [_answered(child, answers, skipped, visible) for child in item.items]
        record["item"] = [child for child in inside if child is not None]
        return record if record["item"] else None
    value = answers.get(item.id)
    if item.id in skipped:
        url = f"{_CORE}data-absent-reason"
        record["extension"] = [{"url": url, "valueCode": "asked-declined"}]
        return record
    if not answered(value):
        return None
    values = value if isinstance(value, list | tuple) else [value]
    pairs = [_value(item, one) for one in values]
    record["answer"] = [{f"value{key}": content} for key, content in pairs]
    return record
