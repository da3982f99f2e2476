"""What an import has taken, changed and refused so far, and how it becomes an instrument.

All importers fill one draft. Conditions arrive with values as the other format spells them; only
when every item is known can they be matched with its codes. A condition that cannot be kept is
always reported, with the item that it belonged to.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sayso.domain.errors import InstrumentFileWrong
from sayso.domain.questionnaire import ORDER_OPERATORS
from sayso.formats import instrument_json
from sayso.formats.faults import one_line

Doc = dict[str, Any]

NEVER: list[Any] = ["any"]
"""The condition of an item that is kept but never shown: any of nothing holds."""

_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_QUESTION_TYPES = frozenset(
    "choice multiple scale integer decimal boolean date time text long_text".split()
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome: `document` is None when the whole file is refused, and `why` says so."""

    format: str
    title: str
    taken: list[dict[str, str]]
    changed: list[dict[str, str]]
    refused: list[dict[str, str]]
    sha256: str
    document: Doc | None
    why: str = ""
    ordinals: dict[str, dict[str, float]] = field(default_factory=dict)


class Draft:
    """Collects items and the three lists while an importer walks through a file."""

    def __init__(self, format_name: str, sha256: str) -> None:
        self.format = format_name
        self.sha256 = sha256
        self.taken: list[dict[str, str]] = []
        self.changed: list[dict[str, str]] = []
        self.refused: list[dict[str, str]] = []
        self.ordinals: dict[str, dict[str, float]] = {}
        self._sources: dict[str, str] = {}

    def take(self, item: Doc, source: str) -> Doc:
        """Note an item as taken; returns it, so that a caller can put it where it belongs."""
        self._sources[item["id"]] = source
        self.taken.append({"id": item["id"], "from": source, "type": item["type"]})
        return item

    def change(self, source: str, what: str) -> None:
        self.changed.append({"from": one_line(source), "what": one_line(what)})

    def refuse(self, source: str, why: str) -> None:
        self.refused.append({"from": one_line(source), "why": one_line(why)})

    def is_known(self, item_id: str) -> bool:
        return item_id in self._sources

    def refusal(self, title: str, why: str) -> Imported:
        """The whole file is refused."""
        return Imported(self.format, title, [], self.changed, self.refused, self.sha256, None, why)

    def finish(self, items: list[Doc], about: Doc, *, break_rings: bool = False) -> Imported:
        """The instrument, checked like any other; whatever the check finds refuses the file.

        With `break_rings` items whose conditions look at one another in a ring are always shown
        and reported; without it they refuse the file.
        """
        title = str(about["title"])
        if not any(item["type"] in _QUESTION_TYPES for item in walk(items)):
            first = f"; the first reason: {self.refused[0]['why']}" if self.refused else ""
            return self.refusal(title, f"holds no question that can be taken{first}")
        items = _without_empty_pages(items)
        self._mend_conditions(items)
        if break_rings:
            self._break_rings(items)
        document = {
            **about,
            "status": "imported",
            "origin": {"format": self.format, "sha256": self.sha256},
            **_compact([_as_matrix(item) for item in items]),
        }
        try:
            instrument_json.load(document)
        except InstrumentFileWrong as error:
            faults = [f"{one.key} {one.what}" for one in error.faults]
            more = f" and {len(faults) - 3} more faults" if len(faults) > 3 else ""
            return self.refusal(title, "; ".join(faults[:3]) + more)
        return Imported(
            self.format,
            title,
            self.taken,
            self.changed,
            self.refused,
            self.sha256,
            document,
            ordinals=self.ordinals,
        )

    def _mend_conditions(self, items: list[Doc]) -> None:
        known = {item["id"]: item for item in walk(items)}
        for item in known.values():
            condition = item.get("enable_when")
            if condition is None or condition == NEVER:
                continue
            source = self._sources.get(str(item["id"])) or str(item["id"])
            notes: list[str] = []
            try:
                item["enable_when"] = _fitted(condition, known, notes)
            except LookupError as error:
                del item["enable_when"]
                self.change(source, f"is always shown, because its condition {error.args[0]}")
            for note in notes:
                self.change(source, note)

    def _break_rings(self, items: list[Doc]) -> None:
        known = {str(item["id"]): item for item in walk(items)}
        parents = {
            str(child["id"]): str(item["id"])
            for item in walk(items)
            for child in item.get("items", [])
        }
        looks = {
            item_id: {
                *looked_at(item.get("enable_when", [])),
                *([parents[item_id]] if item_id in parents else []),
            }
            for item_id, item in known.items()
        }
        for item_id in in_rings(looks):
            if known[item_id].pop("enable_when", None) is not None:
                what = "is always shown, because its condition and others look at one another"
                self.change(self._sources.get(item_id, item_id), what)


def looked_at(condition: list[Any]) -> set[str]:
    """The ids that a condition of ours, as it stands in a document, looks at."""
    if not condition:
        return set()
    head, *rest = condition
    if head in ("all", "any", "not") and all(isinstance(one, list) for one in rest):
        return {item_id for one in rest for item_id in looked_at(one)}
    return {str(head)}


def in_rings(looks: dict[str, set[str]]) -> list[str]:
    """The ids from which a walk along `looks` comes back to where it began.

    Whatever leads into nothing is peeled off first, and then whatever nothing leads to; what is
    left lies on a ring, or between two of them.
    """
    left = {one: {other for other in others if other in looks} for one, others in looks.items()}
    for _ in range(2):
        while ends := {one for one, others in left.items() if not others}:
            left = {one: others - ends for one, others in left.items() if one not in ends}
        left = _turned(left)
    return sorted(left)


def _turned(looks: dict[str, set[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {one: set() for one in looks}
    for one, others in looks.items():
        for other in others:
            turned[other].add(one)
    return turned


def walk(items: list[Doc]) -> Iterator[Doc]:
    """All items, those inside pages and matrices included."""
    for item in items:
        yield item
        children = item.get("items", [])
        yield from walk(children)


def _without_empty_pages(items: list[Doc]) -> list[Doc]:
    kept = []
    for item in items:
        if item["type"] == "page":
            item["items"] = _without_empty_pages(item["items"])
            if not item["items"] and not item.get("text"):
                continue
            if not item["items"]:
                # A page of words only is what the other formats use for headings.
                item.pop("items")
                item.update(type="display", style="heading")
        kept.append(item)
    return kept


def _as_matrix(item: Doc) -> Doc:
    """A page that its source called a table becomes a matrix, when its rows share their answers."""
    if item["type"] != "page":
        return item
    is_table = item.pop("table", False)
    item.pop("group", None)
    children = [_as_matrix(child) for child in item["items"]]
    item["items"] = children
    alike = {json.dumps(child.get("answer_options")) for child in children}
    if not is_table or len(alike) != 1 or any(child["type"] != "choice" for child in children):
        return item
    rows = [
        {key: value for key, value in child.items() if key not in {"type", "answer_options"}}
        for child in children
    ]
    head = {key: value for key, value in item.items() if key not in {"type", "items"}}
    return {
        **head,
        "type": "matrix",
        "answer_options": children[0]["answer_options"],
        "items": rows,
    }


def _compact(items: list[Doc]) -> Doc:
    """Answer lists that are used more than once get a name and are written once."""
    lists = Counter(
        json.dumps(item["answer_options"]) for item in walk(items) if "answer_options" in item
    )
    names = {
        text: f"answers{number}"
        for number, text in enumerate((one for one, n in lists.items() if n > 1), 1)
    }
    for item in walk(items):
        name = names.get(json.dumps(item.get("answer_options")))
        if name is not None:
            item["answer_options"] = name
    sets = {name: json.loads(text) for text, name in names.items()}
    return {"answer_sets": sets, "items": items} if sets else {"items": items}


def _fitted(condition: list[Any], known: dict[str, Doc], notes: list[str]) -> list[Any]:
    head, *rest = condition
    if head in ("all", "any") and all(isinstance(one, list) for one in rest):
        parts = [_fitted(one, known, notes) for one in rest]
        return parts[0] if len(parts) == 1 else [head, *parts]
    if head == "not" and len(rest) == 1 and isinstance(rest[0], list):
        return ["not", _fitted(rest[0], known, notes)]
    return _fitted_comparison(condition, known, notes)


def _fitted_comparison(condition: list[Any], known: dict[str, Doc], notes: list[str]) -> list[Any]:
    item_id, operator, *rest = condition
    target = known.get(item_id)
    if target is None or target["type"] not in _QUESTION_TYPES:
        raise LookupError(f"looks at {item_id!r}, which is not among the items taken")
    if operator == "answered":
        return condition
    if operator in ORDER_OPERATORS:
        return [item_id, operator, _ordered_value(target, rest[0])]
    values = rest[0] if isinstance(rest[0], list) else [rest[0]]
    pairs = [(value, _fitted_value(target, value)) for value in values]
    lost = [value for value, fitted in pairs if fitted is None]
    if lost:
        notes.append(f"its condition waits for {item_id!r} to be {lost[0]!r}, which never happens")
    found = [fitted for _, fitted in pairs if fitted is not None]
    if not found:
        return [item_id, "answered"] if operator == "!=" else list(NEVER)
    return [item_id, operator, found if operator == "in" else found[0]]


def _ordered_value(target: Doc, value: object) -> object:
    kind, text = target["type"], str(value).strip()
    is_number = kind in {"scale", "integer", "decimal"} or (
        kind == "choice" and all(isinstance(one["code"], int) for one in target["answer_options"])
    )
    fitted: object = None
    if is_number:
        fitted = number_of(text)
    elif kind in {"date", "time"}:
        fitted = _fitted_value(target, value)
    if fitted is None:
        raise LookupError(f"orders {target['id']!r} against {value!r}")
    return fitted


def _fitted_value(target: Doc, value: object) -> object:
    """The value as an answer of the target would have it; None when it is never an answer."""
    text = str(value).strip()
    kind = target["type"]
    if kind in {"choice", "multiple"}:
        codes = (option["code"] for option in target["answer_options"])
        return next((code for code in codes if str(code) == text), None)
    if kind == "boolean":
        return _TRUTHS.get(text.lower())
    if kind in {"scale", "integer", "decimal"}:
        return number_of(text)
    if kind == "date":
        return text[:10] if re.match(r"\d{4}-\d{2}-\d{2}", text) else None
    return text[:5] if kind == "time" else text


def number_of(text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return int(number) if number.is_integer() else number


def slug(text: str, fallback: str) -> str:
    """An instrument id from a title: small letters, digits and hyphens, at most 60."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")
    return words or fallback


def version_of(text: object) -> str:
    """A version as our files spell it; "1" when the source has none."""
    words = re.sub(r"[^0-9A-Za-z]+", ".", str(text or "")).strip(".")[:40].strip(".")
    return words or "1"


def option_codes(codes: list[str]) -> list[int | str]:
    """Codes of one list: numbers when all are plain whole numbers, else text as it was."""
    if all(re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", code) for code in codes):
        return [int(code) for code in codes]
    return list(codes)
