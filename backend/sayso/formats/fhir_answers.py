"""The answer options of a FHIR item: inline, in a contained value set, or out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sayso.formats.plain_text import plain

Doc = dict[str, Any]

INTEGER_CODES = "urn:sayso:integer-code"
"""The system of codes that are numbers with us; FHIR codes are text, so our export says so."""

_ORDINAL_URLS = (
    "/ordinalValue",
    "/questionnaire-ordinalValue",
    "/itemWeight",
    "/valueset-ordinalValue",
    "/codesystem-ordinalValue",
    "/iso21090-CO-value",
)


class OutOfReach(ValueError):
    """The answers cannot be known from this file; the message says where they are."""


@dataclass
class Answers:
    """Options in our own form, and the numbers that the file gives to their codes."""

    options: list[Doc]
    ordinals: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Found:
    code: int | str
    text: str
    system: str = ""
    ordinal: float | None = None
    exclusive: bool = False


def answers_of(item: Doc, contained: dict[str, Doc]) -> Answers:
    """The options of a choice item. Raises `OutOfReach` when they are not in the file."""
    inline = item.get("answerOption") or item.get("option")
    if isinstance(inline, list) and inline:
        return _unique([found for one in inline for found in _inline(one)])
    address = item.get("answerValueSet") or _reference(item.get("options"))
    if not isinstance(address, str):
        raise OutOfReach("has no answer options")
    value_set = contained.get(address)
    if value_set is None:
        raise OutOfReach(f"its answers are in a value set outside the file: {address[:200]}")
    found = list(_concepts(value_set))
    if not found:
        raise OutOfReach(f"the value set {address[:200]} lists no answers")
    return _unique(found)


def contained_sets(questionnaire: Doc) -> dict[str, Doc]:
    """The value sets inside the file, under each name by which an item may call them."""
    found: dict[str, Doc] = {}
    for resource in as_list(questionnaire.get("contained")):
        if isinstance(resource, dict) and resource.get("resourceType") == "ValueSet":
            for name in (resource.get("id"), f"#{resource.get('id')}", resource.get("url")):
                if isinstance(name, str):
                    found[name] = resource
    return found


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def extensions(element: object) -> Iterator[Doc]:
    """The extensions of an element; malformed ones are passed over."""
    if isinstance(element, dict):
        for one in as_list(element.get("extension")):
            if isinstance(one, dict) and isinstance(one.get("url"), str):
                yield one


def extension_value(element: object, *endings: str) -> object:
    """The value of the first extension whose address has one of these endings, or None."""
    for one in extensions(element):
        if one["url"].endswith(endings):
            return next((value for key, value in one.items() if key.startswith("value")), None)
    return None


def _reference(options: object) -> object:
    return options.get("reference") if isinstance(options, dict) else None


def _inline(option: object) -> Iterator[_Found]:
    if not isinstance(option, dict):
        return
    ordinal = _ordinal(option)
    exclusive = extension_value(option, "/questionnaire-optionExclusive") is True
    for key, value in option.items():
        if key == "valueCoding" and isinstance(value, dict):
            yield _coding(value, ordinal, exclusive)
        elif key == "valueInteger" and isinstance(value, int):
            yield _Found(value, str(value), "", ordinal, exclusive)
        elif key in {"valueString", "valueDate", "valueTime"} and isinstance(value, str):
            yield _Found(value.strip(), plain(value), "", ordinal, exclusive)
        elif key == "valueReference":
            raise OutOfReach("its answers are references to other records")


def _coding(coding: Doc, ordinal: float | None = None, exclusive: bool = False) -> _Found:
    display = plain(coding.get("display"))
    code = str(coding.get("code") or "").strip() or display
    if not code:
        raise OutOfReach("has an answer without code and words")
    own = _ordinal(coding)
    if coding.get("system") == INTEGER_CODES and re.fullmatch(r"-?\d{1,15}", code):
        return _Found(int(code), display or code, "", ordinal, exclusive)
    system = str(coding.get("system") or "")
    return _Found(code, display or code, system, own if ordinal is None else ordinal, exclusive)


def _concepts(value_set: Doc) -> Iterator[_Found]:
    expansion = value_set.get("expansion")
    if isinstance(expansion, dict) and as_list(expansion.get("contains")):
        yield from _expanded(as_list(expansion["contains"]), 0)
        return
    compose = value_set.get("compose")
    for include in as_list(compose.get("include")) if isinstance(compose, dict) else []:
        if not isinstance(include, dict) or not as_list(include.get("concept")):
            address = include.get("system") if isinstance(include, dict) else include
            raise OutOfReach(f"its answers are a whole code system: {str(address)[:200]}")
        for concept in include["concept"]:
            if isinstance(concept, dict):
                yield _coding({**concept, "system": include.get("system")})


def _expanded(contains: list[Any], depth: int) -> Iterator[_Found]:
    for concept in contains:
        if isinstance(concept, dict):
            if concept.get("abstract") is not True and (
                concept.get("code") or concept.get("display")
            ):
                yield _coding(concept)
            if depth < 5:
                yield from _expanded(as_list(concept.get("contains")), depth + 1)


def _ordinal(element: Doc) -> float | None:
    value = extension_value(element, *_ORDINAL_URLS)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _unique(found: list[_Found]) -> Answers:
    if not found:
        raise OutOfReach("has no answer options")
    answers = Answers([])
    texts = [str(one.code) for one in found]
    seen: dict[str, str] = {}
    for one in found:
        code: int | str = one.code
        if texts.count(str(code)) > 1:
            if seen.get(str(code)) == one.text:
                answers.notes.append(f"the answer {one.text!r} is listed twice and taken once")
                continue
            if str(code) in seen:
                code = f"{one.system}|{code}" if one.system else one.text
                answers.notes.append(f"the code {one.code!r} stands for two answers; one is {code}")
        if str(code) in seen:
            answers.notes.append(f"the answer {one.text!r} has a code that is taken; left out")
            continue
        seen[str(code)] = one.text
        option: Doc = {"code": code, "text": one.text or str(code)}
        if one.exclusive:
            option["exclusive"] = True
        if one.ordinal is not None:
            answers.ordinals[str(code)] = one.ordinal
        answers.options.append(option)
    return answers
