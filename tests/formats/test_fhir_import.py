"""FHIR questionnaires: what is taken, what is changed and said, what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.formats.fhir_import import import_fhir
from sayso.formats.import_draft import Imported, walk
from sayso.formats.instrument_json import load

CORE = "http://hl7.org/fhir/StructureDefinition/"
YES_NO = [
    {"valueCoding": {"system": "s", "code": "Y", "display": "Yes"}},
    {"valueCoding": {"system": "s", "code": "N", "display": "No"}},
]
TEXT = {"linkId": "t", "type": "string", "text": "T"}


def ext(name: str, **value: Any) -> dict[str, Any]:
    return {"url": CORE + name, **value}


def control(code: str) -> dict[str, Any]:
    coding = {"coding": [{"code": code}]}
    return ext("questionnaire-itemControl", valueCodeableConcept=coding)


def pick(link: str = "c", **more: Any) -> dict[str, Any]:
    return {"linkId": link, "type": "choice", "text": link, "answerOption": YES_NO, **more}


def read(*items: Any, **more: Any) -> Imported:
    document = {"resourceType": "Questionnaire", "title": "T", "item": list(items), **more}
    imported = import_fhir(document, "0" * 64)
    if imported.document is not None:
        load(imported.document)
    return imported


def item(imported: Imported, item_id: str) -> dict[str, Any]:
    assert imported.document is not None, imported.why
    found = next(one for one in walk(imported.document["items"]) if one["id"] == item_id)
    options = found.get("answer_options")
    if isinstance(options, str):
        found = {**found, "answer_options": imported.document["answer_sets"][options]}
    return found


def changes(imported: Imported) -> list[str]:
    return [one["what"] for one in imported.changed]


def test_the_simple_types() -> None:
    kinds = {
        "boolean": "boolean", "date": "date", "time": "time", "string": "text", "text": "long_text",
        "integer": "integer", "decimal": "decimal", "dateTime": "date",
    }  # fmt: skip
    imported = read(*({"linkId": k, "type": k, "text": k} for k in kinds))
    assert {one["from"]: one["type"] for one in imported.taken} == kinds
    assert imported.refused == []


def test_required_is_kept_as_the_file_says() -> None:
    imported = read(TEXT, {**TEXT, "linkId": "r", "required": True})
    assert item(imported, "t")["required"] is False
    assert "required" not in item(imported, "r")


def test_about_the_questionnaire() -> None:
    imported = read(TEXT, name="My_Form", version="2.1-β", copyright="© us", language="es")
    document = imported.document or {}
    assert [document[key] for key in ("id", "version", "title", "language", "status")] == [
        "my-form", "2.1", "T", "es", "imported",
    ]  # fmt: skip
    assert document["licence"] == "© us"
    assert document["origin"] == {"format": "fhir", "sha256": "0" * 64}


class TestAnswers:
    def test_codes_and_words(self) -> None:
        assert item(read(pick()), "c")["answer_options"] == [
            {"code": "Y", "text": "Yes"},
            {"code": "N", "text": "No"},
        ]

    def test_numbers_and_text_as_answers(self) -> None:
        options = [{"valueInteger": 1}, {"valueString": "two"}]
        assert item(read(pick(answerOption=options)), "c")["answer_options"] == [
            {"code": 1, "text": "1"},
            {"code": "two", "text": "two"},
        ]

    def test_a_coding_without_a_code_is_known_by_its_words(self) -> None:
        options = [{"valueCoding": {"display": "Perhaps"}}]
        assert item(read(pick(answerOption=options)), "c")["answer_options"] == [
            {"code": "Perhaps", "text": "Perhaps"}
        ]

    def test_the_spelling_of_stu3_and_of_r5(self) -> None:
        older = {"linkId": "a", "type": "choice", "text": "A", "option": YES_NO}
        newer = {"linkId": "b", "type": "coding", "text": "B", "answerOption": YES_NO}
        assert [one["type"] for one in read(older, newer).taken] == ["choice", "choice"]

    def test_a_value_set_inside_the_file(self) -> None:
        listed = {"include": [{"system": "s", "concept": [{"code": "A", "display": "Ah"}]}]}
        inside = {"resourceType": "ValueSet", "id": "v", "compose": listed}
        imported = read(pick(answerOption=None, answerValueSet="#v"), contained=[inside])
        assert item(imported, "c")["answer_options"] == [{"code": "A", "text": "Ah"}]

    def test_an_expanded_value_set_of_stu3(self) -> None:
        tree = [{"code": "A", "display": "Ah", "contains": [{"code": "B", "display": "Be"}]}]
        inside = {"resourceType": "ValueSet", "id": "v", "expansion": {"contains": tree}}
        record = pick(answerOption=None, options={"reference": "#v"})
        options = item(read(record, contained=[inside]), "c")["answer_options"]
        assert [one["code"] for one in options] == ["A", "B"]

    def test_a_value_set_outside_the_file_is_refused_with_its_address(self) -> None:
        imported = read(TEXT, pick(answerOption=None, answerValueSet="http://x.org/vs"))
        assert imported.refused == [
            {"from": "c", "why": "its answers are in a value set outside the file: http://x.org/vs"}
        ]

    def test_a_whole_code_system_is_refused(self) -> None:
        inside = {"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"system": "s"}]}}
        imported = read(TEXT, pick(answerOption=None, answerValueSet="#v"), contained=[inside])
        assert imported.refused[0]["why"] == "its answers are a whole code system: s"

    def test_several_answers_and_one_that_stands_alone(self) -> None:
        alone = {
            **YES_NO[1],
            "extension": [ext("questionnaire-optionExclusive", valueBoolean=True)],
        }
        found = item(read(pick(repeats=True, answerOption=[YES_NO[0], alone])), "c")
        assert found["type"] == "multiple"
        assert found["answer_options"][1]["exclusive"] is True

    def test_an_answer_in_own_words_becomes_a_question(self) -> None:
        imported = read(pick(type="open-choice"))
        assert item(imported, "c-other")["enable_when"] == ["c", "=", "other"]
        assert item(imported, "c")["answer_options"][-1] == {"code": "other", "text": "Other"}

    def test_one_code_for_two_answers(self) -> None:
        twice = [
            {"valueCoding": {"system": s, "code": "1", "display": d}} for s, d in ("aA", "bB", "aA")
        ]
        imported = read(pick(answerOption=twice))
        codes = [one["code"] for one in item(imported, "c")["answer_options"]]
        assert codes == ["1", "b|1"]
        assert "the code '1' stands for two answers; one is b|1" in changes(imported)

    def test_numbers_that_the_file_gives_to_codes_are_remembered(self) -> None:
        weighed = {**YES_NO[0], "extension": [ext("ordinalValue", valueDecimal=3)]}
        assert read(pick(answerOption=[weighed])).ordinals == {"c": {"Y": 3}}


class TestConditions:
    def shown_when(self, *rules: dict[str, Any], **more: Any) -> Any:
        number = {"linkId": "n", "type": "integer", "text": "N"}
        imported = read(pick(), number, {**TEXT, "enableWhen": list(rules), **more})
        return item(imported, "t").get("enable_when"), changes(imported)

    @pytest.mark.parametrize(
        ("rule", "wanted"),
        [
            ({"operator": "=", "answerCoding": {"code": "Y"}}, ["c", "=", "Y"]),
            ({"operator": "!=", "answerCoding": {"code": "Y"}}, ["c", "!=", "Y"]),
            ({"operator": "exists", "answerBoolean": True}, ["c", "answered"]),
            ({"operator": "exists", "answerBoolean": False}, ["not", ["c", "answered"]]),
            ({"hasAnswer": True}, ["c", "answered"]),
            ({"hasAnswer": False}, ["not", ["c", "answered"]]),
            ({"answerCoding": {"code": "N"}}, ["c", "=", "N"]),
        ],
    )
    def test_one_rule(self, rule: dict[str, Any], wanted: list[Any]) -> None:
        assert self.shown_when({"question": "c", **rule}) == (wanted, [])

    def test_numbers_are_ordered(self) -> None:
        rule = {"question": "n", "operator": ">=", "answerInteger": 3}
        assert self.shown_when(rule)[0] == ["n", ">=", 3]

    def test_all_or_any(self) -> None:
        rules: list[dict[str, Any]] = [
            {"question": "n", "operator": ">", "answerInteger": 3},
            {"question": "c", "operator": "=", "answerCoding": {"code": "Y"}},
        ]
        assert self.shown_when(*rules, enableBehavior="all")[0][0] == "all"
        condition, said = self.shown_when(*rules)
        assert condition[0] == "any"
        assert said == ["is shown when any of its conditions holds"]

    @pytest.mark.parametrize(
        ("rule", "said"),
        [
            ({"question": "x", "operator": "exists"}, "looks at 'x', which is not among"),
            ({"operator": "exists"}, "names no question"),
            ({"question": "c", "operator": "is", "answerString": "Y"}, "the operator 'is'"),
            ({"question": "c", "operator": "="}, "compares with nothing"),
            ({"question": "c", "operator": ">", "answerInteger": 1}, "orders 'c' against 1"),
            ({"question": "c", "operator": "=", "answerReference": {}}, "with a reference"),
            ("nonsense", "names no question"),
        ],
    )
    def test_what_cannot_be_kept_is_said(self, rule: Any, said: str) -> None:
        condition, notes = self.shown_when(rule)
        assert condition is None
        assert notes[0].startswith("is always shown, because its condition")
        assert said in notes[0]

    def test_an_expression_is_said(self) -> None:
        url = (
            "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
        )
        imported = read({**TEXT, "extension": [{"url": url, "valueExpression": {}}]})
        assert changes(imported) == [
            "is always shown, because its condition is a FHIRPath expression"
        ]

    def test_waiting_for_what_never_comes(self) -> None:
        rule = {"question": "c", "operator": "=", "answerCoding": {"code": "Q"}}
        condition, notes = self.shown_when(rule)
        assert condition == ["any"]
        assert notes == ["its condition waits for 'c' to be 'Q', which never happens"]


class TestStructure:
    def test_groups_become_pages_and_tables_matrices(self) -> None:
        group = {"linkId": "g", "type": "group", "text": "G", "item": [pick("a"), pick("b")]}
        table = {**group, "linkId": "h", "extension": [control("gtable")]}
        table["item"] = [pick("d"), pick("e")]
        imported = read(group, table)
        assert item(imported, "g")["type"] == "page"
        matrix = item(imported, "h")
        assert matrix["type"] == "matrix"
        assert [row["id"] for row in matrix["items"]] == ["d", "e"]

    def test_a_table_of_different_answers_stays_a_page(self) -> None:
        table = {"linkId": "g", "type": "group", "extension": [control("table")]}
        table["item"] = [pick("a"), pick("b", answerOption=YES_NO[:1])]
        assert item(read(table), "g")["type"] == "page"

    def test_a_repeating_group_is_refused_with_all_that_is_in_it(self) -> None:
        group = {"linkId": "g", "type": "group", "repeats": True, "item": [pick("a")]}
        assert [one["from"] for one in read(TEXT, group).refused] == ["g", "a"]

    def test_items_under_a_question_follow_it_and_share_its_condition(self) -> None:
        rule = {"question": "t", "operator": "exists", "answerBoolean": True}
        parent = pick(enableWhen=[rule], item=[{"linkId": "k", "type": "date", "text": "K"}])
        imported = read(TEXT, parent)
        assert item(imported, "k")["enable_when"] == ["t", "answered"]
        assert "the items nested under it follow it" in changes(imported)

    def test_help_units_and_ends_hang_on_their_question(self) -> None:
        def under(code: str) -> dict[str, Any]:
            return {"linkId": code, "type": "display", "text": code, "extension": [control(code)]}

        slider = {
            "linkId": "s",
            "type": "integer",
            "text": "S",
            "item": [*map(under, ("lower", "upper", "help"))],
        }
        limits = [ext("minValue", valueInteger=0), ext("maxValue", valueInteger=10)]
        step = ext("questionnaire-sliderStepValue", valueInteger=2)
        slider["extension"] = [control("slider"), *limits, step]
        unit = ext("questionnaire-unit", valueCoding={"display": "kg"})
        weight = {"linkId": "w", "type": "decimal", "text": "W", "extension": [unit]}
        imported = read(slider, weight)
        found = item(imported, "s")
        assert (found["type"], found["min"], found["max"], found["step"]) == ("scale", 0, 10, 2)
        assert (found["ends"], found["help"]) == (["lower", "upper"], "help")
        assert item(imported, "w")["unit"] == "kg"

    def test_deep_groups_are_flattened(self) -> None:
        record: dict[str, Any] = pick()
        for depth in range(12):
            record = {"linkId": f"g{depth}", "type": "group", "text": f"G{depth}", "item": [record]}
        assert item(read(record), "c")["type"] == "choice"

    def test_hidden_items_are_kept_but_never_shown(self) -> None:
        hidden = {**TEXT, "extension": [ext("questionnaire-hidden", valueBoolean=True)]}
        assert item(read(pick(), hidden), "t")["enable_when"] == ["any"]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"type": "attachment"}, "asks for a file"),
        ({"type": "reference"}, "asks for a reference"),
        ({"type": "url"}, "asks for an address on the web"),
        ({"type": "hologram"}, "is of the type 'hologram'"),
        ({}, "is of the type None"),
        ({"type": "display", "text": " "}, "is a display without words"),
        ({"type": "choice"}, "has no answer options"),
    ],
)
def test_refused_with_a_reason(record: dict[str, Any], why: str) -> None:
    imported = read(pick(), {"linkId": "x", "text": "X", **record})
    assert imported.document is not None
    assert why in imported.refused[0]["why"]


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([], "holds no question"),
        (["text"], "holds no question"),
        ([TEXT, TEXT], "uses the linkId 't' for more than one item"),
        ([{**TEXT, "linkId": None}], "holds no question that can be taken"),
        (
            [{**TEXT, "enableWhen": [{"question": "t", "operator": "exists"}]}],
            "t decides its own showing",
        ),
    ],
)
def test_the_whole_file_is_refused(items: list[Any], why: str) -> None:
    imported = read(*items)
    assert imported.document is None
    assert why in imported.why


def test_another_resource_is_not_a_questionnaire() -> None:
    assert import_fhir({"resourceType": "Patient"}, "").why == (
        "is a FHIR Patient, not a Questionnaire"
    )
    assert import_fhir({}, "").why == "is a FHIR document of no kind, not a Questionnaire"


def test_markup_prefixes_and_choices_made_beforehand_are_said() -> None:
    record = pick(prefix="1.", text="<b>Bold</b>", initial=[{}])
    record["_text"] = {"extension": [{"url": "x"}]}
    imported = read(record)
    assert item(imported, "c")["text"] == "Bold"
    assert changes(imported) == [
        "no answer is chosen beforehand",
        "its number is left out; the app counts the questions",
        "its words are taken without their markup",
    ]
