"""Writes answers.json: worked examples of what is shown and what is wrong, for both languages.

The expectations are written down here by construction, one line for each situation, and never by
asking the program: the Python tests and the app's tests both compare themselves with this file.
Run `PYTHONPATH=tests python -m vectors.make_answers` after a change; a
test notices when that was forgotten.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vectors.answer_tables import AMOUNT, COMPARED, SOME, TYPES, Doc

Case = dict[str, Any]

TODAY = "2026-06-15"
FILE = Path(__file__).with_name("answers.json")


def form(*items: Doc) -> Doc:
    return {
        "id": "v",
        "version": "1",
        "title": "v",
        "language": "en",
        "status": "demonstration",
        "items": [{"text": "t", **item} for item in items],
    }


def case(
    name: str,
    items: list[Doc],
    answers: dict[str, Any],
    shown: str,
    problems: str = "",
    skipped: str = "",
) -> Case:
    """`shown` and `skipped` are ids, `problems` is "item:slug item:slug"; blanks between."""
    return {
        "name": name,
        "questionnaire": form(*items),
        "answers": answers,
        "skipped": skipped.split(),
        "today": TODAY,
        "shown": sorted(shown.split()),
        "problems": [one.split(":") for one in problems.split()],
    }


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:20]}... ({len(text)})"


def by_type() -> list[Case]:
    """Every item type: each boundary, each wrong kind, unanswered, skipped and hidden."""
    cases = []
    for name, (item, values) in TYPES.items():
        q = {"id": "q", **item}
        hidden = {**q, "enable_when": ["gate", "=", True]}
        gate = {"id": "gate", "type": "boolean"}
        firm = {**q, "skippable": False}
        page: Doc = {"id": "p", "type": "page", "items": [{"text": "t", **q}]}
        page["enable_when"] = ["gate", "=", True]
        for value, slugs in values:
            problems = " ".join(f"q:{slug}" for slug in slugs.split())
            cases.append(case(f"{name} {_short(value)}", [q], {"q": value}, "q", problems))
        first, wrong = values[0][0], next((v for v, slugs in values if slugs), values[0][0])
        cases += [
            case(f"{name} unanswered", [q], {}, "q", "q:required"),
            case(f"{name} null", [q], {"q": None}, "q", "q:required"),
            case(f"{name} optional", [{**q, "required": False}], {}, "q"),
            case(f"{name} skipped", [q], {}, "q", skipped="q"),
            case(f"{name} skipped wins over an answer", [q], {"q": wrong}, "q", skipped="q"),
            case(f"{name} may not be skipped", [firm], {}, "q", "q:required", skipped="q"),
            case(f"{name} hidden", [gate, hidden], {"gate": False, "q": wrong}, "gate"),
            case(
                f"{name} hidden by silence", [gate, hidden], {"q": first}, "gate", "gate:required"
            ),
            case(f"{name} shown", [gate, hidden], {"gate": True, "q": first}, "gate q"),
            case(f"{name} shown, open", [gate, hidden], {"gate": True}, "gate q", "q:required"),
            case(f"{name} on a hidden page", [gate, page], {"gate": False, "q": wrong}, "gate"),
            case(f"{name} on a shown page", [gate, page], {"gate": True, "q": first}, "gate p q"),
            case(f"{name} on a page, open", [gate, page], {"gate": True}, "gate p q", "q:required"),
        ]
    for blank in ("", " ", "\t\r\n "):
        q = {"id": "q", "type": "text"}
        cases.append(case(f"blank text {blank!r}", [q], {"q": blank}, "q", "q:required"))
    many = {"id": "q", "type": "multiple", "answer_options": SOME}
    cases.append(case("nothing chosen", [many], {"q": []}, "q", "q:required"))
    cases.append(
        case("text of a no-break space", [{"id": "q", "type": "text"}], {"q": "\u00a0"}, "q")
    )
    return cases


def by_comparison() -> list[Case]:
    """Every operator on every type of item: true, false, open, skipped, hidden, and negated."""
    cases = []
    for item, (operator, *rest), true, false in COMPARED:
        plain = ["n", operator, *rest]
        name = f"{item['type']} {operator} {rest[0] if rest else ''}"
        q = {"id": "q", "type": "text", "required": False}
        is_so = [item, {**q, "enable_when": plain}]
        is_not = [item, {**q, "enable_when": ["not", plain]}]
        for value in true:
            cases.append(case(f"{name}: {value!r} is so", is_so, {"n": value}, "n q"))
            cases.append(case(f"{name}: not, {value!r}", is_not, {"n": value}, "n"))
        for value in false:
            cases.append(case(f"{name}: {value!r} is not so", is_so, {"n": value}, "n"))
            cases.append(case(f"{name}: not, {value!r}", is_not, {"n": value}, "n q"))
        gate = {"id": "gate", "type": "boolean"}
        behind = {**item, "enable_when": ["gate", "=", True]}
        answers = {"n": true[0], "gate": False}
        cases += [
            case(f"{name}: open", is_so, {}, "n", "n:required"),
            case(f"{name}: not, open", is_not, {}, "n q", "n:required"),
            case(f"{name}: skipped", is_so, {"n": true[0]}, "n", skipped="n"),
            case(f"{name}: not, skipped", is_not, {"n": true[0]}, "n q", skipped="n"),
            case(f"{name}: hidden", [gate, behind, is_so[1]], answers, "gate"),
            case(f"{name}: not, hidden", [gate, behind, is_not[1]], answers, "gate q"),
        ]
    return cases


def by_combination() -> list[Case]:
    """all, any, not and their nesting, over two yes/no items in each of three states."""
    a, b = (
        {"id": "a", "type": "boolean", "required": False},
        {"id": "b", "type": "boolean", "required": False},
    )
    yes_a, yes_b = ["a", "=", True], ["b", "=", True]
    conditions: dict[str, tuple[Any, set[str]]] = {
        # the states of a and b (y, n, o for open) in which the condition holds
        "all": (["all", yes_a, yes_b], {"yy"}),
        "any": (["any", yes_a, yes_b], {"yy", "yn", "yo", "ny", "oy"}),
        "none": (["not", ["any", yes_a, yes_b]], {"nn", "no", "on", "oo"}),
        "not all": (
            ["not", ["all", yes_a, yes_b]],
            {"yn", "yo", "ny", "oy", "nn", "no", "on", "oo"},
        ),
        "one only": (
            ["any", ["all", yes_a, ["not", yes_b]], ["all", ["not", yes_a], yes_b]],
            {"yn", "yo", "ny", "oy"},
        ),
        "not not": (["not", ["not", yes_a]], {"yy", "yn", "yo"}),
        "all of one": (["all", yes_b], {"yy", "ny", "oy"}),
        "any of nothing": (["any"], set()),
    }
    values: dict[str, Any] = {"y": True, "n": False, "o": None}
    return [
        case(
            f"{name} {state}",
            [a, b, {"id": "q", "type": "display", "enable_when": condition}],
            {"a": values[state[0]], "b": values[state[1]]},
            "a b q" if state in holds else "a b",
        )
        for name, (condition, holds) in conditions.items()
        for state in ("yy", "yn", "yo", "ny", "nn", "no", "oy", "on", "oo")
    ]


GATE: Doc = {"id": "gate", "type": "boolean"}
CLOSED = ["gate", "=", True]
ROW: Doc = {"id": "m1", "text": "Row 1"}
MATRIX: Doc = {
    "id": "m",
    "type": "matrix",
    "answer_options": AMOUNT,
    "items": [ROW, {"id": "m2", "text": "Row 2"}],
}
PAGE: Doc = {
    "id": "p",
    "type": "page",
    "items": [
        {"id": "c", "type": "integer", "text": "t"},
        {"id": "d", "type": "display", "text": "t"},
    ],
}
DEEP: Doc = {"id": "outer", "type": "page", "items": [PAGE, MATRIX], "enable_when": CLOSED}


def by_structure() -> list[Case]:
    """Pages, matrices, displays, chains, looking ahead, unknown ids."""
    return [*_pages_and_matrices(), *_behind_a_gate(), *_in_a_chain(), *_out_of_place()]


def _pages_and_matrices() -> list[Case]:
    picky: Doc = {
        **MATRIX,
        "items": [ROW, {"id": "m2", "text": "t", "enable_when": ["m1", ">", 1]}],
    }
    free: Doc = {**MATRIX, "items": [{**ROW, "required": False}, {"id": "m2", "text": "t"}]}
    wrong = "m1:not-a-choice m2:not-a-choice"
    return [
        case("page", [PAGE], {"c": 1}, "p c d"),
        case("page, open", [PAGE], {}, "p c d", "c:required"),
        case("matrix", [MATRIX], {"m1": 0, "m2": 3}, "m m1 m2"),
        case("matrix, half open", [MATRIX], {"m2": 3}, "m m1 m2", "m1:required"),
        case("matrix, wrong code", [MATRIX], {"m1": 9, "m2": "0"}, "m m1 m2", wrong),
        case("matrix, a row skipped", [MATRIX], {"m1": 1}, "m m1 m2", skipped="m2"),
        case("matrix, a row optional", [free], {"m2": 1}, "m m1 m2"),
        case("matrix, a row shown", [picky], {"m1": 2}, "m m1 m2", "m2:required"),
        case("matrix, a row hidden", [picky], {"m1": 1, "m2": 3}, "m m1"),
    ]


def _behind_a_gate() -> list[Case]:
    hidden_child = {"id": "q", "type": "display", "enable_when": ["c", "answered"]}
    hidden_matrix = {**MATRIX, "enable_when": CLOSED}
    whole, wrong = "gate outer p c d m m1 m2", "c:required m1:required m2:required"
    return [
        case("hidden page hides all", [GATE, DEEP], {"gate": False, "c": "x", "m1": 77}, "gate"),
        case("hidden page, open gate", [GATE, DEEP], {}, "gate", "gate:required"),
        case(
            "shown page shows all", [GATE, DEEP], {"gate": True, "c": 2, "m1": 1, "m2": 2}, whole
        ),
        case("shown page checks all", [GATE, DEEP], {"gate": True}, whole, wrong),
        case("hidden matrix", [GATE, hidden_matrix], {"gate": False, "m1": 1}, "gate"),
        case(
            "hidden child counts as open", [GATE, DEEP, hidden_child], {"gate": False, "c": 5},
            "gate",
        ),
    ]  # fmt: skip


def _in_a_chain() -> list[Case]:
    chain: list[Doc] = [
        GATE,
        {"id": "x", "type": "boolean", "enable_when": CLOSED},
        {"id": "y", "type": "boolean", "enable_when": ["x", "=", True]},
        {"id": "z", "type": "boolean", "enable_when": ["y", "=", True]},
    ]
    ahead: list[Doc] = [{"id": "q", "type": "display", "enable_when": CLOSED}, GATE]
    all_yes = {"gate": True, "x": True, "y": True, "z": True}
    return [
        case("chain, all yes", chain, all_yes, "gate x y z"),
        case("chain, first no", chain, {**all_yes, "gate": False}, "gate"),
        case("chain, second no", chain, {"gate": True, "x": False, "y": True}, "gate x"),
        case("chain, second open", chain, {"gate": True, "y": True}, "gate x", "x:required"),
        case("looks ahead", ahead, {"gate": True}, "q gate"),
        case("looks ahead, no", ahead, {"gate": False}, "gate"),
    ]


def _out_of_place() -> list[Case]:
    display: Doc = {"id": "d", "type": "display"}
    mixed: list[Doc] = [{"id": "b", "type": "integer"}, {"id": "a", "type": "boolean"}]
    strange = "gate:required aa:unknown-item zz:unknown-item"
    return [
        case("display is never required", [display], {}, "d"),
        case("answer to a display", [display], {"d": 1}, "d", "d:unknown-item"),
        case("unknown ids come last, sorted", [GATE], {"zz": 1, "aa": 2}, "gate", strange),
        case(
            "unknown id skipped", [GATE], {"gate": True}, "gate", "what:unknown-item",
            skipped="what",
        ),
        case("page id answered", [PAGE], {"p": 1, "c": 1}, "p c d", "p:unknown-item"),
        case(
            "problems keep the order of the form", mixed, {"a": 1, "b": "x"}, "a b",
            "b:not-a-number a:wrong-type",
        ),
    ]  # fmt: skip


def text() -> str:
    """The file: a JSON list with one case on each line, so that a change shows as one line."""
    cases = [*by_type(), *by_comparison(), *by_combination(), *by_structure()]
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=True) for one in cases) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
