"""The tables behind answers.json: types with boundaries, comparisons with truths."""

from __future__ import annotations

from typing import Any

Doc = dict[str, Any]

AMOUNT = [{"code": n, "text": f"Amount {n}"} for n in range(4)]
WORDS = [{"code": one, "text": one.title()} for one in ("red", "green", "blue")]
SOME = [*WORDS, {"code": "none", "text": "None of these", "exclusive": True}]
MIXED = [
    {"code": 1, "text": "One"},
    {"code": "two", "text": "Two"},
    {"code": -7, "text": "Rather not say", "missing": True},
]


TYPES: dict[str, tuple[Doc, list[tuple[Any, str]]]] = {
    "choice": (
        {"type": "choice", "answer_options": AMOUNT},
        [
            (0, ""),
            (3, ""),
            (4, "not-a-choice"),
            (-1, "not-a-choice"),
            (1.0, ""),
            (1.5, "not-a-choice"),
            ("1", "not-a-choice"),
            (True, "wrong-type"),
            (False, "wrong-type"),
            ([1], "wrong-type"),
            ({"a": 1}, "wrong-type"),
        ],
    ),
    "choice-words": (
        {"type": "choice", "answer_options": WORDS},
        [("red", ""), ("Red", "not-a-choice"), ("red ", "not-a-choice"), (0, "not-a-choice")],
    ),
    "choice-mixed": (
        {"type": "choice", "answer_options": MIXED},
        [(1, ""), ("two", ""), (-7, ""), ("1", "not-a-choice"), ("-7", "not-a-choice")],
    ),
    "multiple": (
        {"type": "multiple", "answer_options": SOME},
        [
            (["red"], ""),
            (["red", "blue"], ""),
            (["blue", "red"], ""),
            (["none"], ""),
            (["red", "none"], "exclusive-mixed"),
            (["none", "none"], "duplicate-choice exclusive-mixed"),
            (["red", "red"], "duplicate-choice"),
            (["pink"], "not-a-choice"),
            (["pink", "none"], "not-a-choice exclusive-mixed"),
            ("red", "wrong-type"),
            (1, "wrong-type"),
            (True, "wrong-type"),
            ({"red": 1}, "wrong-type"),
        ],
    ),
    "multiple-numbers": (
        {"type": "multiple", "answer_options": AMOUNT},
        [([0, 1], ""), ([True], "not-a-choice"), (["1"], "not-a-choice"), ([4], "not-a-choice")],
    ),
    "boolean": (
        {"type": "boolean"},
        [
            (True, ""),
            (False, ""),
            (1, "wrong-type"),
            (0, "wrong-type"),
            ("true", "wrong-type"),
            ([True], "wrong-type"),
        ],
    ),
    "scale": (
        {"type": "scale", "min": 0, "max": 10, "step": 1, "ends": ["No", "Yes"]},
        [
            (0, ""),
            (10, ""),
            (5, ""),
            (-1, "too-small"),
            (11, "too-large"),
            (2.5, "off-step"),
            ("5", "not-a-number"),
            (True, "not-a-number"),
            ([5], "not-a-number"),
        ],
    ),
    "scale-fives": (
        {"type": "scale", "min": -10, "max": 10, "step": 2.5},
        [
            (-10, ""),
            (-7.5, ""),
            (0, ""),
            (2.5, ""),
            (10, ""),
            (1, "off-step"),
            (-10.5, "too-small"),
        ],
    ),
    "scale-tenths": (
        {"type": "scale", "min": 0, "max": 1, "step": 0.1},
        [
            (0.1, ""),
            (0.3, ""),
            (0.7, ""),
            (0.9, ""),
            (0.35, "off-step"),
            (1, ""),
            (1.1, "too-large"),
        ],
    ),
    "integer": (
        {"type": "integer", "min": 1, "max": 300, "unit": "days"},
        [
            (1, ""),
            (300, ""),
            (7.0, ""),
            (0, "too-small"),
            (301, "too-large"),
            (2.5, "not-whole"),
            ("2", "not-a-number"),
            (False, "not-a-number"),
        ],
    ),
    "integer-free": (
        {"type": "integer"},
        [(0, ""), (-5, ""), (9007199254740991, ""), (0.1, "not-whole")],
    ),
    "decimal": (
        {"type": "decimal", "min": -2.5, "max": 250.5, "decimals": 1},
        [
            (-2.5, ""),
            (250.5, ""),
            (0, ""),
            (0.3, ""),
            (36.6, ""),
            (36.65, "too-many-decimals"),
            (-2.6, "too-small"),
            (250.6, "too-large"),
            ("36.6", "not-a-number"),
        ],
    ),
    "decimal-whole": (
        {"type": "decimal", "decimals": 0},
        [(3, ""), (3.5, "too-many-decimals"), (-0.5, "too-many-decimals"), (2.0, "")],
    ),
    "decimal-free": ({"type": "decimal"}, [(3.14159265, ""), (-1e-7, ""), (1e20, "")]),
    "date": (
        {"type": "date", "min": "2020-01-01", "max": "today"},
        [
            ("2020-01-01", ""),
            ("2026-06-15", ""),
            ("2019-12-31", "too-early"),
            ("2026-06-16", "too-late"),
            ("2024-02-29", ""),
            ("2023-02-29", "not-a-date"),
            ("2024-13-01", "not-a-date"),
            ("2024-00-10", "not-a-date"),
            ("2024-1-1", "not-a-date"),
            ("15.06.2026", "not-a-date"),
            ("2024-06-15T00:00:00Z", "not-a-date"),
            ("0000-01-01", "not-a-date"),
            ("2024-04-31", "not-a-date"),
            ("20240615", "not-a-date"),
            (20240615, "wrong-type"),
            (True, "wrong-type"),
        ],
    ),
    "date-future": (
        {"type": "date", "min": "today"},
        [("2026-06-15", ""), ("2026-06-14", "too-early"), ("9999-12-31", "")],
    ),
    "date-free": ({"type": "date"}, [("0001-01-01", ""), ("1900-02-29", "not-a-date")]),
    "time": (
        {"type": "time", "min": "06:00", "max": "22:30"},
        [
            ("06:00", ""),
            ("22:30", ""),
            ("05:59", "too-early"),
            ("22:31", "too-late"),
            ("24:00", "not-a-time"),
            ("12:60", "not-a-time"),
            ("9:00", "not-a-time"),
            ("12:00:00", "not-a-time"),
            ("noon", "not-a-time"),
            (1200, "wrong-type"),
        ],
    ),
    "time-free": ({"type": "time"}, [("00:00", ""), ("23:59", "")]),
    "text": (
        {"type": "text", "max_length": 5},
        [
            ("abcde", ""),
            ("abcdef", "too-long"),
            ("a b c", ""),
            ("äöüßé", ""),
            ("\U0001f600" * 5, ""),
            ("\U0001f600" * 6, "too-long"),
            (5, "wrong-type"),
            (["a"], "wrong-type"),
            (True, "wrong-type"),
        ],
    ),
    "text-default": ({"type": "text"}, [("x" * 500, ""), ("x" * 501, "too-long")]),
    "long_text": (
        {"type": "long_text", "max_length": 12},
        [("two\nlines", ""), ("two\nlines more", "too-long"), (1.5, "wrong-type")],
    ),
}


NUMBER = {"id": "n", "type": "integer", "min": 0, "max": 20}
# operator, wanted, then the answers for which the comparison is true, and those for which not
COMPARED: list[tuple[Doc, Any, list[Any], list[Any]]] = [
    (NUMBER, ["=", 3], [3, 3.0], [2, 4]),
    (NUMBER, ["!=", 3], [2, 4], [3]),
    (NUMBER, ["<", 3], [2, 0], [3, 4]),
    (NUMBER, ["<=", 3], [2, 3], [4]),
    (NUMBER, [">", 3], [4], [3, 2]),
    (NUMBER, [">=", 3], [3, 4], [2]),
    (NUMBER, ["in", [3, 5]], [3, 5], [4]),
    (NUMBER, ["answered"], [0, 7], []),
    ({"id": "n", "type": "scale", "min": 0, "max": 1, "step": 0.1}, [">=", 0.3], [0.3, 1], [0.2]),
    ({"id": "n", "type": "decimal"}, ["<", 36.5], [36.4, -1], [36.5]),
    ({"id": "n", "type": "choice", "answer_options": AMOUNT}, ["=", 0], [0], [1]),
    ({"id": "n", "type": "choice", "answer_options": AMOUNT}, [">", 1], [2, 3], [0, 1]),
    ({"id": "n", "type": "choice", "answer_options": WORDS}, ["=", "red"], ["red"], ["blue"]),
    ({"id": "n", "type": "choice", "answer_options": WORDS}, ["!=", "red"], ["blue"], ["red"]),
    (
        {"id": "n", "type": "choice", "answer_options": WORDS},
        ["in", ["red", "blue"]],
        ["blue"],
        ["green"],
    ),
    ({"id": "n", "type": "choice", "answer_options": MIXED}, ["answered"], [1, -7], []),
    ({"id": "n", "type": "choice", "answer_options": MIXED}, ["=", -7], [-7], [1]),
    ({"id": "n", "type": "boolean"}, ["=", True], [True], [False]),
    ({"id": "n", "type": "boolean"}, ["=", False], [False], [True]),
    ({"id": "n", "type": "boolean"}, ["!=", True], [False], [True]),
    ({"id": "n", "type": "boolean"}, ["answered"], [True, False], []),
    (
        {"id": "n", "type": "multiple", "answer_options": SOME},
        ["in", ["red"]],
        [["red"], ["red", "blue"]],
        [["blue"]],
    ),
    (
        {"id": "n", "type": "multiple", "answer_options": SOME},
        ["in", ["red", "blue"]],
        [["blue", "green"]],
        [["green"], ["none"]],
    ),
    (
        {"id": "n", "type": "multiple", "answer_options": SOME},
        ["=", "red"],
        [["red", "blue"]],
        [["blue"]],
    ),
    (
        {"id": "n", "type": "multiple", "answer_options": SOME},
        ["!=", "red"],
        [["blue"]],
        [["red", "blue"]],
    ),
    ({"id": "n", "type": "multiple", "answer_options": SOME}, ["answered"], [["none"]], []),
    (
        {"id": "n", "type": "date"},
        [">=", "2026-01-01"],
        ["2026-01-01", "2026-02-01"],
        ["2025-12-31"],
    ),
    ({"id": "n", "type": "date"}, ["<", "2026-01-01"], ["2025-12-31"], ["2026-01-01"]),
    ({"id": "n", "type": "time"}, [">", "12:00"], ["12:01"], ["12:00", "09:30"]),
    ({"id": "n", "type": "text"}, ["=", "yes"], ["yes"], ["Yes", "yes "]),
    ({"id": "n", "type": "text"}, ["answered"], ["x"], []),
]
