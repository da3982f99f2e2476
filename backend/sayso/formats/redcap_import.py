"""REDCap data dictionaries, as CSV or inside an instrument zip, as our instruments."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
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
)
from sayso.formats.plain_text import has_markup, plain
from sayso.formats.redcap_logic import NotUnderstood, parse_branching

# What we read, and the names that an export and the API give to its column.
_COLUMNS = {
    "field": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "section": ("section header", "section_header"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": (
        "choices, calculations, or slider labels",
        "choices or calculations",
        "select_choices_or_calculations",
    ),
    "note": ("field note", "field_note"),
    "validation": (
        "text validation type or show slider number",
        "text_validation_type_or_show_slider_number",
    ),
    "min": ("text validation min", "text_validation_min"),
    "max": ("text validation max", "text_validation_max"),
    "identifier": ("identifier?", "identifier"),
    "branching": (
        "branching logic (show field only if...)",
        "branching logic",
        "branching_logic",
    ),
    "required": ("required field?", "required_field"),
    "matrix": ("matrix group name", "matrix_group_name"),
    "annotation": ("field annotation", "field_annotation"),
}
_NEEDED = ("field", "type", "label")
_MOST_ROWS = 4_000
_LONG_FIELD = 200_000
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_ACTION = re.compile(r"@[A-Z][A-Z-]*")
_NOT_SHOWN = (
    "@HIDDEN",
    "@HIDDEN-SURVEY",
    "@READONLY",
    "@READONLY-SURVEY",
    "@CALCTEXT",
    "@CALCDATE",
)
_PIPED = re.compile(r"\[[a-z_][a-z0-9_]*(?:[:(][^\]]*)?\]|\{[a-z_][a-z0-9_]*\}")
_IDENTIFYING = ("email", "phone", "zipcode", "ssn", "mrn", "postalcode")


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "").strip()


def import_redcap(text: str, sha256: str, file_name: str) -> Imported:
    """Read the text of a dictionary. Never raises on what the file holds."""
    draft = Draft("redcap", sha256)
    title = re.sub(r"[_-]+", " ", file_name.rsplit(".", 1)[0]).strip() or "Imported dictionary"
    csv.field_size_limit(_LONG_FIELD)
    try:
        rows = _rows(text)
    except ValueError as error:
        return draft.refusal(title, str(error))
    except csv.Error as error:
        return draft.refusal(title, f"is not readable as CSV: {error}")
    names = Counter(row["field"].lower() for row in rows)
    twice = sorted(name for name, count in names.items() if name and count > 1)
    if twice:
        return draft.refusal(title, f"names the field {twice[0]!r} more than once")
    forms = list(dict.fromkeys(row["form"] for row in rows if row["form"]))
    if len(forms) == 1:
        title = re.sub(r"_+", " ", forms[0]).strip().capitalize() or title
    items = _Reader(draft, rows, len(forms) > 1).items()
    about: Doc = {
        "id": slug(forms[0] if len(forms) == 1 else title, "imported-dictionary"),
        "version": "1",
        "title": title[:200],
        "language": "en",
    }
    return draft.finish(items, about, break_rings=True)


def _rows(text: str) -> list[_Row]:
    reader = csv.reader(io.StringIO(text))
    header = [name.strip().lower() for name in next(reader, [])]
    places: dict[str, int] = {}
    for key, names in _COLUMNS.items():
        place = next((header.index(name) for name in names if name in header), None)
        if place is not None:
            places[key] = place
    missing = [_COLUMNS[key][0] for key in _NEEDED if key not in places]
    if missing:
        raise ValueError(f"is no REDCap dictionary: its header has no column {missing[0]!r}")
    rows: list[_Row] = []
    for number, cells in enumerate(reader, 2):
        if len(rows) >= _MOST_ROWS:
            raise ValueError(f"has more than {_MOST_ROWS} fields; export one instrument at a time")
        if any(cell.strip() for cell in cells):
            read = {key: cells[place] for key, place in places.items() if place < len(cells)}
            rows.append(_Row(number, read))
    return rows


class _Reader:
    def __init__(self, draft: Draft, rows: list[_Row], several_forms: bool) -> None:
        self._draft = draft
        self._rows = rows
        self._several_forms = several_forms
        self._ids = {row["field"].lower() for row in rows}

    def items(self) -> list[Doc]:
        """The items, on a page for each form (where there are several), section and matrix."""
        items: list[Doc] = []
        section: list[Doc] = items
        form = None
        for row in self._rows:
            if self._several_forms and row["form"] != form:
                form = row["form"]
                section = items
            if row["section"] and row["matrix"] == "":
                section = self._open_page(items, row, plain(row["section"]))
            item = self._item(row)
            if item is None:
                continue
            self._place(section, row, item)
        return items

    def _open_page(self, items: list[Doc], row: _Row, text: str) -> list[Doc]:
        page: Doc = {"id": self._new_id(row["field"], "section"), "type": "page", "text": text}
        page["items"] = []
        items.append(page)
        children: list[Doc] = page["items"]
        return children

    def _place(self, section: list[Doc], row: _Row, item: Doc) -> None:
        group = row["matrix"]
        if not group or item["type"] not in {"choice", "multiple"}:
            section.append(item)
            return
        last = section[-1] if section else {}
        if last.get("group") != group:
            last = {
                "id": self._new_id(row["field"], "matrix"),
                "type": "page",
                "text": plain(row["section"]),
                "items": [],
                "table": True,
                "group": group,
            }
            section.append(last)
        last["items"].append(item)

    def _new_id(self, field: str, suffix: str) -> str:
        new = f"{field.lower() or 'item'}-{suffix}"
        while new in self._ids:
            new += "-1"
        self._ids.add(new)
        return new

    def _item(self, row: _Row) -> Doc | None:
        field = row["field"].lower()
        source = field or f"row {row.number}"
        if _NAME.fullmatch(field) is None:
            self._draft.refuse(source, f"row {row.number} has no usable field name")
            return None
        read = _TYPES.get(row["type"].lower())
        if read is None:
            why = _REFUSED.get(row["type"].lower(), f"is of the type {row['type']!r}")
            self._draft.refuse(source, f"row {row.number} {why}")
            return None
        try:
            condition = parse_branching(row["branching"])
            item: Doc = {"id": field, **self._words(row, source), **read(self._draft, row)}
        except NotUnderstood as error:
            logic = " ".join(row["branching"].split())[:150]
            self._draft.refuse(source, f"row {row.number}: its branching {error}: {logic}")
            return None
        except ValueError as error:
            self._draft.refuse(source, f"row {row.number} {error}")
            return None
        self._finish(row, item, condition, source)
        return self._draft.take(item, source)

    def _words(self, row: _Row, source: str) -> Doc:
        text = plain(row["label"])
        if has_markup(row["label"]):
            self._draft.change(source, "its words are taken without their markup")
        piped = _PIPED.search(text)
        if piped:
            self._draft.change(source, f"its words hold {piped.group()}, which stays as it is")
        if not text:
            self._draft.change(source, "has no label; its field name stands in")
        words: Doc = {"text": text or source}
        if row["note"] and plain(row["note"]):
            words["help"] = plain(row["note"])
        return words

    def _finish(self, row: _Row, item: Doc, condition: list[Any] | None, source: str) -> None:
        actions = set(_ACTION.findall(row["annotation"]))
        never = next((one for one in _NOT_SHOWN if one in actions), None)
        is_record_id = row is self._rows[0] and self._several_forms and row["type"] == "text"
        if never is not None or is_record_id:
            why = never or "it is the record's identifier"
            self._draft.change(source, f"is kept but never shown: {why}")
            item["enable_when"] = list(NEVER)
        elif condition is not None:
            item["enable_when"] = condition
        if item["type"] == "display":
            item.pop("help", None)
            return
        if row["required"].lower() not in {"y", "yes", "1"}:
            item["required"] = False
        if row["identifier"].lower() in {"y", "yes", "1"}:
            self._draft.change(source, "is marked as identifying a person")
            item["identifying"] = True
        for action in sorted(actions - set(_NOT_SHOWN) - {"@NONEOFTHEABOVE"}):
            self._draft.change(source, f"the action tag {action} has no effect here")
        _mark_exclusive(row["annotation"], item)


def _mark_exclusive(annotation: str, item: Doc) -> None:
    tag = re.search(r"@NONEOFTHEABOVE\s*=\s*[\"']?([^\"'\s]+)", annotation)
    if tag is None or item["type"] != "multiple":
        return
    alone = {one.strip() for one in tag.group(1).split(",")}
    for option in item["answer_options"]:
        if str(option["code"]) in alone:
            option["exclusive"] = True


def _options(draft: Draft, row: _Row) -> list[Doc]:
    pieces = [one.strip() for one in _split_choices(row["choices"])]
    pairs = [tuple(one.split(",", 1)) if "," in one else (one, one) for one in pieces if one]
    if not pairs:
        raise ValueError("lists no choices")
    codes = option_codes([pair[0].strip() for pair in pairs])
    texts = [str(code) for code in codes]
    if "" in texts:
        raise ValueError("has a choice without a code")
    if len(set(texts)) < len(texts):
        raise ValueError("uses one code for two choices")
    options = []
    for code, pair in zip(codes, pairs, strict=True):
        options.append({"code": code, "text": plain(pair[1]) or str(code)})
    if any(not plain(pair[1]) for pair in pairs):
        draft.change(row["field"], "some of its choices have no label; their codes stand in")
    return options


def _split_choices(text: str) -> list[str]:
    """Split at the bars that part choices, not at those inside an HTML tag."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        if letter == "<":
            depth += 1
        elif letter == ">":
            depth = max(0, depth - 1)
        elif letter == "\n":
            depth = 0
        elif letter == "|" and (depth == 0 or ">" not in text[place:]):
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _choice(draft: Draft, row: _Row) -> Doc:
    return {"type": "choice", "answer_options": _options(draft, row)}


def _multiple(draft: Draft, row: _Row) -> Doc:
    return {"type": "multiple", "answer_options": _options(draft, row)}


def _yes_no(draft: Draft, row: _Row) -> Doc:
    options = [{"code": 1, "text": "Yes"}, {"code": 0, "text": "No"}]
    return {"type": "choice", "answer_options": options}


def _true_false(draft: Draft, row: _Row) -> Doc:
    options = [{"code": 1, "text": "True"}, {"code": 0, "text": "False"}]
    return {"type": "choice", "answer_options": options}


def _slider(draft: Draft, row: _Row) -> Doc:
    low, high = number_of(row["min"]), number_of(row["max"])
    item: Doc = {"type": "scale", "min": 0 if low is None else low}
    item["max"] = 100 if high is None else high
    if item["min"] >= item["max"]:
        raise ValueError("is a slider whose minimum is not below its maximum")
    ends = [plain(one) for one in row["choices"].split("|")]
    if len(ends) in {2, 3} and any(ends):
        item["ends"] = ends
    return item


def _notes(draft: Draft, row: _Row) -> Doc:
    return {"type": "long_text"}


def _display(draft: Draft, row: _Row) -> Doc:
    return {"type": "display", "style": "note"}


def _text(draft: Draft, row: _Row) -> Doc:
    kind = row["validation"].lower()
    if kind.startswith("number") or kind == "integer":
        item: Doc = {"type": "integer" if kind == "integer" else "decimal"}
        places = re.match(r"number_(\d)dp", kind)
        if places:
            item["decimals"] = int(places.group(1))
        return _with_limits(draft, row, item, number_of)
    if kind.startswith("date"):
        if kind.startswith("datetime"):
            draft.change(row["field"], "asks for the date only, without the time of day")
        return _with_limits(draft, row, {"type": "date"}, _date)
    if kind in {"time", "time_hh_mm_ss"}:
        return {"type": "time"}
    item = {"type": "text"}
    if kind.startswith(_IDENTIFYING):
        item["identifying"] = True
        draft.change(row["field"], f"is free text; the form of {kind} is not checked")
    elif kind:
        draft.change(row["field"], f"is free text; the validation {kind} is not checked")
    return item


def _date(text: str) -> str | None:
    if text.lower() == "today":
        return "today"
    match = re.match(r"(\d{4}-\d{2}-\d{2})", text)
    return match.group(1) if match else None


def _with_limits(draft: Draft, row: _Row, item: Doc, read: Callable[[str], object]) -> Doc:
    for key in ("min", "max"):
        limit = read(row[key]) if row[key] else None
        if limit is not None:
            item[key] = limit
        elif row[key]:
            draft.change(row["field"], f"its {key} {row[key][:40]!r} is not a fixed limit")
    low, high = item.get("min"), item.get("max")
    if low is not None and high is not None and "today" not in (low, high) and low > high:
        raise ValueError("has a minimum above its maximum")
    return item


_TYPES: dict[str, Callable[[Draft, _Row], Doc]] = {
    "radio": _choice,
    "dropdown": _choice,
    "select": _choice,
    "checkbox": _multiple,
    "yesno": _yes_no,
    "truefalse": _true_false,
    "slider": _slider,
    "text": _text,
    "notes": _notes,
    "textarea": _notes,
    "descriptive": _display,
}
_REFUSED = {
    "calc": "is calculated; attach a scoring pack instead",
    "calculated": "is calculated; attach a scoring pack instead",
    "file": "asks for a file",
    "signature": "asks for a signature",
    "sql": "takes its choices from a database that is not here",
}
