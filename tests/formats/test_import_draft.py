"""What all importers share: conditions that fit, matrices, shared answers, rings."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.formats.import_draft import (
    Draft,
    Imported,
    in_rings,
    looked_at,
    number_of,
    option_codes,
    slug,
    version_of,
)
from support.instruments import choice

ABOUT = {"id": "x", "version": "1", "title": "X", "language": "en"}


def draft_of(*items: dict[str, Any]) -> tuple[Draft, list[dict[str, Any]]]:
    draft = Draft("redcap", "0" * 64)
    for item in items:
        draft.take(item, f"row of {item['id']}")
    return draft, list(items)


def finished(*items: dict[str, Any], break_rings: bool = False) -> Imported:
    draft, taken = draft_of(*items)
    return draft.finish(taken, dict(ABOUT), break_rings=break_rings)


def late(condition: list[Any]) -> dict[str, Any]:
    return {"id": "late", "type": "text", "text": "Late", "enable_when": condition}


GATES = (
    choice("n", 0, 1, 2),
    choice("w", "red", "01"),
    {"id": "b", "type": "boolean", "text": "B"},
    {"id": "i", "type": "integer", "text": "I"},
    {"id": "d", "type": "date", "text": "D"},
    {"id": "h", "type": "time", "text": "H"},
    {"id": "t", "type": "text", "text": "T"},
    {"id": "x", "type": "display", "text": "X"},
)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["n", "=", "1"], ["n", "=", 1]),
        (["n", ">", "0"], ["n", ">", 0]),
        (["n", ">=", "1.5"], ["n", ">=", 1.5]),
        (["w", "=", "01"], ["w", "=", "01"]),
        (["b", "=", "1"], ["b", "=", True]),
        (["b", "!=", "false"], ["b", "!=", False]),
        (["i", "=", "7"], ["i", "=", 7]),
        (["i", "<", "2.5"], ["i", "<", 2.5]),
        (["d", ">", "2026-06-15T10:00:00"], ["d", ">", "2026-06-15"]),
        (["h", "<", "14:30:00"], ["h", "<", "14:30"]),
        (["t", "=", "yes"], ["t", "=", "yes"]),
        (["n", "in", ["0", "2"]], ["n", "in", [0, 2]]),
        (["not", ["n", "=", "1"]], ["not", ["n", "=", 1]]),
        (["all", ["n", "=", "1"]], ["n", "=", 1]),
        (["any", ["n", "=", "1"], ["b", "answered"]], ["any", ["n", "=", 1], ["b", "answered"]]),
    ],
)
def test_values_become_answers_of_the_item_looked_at(given: list[Any], wanted: list[Any]) -> None:
    imported = finished(*map(dict, GATES), late(given))
    assert imported.document is not None, imported.why
    assert imported.document["items"][-1]["enable_when"] == wanted
    assert imported.changed == []


@pytest.mark.parametrize(
    ("given", "wanted", "said"),
    [
        (["n", "=", "9"], ["any"], "waits for 'n' to be '9', which never happens"),
        (["n", "!=", "9"], ["n", "answered"], "waits for 'n' to be '9', which never happens"),
        (["n", "in", ["1", "9"]], ["n", "in", [1]], "waits for 'n' to be '9'"),
        (["b", "=", "perhaps"], ["any"], "waits for 'b' to be 'perhaps'"),
        (["gone", "answered"], None, "looks at 'gone', which is not among the items taken"),
        (["x", "answered"], None, "looks at 'x', which is not among the items taken"),
        (["w", ">", "red"], None, "orders 'w' against 'red'"),
        (["t", "<", "3"], None, "orders 't' against '3'"),
        (["i", "<", "many"], None, "orders 'i' against 'many'"),
        (["all", ["n", "=", "1"], ["gone", "=", "1"]], None, "looks at 'gone'"),
    ],
)
def test_what_does_not_fit_is_reported(
    given: list[Any], wanted: list[Any] | None, said: str
) -> None:
    imported = finished(*map(dict, GATES), late(given))
    assert imported.document is not None, imported.why
    assert imported.document["items"][-1].get("enable_when") == wanted
    assert [one["from"] for one in imported.changed] == ["row of late"]
    assert said in imported.changed[0]["what"]


class TestStructure:
    def page(self, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"id": "p", "type": "page", "text": "P", "items": list(items), **more}

    def only(self, *items: dict[str, Any]) -> dict[str, Any]:
        draft = Draft("fhir", "0" * 64)
        imported = draft.finish(list(items), dict(ABOUT))
        assert imported.document is not None, imported.why
        found: dict[str, Any] = imported.document["items"][0]
        return found

    def test_a_table_becomes_a_matrix(self) -> None:
        found = self.only(self.page(choice("a"), choice("b", required=False), table=True))
        assert found["type"] == "matrix"
        assert found["items"] == [
            {"id": "a", "text": "a"},
            {"id": "b", "text": "b", "required": False},
        ]

    def test_a_table_of_other_things_stays_a_page(self) -> None:
        number = {"id": "i", "type": "integer", "text": "I"}
        found = self.only(self.page(choice("a"), number, table=True))
        assert (found["type"], "table" in found) == ("page", False)

    def test_a_page_of_words_only_becomes_a_heading(self) -> None:
        draft = Draft("fhir", "0" * 64)
        imported = draft.finish([self.page(), choice("a")], dict(ABOUT))
        assert imported.document is not None
        heading = imported.document["items"][0]
        assert heading == {"id": "p", "type": "display", "text": "P", "style": "heading"}

    def test_a_page_of_nothing_goes(self) -> None:
        empty = {**self.page(), "text": ""}
        outer = {"id": "o", "type": "page", "text": "", "items": [empty]}
        draft = Draft("fhir", "0" * 64)
        imported = draft.finish([outer, choice("a")], dict(ABOUT))
        assert imported.document is not None
        assert [one["id"] for one in imported.document["items"]] == ["a"]

    def test_answers_that_repeat_are_written_once(self) -> None:
        draft = Draft("fhir", "0" * 64)
        items = [choice("a"), choice("b"), choice("c", 7, 8)]
        document = draft.finish(items, dict(ABOUT)).document or {}
        assert list(document["answer_sets"]) == ["answers1"]
        kinds = [type(one["answer_options"]) for one in document["items"]]
        assert kinds == [str, str, list]


class TestRings:
    ring = (
        {**choice("a"), "enable_when": ["b", "answered"]},
        {**choice("b"), "enable_when": ["a", "answered"]},
    )

    def test_a_ring_refuses_the_file(self) -> None:
        imported = finished(*map(dict, self.ring))
        assert imported.document is None
        assert "decides its own showing" in imported.why

    def test_or_is_broken_and_reported_where_rings_are_usual(self) -> None:
        behind = {**choice("c"), "enable_when": ["a", "=", "1"]}
        imported = finished(*map(dict, self.ring), behind, break_rings=True)
        assert imported.document is not None
        shown = {one["id"]: one.get("enable_when") for one in imported.document["items"]}
        assert shown == {"a": None, "b": None, "c": ["a", "=", 1]}
        assert [one["from"] for one in imported.changed] == ["row of a", "row of b"]

    @pytest.mark.parametrize(
        ("looks", "wanted"),
        [
            ({}, []),
            ({"a": {"b"}, "b": set()}, []),
            ({"a": {"a"}}, ["a"]),
            ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}, ["a", "b", "c"]),
            ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, ["a", "b", "c", "d"]),
            ({"a": {"gone"}}, []),
        ],
    )
    def test_what_lies_on_a_ring(self, looks: dict[str, set[str]], wanted: list[str]) -> None:
        assert in_rings(looks) == wanted

    def test_what_a_condition_looks_at(self) -> None:
        nested = ["all", ["a", "=", 1], ["not", ["any", ["b", "answered"], ["c", "in", [1]]]]]
        assert looked_at(nested) == {"a", "b", "c"}
        assert looked_at([]) == set()
        assert looked_at(["any"]) == set()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("My Form (2)", "my-form-2"), ("___", "fallback"), ("Ärger", "rger"), ("x" * 80, "x" * 60),
        ("a.b.c", "a-b-c"),
    ],
)  # fmt: skip
def test_ids_from_titles(text: str, wanted: str) -> None:
    assert slug(text, "fallback") == wanted


@pytest.mark.parametrize(
    ("given", "wanted"), [(None, "1"), ("", "1"), ("2.0 beta", "2.0.beta"), (3, "3"), ("-", "1")]
)
def test_versions(given: object, wanted: str) -> None:
    assert version_of(given) == wanted


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        (["1", "2"], [1, 2]), (["0", "-9"], [0, -9]), (["01", "2"], ["01", "2"]),
        (["1", "a"], ["1", "a"]), (["1.0"], ["1.0"]), (["9" * 20], ["9" * 20]),
    ],
)  # fmt: skip
def test_codes_are_numbers_only_when_all_are(codes: list[str], wanted: list[Any]) -> None:
    assert option_codes(codes) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("3", 3), ("3.0", 3), ("-2.5", -2.5), ("", None), ("nan", None), ("1e400", None), ("x", None)],
)
def test_numbers(text: str, wanted: float | None) -> None:
    assert number_of(text) == wanted
