"""Scores that a person can work out from the manual's rule, instrument by instrument.

The vectors of a pack are many and random. These are few and speak: what each line says can be
checked with a pencil, and a mistake in the rule shows as a sentence.
"""

from __future__ import annotations

from typing import Any

import pytest

from sayso.domain.questionnaire import Questionnaire
from sayso.domain.scoring import Value, score
from sayso.formats.instrument_json import load
from support.instruments import SHIPPED

FACT_ITEMS = {"GP": 7, "GS": 7, "GE": 6, "GF": 7}


def pack(name: str) -> Questionnaire:
    folder = next((SHIPPED / "packs" / name).iterdir())
    return load(folder)


def values(name: str, answers: dict[str, Any]) -> dict[str, Value]:
    return {one.id: one.value for one in score(pack(name), answers)}


def q(**given: int) -> dict[str, int]:
    return dict(given)


def same(prefix: str, first: int, last: int, answer: int) -> dict[str, int]:
    return {f"{prefix}{n}": answer for n in range(first, last + 1)}


class TestQlqC30:
    def scores(self, **answers: int) -> dict[str, Value]:
        return values("eortc-qlq-c30", answers)

    def test_no_trouble_is_full_function_and_no_symptom(self) -> None:
        found = self.scores(**same("q", 1, 28, 1), q29=7, q30=7)
        assert (found["PF"], found["FA"], found["QL"], found["C30SUMMARY"]) == (100, 0, 100, 100)

    def test_a_little_trouble_is_two_thirds_of_function_and_one_third_of_symptoms(self) -> None:
        found = self.scores(**same("q", 1, 28, 2), q29=4, q30=4)
        assert found["PF"] == pytest.approx(66.6667, abs=0.001)
        assert found["FA"] == pytest.approx(33.3333, abs=0.001)
        assert found["QL"] == 50
        assert found["C30SUMMARY"] == pytest.approx(66.6667, abs=0.001)

    def test_half_of_the_items_is_enough_and_less_is_not(self) -> None:
        assert self.scores(q1=1, q2=1, q3=4)["PF"] == pytest.approx(66.6667, abs=0.001)
        assert self.scores(q1=1, q2=1)["PF"] is None
        assert self.scores(q6=1)["RF"] == 100
        assert self.scores(q21=1, q22=4)["EF"] == 50

    def test_the_summary_needs_every_one_of_its_thirteen_scales(self) -> None:
        most = {**same("q", 1, 28, 1), "q29": 7, "q30": 7}
        for missing in ("q8", "q11", "q13", "q16", "q17"):
            found = self.scores(**{key: one for key, one in most.items() if key != missing})
            assert found["C30SUMMARY"] is None
        without = {key: one for key, one in most.items() if key not in {"q28", "q29", "q30"}}
        assert self.scores(**without)["C30SUMMARY"] == 100

    def test_a_symptom_counts_against_the_summary(self) -> None:
        worst_pain = {**same("q", 1, 28, 1), "q9": 4, "q19": 4}
        assert self.scores(**worst_pain)["C30SUMMARY"] == pytest.approx(100 * 12 / 13, abs=0.001)


class TestBreastModules:
    def test_hair_loss_is_asked_about_only_when_there_was_any(self) -> None:
        assert values("eortc-qlq-br23", q(q34=1, q35=4))["BRHL"] is None
        assert values("eortc-qlq-br23", q(q34=2, q35=4))["BRHL"] == 100
        assert values("eortc-qlq-br23", q(q35=4))["BRHL"] == 100

    def test_enjoyment_is_not_turned_round(self) -> None:
        assert values("eortc-qlq-br23", q(q45=2, q46=4))["BRSEE"] == 100
        assert values("eortc-qlq-br23", q(q45=1, q46=4))["BRSEE"] is None

    def test_the_longer_module(self) -> None:
        found = values("eortc-qlq-br45", {**same("q", 63, 67, 4), "q74": 4, "q75": 4, "q34": 1})
        assert (found["ET"], found["BS"], found["HU"]) == (100, 100, None)
        assert values("eortc-qlq-br45", same("q", 63, 66, 4))["ET"] is None


class TestFact:
    def all_items(self, answer: int, **more: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for prefix, count in FACT_ITEMS.items():
            found |= same(prefix, 1, count, answer)
        return found | more

    def test_positive_and_negative_items(self) -> None:
        found = values("fact-g", self.all_items(0))
        assert found == {"PWB": 28, "SWB": 0, "EWB": 20, "FWB": 0, "FACTG": 48}

    def test_more_than_half_and_not_half(self) -> None:
        three_of_six = {f"GE{n}": 0 for n in (1, 3, 4)}
        assert values("fact-g", three_of_six)["EWB"] is None
        assert values("fact-g", {**three_of_six, "GE5": 0})["EWB"] == 24

    def test_the_total_needs_four_fifths_of_all_items(self) -> None:
        for missing, wanted in ((5, True), (6, False)):
            answers = self.all_items(2)
            for item in ["GP1", "GP2", "GS1", "GS2", "GF1", "GF2"][:missing]:
                del answers[item]
            found = values("fact-g", answers)
            assert None not in (found["PWB"], found["SWB"], found["EWB"], found["FWB"])
            assert (found["FACTG"] is not None) is wanted

    def test_eight_and_nine_are_no_answers(self) -> None:
        assert values("fact-g", same("GF", 1, 7, 8))["FWB"] is None
        assert values("fact-g", {**same("GF", 1, 4, 4), "GF5": 9})["FWB"] == 28

    def test_the_breast_subscale_and_its_index(self) -> None:
        answers = self.all_items(0, **same("B", 1, 9, 4), P2=4)
        found = values("fact-b", answers)
        # B4 and B9 are worded the other way: two times 4, and eight times 4 minus 4.
        assert found["BCS"] == 8
        assert found["FACT_B_TOI"] == 28 + 0 + 8
        assert found["FACT_B_TOTAL"] == 48 + 8

    def test_the_index_does_not_ask_for_four_fifths(self) -> None:
        answers = {**same("GP", 1, 4, 0), **same("GF", 1, 4, 4), **same("B", 1, 6, 0)}
        found = values("fact-b", answers)
        assert found["FACT_B_TOI"] is not None
        assert found["FACT_B_TOTAL"] is None

    def test_fatigue(self) -> None:
        items = ["HI7", "HI12", "An1", "An2", "An3", "An4", "An8", "An12", "An14", "An15", "An16"]
        best = {**dict.fromkeys(items, 0), "An5": 4, "An7": 4}
        assert values("facit-fatigue", best) == {"FACIT_Fatigue": 52}
        assert values("facit-f", best)["FS"] == 52
        assert values("facit-f", {**self.all_items(0), **best})["FACIT_F_TOTAL"] == 100


@pytest.mark.parametrize(
    ("form", "raw", "t"),
    [
        ("anxiety-4a", 4, 40.3), ("anxiety-4a", 20, 81.6), ("anxiety-8a", 8, 37.1),
        ("anxiety-8a", 40, 83.1), ("depression-4a", 12, 62.2), ("depression-8a", 8, 38.2),
        ("depression-8a", 24, 62.1), ("depression-8a", 40, 81.3), ("fatigue-4a", 4, 33.7),
        ("fatigue-4a", 20, 75.8), ("fatigue-8a", 8, 33.1), ("fatigue-8a", 40, 77.8),
        ("sleep-disturbance-4a", 4, 32.0), ("sleep-disturbance-4a", 20, 73.3),
        ("social-roles-4a", 4, 27.5), ("social-roles-4a", 20, 64.2),
        ("pain-interference-4a", 4, 41.6), ("pain-interference-4a", 20, 75.8),
        ("pain-interference-8a", 8, 40.7), ("pain-interference-8a", 40, 77.0),
        ("physical-function-4a-v1.0", 4, 22.9), ("physical-function-4a-v1.0", 20, 56.9),
        ("physical-function-4a-v2.0", 4, 22.5), ("physical-function-4a-v2.0", 20, 57.0),
    ],
)  # fmt: skip
def test_promis_short_forms(form: str, raw: int, t: float) -> None:
    items = 8 if "8a" in form else 4
    answers = {f"i{n}": raw // items for n in range(1, items + 1)}
    found = values(f"promis-{form}", answers)
    assert found == {"raw": raw, "t": pytest.approx(t)}
    del answers["i2"]
    assert values(f"promis-{form}", answers) == {"raw": None, "t": None}


def test_the_version_chooses_the_table() -> None:
    """Both tables look plausible; only the version tells them apart."""
    first, second = (
        values(f"promis-physical-function-4a-v{n}.0", same("i", 1, 4, 3)) for n in (1, 2)
    )
    assert first["raw"] == second["raw"] == 12
    assert (first["t"], second["t"]) == (36.7, 36.7)
    first, second = (
        values(f"promis-physical-function-4a-v{n}.0", same("i", 1, 4, 2)) for n in (1, 2)
    )
    assert (first["t"], second["t"]) == (32.1, 31.9)


def test_global_health_recodes_pain() -> None:
    answers = {f"g{n:02d}": 5 for n in range(1, 11)}
    assert values("promis-global-10", {**answers, "g07": 0})["gph_raw"] == 20
    assert values("promis-global-10", {**answers, "g07": 10})["gph_raw"] == 16
    assert values("promis-global-10", {**answers, "g07": 5})["gph_raw"] == 18
    assert values("promis-global-10", {**answers, "g07": 0})["gph_t"] == 67.7


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"), (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"),
        (14, "moderate"), (15, "moderately-severe"), (20, "severe"), (27, "severe"),
    ],
)  # fmt: skip
def test_phq_9(total: int, band: str) -> None:
    answers = {f"q{n}": min(3, max(0, total - 3 * (n - 1))) for n in range(1, 10)}
    assert values("phq-9", answers) == {"total": total, "band": band}


@pytest.mark.parametrize(
    ("total", "band"), [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (15, "severe")]
)
def test_gad_7(total: int, band: str) -> None:
    answers = {f"q{n}": min(3, max(0, total - 3 * (n - 1))) for n in range(1, 8)}
    assert values("gad-7", answers) == {"total": total, "band": band}


class TestEq5d:
    @pytest.mark.parametrize(
        ("country", "state", "index"),
        [
            ("usa", "11111", 1), ("usa", "55555", -0.573), ("usa", "21111", 0.904),
            ("england", "11111", 1), ("england", "55555", -0.285), ("england", "11112", 0.922),
        ],
    )  # fmt: skip
    def test_health_states(self, country: str, state: str, index: float) -> None:
        answers = dict(zip(["MO", "SC", "UA", "PD", "AD"], map(int, state), strict=True))
        assert values(f"eq-5d-5l-{country}", answers) == {"index": pytest.approx(index)}

    def test_an_open_dimension_leaves_no_index(self) -> None:
        answers = {"MO": 1, "SC": 1, "UA": 1, "PD": 1}
        assert values("eq-5d-5l-usa", answers) == {"index": None}


class TestProCtcae:
    def grade(self, group: int, *answers: int | None, imputed: bool = True) -> Value:
        given = {
            f"PROCTCAE_{group}{letter}_SCL": one
            for letter, one in zip("ABC", answers, strict=False)
            if one is not None
        }
        suffix = "_COMP_zero_imputed" if imputed else "_COMP"
        return values("pro-ctcae", given)[f"PROCTCAE_{group}{suffix}"]

    def test_three_attributes(self) -> None:
        assert self.grade(48, 4, 4, 4) == 3
        assert self.grade(48, 1, 1, 1) == 1

    def test_never_is_grade_zero_without_the_follow_ups(self) -> None:
        assert self.grade(48, 0) == 0
        assert self.grade(48, 0, imputed=False) is None
        assert self.grade(48, 0, 3, 2) == 0

    def test_a_follow_up_left_open_leaves_the_grade_open(self) -> None:
        assert self.grade(9, 3) is None
        assert self.grade(9, 3, imputed=False) is None

    def test_silence_is_not_never(self) -> None:
        assert self.grade(9, None, 0) is None

    def test_groups_do_not_need_one_another(self) -> None:
        assert self.grade(16, 4) == 3

    def test_there_is_a_grade_for_each_of_the_59_groups(self) -> None:
        rules = pack("pro-ctcae").scores
        assert len([rule for rule in rules if rule.id.endswith("_COMP")]) == 59
        assert len([rule for rule in rules if rule.primary]) == 59
