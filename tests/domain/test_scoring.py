"""The scoring engine, primitive by primitive, and what it must never do."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.questionnaire import Questionnaire
from sayso.domain.score_inputs import rounded, text_of
from sayso.domain.scoring import Value, fingerprints, score, scorer
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

FOUR = [choice(f"q{n}", 0, 1, 2, 3) for n in range(1, 5)]
IDS = [str(item["id"]) for item in FOUR]


def form(rule: dict[str, Any], *items: dict[str, Any]) -> Questionnaire:
    return load(small_form(*(items or FOUR), scores=[{"id": "s", **rule}]))


def value(rule: dict[str, Any], answers: dict[str, Any], *items: dict[str, Any]) -> Value:
    return score(form(rule, *items), answers)[-1].value


def four(*values: int | None) -> dict[str, Any]:
    return {item: one for item, one in zip(IDS, values, strict=True) if one is not None}


class TestWaysToCombine:
    def test_a_sum_needs_everything_unless_told_otherwise(self) -> None:
        assert value({"of": IDS}, four(1, 2, 3, 0)) == 6
        assert value({"of": IDS}, four(1, 2, 3, None)) is None

    def test_a_mean_of_what_is_there_once_enough_is_there(self) -> None:
        rule = {"of": IDS, "by": "mean", "need": 2}
        assert value(rule, four(1, None, 2, None)) == 1.5
        assert value(rule, four(1, None, None, None)) is None

    def test_the_largest(self) -> None:
        assert value({"of": IDS, "by": "max", "need": 1}, four(None, 2, 1, None)) == 2

    def test_a_key_of_all_inputs(self) -> None:
        table = {f"{a},{b}": a * 10 + b for a in range(4) for b in range(4)}
        rule = {"of": ["q1", "q2"], "by": "key", "table": table}
        assert value(rule, four(3, 1, None, None)) == 31
        assert value(rule, four(3, None, None, None)) is None

    def test_a_key_may_leave_places_open_when_told_so(self) -> None:
        table = {f"{a},{b}": f"{a}-{b}" for a in ("", 0, 1, 2, 3) for b in ("", 0, 1, 2, 3)}
        del table[","]
        rule = {"of": ["q1", "q2"], "by": "key", "need": 1, "table": table}
        assert value(rule, four(None, 2, None, None)) == "-2"

    def test_a_prorated_sum_is_a_mean_times_the_number_of_items(self) -> None:
        rule = {"of": IDS, "by": "mean", "need": 3, "then": [4, 0]}
        assert value(rule, four(1, 2, 3, None)) == 8

    def test_prorating_rounded_up_and_looked_up(self) -> None:
        table = {str(n): n + 30.5 for n in range(13)}
        rule = {"of": IDS, "by": "mean", "need": 3, "then": [4, 0], "round": "up", "table": table}
        assert value(rule, four(1, 1, 2, None)) == 36.5


class TestEach:
    def test_turning_an_item_round(self) -> None:
        assert value({"of": ["q1", "q2"], "each": {"q2": [-1, 3]}}, four(3, 3, None, None)) == 3

    def test_codes_to_numbers(self) -> None:
        colours = choice("c", "red", "green")
        rule = {"of": ["c"], "each": {"c": {"red": 2.5, "green": -1}}}
        assert value(rule, {"c": "red"}, colours) == 2.5
        assert value(rule, {"c": "blue"}, colours) is None

    def test_yes_and_no(self) -> None:
        yes = {"id": "b", "type": "boolean", "text": "b"}
        assert value({"of": ["b"]}, {"b": True}, yes) == 1
        assert value({"of": ["b"], "each": {"b": {"true": 5, "false": 2}}}, {"b": False}, yes) == 2

    def test_several_answers_are_counted(self) -> None:
        many = {**choice("m", "a", "b", "c"), "type": "multiple"}
        many["answer_options"].append({"code": "none", "text": "None", "exclusive": True})
        assert value({"of": ["m"]}, {"m": ["a", "c"]}, many) == 2
        assert value({"of": ["m"]}, {"m": ["none"]}, many) == 0
        assert value({"of": ["m"]}, {"m": []}, many) is None

    def test_several_answers_are_weighed(self) -> None:
        many = {**choice("m", "a", "b"), "type": "multiple"}
        rule = {"of": ["m"], "each": {"m": {"a": 3, "b": 4}}}
        assert value(rule, {"m": ["a", "b"]}, many) == 7

    def test_a_score_as_an_input(self) -> None:
        scores = [
            {"id": "a", "of": IDS, "by": "mean", "then": [25, 0]},
            {"id": "b", "of": ["a"], "each": {"a": [-1, 100]}},
        ]
        results = score(load(small_form(*FOUR, scores=scores)), four(3, 3, 3, 3))
        assert [one.value for one in results] == [75, 25]


class TestTables:
    def test_bands_begin_at_their_bound(self) -> None:
        rule = {"of": IDS, "table": [[0, "low"], [5, "middle"], [9, "high"]]}
        sums = {4: "low", 5: "middle", 8: "middle", 9: "high"}
        for total, band in sums.items():
            answers = four(min(3, total), min(3, total - 3), min(3, max(0, total - 6)), 0)
            answers["q4"] = total - sum(answers.values())
            assert value(rule, answers) == band

    def test_words_are_translated(self) -> None:
        scores = [
            {"id": "a", "of": ["q1"], "table": [[0, "no"], [1, "yes"]]},
            {"id": "b", "of": ["a"], "table": {"no": 0, "yes": 10}},
        ]
        results = score(load(small_form(*FOUR, scores=scores)), {"q1": 2})
        assert [one.value for one in results] == ["yes", 10]

    def test_noise_of_arithmetic_does_not_miss_a_band(self) -> None:
        tenths = [
            {"id": f"d{n}", "type": "decimal", "text": "d", "min": 0, "max": 1} for n in "abc"
        ]
        rule = {"of": ["da", "db", "dc"], "table": [[0, "under"], [0.6, "reached"]]}
        assert 0.1 + 0.2 + 0.3 != 0.6
        assert value(rule, {"da": 0.1, "db": 0.2, "dc": 0.3}, *tenths) == "reached"


class TestNothingBecomesZero:
    @pytest.mark.parametrize("way", ["sum", "mean", "max"])
    def test_no_answers_no_score(self, way: str) -> None:
        assert value({"of": IDS, "by": way, "need": 1}, {}) is None

    def test_a_code_for_no_answer_is_no_answer(self) -> None:
        shy = choice("q", 0, 1)
        shy["answer_options"].append({"code": 9, "text": "Rather not say", "missing": True})
        result = score(form({"of": ["q"]}, shy), {"q": 9})[0]
        assert (result.value, result.n_answered, result.n_items) == (None, 0, 1)

    @pytest.mark.parametrize("wrong", [7, "1", True, False, 1.5, [1], {"a": 1}, None, float("nan")])
    def test_what_is_no_code_of_the_item_is_no_answer(self, wrong: object) -> None:
        assert value({"of": ["q1"]}, {"q1": wrong}) is None

    @pytest.mark.parametrize("alike", [True, 1.0])
    def test_a_remembered_result_answers_for_its_own_code_only(self, alike: object) -> None:
        wanted = None if alike is True else 1
        questionnaire = form({"of": ["q1"]})
        orders = ([1, alike, 1], [alike, 1, alike])
        for order in orders:
            found = [score(questionnaire, {"q1": one})[0].value for one in order]
            assert found == [wanted if one is alike else 1 for one in order]

    @pytest.mark.parametrize("wrong", [-1, 11, "5", True, [5]])
    def test_a_number_outside_its_limits_is_no_answer(self, wrong: object) -> None:
        scale = {"id": "n", "type": "scale", "text": "n", "min": 0, "max": 10}
        assert value({"of": ["n"]}, {"n": wrong}, scale) is None

    def test_a_skipped_item_is_no_answer_although_one_is_stored(self) -> None:
        assert score(form({"of": ["q1"]}), {"q1": 2}, ["q1"])[0].value is None

    def test_a_missing_score_is_a_missing_input(self) -> None:
        scores = [{"id": "a", "of": ["q1"]}, {"id": "b", "of": ["a", "q2"]}]
        results = score(load(small_form(*FOUR, scores=scores)), {"q2": 1})
        assert [one.value for one in results] == [None, None]


class TestHiddenItems:
    gate = choice("often", 0, 1, 2)
    follow = choice("bad", 0, 1, 2, enable_when=["often", ">", 0])
    table: ClassVar[dict[str, int]] = {f"{a},{b}": a + b for a in range(3) for b in range(3)}
    rule: ClassVar[dict[str, Any]] = {"of": ["often", "bad"], "by": "key", "table": table}

    def test_what_was_not_shown_is_absent_whatever_is_stored(self) -> None:
        assert value(self.rule, {"often": 0, "bad": 2}, self.gate, self.follow) is None

    def test_a_code_can_stand_for_what_answers_have_hidden(self) -> None:
        follow = {**self.follow, "when_hidden": 0}
        assert value(self.rule, {"often": 0, "bad": 2}, self.gate, follow) == 0

    def test_but_not_for_what_silence_has_hidden(self) -> None:
        follow = {**self.follow, "when_hidden": 0}
        assert value({"of": ["bad"]}, {}, self.gate, follow) is None
        assert value({"of": ["bad"]}, {"often": 0}, self.gate, follow) == 0

    def test_a_score_may_read_what_was_stored(self) -> None:
        rule = {**self.rule, "as_stored": True}
        assert value(rule, {"often": 0, "bad": 2}, self.gate, self.follow) == 2
        assert value(rule, {"often": 0}, self.gate, self.follow) is None


class TestAlso:
    rule: ClassVar[dict[str, Any]] = {"of": ["q1"], "also": [{"of": ["q2", "q3", "q4"], "need": 2}]}

    def test_counts_over_other_items(self) -> None:
        assert value(self.rule, four(1, 0, 0, None)) == 1
        assert value(self.rule, four(1, 0, None, None)) is None

    def test_counts_text_answers_too(self) -> None:
        note = {"id": "t", "type": "text", "text": "t"}
        rule = {"of": ["q1"], "also": [{"of": ["t"], "need": 1}]}
        assert value(rule, {"q1": 1, "t": "words"}, *FOUR, note) == 1
        assert value(rule, {"q1": 1, "t": "  "}, *FOUR, note) is None


def test_counts_reach_the_questions_below_a_score_of_scores() -> None:
    scores = [
        {"id": "a", "of": ["q1", "q2"], "need": 1},
        {"id": "b", "of": ["q2", "q3"], "need": 1},
        {"id": "c", "of": ["a", "b"], "primary": True, "title": "C"},
    ]
    result = score(load(small_form(*FOUR, scores=scores)), four(1, None, 2, 3))[-1]
    assert (result.n_answered, result.n_items, result.complete) == (2, 3, False)
    assert (result.value, result.scorable, result.primary, result.title) == (3, True, True, "C")


class TestFingerprints:
    scores = ({"id": "a", "of": ["q1", "q2"]}, {"id": "b", "of": ["a"], "then": [2, 0]})

    def shas(self, *scores: dict[str, Any], **changes: Any) -> dict[str, str]:
        items = [{**item, **changes} if item["id"] == "q1" else item for item in FOUR]
        return fingerprints(load(small_form(*items, scores=list(scores or self.scores))))

    def test_the_same_rules_have_the_same_name(self) -> None:
        assert self.shas() == self.shas()

    def test_words_do_not_count(self) -> None:
        titled = [{**one, "title": "T", "primary": True} for one in self.scores]
        assert self.shas(*titled) == self.shas(text="other words") == self.shas()

    def test_a_changed_rule_changes_all_that_rest_on_it(self) -> None:
        other = self.shas({**self.scores[0], "need": 1}, self.scores[1])
        before = self.shas()
        assert other["a"] != before["a"]
        assert other["b"] != before["b"]

    def test_a_changed_code_list_changes_the_rule(self) -> None:
        longer = choice("q1", 0, 1, 2, 3, 4)["answer_options"]
        assert self.shas(answer_options=longer)["a"] != self.shas()["a"]


@pytest.mark.parametrize(
    ("number", "digits", "wanted"),
    [
        (2.5, 0, 3), (3.5, 0, 4), (-2.5, 0, -3), (1.005, 2, 1.01), (0.285, 2, 0.29),
        (66.66666666, 1, 66.7), (2.0000000000001, "up", 2), (2.1, "up", 3), (-0.0, None, 0),
        (99.999999999999, None, 100),
    ],
)  # fmt: skip
def test_rounding(number: float, digits: int | str | None, wanted: float) -> None:
    assert rounded(number, digits) == wanted
    assert text_of(rounded(number, digits)) == text_of(wanted)


def test_values_are_spelt_as_keys_spell_them() -> None:
    spelt = [text_of(one) for one in (3, 3.0, -0.5, 1 / 3, True, False, None, "word")]
    assert spelt == ["3", "3", "-0.5", "0.333333", "true", "false", "", "word"]


def test_rules_are_compiled_once() -> None:
    questionnaire = form({"of": IDS})
    assert scorer(questionnaire) is scorer(questionnaire)


@given(st.lists(st.sampled_from([0, 1, 2, 3, None]), min_size=4, max_size=4), st.integers(1, 4))
def test_a_mean_lies_between_its_smallest_and_largest_input(
    answers: list[int | None], need: int
) -> None:
    result = value({"of": IDS, "by": "mean", "need": need}, four(*answers))
    given_answers = [one for one in answers if one is not None]
    if len(given_answers) < need:
        assert result is None
    else:
        assert isinstance(result, float)
        assert min(given_answers) <= result <= max(given_answers)
        assert abs(result - sum(given_answers) / len(given_answers)) < 1e-9


@given(
    st.dictionaries(
        st.sampled_from(IDS), st.one_of(st.none(), st.booleans(), st.integers(), st.text())
    )
)
def test_no_stored_nonsense_stops_the_engine(answers: dict[str, Any]) -> None:
    result = score(form({"of": IDS, "by": "mean", "need": 1}), answers)[0]
    sound = [one for one in answers.values() if type(one) is int and 0 <= one <= 3]
    assert result.value == (pytest.approx(sum(sound) / len(sound)) if sound else None)
