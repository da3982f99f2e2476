"""Every instrument in this repository: it loads, its examples come out, its words are ours."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sayso.domain.questionnaire import QUESTION_TYPES, STRUCTURE_TYPES, Questionnaire
from sayso.formats.instrument_json import load, pretty, read_document
from sayso.formats.instrument_vectors import compare_vectors, vector_faults
from support.instruments import SHIPPED, corpus, shipped_folders

FOLDERS = shipped_folders()
DEMOS = [folder for folder in FOLDERS if folder.parent.name.startswith("demo-")]
PACKS = [folder for folder in FOLDERS if folder.parent.parent.name == "packs"]


def names(folders: list[Path]) -> list[str]:
    return [f"{folder.parent.name}@{folder.name}" for folder in folders]


every = pytest.mark.parametrize("folder", FOLDERS, ids=names(FOLDERS))
every_demo = pytest.mark.parametrize("folder", DEMOS, ids=names(DEMOS))
every_pack = pytest.mark.parametrize("folder", PACKS, ids=names(PACKS))


def words(document: dict[str, Any]) -> list[str]:
    """All text of an instrument that a person reads."""
    found = [document.get("title", "")]
    waiting = [
        *document["items"],
        *(o for one in document.get("answer_sets", {}).values() for o in one),
    ]
    while waiting:
        record = waiting.pop()
        if isinstance(record, dict):
            found += [record.get(key, "") for key in ("text", "help")] + record.get("ends", [])
            waiting += record.get("items", [])
            options = record.get("answer_options", [])
            waiting += options if isinstance(options, list) else []
    return [one for one in found if one]


@every
def test_it_is_sound_and_its_examples_come_out(folder: Path) -> None:
    questionnaire = load(folder)
    assert (questionnaire.id, questionnaire.version) == (folder.parent.name, folder.name)
    faults, rows = vector_faults(questionnaire, folder)
    assert faults == []
    assert rows >= 8


@every
def test_it_meets_the_schema(folder: Path) -> None:
    schema = json.loads((SHIPPED / "instrument.schema.json").read_text("utf-8"))
    jsonschema.validate(read_document(folder), schema, jsonschema.Draft202012Validator)


@every
def test_its_file_is_written_in_the_one_way(folder: Path) -> None:
    assert (folder / "instrument.json").read_text("utf-8") == pretty(read_document(folder))


@every
def test_its_page_says_source_missing_rule_direction_and_licence(folder: Path) -> None:
    page = (folder / "README.md").read_text("utf-8")
    for said in ("## Missing answers", "## Scores", "Worked examples"):
        assert said in page
    assert re.search(r"licen[cs]e", page, re.IGNORECASE)
    assert "igher is" in page


@every_pack
def test_a_pack_holds_no_words(folder: Path) -> None:
    document = read_document(folder)
    assert document["pack"] is True
    assert words(document) == []
    assert not any("title" in score for score in document["scores"])


@every_demo
def test_a_demonstration_says_that_it_is_one(folder: Path) -> None:
    questionnaire = load(folder)
    assert (questionnaire.status, questionnaire.licence) == ("demonstration", "CC0-1.0")
    assert questionnaire.recall
    assert questionnaire.minutes
    assert any(rule.primary for rule in questionnaire.scores)
    page = (folder / "README.md").read_text("utf-8")
    assert "(demonstration, not validated)" in page.splitlines()[0]


def test_there_are_six_demonstrations_and_the_long_one_has_thirty_questions() -> None:
    assert len(DEMOS) >= 6
    assert len(load(SHIPPED / "demo-hrqol" / "1.0.0").items_in_order()) == 30


def demonstrations() -> list[Questionnaire]:
    return [load(folder) for folder in DEMOS]


def test_together_they_use_every_item_type() -> None:
    used = {item.type for one in demonstrations() for item in one.all_items()}
    assert used == QUESTION_TYPES | STRUCTURE_TYPES


def test_together_they_use_every_scoring_primitive() -> None:
    rules = [rule for one in demonstrations() for rule in one.scores]
    items = [item for one in demonstrations() for item in one.all_items()]
    assert {rule.by for rule in rules} == {"sum", "mean", "max", "key"}
    assert {type(how) for rule in rules for how in rule.each.values()} == {tuple, dict}
    assert {type(rule.table) for rule in rules} == {type(None), tuple, dict}
    assert {type(rule.round) for rule in rules} == {type(None), int, str}
    assert any(rule.also for rule in rules)
    assert any(rule.then for rule in rules)
    assert any(rule.need < len(rule.of) for rule in rules)
    assert any(item.when_hidden is not None for item in items)
    assert any(option.missing for item in items for option in item.options)
    assert any(option.exclusive for item in items for option in item.options)


def test_together_they_use_every_form_of_condition() -> None:
    text = "".join((folder / "instrument.json").read_text("utf-8") for folder in DEMOS)
    for form in ('["all"', '["any"', '["not"', '"answered"]', '"in"', '">"', '"<"', '">="', '"!="'):
        assert form in text


def syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and len(groups) > 1
    return max(1, len(groups) - silent)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade: years of school in the United States that a text asks for."""
    sentences = max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))
    found = re.findall(r"[A-Za-z']+", text)
    return 0.39 * len(found) / sentences + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


@every_demo
def test_a_demonstration_is_easy_to_read(folder: Path) -> None:
    sentences = [one if one[-1] in ".!?" else f"{one}." for one in words(read_document(folder))]
    assert grade(" ".join(sentences)) <= 6
    hard = [one for one in sentences if len(one.split()) >= 8 and grade(one) > 10]
    assert hard == []
    assert max(len(one.split()) for text in sentences for one in re.split(r"[.!?] ", text)) <= 22


def many_examples(folder: Path) -> bool:
    return len((folder / "vectors.csv").read_text("utf-8").splitlines()) > 200


VECTORS = sorted(folder.parent.name for folder in PACKS if many_examples(folder))


@pytest.mark.parametrize("name", VECTORS)
def test_a_pack_reproduces_the_programs_it_was_compared_with(name: str) -> None:
    """The corpus holds what other people's programs made of the same answers."""
    file = corpus("scoring-vectors") / f"{name}.csv"
    folder = next(one for one in PACKS if one.parent.name == name)
    faults, rows = compare_vectors(load(folder), file.read_text("utf-8").splitlines(True), name)
    assert faults == []
    assert rows == 243


def test_every_file_of_the_corpus_has_a_pack() -> None:
    files = {file.stem for file in corpus("scoring-vectors").glob("*.csv")}
    assert files == set(VECTORS)


def mistaken(name: str, change: Any) -> int:
    """How many expected scores a mistake in the rules of a pack changes."""
    folder = next(one for one in PACKS if one.parent.name == name)
    document = read_document(folder)
    change(document)
    lines = (folder / "vectors.csv").read_text("utf-8").splitlines(True)
    return len(compare_vectors(load(document), lines, name)[0])


def needs_half(document: dict[str, Any]) -> None:
    for rule in document["scores"]:
        if rule.get("by") == "mean":
            rule["need"] = (len(rule["of"]) + 1) // 2


def needs_more_than_half(document: dict[str, Any]) -> None:
    for rule in document["scores"]:
        if rule.get("by") == "mean" and "need" in rule:
            rule["need"] = len(rule["of"]) // 2 + 1


def forgets_the_share_of_all_items(document: dict[str, Any]) -> None:
    for rule in document["scores"]:
        rule.pop("also", None)


def counts_codes_for_no_answer(document: dict[str, Any]) -> None:
    for options in document["answer_sets"].values():
        for option in options:
            if isinstance(option, dict):
                option.pop("missing", None)


def sums_up_part_of_the_scales(document: dict[str, Any]) -> None:
    for rule in document["scores"]:
        if rule["id"] == "C30SUMMARY":
            rule["need"] = 7


def turns_nothing_round(document: dict[str, Any]) -> None:
    for rule in document["scores"]:
        rule.pop("each", None)


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("fact-b", needs_half),
        ("fact-b", forgets_the_share_of_all_items),
        ("fact-b", counts_codes_for_no_answer),
        ("fact-g", turns_nothing_round),
        ("eortc-qlq-c30", needs_more_than_half),
        ("eortc-qlq-c30", sums_up_part_of_the_scales),
        ("eortc-qlq-c30", turns_nothing_round),
        ("facit-fatigue", turns_nothing_round),
    ],
)
def test_a_seeded_mistake_is_caught_by_the_examples(name: str, mistake: Any) -> None:
    assert mistaken(name, lambda document: None) == 0
    assert mistaken(name, mistake) >= 20
