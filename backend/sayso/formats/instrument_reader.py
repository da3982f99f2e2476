"""Turns an instrument document into domain objects and notes everything that is malformed.

The reader is generous on purpose: after a fault it goes on with a harmless value, so that one
mistake at the top of a file does not hide five others below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sayso.domain.questionnaire import (
    ITEM_TYPES,
    NUMBER_TYPES,
    OPERATORS,
    STRUCTURE_TYPES,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Item,
    NotThis,
    Option,
    Questionnaire,
)
from sayso.formats.canonical import sha256
from sayso.formats.faults import Faults
from sayso.formats.score_reader import read_scores

TOP_KEYS = frozenset(
    "id version title language status licence owner recall minutes pack origin answer_sets items "
    "scores".split()
)
STATUSES = ("demonstration", "licensed", "imported")
ITEM_KEYS = frozenset(
    "id type text help style answer_options items required skippable enable_when when_hidden "
    "min max step ends unit decimals max_length identifying".split()
)
OPTION_KEYS = frozenset({"code", "text", "missing", "exclusive"})
MAX_ITEMS = 5_000
MAX_DEPTH = 6

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+|\.[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9A-Za-z]+(?:[.+-][0-9A-Za-z]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def read_questionnaire(document: Mapping[str, Any], faults: Faults) -> Questionnaire:
    """The questionnaire of a document; `faults` holds what was wrong with its form."""
    reader = _Reader(document, faults)
    return reader.questionnaire()


class _Reader:
    def __init__(self, document: Mapping[str, Any], faults: Faults) -> None:
        self._document = document
        self._faults = faults
        self._pack = document.get("pack") is True
        self._sets: dict[str, tuple[Option, ...]] = {}
        self._items = 0

    def questionnaire(self) -> Questionnaire:
        document, where = self._document, ""
        self._unknown_keys(document, TOP_KEYS, where)
        self._pattern("id", _NAME, "small letters, digits, dots and hyphens, such as demo-anxiety")
        self._pattern("version", _VERSION, "a version such as 1.0.0, as text")
        self._pattern("language", _LANGUAGE, "a language code such as en or pt-BR")
        status = document.get("status")
        if status not in STATUSES:
            self._faults.add("status", f"is {status!r}", f"use one of {', '.join(STATUSES)}")
        self._read_sets()
        self._check_origin()
        items = self._read_items(document.get("items"), "items", 0)
        if isinstance(document.get("items"), list) and not items:
            self._faults.add("items", "is empty", "give at least one item")
        minutes = document.get("minutes")
        if minutes is not None and (not _is_int(minutes) or minutes < 1):
            self._faults.add("minutes", f"is {minutes!r}", "give whole minutes, at least 1")
            minutes = None
        return Questionnaire(
            id=str(document.get("id")),
            version=str(document.get("version")),
            title=self._text(document, "title", where, needed=not self._pack),
            language=str(document.get("language")),
            status=str(status),
            items=items,
            scores=read_scores(document.get("scores"), self._faults),
            licence=self._text(document, "licence", where),
            recall=self._text(document, "recall", where),
            minutes=minutes,
            pack=self._pack,
            sha256=sha256(document),
        )

    def _pattern(self, key: str, pattern: re.Pattern[str], mend: str) -> None:
        value = self._document.get(key)
        if not isinstance(value, str) or pattern.fullmatch(value) is None or len(value) > 100:
            self._faults.add(key, f"is {value!r}", f"give {mend}")

    def _unknown_keys(self, record: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        for key in sorted(set(record) - known):
            place = f"{where}.{key}" if where else key
            self._faults.add(place, "is not a key of this format", "remove it or mend its spelling")

    def _text(
        self, record: Mapping[str, Any], key: str, where: str, *, needed: bool = False
    ) -> str:
        value = record.get(key, "")
        place = f"{where}.{key}" if where else key
        if not isinstance(value, str):
            self._faults.add(place, f"is {value!r}", "give text in quotation marks")
            return ""
        if needed and not value.strip():
            self._faults.add(place, "is missing", "write what the participant will read")
        if _CONTROL.search(value):
            self._faults.add(place, "holds control characters", "remove them")
        return value

    def _read_sets(self) -> None:
        sets = self._document.get("answer_sets", {})
        if not isinstance(sets, dict):
            self._faults.add("answer_sets", "is not an object", "give named lists of options")
            return
        for name, options in sets.items():
            self._sets[name] = self._read_options(options, f"answer_sets.{name}")

    def _check_origin(self) -> None:
        self._text(self._document, "owner", "")
        origin = self._document.get("origin", {})
        if not isinstance(origin, dict) or not all(isinstance(one, str) for one in origin.values()):
            self._faults.add("origin", "is not an object of texts", "name format and sha256 there")

    def _read_options(self, options: object, where: str) -> tuple[Option, ...]:
        if not isinstance(options, list) or not options:
            self._faults.add(where, "has no options", "list the codes and their texts")
            return ()
        read = tuple(
            self._read_option(one, f"{where}[{place}]") for place, one in enumerate(options)
        )
        seen: set[str] = set()
        for place, option in enumerate(read):
            # 1 and "1" would look alike in every file that leaves here, so both are one code.
            if str(option.code) in seen:
                self._faults.add(
                    f"{where}[{place}].code", f"{option.code!r} is there twice", "give each its own"
                )
            seen.add(str(option.code))
        return read

    def _read_option(self, record: object, where: str) -> Option:
        if self._pack and (_is_int(record) or isinstance(record, str)):
            record = {"code": record}
        if not isinstance(record, dict):
            self._faults.add(where, "is not an option", 'write {"code": 1, "text": "Yes"}')
            return Option(where)
        self._unknown_keys(record, OPTION_KEYS, where)
        code = record.get("code")
        if not _is_int(code) and not (isinstance(code, str) and code.strip()):
            self._faults.add(f"{where}.code", f"is {code!r}", "give a whole number or a word")
            code = where
        return Option(
            code=code if isinstance(code, int) else str(code),
            text=self._text(record, "text", where, needed=not self._pack),
            missing=self._flag(record, "missing", where, False),
            exclusive=self._flag(record, "exclusive", where, False),
        )

    def _flag(self, record: Mapping[str, Any], key: str, where: str, default: bool) -> bool:
        value = record.get(key, default)
        if not isinstance(value, bool):
            self._faults.add(f"{where}.{key}", f"is {value!r}", "write true or false")
            return default
        return value

    def _read_items(self, records: object, where: str, depth: int) -> tuple[Item, ...]:
        if not isinstance(records, list):
            self._faults.add(where, "is not a list of items", "write [ ... ] there")
            return ()
        if depth > MAX_DEPTH:
            self._faults.add(where, f"lies deeper than {MAX_DEPTH} levels", "flatten the pages")
            return ()
        return tuple(
            self._read_item(one, f"{where}[{place}]", depth) for place, one in enumerate(records)
        )

    def _read_item(
        self, record: object, where: str, depth: int, row_options: tuple[Option, ...] | None = None
    ) -> Item:
        self._items += 1
        if self._items == MAX_ITEMS + 1:
            self._faults.add(where, f"is item number {MAX_ITEMS + 1}", "split the questionnaire")
        if not isinstance(record, dict) or self._items > MAX_ITEMS:
            if not isinstance(record, dict):
                self._faults.add(where, "is not an item", 'write {"id": ..., "type": ...}')
            return Item(where, "display")
        self._unknown_keys(record, ITEM_KEYS, where)
        item_id = record.get("id")
        if not isinstance(item_id, str) or not item_id.strip() or len(item_id) > 255:
            self._faults.add(f"{where}.id", f"is {item_id!r}", "give a short name as text")
            item_id = where
        kind = self._kind(record, where, row_options is not None)
        options = self._item_options(record, kind, where, row_options is not None)
        wordless = self._pack or kind in {"page", "matrix"}
        return Item(
            id=item_id,
            type=kind,
            text=self._text(record, "text", where, needed=not wordless),
            help=self._text(record, "help", where),
            style=self._style(record, kind, where),
            options=options if row_options is None else row_options,
            items=self._children(record, kind, options, where, depth),
            required=self._flag(record, "required", where, kind not in STRUCTURE_TYPES),
            skippable=self._flag(record, "skippable", where, True),
            enable_when=self._condition(record, where),
            when_hidden=record.get("when_hidden"),
            low=self._limit(record, "min", kind, where),
            high=self._limit(record, "max", kind, where),
            step=self._step(record, kind, where),
            ends=self._ends(record, kind, where),
            unit=self._text(record, "unit", where),
            decimals=self._count(record, "decimals", {"decimal"}, kind, where),
            max_length=self._count(record, "max_length", {"text", "long_text"}, kind, where),
            identifying=self._flag(record, "identifying", where, False),
        )

    def _kind(self, record: Mapping[str, Any], where: str, in_matrix: bool) -> str:
        kind = record.get("type", "choice" if in_matrix else None)
        if in_matrix and kind != "choice":
            self._faults.add(f"{where}.type", f"is {kind!r}", "a matrix holds choice items only")
            return "choice"
        if not isinstance(kind, str) or kind not in ITEM_TYPES:
            known = ", ".join(sorted(ITEM_TYPES))
            self._faults.add(f"{where}.type", f"is {kind!r}", f"use one of {known}")
            return "display"
        return kind

    def _style(self, record: Mapping[str, Any], kind: str, where: str) -> str:
        style = self._text(record, "style", where)
        if style and (kind != "display" or style not in {"heading", "help", "note"}):
            self._faults.add(f"{where}.style", f"is {style!r}", "a display has heading, help, note")
        return style

    def _item_options(
        self, record: Mapping[str, Any], kind: str, where: str, in_matrix: bool
    ) -> tuple[Option, ...]:
        given = record.get("answer_options")
        place = f"{where}.answer_options"
        if in_matrix or kind not in {"choice", "multiple", "matrix"}:
            if given is not None:
                what = "is set for the whole matrix" if in_matrix else f"is not for a {kind}"
                self._faults.add(place, what, "remove it")
            return ()
        if isinstance(given, str):
            if given not in self._sets:
                self._faults.add(place, f"names no answer set {given!r}", "add it to answer_sets")
            return self._sets.get(given, ())
        return self._read_options(given, place)

    def _children(
        self,
        record: Mapping[str, Any],
        kind: str,
        options: tuple[Option, ...],
        where: str,
        depth: int,
    ) -> tuple[Item, ...]:
        rows = record.get("items")
        place = f"{where}.items"
        if kind == "page":
            return self._read_items(rows, place, depth + 1)
        if kind != "matrix":
            if rows is not None:
                self._faults.add(place, f"is not for a {kind}", "use a page or a matrix")
            return ()
        if not isinstance(rows, list) or not rows:
            self._faults.add(place, "has no rows", "list the questions of the matrix")
            return ()
        return tuple(
            self._read_item(row, f"{place}[{number}]", depth + 1, options)
            for number, row in enumerate(rows)
        )

    def _limit(self, record: Mapping[str, Any], key: str, kind: str, where: str) -> Any:
        value = record.get(key)
        place = f"{where}.{key}"
        if value is None:
            if kind == "scale":
                self._faults.add(place, "is missing", "a scale needs min and max")
            return None
        if kind in NUMBER_TYPES and _is_number(value):
            return value
        if kind in {"date", "time"} and isinstance(value, str):
            return value
        self._faults.add(place, f"is {value!r}", "limits are for numbers, dates and times")
        return None

    def _step(self, record: Mapping[str, Any], kind: str, where: str) -> Any:
        step = record.get("step", 1 if kind == "scale" else None)
        if step is not None and (kind != "scale" or not _is_number(step) or step <= 0):
            self._faults.add(f"{where}.step", f"is {step!r}", "a scale's step is above 0")
            return 1
        return step

    def _ends(self, record: Mapping[str, Any], kind: str, where: str) -> tuple[str, ...]:
        ends = record.get("ends", [])
        fits = isinstance(ends, list) and all(isinstance(one, str) for one in ends)
        if not fits or (ends and (kind != "scale" or len(ends) not in {2, 3})):
            self._faults.add(f"{where}.ends", f"is {ends!r}", "give a scale two or three labels")
            return ()
        return tuple(ends)

    def _count(
        self, record: Mapping[str, Any], key: str, kinds: set[str], kind: str, where: str
    ) -> int | None:
        value = record.get(key)
        if value is None:
            return None
        if kind not in kinds or not _is_int(value) or not 0 <= value <= 100_000:
            self._faults.add(f"{where}.{key}", f"is {value!r} on a {kind}", "mend or remove it")
            return None
        return int(value)

    def _condition(self, record: Mapping[str, Any], where: str) -> Condition | None:
        given = record.get("enable_when")
        if given is None:
            return None
        return self._read_condition(given, f"{where}.enable_when", 0)

    def _read_condition(self, given: object, where: str, depth: int) -> Condition:
        if not isinstance(given, list) or not given or depth > 20:
            self._faults.add(where, f"is {given!r:.60}", 'write ["item", "=", value]')
            return AllOf(())
        head, rest = given[0], given[1:]
        nested = all(isinstance(one, list) for one in rest)
        # `["any"]` alone never holds; imports keep items with it that are not to be shown.
        if nested and (head == "any" or (head == "all" and rest)):
            parts = tuple(
                self._read_condition(one, f"{where}[{place}]", depth + 1)
                for place, one in enumerate(rest, 1)
            )
            return AllOf(parts) if head == "all" else AnyOf(parts)
        if head == "not" and len(rest) == 1 and isinstance(rest[0], list):
            return NotThis(self._read_condition(rest[0], f"{where}[1]", depth + 1))
        return self._read_comparison(given, where)

    def _read_comparison(self, given: list[object], where: str) -> Condition:
        operator = given[1] if len(given) > 1 else None
        wanted = 2 if operator == "answered" else 3
        fits = isinstance(given[0], str) and isinstance(operator, str) and operator in OPERATORS
        if not fits or len(given) != wanted:
            known = " ".join(sorted(OPERATORS))
            self._faults.add(where, f"is {given!r:.60}", f"write [item, one of {known}, value]")
            return AllOf(())
        value = given[2] if wanted == 3 else None
        if operator == "in" and isinstance(value, list):
            value = tuple(value)
        elif isinstance(value, dict | list) or (value is None and wanted == 3):
            self._faults.add(where, f"compares with {value!r:.60}", "compare with one value")
        return Comparison(str(given[0]), str(operator), value)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
