"""Score rules that would go wrong on some answers are found when the file is read."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.domain.errors import InstrumentFileWrong
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

SHY = choice("shy", 0, 1)
SHY["answer_options"].append({"code": 9, "text": "No", "missing": True})
MANY = {**choice("many", "a", "b"), "type": "multiple"}
PAIRS = ("red,0", "red,1", "green,0", "green,1")
ITEMS = [
    choice("q1"),
    choice("q2"),
    choice("word", "red", "green"),
    SHY,
    MANY,
    {"id": "yes", "type": "boolean", "text": "Yes"},
    {"id": "scale", "type": "scale", "text": "Scale", "min": 0, "max": 10},
    {"id": "free", "type": "decimal", "text": "Free", "min": 0},
    {"id": "note", "type": "text", "text": "Note"},
    {"id": "page", "type": "page", "text": "Page", "items": [choice("inside")]},
]


def found(*rules: dict[str, Any]) -> str:
    with pytest.raises(InstrumentFileWrong) as caught:
        load(small_form(*ITEMS, scores=list(rules)))
    return "; ".join(f"{one.key} {one.what}" for one in caught.value.faults)


def rule(**changes: Any) -> dict[str, Any]:
    return {"id": "s", "of": ["q1", "q2"], **changes}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (rule(of=["q1", "q9"]), "takes 'q9', which is not there"),
        (rule(of=["s"]), "takes itself"),
        (rule(of=["note"]), "takes 'note', a text"),
        (rule(of=["page"]), "takes 'page', a page"),
        (rule(of=[]), "names no inputs"),
        (rule(of=["q1", "q1"]), "names 'q1' twice"),
        (rule(need=3), "asks for 3 of 2 inputs"),
        (rule(need=0), "need is 0"),
        (rule(also=[{"of": ["q1"], "need": 2}]), "asks for 2 of 1 inputs"),
        (rule(also=[{"of": ["q9"], "need": 1}]), "takes 'q9'"),
        (rule(also=[{"need": 1}]), "is malformed"),
        (rule(also={}), "is not a list"),
        (rule(by="median"), "by is 'median'"),
        (rule(then=[1]), "then is [1]"),
        (rule(then=["1/0", 0]), "then is '1/0'"),
        (rule(then=[True, 0]), "then is True"),
        (rule(round=9), "round is 9"),
        (rule(primary="yes"), "primary is 'yes'"),
        (rule(weight=2), "weight is not a key"),
        (rule(each={"q3": [-1, 3]}), "each.q3 is not an input"),
        (rule(each={"q1": {"0": 1, "1": 2}}), "no entry for '2'"),
        (rule(each={"q1": {"0": 1, "1": 2, "2": 3, "3": 4, "4": 5}}), "knows '4'"),
        (rule(of=["word"]), "cannot take the sum of words"),
        (rule(of=["word", "q1"], by="mean"), "cannot take the mean of words"),
        (rule(of=["word"], each={"word": [2, 0]}), "does arithmetic on the words"),
        (rule(of=["free"], each={"free": {"1": 2}}), "endless values"),
        (rule(of=["free"], table={"1": 2}), "too many possible values"),
        (rule(of=["free"], by="key", table={"1": 2}), "goes by key over endless values"),
        (rule(by="key"), "goes by key but has no table"),
        (rule(by="key", table={"0,0": 1}), "no entry for '0,1' and 14 more"),
        (rule(table={str(n): n for n in range(6)}), "no entry for '6'"),
        (rule(table={str(n): n for n in range(8)}), "has an entry for '7', which cannot occur"),
        (rule(table=[[1, "a"]]), "can be 0, below the first band at 1"),
        (rule(table=[[0, "a"], [3, "b"], [3, "c"]]), "begins at 3 like the band before"),
        (rule(table=[[0, "a"], [4, "b"], [3, "c"]]), "below the one before"),
        (rule(table=[[0]]), "table[0] is [0]"),
        (rule(table=[[0, None]]), "gives None"),
        (rule(table={}), "is empty or malformed"),
        (rule(of=["word"], table=[[0, "a"]]), "cannot take the sum of words"),
        (rule(of=["word"], table={"red": 1}), "no entry for 'green'"),
        ("nothing", "is not a score"),
    ],
)
def test_fault(wrong: Any, said: str) -> None:
    assert said in found(wrong)


def test_a_score_may_not_lean_on_a_later_one() -> None:
    assert "takes 'late', which comes later" in found(
        rule(id="early", of=["late"]), rule(id="late")
    )


def test_a_ring_of_scores_is_one_of_them_leaning_on_a_later_one() -> None:
    assert "comes later" in found(rule(id="a", of=["b"]), rule(id="b", of=["a"]))


def test_every_reachable_sum_of_a_partial_score_needs_its_entry() -> None:
    sums = {str(n): n for n in range(7)}
    load(small_form(*ITEMS, scores=[rule(need=1, table=sums)]))
    del sums["5"]
    assert "no entry for '5'" in found(rule(need=1, table=sums))


def test_a_prorated_sum_rounded_up_reaches_every_whole_number() -> None:
    three = [choice(f"i{n}", 1, 2, 3, 4, 5) for n in range(3)]
    ids = [item["id"] for item in three]
    prorated = {"id": "s", "of": ids, "by": "mean", "need": 2, "then": [3, 0], "round": "up"}
    table = {str(n): n for n in range(3, 16)}
    load(small_form(*three, scores=[{**prorated, "table": table}]))
    del table["8"]
    with pytest.raises(InstrumentFileWrong, match="no entry for '8'"):
        load(small_form(*three, scores=[{**prorated, "table": table}]))


def test_codes_that_stand_for_no_answer_need_no_entry() -> None:
    load(small_form(*ITEMS, scores=[rule(of=["shy"], table={"0": "no", "1": "yes"})]))


@pytest.mark.parametrize(
    "sound",
    [
        rule(of=["yes"], each={"yes": {"true": 1, "false": 0}}),
        rule(of=["many"], table={"0": "none", "1": "one", "2": "both"}),
        rule(of=["many"], each={"many": {"a": 2, "b": -3}}, table=[[-3, "low"], [0, "high"]]),
        rule(of=["scale"], table={str(n): n * n for n in range(11)}),
        rule(of=["free"], table=[[0, "any"]]),
        rule(of=["free", "scale"], by="max"),
        rule(of=["free", "scale"], by="mean", need=1, table=[[0, "any"]]),
        rule(of=["free", "scale"], table=[[0, "any"]]),
        rule(of=["scale"], each={"scale": [0, 5]}, table={"5": "always"}),
        rule(then=["100/6", 0], table=[[0, "low"], [50, "high"]]),
        rule(of=["word", "yes"], by="key", table=dict.fromkeys(PAIRS, 1)),
    ],
)
def test_sound(sound: dict[str, Any]) -> None:
    load(small_form(*ITEMS, scores=[sound]))


def test_a_long_summary_is_checked_without_listing_all_its_sums() -> None:
    items = [choice(f"i{n}", *range(11)) for n in range(40)]
    means = [
        {"id": f"m{n}", "of": [f"i{n}", f"i{n + 1}"], "by": "mean", "then": ["100/7", 0]}
        for n in range(39)
    ]
    summary = {"id": "all", "of": [one["id"] for one in means], "table": [[0, "low"]]}
    load(small_form(*items, scores=[*means, summary]))
