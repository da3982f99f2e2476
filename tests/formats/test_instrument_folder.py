"""Finding questionnaires in a folder: the newest by number, the one wanted, or a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sayso.domain.errors import QuestionnaireNotFound
from sayso.formats.instrument_folder import finder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, versions in {
        "mood": ("1.9.0", "1.10.0", "1.10.0-draft"),
        "sleep": ("2.0.0",),
    }.items():
        for version in versions:
            place = tmp_path / name / version
            place.mkdir(parents=True)
            document = json.dumps({"id": name, "version": version})
            (place / "instrument.json").write_text(document, "utf-8")
    return tmp_path


def test_the_newest_is_the_highest_number_not_the_last_in_the_alphabet(folder: Path) -> None:
    assert finder(folder)("mood", None)["version"] == "1.10.0"


def test_a_version_that_is_asked_for_is_given(folder: Path) -> None:
    assert finder(folder)("mood", "1.9.0")["version"] == "1.9.0"


@pytest.mark.parametrize(("name", "version"), [("mood", "3.0.0"), ("pain", None)])
def test_what_is_not_there_is_said_with_what_is(
    folder: Path, name: str, version: str | None
) -> None:
    with pytest.raises(QuestionnaireNotFound, match="it has: mood, sleep"):
        finder(folder)(name, version)


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireNotFound, match="it has: none"):
        finder(tmp_path)("mood", None)
