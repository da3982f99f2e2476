"""Any document at all: it loads, or every fault is a sentence; what loads can be used."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.domain.answers import check, shown
from sayso.domain.errors import Fault, InstrumentFileWrong
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.scoring import score
from sayso.formats.fhir_export import to_fhir
from sayso.formats.fhir_import import import_fhir
from sayso.formats.instrument_json import load, pretty
from sayso.formats.redcap_export import to_redcap
from support.instruments import choice, small_form

TOP_KEYS = (
    "id version title language status items scores answer_sets minutes pack recall owner origin "
    "extra"
)
ITEM_KEYS = (
    "id type text help answer_options items enable_when when_hidden min max step ends unit "
    "decimals max_length required skippable style"
)
IDS = st.sampled_from(["a", "b", "c", "d", "e", "s", "p"])
LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["today", "2026-02-29", "14:30", "up", "100/3", "1/0", "amount", "∞"])
)
JUNK = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(IDS, inner, max_size=3),
    max_leaves=6,
)
CODES = st.sampled_from([0, 1, 2, "x", "y"])
OPTION = st.fixed_dictionaries(
    {"code": CODES, "text": st.just("T")},
    optional={"missing": st.booleans(), "exclusive": st.booleans()},
)
OPTIONS = st.lists(OPTION, min_size=1, max_size=4, unique_by=lambda one: str(one["code"]))
COMPARISON = st.one_of(
    st.tuples(IDS, st.just("answered")).map(list),
    st.tuples(IDS, st.sampled_from(["=", "!=", "<", ">="]), CODES | st.booleans()).map(list),
    st.tuples(IDS, st.just("in"), st.lists(CODES, min_size=1, max_size=2)).map(list),
)
CONDITION = st.recursive(
    COMPARISON,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: ["any", *parts]),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: ["all", *parts]),
        inner.map(lambda part: ["not", part]),
    ),
    max_leaves=4,
)
ITEM = st.one_of(
    st.builds(
        lambda i, o: {"id": i, "type": "choice", "text": "T", "answer_options": o}, IDS, OPTIONS
    ),
    st.builds(
        lambda i, o: {"id": i, "type": "multiple", "text": "T", "answer_options": o}, IDS, OPTIONS
    ),
    st.builds(lambda i: {"id": i, "type": "scale", "text": "T", "min": 0, "max": 3}, IDS),
    st.builds(
        lambda i, k: {"id": i, "type": k, "text": "T"},
        IDS,
        st.sampled_from(["boolean", "integer", "decimal", "date", "time", "text", "display"]),
    ),
)
SHOWN_ITEM = st.builds(
    lambda item, condition: {**item, "enable_when": condition} if condition else item,
    ITEM,
    st.none() | CONDITION,
)
SCORE = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["s", "t", "u"]),
        "of": st.lists(IDS, min_size=1, max_size=3, unique=True),
    },
    optional={
        "by": st.sampled_from(["sum", "mean", "max", "key"]),
        "need": st.integers(0, 3),
        "then": st.tuples(LEAF, LEAF).map(list),
        "round": st.sampled_from([0, 2, "up", 9]),
        "table": st.dictionaries(st.sampled_from("0123"), st.integers(), max_size=4)
        | st.lists(
            st.tuples(st.integers(-1, 5), st.sampled_from(["low", "high"])).map(list), max_size=3
        ),
        "each": st.dictionaries(
            IDS, st.tuples(st.integers(-2, 2), st.integers(-2, 2)).map(list) | JUNK, max_size=2
        ),
        "as_stored": st.booleans(),
    },
)
ANSWERS = st.dictionaries(IDS, JUNK | CODES | st.lists(CODES, max_size=3), max_size=6)


def loaded(document: dict[str, Any]) -> Questionnaire | None:
    """The questionnaire, or None after every fault has shown itself to be a sentence."""
    faults: tuple[Fault, ...] = ()
    try:
        return load(document)
    except InstrumentFileWrong as error:
        faults = error.faults
    assert faults
    assert all(fault.key and fault.what and fault.mend for fault in faults)
    return None


def used(questionnaire: Questionnaire, answers: dict[str, Any], skipped: list[str]) -> None:
    """Everything that is done with a questionnaire goes through with any answers."""
    visible = shown(questionnaire, answers, skipped)
    check(questionnaire, answers, skipped, date(2026, 6, 15))
    for result in score(questionnaire, answers, skipped):
        assert 0 <= result.n_answered <= result.n_items
    for item in questionnaire.all_items():
        parent = questionnaire.parent_of(item.id)
        assert parent is None or item.id not in visible or parent.id in visible
    json.dumps(to_fhir(questionnaire))
    to_redcap(questionnaire)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SHOWN_ITEM, min_size=1, max_size=5), st.lists(SCORE, max_size=2), ANSWERS)
def test_nearly_sound_documents(
    items: list[Any], scores: list[Any], answers: dict[str, Any]
) -> None:
    questionnaire = loaded(small_form(*items, scores=scores))
    if questionnaire is not None:
        used(questionnaire, answers, [])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(SHOWN_ITEM, min_size=1, max_size=5, unique_by=lambda one: str(one["id"])),
    ANSWERS,
    st.lists(IDS, max_size=3),
)
def test_pages_hide_what_is_in_them(
    items: list[Any], answers: dict[str, Any], skipped: list[str]
) -> None:
    page = {
        "id": "page",
        "type": "page",
        "text": "P",
        "items": items,
        "enable_when": ["gate", "=", True],
    }
    gate = {"id": "gate", "type": "boolean", "text": "G"}
    questionnaire = loaded(small_form(gate, page))
    if questionnaire is None:
        return
    used(questionnaire, {**answers, "gate": True}, skipped)
    assert shown(questionnaire, {**answers, "gate": False}, skipped) == {"gate"}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(TOP_KEYS.split()),
        JUNK,
    )
)
def test_any_document(document: dict[str, Any]) -> None:
    questionnaire = loaded(document)
    if questionnaire is not None:
        used(questionnaire, {}, [])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(ITEM_KEYS.split()),
            JUNK | ITEM,
        ),
        max_size=3,
    )
)
def test_any_items(items: list[Any]) -> None:
    loaded(small_form(*items))


@settings(max_examples=50, deadline=None)
@given(st.lists(SHOWN_ITEM, min_size=1, max_size=4))
def test_the_written_form_is_the_same_document(items: list[Any]) -> None:
    document = small_form(*items)
    assert json.loads(pretty(document)) == document


@st.composite
def sound_forms(draw: st.DrawFn) -> dict[str, Any]:
    """A form whose conditions look at earlier items and whose scores take what can be scored."""
    items: list[dict[str, Any]] = []
    coin: st.SearchStrategy[Any] = st.booleans()
    for item_id in "abcde"[: draw(st.integers(1, 5))]:
        kind = draw(st.sampled_from(["choice", "multiple", "scale", "boolean", "date", "text"]))
        item: dict[str, Any] = {"id": item_id, "type": kind, "text": "T"}
        if kind in {"choice", "multiple"}:
            item["answer_options"] = choice("x", *range(draw(st.integers(2, 4))))["answer_options"]
            item["answer_options"][-1]["missing"] = draw(coin)
        if kind == "scale":
            item |= {"min": 0, "max": 3}
        if items and draw(coin):
            item["enable_when"] = draw(sound_conditions(items))
            if kind in {"choice", "scale"} and draw(coin):
                item["when_hidden"] = 0
        items.append(item)
    able = [one["id"] for one in items if one["type"] not in {"date", "text"}]
    scores: list[dict[str, Any]] = []
    if able:
        of: Any = draw(st.lists(st.sampled_from(able), min_size=1, max_size=4, unique=True))
        rule: dict[str, Any] = {
            "id": "s",
            "of": of,
            "by": draw(st.sampled_from(["sum", "mean", "max"])),
        }
        rule["need"] = draw(st.sampled_from(range(1, len(of) + 1)))
        rule["then"] = [draw(st.integers(-3, 3)), draw(st.integers(-5, 5))]
        scores = [rule, {"id": "t", "of": ["s"], "table": [[-1_000, "low"], [0, "high"]]}]
    return small_form(*items, scores=scores)


def sound_conditions(items: list[dict[str, Any]]) -> st.SearchStrategy[list[Any]]:
    def of(item: dict[str, Any]) -> st.SearchStrategy[list[Any]]:
        values: dict[str, list[Any]] = {
            "boolean": [True, False], "date": ["2026-06-15"], "text": ["x"],
        }  # fmt: skip
        wanted = st.sampled_from(values.get(item["type"], [0, 1]))
        plain = st.tuples(st.just(item["id"]), st.sampled_from(["=", "!="]), wanted).map(list)
        return plain | st.just([item["id"], "answered"])

    return st.recursive(
        st.one_of(*map(of, items)),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2).map(lambda parts: ["all", *parts]),
            st.lists(inner, max_size=2).map(lambda parts: ["any", *parts]),
            inner.map(lambda part: ["not", part]),
        ),
        max_leaves=4,
    )


ANY_ANSWERS = st.dictionaries(
    st.sampled_from("abcde"),
    st.integers(-1, 4) | st.booleans() | st.lists(st.integers(0, 3), max_size=3) | JUNK,
)


@settings(max_examples=70, deadline=None)
@given(sound_forms(), ANY_ANSWERS, st.lists(st.sampled_from("abcde"), max_size=2))
def test_sound_documents_load_and_can_be_used(
    document: dict[str, Any], answers: dict[str, Any], skipped: list[str]
) -> None:
    used(load(document), answers, skipped)


@settings(max_examples=70, deadline=None)
@given(sound_forms(), ANY_ANSWERS)
def test_stored_answers_to_hidden_items_change_nothing(
    document: dict[str, Any], answers: dict[str, Any]
) -> None:
    """What is shown, what is wrong and what is scored depend on shown answers alone."""
    questionnaire = load(document)
    visible = shown(questionnaire, answers)
    only = {key: value for key, value in answers.items() if key in visible}
    assert shown(questionnaire, only) == visible
    day = date(2026, 6, 15)
    known = {item.id for item in questionnaire.all_items()}
    found = [one for one in check(questionnaire, answers, [], day) if one.item in known]
    assert [one for one in check(questionnaire, only, [], day) if one.item in known] == found
    assert score(questionnaire, only) == score(questionnaire, answers)


@settings(max_examples=70, deadline=None)
@given(sound_forms(), ANY_ANSWERS, st.sampled_from("abcde"))
def test_skipping_an_item_is_like_having_no_answer_to_it(
    document: dict[str, Any], answers: dict[str, Any], item_id: str
) -> None:
    questionnaire = load(document)
    without = {key: value for key, value in answers.items() if key != item_id}
    assert shown(questionnaire, answers, [item_id]) == shown(questionnaire, without)
    assert score(questionnaire, answers, [item_id]) == score(questionnaire, without)


@settings(max_examples=50, deadline=None)
@given(sound_forms(), st.lists(ANY_ANSWERS, min_size=4, max_size=4))
def test_a_sound_form_survives_the_way_through_fhir(
    document: dict[str, Any], states: list[dict[str, Any]]
) -> None:
    questionnaire = load(document)
    again = import_fhir(json.loads(json.dumps(to_fhir(questionnaire))), "0" * 64)
    assert again.document is not None, again.why
    found = load(again.document)
    said = {one["from"] for one in again.changed if "its condition" in one["what"]}
    for item in questionnaire.all_items():
        other = found.item(item.id)
        assert (other.type, other.text, other.required) == (item.type, item.text, item.required)
        assert [one.code for one in other.options] == [one.code for one in item.options]
    # Conditions may come back in other words; what they show must be the same.
    if not said:
        for answers in states:
            assert shown(found, answers) == shown(questionnaire, answers)


@pytest.mark.nightly
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound_forms(), ANY_ANSWERS)
def test_sound_documents_all_night(document: dict[str, Any], answers: dict[str, Any]) -> None:
    used(load(document), answers, [])


@pytest.mark.nightly
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SHOWN_ITEM, min_size=1, max_size=6), st.lists(SCORE, max_size=3), ANSWERS)
def test_nearly_sound_documents_all_night(
    items: list[Any], scores: list[Any], answers: dict[str, Any]
) -> None:
    questionnaire = loaded(small_form(choice("first"), *items, scores=scores))
    if questionnaire is not None:
        used(questionnaire, answers, [])
