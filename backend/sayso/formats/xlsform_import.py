"""XLSForms (Excel workbooks for ODK, Kobo and their kin) as our instruments."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sayso.formats.import_draft import (
    NEVER,
    Doc,
    Draft,
    Imported,
    number_of,
    option_codes,
    slug,
    version_of,
)
from sayso.formats.plain_text import plain
from sayso.formats.xlsform_logic import NotUnderstood, limits_of, parse_relevant
from sayso.formats.xlsx_sheets import NoWorkbook, read_sheets

_MOST_ITEMS = 4_000
_DEEPEST = 4
_SIMPLE = {
    "text": "text",
    "string": "text",
    "time": "time",
    "date": "date",
    "today_date": "date",
    "acknowledge": "boolean",
    "trigger": "boolean",
    "tel": "text",
}
_NUMBERS = {"integer": "integer", "int": "integer", "decimal": "decimal"}
_ONE = re.compile(
    r"select(?:[_ ]one)?\s+(?:from\s+)?(\S+)(\s+or[_ ]?(?:specify[_ ])?other)?$", re.I
)
_MANY = re.compile(
    r"select(?:[_ ]multiple| all that apply from|_many)\s+(\S+)(\s+or[_ ]?(?:specify[_ ])?other)?$",
    re.I,
)
_BEGIN = re.compile(r"begin[_ ](group|repeat)\b", re.I)
_END = re.compile(r"end[_ ](group|repeat)\b", re.I)
_SILENT = frozenset(
    "start end today deviceid subscriberid simserial phonenumber username email audit imei "
    "uri:deviceid start-geopoint background-audio calculate hidden".split()
)
_TEXT_KEYS = {"label": "label", "hint": "hint"}


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "").strip()


def import_xlsform(data: bytes, sha256: str, file_name: str) -> Imported:
    """Read a workbook. Never raises on what the file holds."""
    draft = Draft("xlsform", sha256)
    title = re.sub(r"[_-]+", " ", file_name.rsplit(".", 1)[0]).strip() or "Imported form"
    try:
        sheets = read_sheets(data, ("survey", "choices", "settings"))
    except NoWorkbook as error:
        return draft.refusal(title, str(error))
    if "survey" not in sheets:
        return draft.refusal(title, "is a workbook without a sheet named survey")
    settings = _settings(sheets.get("settings", []))
    title = plain(settings.get("form_title")) or title
    language = settings.get("default_language", "")
    survey = _table(sheets["survey"], language)
    if survey is None or not any(row["type"] for row in survey):
        return draft.refusal(title, "has a survey sheet without a column named type")
    names = Counter(row["name"] for row in survey if row["name"] and not _END.match(row["type"]))
    for name in sorted(name for name, count in names.items() if count > 1):
        draft.change(name, f"is a name used {names[name]} times; the later ones get a row number")
    if len(survey) > _MOST_ITEMS:
        return draft.refusal(title, f"has {len(survey)} rows; at most {_MOST_ITEMS} can be asked")
    choices = _choices(_table(sheets.get("choices", []), language) or [])
    items = _Reader(draft, choices).items(survey)
    about: Doc = {
        "id": slug(settings.get("form_id", "") or title, "imported-form"),
        "version": version_of(settings.get("version")),
        "title": title[:200],
        "language": "en",
    }
    return draft.finish(items, about)


def _settings(rows: list[list[str]]) -> dict[str, str]:
    header = [name.strip().lower() for name in rows[0]] if rows else []
    values = rows[1] if len(rows) > 1 else []
    return {name: value for name, value in zip(header, values, strict=False) if name}


def _table(rows: list[list[str]], language: str) -> list[_Row] | None:
    """The rows under their header; texts in several languages become the one to be asked."""
    if not rows:
        return None
    header = [re.sub(r"\s*:+\s*", "::", name.strip().lower()) for name in rows[0]]
    if "type" not in header and "list_name" not in header and "list name" not in header:
        return None
    columns = _columns(header, language.strip().lower())
    return [
        _Row(number, {key: row[place] for key, place in columns.items() if place < len(row)})
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]


def _columns(header: list[str], language: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, name in enumerate(header):
        if name and "::" not in name:
            columns.setdefault(
                {"list name": "list_name", "relevance": "relevant"}.get(name, name), place
            )
    for key in ("label", "hint", "constraint_message"):
        tongues = {
            name.split("::", 1)[1].strip(): place
            for place, name in enumerate(header)
            if name.startswith(f"{key}::")
        }
        chosen = next(
            (
                place
                for tongue, place in tongues.items()
                if tongue == language or tongue in {"en", "english"} or "(en)" in tongue
            ),
            next(iter(tongues.values()), None),
        )
        if key not in columns and chosen is not None:
            columns[key] = chosen
    return columns


def _choices(rows: list[_Row]) -> dict[str, list[tuple[str, str]]]:
    lists: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        name = row["name"] or row["value"]
        if row["list_name"] and name:
            lists.setdefault(row["list_name"], []).append((name, plain(row["label"]) or name))
    return lists


class _Reader:
    def __init__(self, draft: Draft, choices: dict[str, list[tuple[str, str]]]) -> None:
        self._draft = draft
        self._choices = choices
        self._used: set[str] = set()
        self._repeat = 0

    def items(self, rows: list[_Row]) -> list[Doc]:
        top: list[Doc] = []
        open_pages: list[list[Doc]] = [top]
        for row in rows:
            kind = " ".join(row["type"].split())
            begin, end = _BEGIN.match(kind), _END.match(kind)
            if end:
                self._repeat -= self._repeat > 0
                open_pages = open_pages[:-1] or [top]
            elif begin or self._repeat:
                self._group(row, begin, open_pages)
            elif kind:
                self._append(row, kind, open_pages[-1])
        return top

    def _group(self, row: _Row, begin: re.Match[str] | None, open_pages: list[list[Doc]]) -> None:
        source = row["name"] or f"row {row.number}"
        if begin and (self._repeat or begin.group(1).lower() == "repeat"):
            self._repeat += 1
            open_pages.append([])
        if self._repeat:
            self._draft.refuse(source, f"row {row.number} is in a group that is filled in again")
            return
        children: list[Doc] = []
        page: Doc = {"id": self._new_id(row), "type": "page", "text": plain(row["label"])}
        page["items"] = children
        condition = self._condition(row, source)
        if condition is not None:
            page["enable_when"] = condition
        elif len(open_pages) > _DEEPEST:
            self._draft.change(source, "its items stand without their own page")
            open_pages.append(open_pages[-1])
            return
        open_pages[-1].append(page)
        open_pages.append(children)

    def _new_id(self, row: _Row) -> str:
        name = row["name"] or f"row{row.number}"
        if name in self._used:
            name = f"{name}-row{row.number}"
        self._used.add(name)
        return name[:255]

    def _append(self, row: _Row, kind: str, page: list[Doc]) -> None:
        source = row["name"] or f"row {row.number}"
        if kind.split()[0].lower() in _SILENT:
            self._draft.refuse(source, f"row {row.number} is filled in by the device: {kind}")
            return
        item = self._question(row, kind, source)
        if item is None:
            return
        condition = self._condition(row, source)
        if condition is not None:
            item["enable_when"] = condition
        page.append(self._draft.take(item, source))
        if item.pop("other", False):
            page.append(self._other(item, source))

    def _question(self, row: _Row, kind: str, source: str) -> Doc | None:
        text = plain(row["label"])
        item: Doc = {"id": self._new_id(row), "text": text or source}
        if kind.lower() == "note":
            return {**item, "type": "display", "style": "note"}
        if not text:
            self._draft.change(source, "has no label; its name stands in")
        if "${" in text:
            self._draft.change(source, "its words name another answer, which stays as it is")
        if plain(row["hint"]):
            item["help"] = plain(row["hint"])
        if row["required"].lower() not in {"yes", "true", "true()", "1"}:
            item["required"] = False
        typed = self._typed(row, kind, source)
        if typed is None:
            return None
        if row["read_only"].lower() in {"yes", "true", "true()", "1"} or row["calculation"]:
            self._draft.change(source, "is kept but never shown, because the form fills it in")
            typed["enable_when"] = list(NEVER)
        return {**item, **typed}

    def _typed(self, row: _Row, kind: str, source: str) -> Doc | None:
        select = _ONE.match(kind) or _MANY.match(kind)
        word = kind.split()[0].lower()
        if select and "from_file" not in word and "external" not in word:
            return self._select(row, kind, select, source)
        if word in {"datetime", "dateTime"}:
            self._draft.change(source, "asks for the date only, without the time of day")
            return {"type": "date"}
        if word == "range":
            return self._range(row, source)
        if word in _NUMBERS:
            return self._limited(row, source, {"type": _NUMBERS[word]})
        if word in _SIMPLE:
            if row["constraint"]:
                self._draft.change(
                    source, f"its constraint is not checked: {row['constraint'][:80]}"
                )
            simple: Doc = {"type": _SIMPLE[word]}
            if simple["type"] == "text" and "multiline" in row["appearance"]:
                simple["type"] = "long_text"
            return simple
        self._draft.refuse(
            source, f"row {row.number} is of the type {kind[:60]!r}, which is not asked"
        )
        return None

    def _select(self, row: _Row, kind: str, select: re.Match[str], source: str) -> Doc | None:
        choices = self._choices.get(select.group(1), [])
        if "${" in select.group(1) or not choices:
            place = f"{select.group(1)[:60]!r}, which is not here"
            self._draft.refuse(source, f"row {row.number} takes its choices from {place}")
            return None
        unique = dict(choices)
        if len(unique) < len(choices):
            self._draft.change(source, "a choice that is listed twice is taken once")
        if row["choice_filter"]:
            self._draft.change(
                source, "all its choices are offered; the choice filter has no effect"
            )
        options = [
            {"code": code, "text": text}
            for code, text in zip(option_codes(list(unique)), unique.values(), strict=True)
        ]
        several = _MANY.match(kind) is not None
        item: Doc = {"type": "multiple" if several else "choice", "answer_options": options}
        if select.group(2):
            if "other" not in unique:
                options.append({"code": "other", "text": "Other"})
            item["other"] = True
        return item

    def _other(self, item: Doc, source: str) -> Doc:
        self._draft.change(source, "an answer in one's own words is asked as a question after it")
        text = {
            "id": f"{item['id']}-other",
            "type": "text",
            "text": "Please say what",
            "required": False,
            "enable_when": [item["id"], "=", "other"],
        }
        self._used.add(str(text["id"]))
        return self._draft.take(text, source)

    def _range(self, row: _Row, source: str) -> Doc | None:
        found = dict(re.findall(r"(start|end|step)\s*=\s*(-?[\d.]+)", row["parameters"]))
        low, high = number_of(found.get("start", "0")), number_of(found.get("end", "10"))
        step = number_of(found.get("step", "1"))
        if low is None or high is None or step is None or low >= high or step <= 0:
            self._draft.refuse(source, f"row {row.number} is a range without sound limits")
            return None
        return {"type": "scale", "min": low, "max": high, "step": step}

    def _limited(self, row: _Row, source: str, item: Doc) -> Doc:
        try:
            limits = limits_of(row["constraint"])
        except NotUnderstood as error:
            self._draft.change(source, f"its constraint is not checked; it {error}")
            return item
        if limits.get("min", 0) <= limits.get("max", limits.get("min", 0)):
            item.update(limits)
        return item

    def _condition(self, row: _Row, source: str) -> list[Any] | None:
        try:
            return parse_relevant(row["relevant"])
        except NotUnderstood as error:
            what = f"is always shown, because its condition {error}"
            self._draft.change(source, what)
            return None
