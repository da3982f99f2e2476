"""Reading instrument files: every fault by name, all at once, with a place and a mend."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sayso.domain.errors import Fault, InstrumentFileWrong
from sayso.formats.instrument_json import (
    canonical,
    for_participants,
    load,
    pretty,
    read_document,
    sha256,
)
from support.instruments import SHIPPED, choice, small_form

SCHEMA = json.loads((SHIPPED / "instrument.schema.json").read_text("utf-8"))
GATE = {"id": "gate", "type": "boolean", "text": "Gate"}


def faults_of(document: dict[str, Any]) -> list[Fault]:
    with pytest.raises(InstrumentFileWrong) as caught:
        load(document)
    return list(caught.value.faults)


def keys_of(document: dict[str, Any]) -> list[str]:
    return [fault.key for fault in faults_of(document)]


def item(**changes: Any) -> dict[str, Any]:
    return {"id": "q", "type": "integer", "text": "Q", **changes}


def test_a_small_form_loads() -> None:
    questionnaire = load(small_form(choice("q1"), GATE, recall="today", minutes=2))
    assert [one.id for one in questionnaire.items_in_order()] == ["q1", "gate"]
    assert questionnaire.sha256 == sha256(small_form(choice("q1"), GATE, recall="today", minutes=2))


def _names(cases: Sequence[tuple[str, Any]]) -> list[str]:
    return [f"{number} {key}" for number, (key, _) in enumerate(cases)]


ROW = {"type": "matrix", "answer_options": choice("x")["answer_options"]}
YES = {"code": 1, "text": "a"}


def one_option(**option: Any) -> dict[str, Any]:
    return item(type="choice", answer_options=[option])


TOP: list[tuple[str, dict[str, Any]]] = [
    ("id", {"id": "Not Small"}),
    ("id", {"id": None}),
    ("version", {"version": 1}),
    ("version", {"version": "1/2"}),
    ("language", {"language": "English!"}),
    ("status", {"status": "validated"}),
    ("minutes", {"minutes": 0}),
    ("title", {"title": " "}),
    ("title", {"title": 5}),
    ("items", {"items": []}),
    ("items", {"items": {}}),
    ("tittle", {"tittle": "T"}),
    ("answer_sets", {"answer_sets": []}),
    ("answer_sets.a", {"answer_sets": {"a": []}}),
    ("scores", {"scores": {}}),
    ("recall", {"recall": "the last\x00 week"}),
]


@pytest.mark.parametrize(("key", "change"), TOP, ids=_names(TOP))
def test_fault_at_the_top(key: str, change: dict[str, Any]) -> None:
    assert key in keys_of({**small_form(choice("q1")), **change})


ITEMS: list[tuple[str, Any]] = [
    ("items[0]", "no item"),
    ("items[0].id", item(id=" ")),
    ("items[0].id", item(id=7)),
    ("items[0].type", item(type="integr")),
    ("items[0].type", item(type=None)),
    ("items[0].text", item(text="")),
    ("items[0].text", item(text=["Q"])),
    ("items[0].txt", item(txt="Q")),
    ("items[0].required", item(required="yes")),
    ("items[0].min", item(min="1")),
    ("items[0].min", item(type="text", min=1)),
    ("items[0].max", item(type="scale", min=0)),
    ("items[0].step", item(step=1)),
    ("items[0].step", item(type="scale", min=0, max=9, step=0)),
    ("items[0].ends", item(ends=["a", "b"])),
    ("items[0].ends", item(type="scale", min=0, max=9, ends=["one"])),
    ("items[0].decimals", item(decimals=1)),
    ("items[0].max_length", item(max_length=5)),
    ("items[0].max_length", item(type="text", max_length=-1)),
    ("items[0].style", item(style="heading")),
    ("items[0].style", item(type="display", style="x")),
    ("items[0].answer_options", item(answer_options=[])),
    ("items[0].answer_options", item(type="choice")),
    ("items[0].answer_options", item(type="choice", answer_options="nowhere")),
    ("items[0].answer_options[0]", item(type="choice", answer_options=[5])),
    ("items[0].answer_options[0].code", one_option(text="a")),
    ("items[0].answer_options[0].code", one_option(code=1.5, text="a")),
    ("items[0].answer_options[0].code", one_option(code=True, text="a")),
    ("items[0].answer_options[0].text", one_option(code=1)),
    ("items[0].answer_options[0].txt", one_option(**YES, txt=1)),
    (
        "items[0].answer_options[1].code",
        item(type="choice", answer_options=[YES, {**YES, "code": "1"}]),
    ),
    ("items[0].items", item(items=[])),
    ("items[0].items", item(type="page")),
    ("items[0].items", item(**ROW, items=[])),
    ("items[0].items[0].type", item(**ROW, items=[item()])),
    ("items[0].items[0].answer_options", item(**ROW, items=[choice("r")])),
    ("items[0].enable_when", item(enable_when="gate")),
    ("items[0].enable_when", item(enable_when=[])),
    ("items[0].enable_when", item(enable_when=["gate", "is", 1])),
    ("items[0].enable_when", item(enable_when=["gate", "="])),
    ("items[0].enable_when", item(enable_when=["gate", "answered", True])),
    ("items[0].enable_when", item(enable_when=["all"])),
    ("items[0].enable_when[1]", item(enable_when=["not", ["gate"]])),
    ("items[0].enable_when", item(enable_when=["gate", "=", [True]])),
]


@pytest.mark.parametrize(("key", "wrong"), ITEMS, ids=_names(ITEMS))
def test_fault_in_an_item(key: str, wrong: Any) -> None:
    assert key in keys_of(small_form(wrong, GATE))


BETWEEN: list[tuple[str, list[Any]]] = [
    ("gate", [GATE, GATE]),
    ("q.max", [item(min=5, max=1)]),
    ("q.max", [item(type="scale", min=5, max=5)]),
    ("q.min", [item(type="date", min="2026-02-30")]),
    ("q.max", [item(type="time", max="25:00")]),
    ("q.max", [item(type="date", min="2026-02-02", max="2026-01-01")]),
    ("q.min", [item(type="time", min="today")]),
    ("q.when_hidden", [item(when_hidden="0")]),
    ("q.when_hidden", [item(min=1, when_hidden=0)]),
    ("q.when_hidden", [item(type="text", when_hidden=0)]),
    ("c.when_hidden", [choice("c", 1, 2, when_hidden=0)]),
    ("q.enable_when", [item(enable_when=["nobody", "=", 1])]),
    (
        "q.enable_when",
        [{"id": "d", "type": "display", "text": "D"}, item(enable_when=["d", "answered"])],
    ),
    ("q.enable_when", [choice("c"), item(enable_when=["c", "=", 9])]),
    ("q.enable_when", [choice("c"), item(enable_when=["c", "=", "1"])]),
    ("q.enable_when", [choice("c"), item(enable_when=["c", "in", [1, 9]])]),
    ("q.enable_when", [choice("c", "a", "b"), item(enable_when=["c", ">", "a"])]),
    ("q.enable_when", [GATE, item(enable_when=["gate", "=", 1])]),
    ("q.enable_when", [GATE, item(enable_when=["gate", "<", True])]),
    (
        "q.enable_when",
        [{"id": "t", "type": "text", "text": "T"}, item(enable_when=["t", ">", "a"])],
    ),
    (
        "q.enable_when",
        [{"id": "n", "type": "integer", "text": "N"}, item(enable_when=["n", "=", "1"])],
    ),
    ("q", [item(enable_when=["q", "answered"])]),
]


@pytest.mark.parametrize(("key", "items"), BETWEEN, ids=_names(BETWEEN))
def test_fault_between_items(key: str, items: list[Any]) -> None:
    assert key in keys_of(small_form(*items))


def test_a_ring_of_conditions_is_named_whole() -> None:
    ring = [
        item(id="a", enable_when=["b", "answered"]),
        item(id="b", enable_when=["a", "answered"]),
    ]
    assert [fault.what for fault in faults_of(small_form(*ring))] == [
        "decides its own showing: a -> b -> a"
    ]


def test_a_page_may_not_hang_on_its_own_content() -> None:
    page = {"id": "p", "type": "page", "items": [item()], "enable_when": ["q", "answered"]}
    assert "decides its own showing" in faults_of(small_form(page))[0].what


def test_a_very_long_chain_is_refused_and_not_a_crash() -> None:
    chain = [item(id=f"q{n}", enable_when=[f"q{n + 1}", "answered"]) for n in range(600)]
    found = faults_of(small_form(*chain, item(id="q600")))
    assert "chain" in found[0].what


def test_ids_of_scores_and_items_are_one_family() -> None:
    found = faults_of(small_form(choice("q1"), scores=[{"id": "q1", "of": ["q1"]}]))
    assert "is the id of a score and of something else" in [fault.what for fault in found]


def test_everything_wrong_is_said_at_once_with_a_mend() -> None:
    wrong = small_form(
        item(min="x"),
        GATE,
        GATE,
        version=None,
        foo=1,
        scores=[{"id": "s", "of": ["nobody"], "need": 3}],
    )
    found = faults_of(wrong)
    assert {fault.key for fault in found} == {
        "version", "foo", "items[0].min", "gate", "scores[0].need", "s",
    }  # fmt: skip
    assert all(fault.what and fault.mend for fault in found)


class TestFiles:
    def test_a_folder_or_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "instrument.json").write_text(pretty(small_form(GATE)), "utf-8")
        assert load(tmp_path).sha256 == load(tmp_path / "instrument.json").sha256

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"{", "is not JSON"), (b"[]", "is not a JSON object"), (b"\xff\xfe{", "is not UTF-8"),
            (b"[" * 100_000, "is not UTF-8 JSON text"), (b" " * 5_000_001, "is larger than 5 MB"),
        ],
    )  # fmt: skip
    def test_what_is_no_instrument_is_refused_in_a_sentence(
        self, tmp_path: Path, content: bytes, what: str
    ) -> None:
        file = tmp_path / "instrument.json"
        file.write_bytes(content)
        with pytest.raises(InstrumentFileWrong, match=what):
            read_document(file)

    def test_an_absent_file(self, tmp_path: Path) -> None:
        with pytest.raises(InstrumentFileWrong, match="cannot be read: No such file"):
            load(tmp_path)


class TestHash:
    def test_the_order_of_keys_does_not_count(self) -> None:
        document = small_form(choice("q1"))
        turned = dict(reversed(document.items()))
        assert list(turned) != list(document)
        assert sha256(turned) == sha256(document)

    def test_every_word_counts(self) -> None:
        changed = copy.deepcopy(small_form(choice("q1")))
        changed["items"][0]["text"] += "."
        assert sha256(changed) != sha256(small_form(choice("q1")))

    def test_the_form_is_fixed(self) -> None:
        assert canonical({"b": [1, 2], "a": "ä"}) == '{"a":"ä","b":[1,2]}'.encode()

    def test_a_lone_surrogate_does_not_stop_it(self) -> None:
        assert len(sha256({"a": "\ud800"})) == 64

    def test_pretty_text_is_the_same_document(self) -> None:
        document = small_form(choice("q1"), GATE)
        text = pretty(document)
        assert json.loads(text) == document
        assert max(map(len, text.splitlines())) <= 100


def test_participants_do_not_get_the_scores() -> None:
    document = small_form(choice("q1"), scores=[{"id": "s", "of": ["q1"]}])
    assert set(document) - set(for_participants(document)) == {"scores"}


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "document",
    [small_form(wrong, GATE) for key, wrong in ITEMS if ".min" not in key]
    + [{**small_form(GATE), **change} for key, change in TOP if key != "recall"],
)
def test_the_schema_finds_most_faults_of_form_too(document: dict[str, Any]) -> None:
    """An editor that knows the schema must not praise what the loader refuses.

    What a schema cannot see, such as an answer set that is not there, is left to the loader.
    """
    keys = set(keys_of(document))
    beyond = {"items[0].text", "items[0].answer_options", "items[0].step", "items[0].ends"}
    beyond |= {"items[0].decimals", "items[0].max_length", "items[0].style", "items[0].id"}
    beyond |= {"items[0].answer_options[1].code", "items[0].items", "items[0].items[0].type"}
    beyond |= {"items[0].items[0].answer_options", "items[0].answer_options[0]"}
    beyond |= {"items[0].answer_options[0].text", "items[0].max", "items[0].enable_when"}
    found = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
    assert found or keys & beyond
