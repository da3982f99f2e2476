"""A licensed file and a wordless pack: matched in the open, proved by the pack's examples."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path
from typing import Any

import pytest

from sayso.domain.scoring import score
from sayso.formats.import_draft import Imported, walk
from sayso.formats.instrument_import import import_file
from sayso.formats.instrument_json import load, read_document
from sayso.formats.pack_adoption import Adoption, adopt
from sayso.formats.redcap_export import to_redcap
from sayso.formats.redcap_import import import_redcap
from support.instruments import SHIPPED, choice, corpus, small_form

PHQ_9 = SHIPPED / "packs" / "phq-9" / "1.0"
PHQ_FILES = (
    "lhncbc__lforms__argonaut-phq9-ish.2.json",
    "sergeymosyakov__fhir-questionnaire-builder__phq-9.stu3.fhir.json",
    "uwcirg__fhir-questionnaires__Patient-Health-Questionnaire--PHQ---Reported-.R4.json",
)


def joined(pack: Path, imported: Imported) -> Adoption:
    vectors = (pack / "vectors.csv").read_text("utf-8")
    return adopt(load(pack), read_document(pack), imported, vectors)


@pytest.mark.parametrize("name", PHQ_FILES)
def test_a_questionnaire_that_nobody_here_wrote_is_imported_answered_and_scored(name: str) -> None:
    imported = import_file(corpus("fhir-questionnaires") / name)
    adoption = joined(PHQ_9, imported)
    assert adoption.problems == []
    assert adoption.vectors == 243
    assert adoption.document is not None
    questionnaire = load(adoption.document)
    asked = [questionnaire.item(f"q{n}") for n in range(1, 10)]
    assert all(len(item.text) > 15 for item in asked)
    assert all(option.text for item in asked for option in item.options)

    some = {item.id: n % 4 for n, item in enumerate(asked)}
    assert [(one.id, one.value) for one in score(questionnaire, some)] == [
        ("total", 0 + 1 + 2 + 3 + 0 + 1 + 2 + 3 + 0),
        ("band", "moderate"),
    ]
    assert [one.value for one in score(questionnaire, {**some, "q9": None})] == [None, None]


def test_the_match_says_how_it_was_found() -> None:
    imported = import_file(corpus("fhir-questionnaires") / PHQ_FILES[0])
    first = joined(PHQ_9, imported).matches[0]
    assert (first.item, first.how, first.codes_by) == ("q1", "order", "score in the file")
    assert first.codes == {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}


def test_what_the_pack_does_not_know_is_kept_and_named() -> None:
    imported = import_file(corpus("fhir-questionnaires") / PHQ_FILES[0])
    adoption = joined(PHQ_9, imported)
    assert adoption.extra == ["g2.q1"]
    assert adoption.document is not None
    assert "g2.q1" in {item["id"] for item in walk(adoption.document["items"])}


def test_the_result_names_its_parts() -> None:
    imported = import_file(corpus("fhir-questionnaires") / PHQ_FILES[0])
    document = joined(PHQ_9, imported).document or {}
    assert document["id"] == "phq-9"
    assert document["version"] == f"1.0+{imported.sha256[:8]}"
    assert document["status"] == "licensed"
    assert document["origin"]["pack"] == "phq-9@1.0"
    assert document["origin"]["sha256"] == imported.sha256


def words_for(pack: Path, prefix: str = "") -> Imported:
    """A site's own file with words of ours in the places of the pack's items."""
    document = copy.deepcopy(read_document(pack))
    document |= {"pack": False, "title": "Own words", "scores": []}
    document["answer_sets"] = {
        name: [
            {"code": one["code"] if isinstance(one, dict) else one, "text": f"Answer {one}"}
            for one in options
        ]
        for name, options in document["answer_sets"].items()
    }
    for item in walk(document["items"]):
        item["text"] = f"Words of {item['id']}"
        item.pop("enable_when", None)
        item.pop("when_hidden", None)
    text = to_redcap(load(document))
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows[1:]:
        row[0] = prefix + row[0]
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return import_redcap(buffer.getvalue(), "a" * 64, "own.csv")


PACKS = sorted((SHIPPED / "packs").glob("*/*"))


@pytest.mark.parametrize("pack", PACKS, ids=[one.parent.name for one in PACKS])
def test_every_pack_can_be_joined_to_a_file(pack: Path) -> None:
    imported = words_for(pack)
    adoption = joined(pack, imported)
    assert adoption.problems == []
    assert adoption.vectors > 0
    assert {match.how for match in adoption.matches} == {"id"}
    assert adoption.document is not None
    questionnaire, wordless = load(adoption.document), load(pack)
    for item in wordless.items_in_order():
        found = questionnaire.item(item.id)
        assert found.enable_when == item.enable_when
        assert found.text.startswith("Words of")
        assert [o.missing for o in found.options] == [o.missing for o in item.options]


def test_ids_that_end_alike_are_matched() -> None:
    pack = SHIPPED / "packs" / "eortc-qlq-c30" / "3.0"
    adoption = joined(pack, words_for(pack, "site7_"))
    assert adoption.problems == []
    assert {match.how for match in adoption.matches} == {"ending of the id"}


def small(*items: dict[str, Any]) -> Imported:
    return Imported(
        "redcap", "S", [], [], [], "b" * 64,
        {**small_form(*items), "origin": {"format": "redcap", "sha256": "b" * 64}},
    )  # fmt: skip


def test_a_file_that_lacks_an_item_is_not_joined() -> None:
    items = [choice(f"q{n}", 0, 1, 2, 3) for n in range(1, 9)]
    adoption = joined(PHQ_9, small(*items))
    assert adoption.document is None
    assert adoption.unmatched == ["q9"]
    assert adoption.problems == ["the file has no item for 'q9'"]


def test_a_file_with_other_answers_is_not_joined() -> None:
    items = [choice(f"q{n}", *(range(5) if n == 4 else range(4))) for n in range(1, 10)]
    adoption = joined(PHQ_9, small(*items))
    assert adoption.document is None
    assert adoption.problems == ["'q4' has the answers 0, 1, 2, 3, 4; 'q4' needs 0, 1, 2, 3"]


def test_codes_that_only_agree_in_number_are_matched_by_order_and_say_so() -> None:
    items = [choice(f"q{n}", "a", "b", "c", "d") for n in range(1, 10)]
    adoption = joined(PHQ_9, small(*items))
    assert {match.codes_by for match in adoption.matches} == {"order"}
    assert adoption.matches[0].codes == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_conditions_follow_the_new_names() -> None:
    items = [choice(f"x{n}", "a", "b", "c", "d") for n in range(1, 10)]
    after = {"id": "t", "type": "text", "text": "T", "enable_when": ["not", ["x3", "in", ["b"]]]}
    adoption = joined(PHQ_9, small(*items, after))
    assert adoption.document is not None
    assert adoption.document["items"][-1]["enable_when"] == ["not", ["q3", "in", [1]]]


def test_a_refused_file_is_not_joined() -> None:
    refused = Imported("fhir", "", [], [], [], "", None, "is XML")
    assert joined(PHQ_9, refused).problems == ["the file is XML"]


def test_examples_that_do_not_come_out_stop_it() -> None:
    vectors = (PHQ_9 / "vectors.csv").read_text("utf-8").replace(",27,severe", ",26,severe")
    items = [choice(f"q{n}", 0, 1, 2, 3) for n in range(1, 10)]
    adoption = adopt(load(PHQ_9), read_document(PHQ_9), small(*items), vectors)
    assert adoption.document is None
    assert adoption.problems == ["vectors: row 2: total is 27, not 26"]


def test_how_sure_a_match_is_can_be_told() -> None:
    same = joined(PHQ_9, small(*(choice(f"q{n}", 0, 1, 2, 3) for n in range(1, 10))))
    alike = joined(PHQ_9, small(*(choice(f"phq_q{n}", 0, 1, 2, 3) for n in range(1, 10))))
    other = joined(PHQ_9, small(*(choice(f"q{n}", "a", "b", "c", "d") for n in range(1, 10))))
    assert {match.confidence for match in same.matches} == {"certain"}
    assert {match.confidence for match in alike.matches} == {"likely"}
    assert {match.confidence for match in other.matches} == {"look"}
    assert other.matches[0].words == {one: f"Answer {one}" for one in "abcd"}


def by_hand(*items: dict[str, Any], **chosen: str) -> Adoption:
    vectors = (PHQ_9 / "vectors.csv").read_text("utf-8")
    return adopt(load(PHQ_9), read_document(PHQ_9), small(*items), vectors, chosen)


def nine(*names: str) -> list[dict[str, Any]]:
    return [choice(name, 0, 1, 2, 3) for name in names]


def test_a_person_pairs_what_the_program_cannot() -> None:
    """The file has its ninth question first and another one in between."""
    items = nine("mood", *(f"q{n}" for n in range(1, 5)), "extra", *(f"q{n}" for n in range(5, 9)))
    alone = by_hand(*items)
    assert alone.unmatched == ["q9"]
    assert ("mood", "mood") in alone.offered

    helped = by_hand(*items, q9="mood")
    assert helped.problems == []
    assert [match.item for match in helped.matches] == [f"q{n}" for n in range(1, 10)]
    last = helped.matches[-1]
    assert (last.source, last.how, last.confidence) == ("mood", "your choice", "certain")
    assert helped.extra == ["extra"]


def test_other_partners_make_another_version() -> None:
    items = nine(*(f"q{n}" for n in range(1, 10)), "spare", "other")
    made = [by_hand(*items), by_hand(*items, q3="spare"), by_hand(*items, q3="other")]
    versions = [(one.document or {})["version"] for one in made]
    assert versions[0] == "1.0+bbbbbbbb"
    assert len(set(versions)) == 3


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"q99": "q1"}, "the pack has no item 'q99'"),
        ({"q1": "nowhere"}, "the file has no item 'nowhere' to choose for 'q1'"),
        ({"q1": "q2", "q3": "q2"}, "'q2' was chosen for two items of the pack"),
    ],
)
def test_a_choice_that_cannot_be_is_a_sentence(chosen: dict[str, str], problem: str) -> None:
    adoption = by_hand(*nine(*(f"q{n}" for n in range(1, 10))), **chosen)
    assert problem in adoption.problems
    assert adoption.document is None


def test_choosing_other_words_for_an_item_leaves_its_own_partner_over() -> None:
    adoption = by_hand(*nine(*(f"q{n}" for n in range(1, 10)), "spare"), q3="spare")
    assert adoption.problems == []
    assert adoption.extra == ["q3"]
    assert adoption.document is not None
    assert [item["id"] for item in adoption.document["items"]][2] == "q3_of_file"
    assert load(adoption.document).item("q3").text == "spare"
