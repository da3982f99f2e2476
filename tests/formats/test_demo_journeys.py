"""A person answers the demonstration forms: what comes next, what may stay open, what counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sayso.domain.answers import check, shown
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.scoring import Value, score
from sayso.formats.instrument_json import load
from support.instruments import SHIPPED

TODAY = date(2026, 6, 15)


def form(name: str) -> Questionnaire:
    return load(SHIPPED / name / "1.0.0")


def asked(questionnaire: Questionnaire, answers: dict[str, Any], skipped: list[str]) -> list[str]:
    """The questions on the screen, in order."""
    visible = shown(questionnaire, answers, skipped)
    return [item.id for item in questionnaire.items_in_order() if item.id in visible]


def open_questions(
    questionnaire: Questionnaire, answers: dict[str, Any], skipped: list[str]
) -> list[str]:
    return [problem.item for problem in check(questionnaire, answers, skipped, TODAY)]


def scored(questionnaire: Questionnaire, answers: dict[str, Any]) -> dict[str, Value]:
    return {one.id: one.value for one in score(questionnaire, answers)}


class TestSymptomCheck:
    form = form("demo-symptom-check")

    def next(self, **answers: Any) -> list[str]:
        return asked(self.form, answers, [])

    def test_it_begins_with_one_question(self) -> None:
        assert self.next() == ["which"]

    def test_nothing_to_report_is_one_tap(self) -> None:
        assert self.next(which=["none"]) == ["which"]
        assert open_questions(self.form, {"which": ["none"]}, []) == []
        assert scored(self.form, {"which": ["none"]})["worst_grade"] == 0

    def test_pain_opens_its_page_and_then_its_follow_ups(self) -> None:
        assert self.next(which=["pain"]) == ["which", "pain_freq", "since", "called"]
        deeper = self.next(which=["pain"], pain_freq=2)
        assert deeper[1:4] == ["pain_freq", "pain_sev", "pain_life"]
        assert "pain_time" in self.next(which=["pain"], pain_freq=2, pain_sev=2)
        assert "pain_time" not in self.next(which=["pain"], pain_freq=2, pain_sev=1)

    def test_taking_pain_back_hides_all_of_it(self) -> None:
        answers = {"which": ["sick"], "pain_freq": 4, "pain_sev": 4, "pain_life": 4}
        assert not any(one.startswith("pain") for one in asked(self.form, answers, []))
        assert scored(self.form, answers)["pain_grade"] == 0

    def test_fever_asks_for_the_thermometer_first(self) -> None:
        assert "temp" not in self.next(which=["fever"])
        assert "temp" in self.next(which=["fever"], temp_taken=True)
        assert "temp" not in self.next(which=["fever"], temp_taken=False)

    @pytest.mark.parametrize(
        ("temp", "slug"), [(98.6, None), (98.65, "too-many-decimals"), (37.0, "too-small")]
    )
    def test_the_temperature_is_in_fahrenheit(self, temp: float, slug: str | None) -> None:
        answers = {"which": ["fever"], "temp_taken": True, "temp": temp, "called": 0}
        found = [one.slug for one in check(self.form, answers, [], TODAY) if one.item == "temp"]
        assert found == ([slug] if slug else [])

    def test_a_day_that_has_not_come_is_noticed(self) -> None:
        answers = {"which": ["sick"], "sick_freq": 0, "since": "2026-06-16", "called": 1}
        assert [one.slug for one in check(self.form, answers, [], TODAY)] == ["too-late"]

    def test_none_of_these_stands_alone(self) -> None:
        found = check(self.form, {"which": ["none", "pain"]}, [], TODAY)
        assert ("which", "exclusive-mixed") in [(one.item, one.slug) for one in found]

    def test_the_worst_grade_is_the_worst_of_what_is_known(self) -> None:
        answers = {"which": ["pain", "loose"], "loose_count": 7}
        found = scored(self.form, answers)
        assert (found["pain_grade"], found["loose_grade"], found["worst_grade"]) == (None, 3, 3)


class TestAnxiety:
    form = form("demo-anxiety")
    calm: dict[str, Any] = {  # noqa: RUF012
        **dict.fromkeys(["edge", "start", "spin", "stop", "body", "dread"], 0), "ease": 3,
    }  # fmt: skip

    def test_a_calm_person_answers_seven_questions(self) -> None:
        assert len(asked(self.form, self.calm, [])) == 7
        assert scored(self.form, self.calm)["worry_total"] == 0

    def test_any_worry_asks_how_hard_it_was(self) -> None:
        assert "hard" in asked(self.form, {**self.calm, "dread": 1}, [])
        assert "hard" in asked(self.form, {**self.calm, "ease": 2}, [])

    def test_a_call_is_offered_to_those_who_have_it_hard_and_told_nobody(self) -> None:
        hard = {**self.calm, "spin": 3, "hard": 2}
        assert "wants_call" in asked(self.form, hard, [])
        assert "wants_call" not in asked(self.form, {**hard, "talked": True}, [])
        assert "wants_call" in asked(self.form, {**hard, "talked": False}, [])
        assert "wants_call" not in asked(self.form, {**hard, "hard": 1}, [])

    def test_preferring_not_to_answer_is_enough_and_scores_nothing(self) -> None:
        answers = {key: one for key, one in self.calm.items() if key != "stop"}
        assert open_questions(self.form, answers, ["stop"]) == []
        total = {one.id: one.value for one in score(self.form, answers, ["stop"])}
        assert (total["worry_total"], total["worry_prorated"]) == (None, 0)


class TestDecision:
    form = form("demo-decision")
    sure: dict[str, Any] = {  # noqa: RUF012
        "informed": 3, "values": 3, "heard": 3, "pressed": 0, "stand": 3, "sure": 100,
        "questions": False,
    }  # fmt: skip

    def test_someone_who_is_sure_is_not_asked_about_regret(self) -> None:
        assert "regret" not in asked(self.form, self.sure, [])
        assert scored(self.form, self.sure)["decision_state"] == "settled"

    @pytest.mark.parametrize("change", [{"stand": 2}, {"sure": 45}])
    def test_someone_who_is_not_is_asked(self, change: dict[str, int]) -> None:
        assert "regret" in asked(self.form, {**self.sure, **change}, [])

    def test_questions_are_asked_for_in_words_until_a_topic_is_chosen(self) -> None:
        with_questions = {**self.sure, "questions": True}
        assert "questions_text" in asked(self.form, with_questions, [])
        chosen = {**with_questions, "questions_about": ["cost"]}
        assert "questions_text" not in asked(self.form, chosen, [])

    def test_the_slider_goes_in_steps_of_five(self) -> None:
        found = check(self.form, {**self.sure, "sure": 52}, [], TODAY)
        assert ("sure", "off-step") in [(one.item, one.slug) for one in found]


class TestFinancialBurden:
    form = form("demo-financial-burden")

    def test_what_was_put_off_and_what_else(self) -> None:
        answers: dict[str, Any] = {"put_off": True, "put_off_what": [1, 4]}
        assert "other_what" in asked(self.form, answers, [])
        answers["put_off_what"] = [1]
        assert "other_what" not in asked(self.form, answers, [])
        answers["put_off"] = False
        assert "put_off_what" not in asked(self.form, answers, [])

    @pytest.mark.parametrize(("job", "wanted"), [("yes", True), ("leave", True), ("no", False)])
    def test_lost_hours_are_asked_of_people_with_work(self, job: str, wanted: bool) -> None:
        assert ("hours_lost" in asked(self.form, {"job": job}, [])) is wanted

    def test_declining_counts_as_no_answer_to_a_score_but_as_an_answer_to_the_form(self) -> None:
        answers = {**dict.fromkeys(["bills", "basics", "savings", "control", "family"], 9)}
        assert set(open_questions(self.form, answers, [])).isdisjoint(answers)
        assert scored(self.form, answers)["money_strain"] is None


class TestRecurrenceWorry:
    form = form("demo-recurrence-worry")

    def test_triggers_are_asked_when_there_was_worry(self) -> None:
        quiet = {"mind": 0, "strength": 0}
        assert "triggers" not in asked(self.form, quiet, [])
        assert "triggers" in asked(self.form, {**quiet, "strength": 1}, [])
        assert "triggers" in asked(self.form, {**quiet, "mind": 1}, [])

    def test_someone_who_would_rather_not_say_is_not_asked_what_helps(self) -> None:
        worried: dict[str, Any] = {"strength": 5, "triggers": ["scan"], "coping": 1}
        assert "helps" in asked(self.form, worried, [])
        assert "helps" not in asked(self.form, {**worried, "coping": 9}, [])


class TestLongForm:
    form = form("demo-hrqol")

    def test_all_thirty_questions_when_there_is_pain(self) -> None:
        assert len(asked(self.form, {"pain": 4}, [])) == 30
        assert len(asked(self.form, {"pain": 0}, [])) == 29

    def test_the_last_question_may_stay_open(self) -> None:
        assert "note" not in open_questions(self.form, {}, [])
        assert len(open_questions(self.form, {}, [])) == 28

    def test_a_form_of_nothing_has_no_scores(self) -> None:
        assert set(scored(self.form, {}).values()) == {None}

    def test_pain_that_is_not_there_is_no_pain(self) -> None:
        assert scored(self.form, {"pain": 0})["pain_score"] == 0
        assert scored(self.form, {"pain": 10, "pain_life": 4})["pain_score"] == 100
        assert scored(self.form, {"pain": 3})["pain_score"] is None
