"""FHIR Questionnaires (R4, with the spellings of STU3 and R5) as our instruments.

Real files leave out what the standard asks for and add what it does not know; both are taken with
a note where the meaning is plain, and refused with the linkId where it is not.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sayso.formats.fhir_answers import (
    OutOfReach,
    answers_of,
    as_list,
    contained_sets,
    extension_value,
    extensions,
)
from sayso.formats.fhir_conditions import Unreadable, condition_of, undeclared_behaviour
from sayso.formats.import_draft import NEVER, Doc, Draft, Imported, slug, version_of
from sayso.formats.plain_text import plain

_DEEPEST = 40
_MOST_ITEMS = 4_000
_SIMPLE = {
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "string": "text",
    "text": "long_text",
}
_NUMBERS = {"integer": "integer", "decimal": "decimal"}
_CHOICES = frozenset({"choice", "open-choice", "coding"})
_REFUSED = {
    "reference": "asks for a reference to another record",
    "attachment": "asks for a file",
    "url": "asks for an address on the web",
    "question": "has no type of answer",
}
_ATTACHED = {
    "help": "help",
    "flyover": "help",
    "unit": "unit",
    "prompt": "help",
    "lower": "",
    "upper": "",
}


def import_fhir(document: Doc, sha256: str) -> Imported:
    """Read a parsed FHIR resource. Never raises on what the file holds."""
    draft = Draft("fhir", sha256)
    kind = document.get("resourceType")
    if kind != "Questionnaire":
        return draft.refusal("", f"is a FHIR {kind or 'document of no kind'}, not a Questionnaire")
    title = plain(document.get("title")) or plain(document.get("name")) or "Untitled questionnaire"
    records = as_list(document.get("item"))
    links = _link_ids(records)
    if len(links) > _MOST_ITEMS:
        return draft.refusal(title, f"has {len(links)} items; at most {_MOST_ITEMS} can be asked")
    twice = sorted(link for link, count in Counter(links).items() if count > 1)
    if twice:
        return draft.refusal(title, f"uses the linkId {twice[0]!r} for more than one item")
    reader = _Reader(draft, contained_sets(document))
    items = reader.items(records, None, 0)
    return draft.finish(items, _about(document, title))


def _about(document: Doc, title: str) -> Doc:
    name = str(document.get("name") or document.get("id") or title)
    language = document.get("language")
    about: Doc = {
        "id": slug(name, "imported-questionnaire"),
        "version": version_of(document.get("version")),
        "title": title[:200],
        "language": language if isinstance(language, str) and language.isalpha() else "en",
    }
    if isinstance(document.get("copyright"), str):
        about["licence"] = plain(document["copyright"])[:300]
    return about


def _link_ids(records: list[Any]) -> list[str]:
    """All linkIds, by a walk that no depth of nesting can stop."""
    found: list[str] = []
    waiting = list(records)
    while waiting:
        record = waiting.pop()
        if isinstance(record, dict):
            if isinstance(record.get("linkId"), str):
                found.append(record["linkId"])
            waiting += as_list(record.get("item"))
    return found


class _Reader:
    def __init__(self, draft: Draft, contained: dict[str, Doc]) -> None:
        self._draft = draft
        self._contained = contained

    def items(self, records: list[Any], above: list[Any] | None, depth: int) -> list[Doc]:
        """`above` is the condition of a question under which these are nested."""
        read: list[Doc] = []
        for place, record in enumerate(records, 1):
            if not isinstance(record, dict):
                self._draft.refuse(f"item {place}", "is not an item")
                continue
            source = record.get("linkId")
            if not isinstance(source, str) or not source.strip() or len(source) > 255:
                self._draft.refuse(f"item {place}", "has no usable linkId")
                continue
            if depth > _DEEPEST:
                self._draft.refuse(source, f"lies deeper than {_DEEPEST} levels")
                continue
            read += self._item(record, source, above, depth)
        return read

    def _item(self, record: Doc, source: str, above: list[Any] | None, depth: int) -> list[Doc]:
        # Only text names a type; anything else cannot even be looked up.
        kind = record.get("type") if isinstance(record.get("type"), str) else None
        condition = self._condition(record, source, above)
        if kind == "group":
            return self._group(record, source, condition, depth)
        if kind == "display":
            return self._display(record, source, condition)
        item = self._question(record, source, kind)
        read: list[Doc] = []
        if item is not None:
            item = {"id": source, **item}
            if condition is not None:
                item["enable_when"] = condition
            self._decorate(record, item)
            read = self._taken(record, item, source)
        children = [one for one in as_list(record.get("item")) if not _is_attached(one)]
        if children:
            self._draft.change(source, "the items nested under it follow it")
            read += self.items(children, condition, depth + 1)
        return read

    def _taken(self, record: Doc, item: Doc, source: str) -> list[Doc]:
        read = [self._draft.take(item, source)]
        if record.get("type") == "open-choice" or str(record.get("answerConstraint")) in {
            "optionsOrString",
            "optionsOrType",
        }:
            read += self._other(item, source)
        return read

    def _other(self, item: Doc, source: str) -> list[Doc]:
        """An answer in one's own words becomes an option and a text question after it."""
        codes = {str(option["code"]) for option in item["answer_options"]}
        code = next(one for one in ("other", "other-answer", "own-words") if one not in codes)
        item["answer_options"] = [*item["answer_options"], {"code": code, "text": "Other"}]
        text = {
            "id": f"{source}-other"[:255],
            "type": "text",
            "text": "Please say what",
            "required": False,
            "enable_when": [source, "=", code],
        }
        if self._draft.is_known(str(text["id"])):
            self._draft.refuse(source, "its own-words answer clashes with another item")
            return []
        self._draft.change(source, "an answer in one's own words is asked as a question after it")
        return [self._draft.take(text, source)]

    def _condition(self, record: Doc, source: str, above: list[Any] | None) -> list[Any] | None:
        if extension_value(record, "/questionnaire-hidden") is True:
            self._draft.change(source, "is kept but never shown, as the file says")
            return list(NEVER)
        own: list[Any] | None = None
        try:
            own = condition_of(record)
        except Unreadable as error:
            self._draft.change(source, f"is always shown, because its condition {error}")
        if undeclared_behaviour(record):
            self._draft.change(source, "is shown when any of its conditions holds")
        if own is None or above is None:
            return above if own is None else own
        return ["all", above, own]

    def _group(
        self, record: Doc, source: str, condition: list[Any] | None, depth: int
    ) -> list[Doc]:
        if record.get("repeats") is True:
            self._draft.refuse(source, "repeats: a group that is filled in several times")
            for link in _link_ids(as_list(record.get("item"))):
                self._draft.refuse(link, f"is inside the repeating group {source!r}")
            return []
        children = self.items(as_list(record.get("item")), None, depth + 1)
        page: Doc = {"id": source, "type": "page", "text": self._words(record, source)}
        if condition is not None:
            page["enable_when"] = condition
        if _control(record) in {"table", "gtable", "grid"}:
            page["table"] = True
        if depth >= 4 and condition is None:
            # Our pages nest less deeply than groups may; the words stay as a heading.
            self._draft.change(source, "its items stand without their own page")
            return children
        page["items"] = children
        return [self._draft.take(page, source)] if children or page["text"] else []

    def _display(self, record: Doc, source: str, condition: list[Any] | None) -> list[Doc]:
        text = self._words(record, source)
        if not text:
            self._draft.refuse(source, "is a display without words")
            return []
        item: Doc = {"id": source, "type": "display", "text": text, "style": "note"}
        if condition is not None:
            item["enable_when"] = condition
        return [self._draft.take(item, source)]

    def _question(self, record: Doc, source: str, kind: object) -> Doc | None:
        if self._is_calculated(record, source):
            return None
        base: Doc = {"text": self._words(record, source, needed=True)}
        if record.get("required") is not True:
            base["required"] = False
        if kind in _CHOICES:
            return self._choice(record, source, base)
        if record.get("repeats") is True:
            self._draft.change(source, "takes one answer, although the file allows several")
        if kind in _SIMPLE:
            return {**base, "type": _SIMPLE[str(kind)]}
        if kind == "dateTime":
            self._draft.change(source, "asks for the date only, without the time of day")
            return {**base, "type": "date"}
        if kind in _NUMBERS:
            return self._number(record, source, {**base, "type": _NUMBERS[str(kind)]})
        if kind == "quantity":
            return self._quantity(record, source, base)
        why = _REFUSED.get(str(kind), f"is of the type {kind!r}, which is not known")
        self._draft.refuse(source, why)
        return None

    def _is_calculated(self, record: Doc, source: str) -> bool:
        for one in extensions(record):
            if one["url"].endswith(("-calculatedExpression", "/cqf-calculatedValue")):
                if record.get("readOnly") is True or str(record.get("type")) not in _CHOICES:
                    why = "is calculated by an expression; attach a scoring pack instead"
                    self._draft.refuse(source, why)
                    return True
                self._draft.change(source, "is asked, although the file would fill it in")
            elif one["url"].endswith(("-initialExpression", "-candidateExpression")):
                self._draft.change(source, "no answer is filled in beforehand")
        if "initial" in record or any(key.startswith("initial") for key in record):
            self._draft.change(source, "no answer is chosen beforehand")
        return False

    def _choice(self, record: Doc, source: str, base: Doc) -> Doc | None:
        try:
            answers = answers_of(record, self._contained)
        except OutOfReach as error:
            self._draft.refuse(source, str(error))
            return None
        for note in answers.notes:
            self._draft.change(source, note)
        if answers.ordinals:
            self._draft.ordinals[source] = answers.ordinals
        several = record.get("repeats") is True
        return {
            **base,
            "type": "multiple" if several else "choice",
            "answer_options": answers.options,
        }

    def _number(self, record: Doc, source: str, item: Doc) -> Doc | None:
        for key, ending in (("min", "/minValue"), ("max", "/maxValue")):
            limit = extension_value(record, ending)
            if isinstance(limit, int | float) and not isinstance(limit, bool):
                item[key] = limit
        if item.get("min", 0) > item.get("max", item.get("min", 0)):
            self._draft.refuse(source, "has a minimum above its maximum")
            return None
        step = extension_value(record, "/questionnaire-sliderStepValue")
        if _control(record) == "slider" and item.get("min", 0) < item.get("max", 0):
            item = {"min": 0, **item, "type": "scale"}
            if isinstance(step, int | float) and not isinstance(step, bool) and step > 0:
                item["step"] = step
            ends = [_attached_text(record, one) for one in ("lower", "upper")]
            if all(ends):
                item["ends"] = ends
        places = extension_value(record, "/maxDecimalPlaces")
        if item["type"] == "decimal" and isinstance(places, int) and 0 <= places <= 10:
            item["decimals"] = places
        return item

    def _quantity(self, record: Doc, source: str, base: Doc) -> Doc | None:
        units = [one for one in extensions(record) if one["url"].endswith("-unitOption")]
        if len(units) > 1 or any(
            one["url"].endswith("-unitValueSet") for one in extensions(record)
        ):
            self._draft.refuse(source, "asks for a quantity whose unit the person chooses")
            return None
        item = self._number(record, source, {**base, "type": "decimal"})
        if item is not None and units:
            item["unit"] = _unit(units[0].get("valueCoding"))
        self._draft.change(source, "asks for the number only; the unit is fixed")
        return item

    def _decorate(self, record: Doc, item: Doc) -> None:
        """Help, unit and length: what the file hangs around a question."""
        help_text = "\n".join(
            text for one in ("help", "flyover", "prompt") if (text := _attached_text(record, one))
        )
        if help_text:
            item["help"] = help_text
        unit = _unit(extension_value(record, "/questionnaire-unit"))
        unit = unit or _attached_text(record, "unit")
        if unit and item["type"] in {"integer", "decimal"}:
            item["unit"] = unit
        length = record.get("maxLength")
        if item["type"] in {"text", "long_text"} and isinstance(length, int) and length > 0:
            item["max_length"] = min(length, 100_000)

    def _words(self, record: Doc, source: str, *, needed: bool = False) -> str:
        text = plain(record.get("text"))
        if plain(record.get("prefix")):
            self._draft.change(source, "its number is left out; the app counts the questions")
        if any(True for _ in extensions(record.get("_text"))):
            self._draft.change(source, "its words are taken without their markup")
        if text or not needed:
            return text
        codes = [one for one in as_list(record.get("code")) if isinstance(one, dict)]
        text = next((plain(one.get("display")) for one in codes if one.get("display")), "")
        self._draft.change(source, "has no text; its code's words or its linkId stand in")
        return text or source


def _control(record: Doc) -> str:
    value = extension_value(record, "/questionnaire-itemControl")
    if not isinstance(value, dict):
        return ""
    codings = [one for one in as_list(value.get("coding")) if isinstance(one, dict)]
    return str(codings[0].get("code", "")) if codings else ""


def _is_attached(record: object) -> bool:
    return (
        isinstance(record, dict)
        and record.get("type") == "display"
        and _control(record) in _ATTACHED
    )


def _attached_text(record: Doc, control: str) -> str:
    return "\n".join(
        plain(one.get("text"))
        for one in as_list(record.get("item"))
        if _is_attached(one) and _control(one) == control
    )


def _unit(coding: object) -> str:
    if not isinstance(coding, dict):
        return ""
    return plain(coding.get("display")) or plain(coding.get("code"))
