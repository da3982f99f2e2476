"""Exports to FHIR: valid by somebody else's models, and the same questionnaire when read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as OracleQuestionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse as OracleResponse

from sayso.domain.questionnaire import Questionnaire
from sayso.formats.fhir_export import to_fhir, to_fhir_response
from sayso.formats.fhir_import import import_fhir
from sayso.formats.instrument_import import import_file
from sayso.formats.instrument_json import load
from support.instruments import SHIPPED, choice, corpus, shipped_folders, small_form

DEMOS = [one for one in shipped_folders() if one.parent.name.startswith("demo-")]
every_demo = pytest.mark.parametrize("folder", DEMOS, ids=[one.parent.name for one in DEMOS])


def back(questionnaire: Questionnaire) -> Questionnaire:
    """Out to FHIR, through JSON text, and in again."""
    imported = import_fhir(json.loads(json.dumps(to_fhir(questionnaire))), "0" * 64)
    assert imported.document is not None, imported.why
    assert imported.refused == []
    return load(imported.document)


def facts(questionnaire: Questionnaire) -> list[Any]:
    """What a round trip must keep of every item."""
    return [
        (
            *(one.id, one.type, one.text, one.help, one.required, one.enable_when),
            *(one.low, one.high, one.unit, one.step, one.options),
        )
        for one in questionnaire.all_items()
    ]


@pytest.mark.parametrize(
    "folder", shipped_folders(), ids=[f"{one.parent.name}" for one in shipped_folders()]
)
def test_every_shipped_instrument_is_valid_fhir(folder: Any) -> None:
    OracleQuestionnaire.model_validate(to_fhir(load(folder)))


def test_imported_files_are_valid_fhir_again() -> None:
    checked = 0
    for file in sorted(corpus("fhir-questionnaires").iterdir()):
        imported = import_file(file)
        if imported.document is not None:
            OracleQuestionnaire.model_validate(to_fhir(load(imported.document)))
            checked += 1
    assert checked > 150


def test_a_round_trip_keeps_what_was_imported() -> None:
    """FHIR, ours, FHIR, ours: ids, texts, codes and conditions stay, file by file."""
    compared = 0
    for file in sorted(corpus("fhir-questionnaires").iterdir()):
        imported = import_file(file)
        if imported.document is None:
            continue
        first = load(imported.document)
        again = import_fhir(to_fhir(first), "0" * 64)
        assert again.document is not None, (file.name, again.why)
        # A condition that FHIR can only say as an expression is reported, not read back.
        reported = {one["from"] for one in again.changed if "its condition" in one["what"]}
        second = {item.id: item for item in load(again.document).all_items()}
        for item in first.all_items():
            found = second[item.id]
            assert (found.text, found.options) == (item.text, item.options)
            assert found.enable_when == item.enable_when or item.id in reported
            compared += 1
    assert compared > 1_500


@every_demo
def test_a_demonstration_comes_back_as_it_was(folder: Any) -> None:
    questionnaire = load(folder)
    before, after = facts(questionnaire), facts(back(questionnaire))
    lost = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    for one, other in lost:
        # FHIR has no end of a calendar that moves with the day, no codes for "no answer", and
        # no plain form for nested conditions: those are written as expressions.
        assert one[:2] == other[:2]
        assert one[2:5] == other[2:5]
        kept = [option.code for option in one[-1]], [option.code for option in other[-1]]
        assert kept[0] == kept[1]


def test_a_nested_condition_is_written_as_an_expression() -> None:
    gate = {"id": "gate", "type": "boolean", "text": "Gate"}
    nested = ["not", ["all", ["gate", "=", True], ["c", "in", [1, 2]]]]
    late = {"id": "t", "type": "text", "text": "T", "enable_when": nested}
    record = to_fhir(load(small_form(gate, choice("c"), late)))["item"][2]
    assert "enableWhen" not in record
    assert record["extension"][0]["valueExpression"]["expression"] == (
        "((%resource.descendants().where(linkId='gate').answer.value.where($this = true).exists())"
        " and (%resource.descendants().where(linkId='c').answer.value.where($this.code = '1')"
        ".exists() or %resource.descendants().where(linkId='c').answer.value"
        ".where($this.code = '2').exists())).not()"
    )


def test_never_shown_is_hidden() -> None:
    never = {"id": "t", "type": "text", "text": "T", "enable_when": ["any"]}
    questionnaire = load(small_form(choice("c"), never))
    assert facts(back(questionnaire))[1] == facts(questionnaire)[1]


class TestResponses:
    questionnaire = load(
        small_form(
            choice("c", "red", "green"),
            choice("n", 0, 1),
            {**choice("m", "a", "b", "z"), "type": "multiple"},
            {
                "id": "p",
                "type": "page",
                "text": "P",
                "items": [{"id": "b", "type": "boolean", "text": "B"}],
            },
            {"id": "s", "type": "scale", "text": "S", "min": 0, "max": 10},
            {"id": "d", "type": "decimal", "text": "D"},
            {"id": "day", "type": "date", "text": "Day"},
            {"id": "hour", "type": "time", "text": "Hour"},
            {"id": "t", "type": "long_text", "text": "T", "enable_when": ["b", "=", True]},
            {"id": "i", "type": "display", "text": "I"},
        )
    )

    def exported(self, answers: dict[str, Any], skipped: list[str]) -> dict[str, Any]:
        response = to_fhir_response(
            self.questionnaire,
            answers,
            skipped,
            response_id="6f2a",
            participant_code="P-001",
            authored_at="2026-06-15T15:00:00Z",
        )
        OracleResponse.model_validate(response)
        return response

    def test_every_kind_of_answer(self) -> None:
        answers: dict[str, Any] = {
            "c": "red", "n": 1, "m": ["a", "z"], "b": True, "s": 7, "d": 1.5, "day": "2026-06-15",
            "hour": "14:30", "t": "Words",
        }  # fmt: skip
        response = self.exported(answers, [])
        found = {one["linkId"]: one.get("answer") for one in walk_items(response)}
        assert found == {
            "c": [{"valueCoding": {"code": "red", "display": "Answer red"}}],
            "n": [
                {
                    "valueCoding": {
                        "system": "urn:sayso:integer-code",
                        "code": "1",
                        "display": "Answer 1",
                    }
                }
            ],
            "m": [
                {"valueCoding": {"code": "a", "display": "Answer a"}},
                {"valueCoding": {"code": "z", "display": "Answer z"}},
            ],
            "p": None,
            "b": [{"valueBoolean": True}],
            "s": [{"valueInteger": 7}],
            "d": [{"valueDecimal": 1.5}],
            "day": [{"valueDate": "2026-06-15"}],
            "hour": [{"valueTime": "14:30:00"}],
            "t": [{"valueString": "Words"}],
        }

    def test_it_names_the_version_and_the_person_by_code(self) -> None:
        response = self.exported({"c": "red"}, [])
        assert response["questionnaire"] == "urn:sayso:questionnaire:small|1"
        assert response["subject"] == {"identifier": {"value": "P-001"}}
        assert response["authored"] == "2026-06-15T15:00:00Z"

    def test_a_declined_question_says_so(self) -> None:
        record = next(one for one in self.exported({}, ["n"])["item"] if one["linkId"] == "n")
        assert record["extension"][0]["valueCode"] == "asked-declined"
        assert "answer" not in record

    def test_what_was_hidden_or_left_open_is_not_there(self) -> None:
        response = self.exported({"c": "red", "b": False, "t": "Stored"}, [])
        assert [one["linkId"] for one in walk_items(response)] == ["c", "p", "b"]


def walk_items(record: dict[str, Any]) -> list[dict[str, Any]]:
    inside = record.get("item", [])
    return [one for child in inside for one in (child, *walk_items(child))]


def test_the_long_demonstration_is_small_enough_to_read() -> None:
    size = len(json.dumps(to_fhir(load(SHIPPED / "demo-hrqol" / "1.0.0"))))
    assert size < 40_000
