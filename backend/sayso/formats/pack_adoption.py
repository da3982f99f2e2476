"""Joins a site's licensed file, which has the words, to a wordless pack, which has the scoring.

Nothing is guessed in silence: every match says how it was found, every pack item without a partner
is named, and the pack's own worked examples must come out before there is an instrument.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.domain.errors import InstrumentFileWrong
from sayso.domain.questionnaire import Item, Questionnaire
from sayso.formats import instrument_json
from sayso.formats.import_draft import Imported, walk
from sayso.formats.instrument_vectors import compare_vectors

Doc = dict[str, Any]

BY_ID, BY_ENDING, BY_ORDER, BY_HAND = "id", "ending of the id", "order", "your choice"
BY_CODE, BY_SCORE = "code", "score in the file"


@dataclass(frozen=True, slots=True)
class Match:
    """A pack item and its partner in the file; `codes` leads from the file's codes to ours.

    `words` are the texts of the file's options, by their codes, for the person who confirms.
    """

    item: str
    source: str
    text: str
    how: str
    codes: dict[str, int | str] = field(default_factory=dict)
    codes_by: str = ""
    words: dict[str, str] = field(default_factory=dict)

    @property
    def confidence(self) -> str:
        """`certain`, `likely`, or `look`: found by order alone, so somebody has to look."""
        if self.how == BY_ORDER or self.codes_by == BY_ORDER:
            return "look"
        sure = self.how in {BY_ID, BY_HAND} and self.codes_by in {"", BY_CODE}
        return "certain" if sure else "likely"


@dataclass(frozen=True, slots=True)
class Adoption:
    """The preview: `document` is None as long as `problems` is not empty.

    `offered` are id and text of every item of the file that could be a partner.
    """

    matches: list[Match]
    unmatched: list[str]
    extra: list[str]
    problems: list[str]
    vectors: int
    document: Doc | None
    offered: list[tuple[str, str]] = field(default_factory=list)


def adopt(
    pack: Questionnaire,
    pack_document: Doc,
    imported: Imported,
    vectors: str,
    chosen: Mapping[str, str] | None = None,
) -> Adoption:
    """Match the imported file with the pack and run the pack's worked examples (CSV text).

    `chosen` leads from items of the pack to items of the file that a person has paired by hand;
    what it leaves open is matched as without it.
    """
    if imported.document is None:
        return Adoption([], [], [], [f"the file {imported.why}"], 0, None)
    document = _spelt_out(imported.document)
    items = candidates(document)
    pairs, problems = _by_hand(pack, items, chosen or {})
    done, used = {one.id for one, _, _ in pairs}, {found["id"] for _, found, _ in pairs}
    pairs += _pairs(
        [one for one in pack.items_in_order() if one.id not in done],
        [one for one in items if one["id"] not in used],
    )
    order = {one.id: place for place, one in enumerate(pack.items_in_order())}
    matches = []
    for wanted, found, how in sorted(pairs, key=lambda pair: order[pair[0].id]):
        match = _match(wanted, found, how, imported.ordinals.get(found["id"], {}))
        if isinstance(match, str):
            problems.append(match)
        else:
            matches.append(match)
    partnered = {wanted.id for wanted, _, _ in pairs}
    unmatched = [one.id for one in pack.items_in_order() if one.id not in partnered]
    problems += [f"the file has no item for {one!r}" for one in unmatched]
    taken = {found["id"] for _, found, _ in pairs}
    extra = [one["id"] for one in items if one["id"] not in taken]
    offered = [(one["id"], one.get("text", "")) for one in items]
    if problems:
        return Adoption(matches, unmatched, extra, problems, 0, None, offered)
    joined = _joined(pack, pack_document, document, matches)
    faults, rows = _proof(joined, vectors)
    return Adoption(matches, unmatched, extra, faults, rows, None if faults else joined, offered)


def candidates(document: Doc) -> list[Doc]:
    """The items of a file that could be a pack's: those that are answered by a choice or number."""
    return [one for one in walk(document["items"]) if "answer_options" in one or _is_number(one)]


def _by_hand(
    pack: Questionnaire, items: list[Doc], chosen: Mapping[str, str]
) -> tuple[list[tuple[Item, Doc, str]], list[str]]:
    by_id = {one["id"]: one for one in items}
    pairs, problems, taken = [], [], set()
    for item, source in chosen.items():
        if not pack.has_item(item):
            problems.append(f"the pack has no item {item!r}")
        elif source not in by_id:
            problems.append(f"the file has no item {source!r} to choose for {item!r}")
        elif source in taken:
            problems.append(f"{source!r} was chosen for two items of the pack")
        else:
            taken.add(source)
            pairs.append((pack.item(item), by_id[source], BY_HAND))
    return pairs, problems


def _spelt_out(document: Doc) -> Doc:
    """A copy in which every item has its own options and matrices are pages of choices."""
    document = copy.deepcopy(document)
    sets = document.pop("answer_sets", {})
    for item in walk(document["items"]):
        options = item.get("answer_options")
        if isinstance(options, str):
            item["answer_options"] = copy.deepcopy(sets[options])
        if item["type"] == "matrix":
            shared = item.pop("answer_options")
            item["type"] = "page"
            for row in item["items"]:
                row.update(type="choice", answer_options=copy.deepcopy(shared))
    return document


def _is_number(item: Doc) -> bool:
    return item.get("type") in {"scale", "integer", "decimal", "boolean"}


def _pairs(wanted: list[Item], items: list[Doc]) -> list[tuple[Item, Doc, str]]:
    """By equal id, else by an id that ends alike, else by order where that fits for all.

    Where half of the ids are equal, the order says nothing about the rest: a file that names eight
    of nine questions as the pack does has the ninth elsewhere, or not at all.
    """
    by_id = {_plain_id(one["id"]): one for one in items}
    equal = [(one, by_id[_plain_id(one.id)], BY_ID) for one in wanted if _plain_id(one.id) in by_id]
    if len(equal) == len(wanted):
        return equal
    endings = [(one, _ending(one.id, items)) for one in wanted]
    if all(found is not None for _, found in endings) and len(
        {found["id"] for _, found in endings if found is not None}
    ) == len(wanted):
        return [(one, found, BY_ENDING) for one, found in endings if found is not None]
    starts = range(len(items) - len(wanted) + 1 if 2 * len(equal) < len(wanted) else 0)
    for start in starts:
        window = items[start : start + len(wanted)]
        if all(_fits(one, found) for one, found in zip(wanted, window, strict=True)):
            return [(one, found, BY_ORDER) for one, found in zip(wanted, window, strict=True)]
    return equal


def _plain_id(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _ending(item_id: str, items: list[Doc]) -> Doc | None:
    """The one item whose id ends in this id, or in its number, after a boundary."""
    number = re.sub(r"^[A-Za-z_]*0*(?=\d)", "", item_id)
    for tail in (re.escape(item_id), rf"0*{re.escape(number)}"):
        pattern = re.compile(rf"(?:^|[^0-9]){tail}$", re.IGNORECASE)
        found = [one for one in items if pattern.search(one["id"])]
        if len(found) == 1:
            return found[0]
    return None


def _fits(wanted: Item, found: Doc) -> bool:
    if not wanted.options:
        return _is_number(found)
    needed = sum(not option.missing for option in wanted.options)
    return len(found.get("answer_options", [])) in {needed, len(wanted.options)}


def _match(wanted: Item, found: Doc, how: str, ordinals: dict[str, float]) -> Match | str:
    base = {"item": wanted.id, "source": found["id"], "text": found.get("text", ""), "how": how}
    if not wanted.options:
        return Match(**base)
    if "answer_options" not in found:
        return f"{found['id']!r} has no answer options, {wanted.id!r} needs them"
    texts = [str(option["code"]) for option in found["answer_options"]]
    words = {str(option["code"]): option.get("text", "") for option in found["answer_options"]}
    ours = {str(option.code): option.code for option in wanted.options}
    scored = [option.code for option in wanted.options if not option.missing]
    if set(map(str, scored)) <= set(texts) <= set(ours):
        codes = {text: ours[text] for text in texts}
        return Match(**base, codes=codes, codes_by=BY_CODE, words=words)
    weights = {text: f"{ordinals[text]:g}" for text in texts if text in ordinals}
    if len(weights) == len(texts) and set(weights.values()) == set(map(str, scored)):
        codes = {text: ours[weight] for text, weight in weights.items()}
        return Match(**base, codes=codes, codes_by=BY_SCORE, words=words)
    if len(texts) == len(scored):
        codes = dict(zip(texts, scored, strict=True))
        return Match(**base, codes=codes, codes_by=BY_ORDER, words=words)
    return (
        f"{found['id']!r} has the answers {', '.join(texts)[:80]}; "
        f"{wanted.id!r} needs {', '.join(ours)}"
    )


def _joined(pack: Questionnaire, pack_document: Doc, document: Doc, matches: list[Match]) -> Doc:
    partners = {match.source: match for match in matches}
    _make_room(pack, document, partners)
    own = {one["id"]: one for one in walk(pack_document["items"])}
    for item in walk(document["items"]):
        match = partners.get(item["id"])
        if "enable_when" in item:
            item["enable_when"] = _renamed(item["enable_when"], partners)
        if match is None:
            continue
        item["id"] = match.item
        if not match.how:
            continue
        missing = {one.code for one in pack.item(match.item).options if one.missing}
        for option in item.get("answer_options", []):
            option["code"] = match.codes[str(option["code"])]
            if option["code"] in missing:
                option["missing"] = True
        for key in ("enable_when", "when_hidden"):
            if key in own[match.item]:
                item[key] = own[match.item][key]
    return {
        **{key: value for key, value in document.items() if key != "items"},
        "id": pack.id,
        "version": f"{pack.version}+{_mark(document, matches)}",
        "status": "licensed",
        "origin": {**document["origin"], "pack": f"{pack.id}@{pack.version}", "of": pack.sha256},
        "items": document["items"],
        "scores": pack_document["scores"],
    }


def _mark(document: Doc, matches: list[Match]) -> str:
    """What tells one file from another; partners that were chosen by hand are part of it."""
    origin: str = document["origin"]["sha256"]
    chosen = [f"{match.item}={match.source}" for match in matches if match.how == BY_HAND]
    if chosen:
        origin = hashlib.sha256("\n".join((origin, *chosen)).encode()).hexdigest()
    return origin[:8]


def _make_room(pack: Questionnaire, document: Doc, partners: dict[str, Match]) -> None:
    """Give another id to items of the file that nobody matched but that bear an id of the pack."""
    for item in walk(document["items"]):
        if item["id"] not in partners and pack.has_item(item["id"]):
            name = f"{item['id']}_of_file"
            partners[item["id"]] = Match(name, item["id"], item.get("text", ""), "")


def _renamed(condition: list[Any], partners: dict[str, Match]) -> list[Any]:
    head, *rest = condition
    if head in ("all", "any", "not") and all(isinstance(one, list) for one in rest):
        return [head, *(_renamed(one, partners) for one in rest)]
    match = partners.get(head)
    if match is None:
        return condition
    values = [
        [match.codes.get(str(one), one) for one in value]
        if isinstance(value, list)
        else match.codes.get(str(value), value)
        for value in rest[1:]
    ]
    return [match.item, rest[0], *values]


def _proof(document: Doc, vectors: str) -> tuple[list[str], int]:
    """What the check and the pack's worked examples say of the joined instrument."""
    try:
        questionnaire = instrument_json.load(document)
    except InstrumentFileWrong as error:
        return [f"{one.key} {one.what}" for one in error.faults], 0
    lines = list(_without_absent_codes(questionnaire, vectors))
    return compare_vectors(questionnaire, lines, "vectors")


def _without_absent_codes(questionnaire: Questionnaire, vectors: str) -> Iterator[str]:
    """The examples with codes for "no answer" left blank where the site's form has no such code."""
    reader = csv.reader(io.StringIO(vectors))
    header = next(reader, [])
    codes = {
        item.id: {str(option.code) for option in item.options}
        for item in questionnaire.items_in_order()
        if item.options
    }
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    for row in reader:
        writer.writerow(
            "" if name in codes and cell and cell not in codes[name] else cell
            for name, cell in zip(header, row, strict=False)
        )
    yield from buffer.getvalue().splitlines(keepends=True)
