"""The code speaks of itself: finished, without a trial's name, in the words of the vocabulary."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import house

Plant = Callable[[str, str], Path]


def test_nothing_is_marked_unfinished() -> None:
    assert house.unfinished(house.ROOT) == []


@pytest.mark.parametrize("mark", ["# TO" + "DO later", "// FIX" + "ME", "Coming so" + "on"])
def test_a_mark_of_the_unfinished_is_found(plant: Plant, mark: str) -> None:
    (fault,) = house.unfinished(plant("pwa/src/app.ts", f"\n\n{mark}\n"))
    assert fault.startswith("pwa/src/app.ts:3: ")


def test_a_list_of_things_to_do_is_no_such_mark(plant: Plant) -> None:
    root = plant("pwa/src/app.ts", "const list = to" + "do(me);\n// shown once, as XXXX-XXXX\n")
    assert house.unfinished(root) == []


def test_no_trial_is_named_in_code() -> None:
    assert house.trial_names_in_code(house.ROOT) == []


@pytest.mark.parametrize("name", ["stop-her2", "NCT01234567"])
def test_a_trial_in_code_is_found(plant: Plant, name: str) -> None:
    root = plant("backend/sayso/services/visits.py", f"STUDY = {name!r}\n")
    assert len(house.trial_names_in_code(root)) == 1


def test_a_trial_in_a_study_file_is_data(plant: Plant) -> None:
    root = plant("instruments/studies/one.toml", 'registry = "NCT01234567"\n')
    assert house.trial_names_in_code(root) == []


def test_participants_are_called_participants() -> None:
    assert house.foreign_words(house.ROOT) == []


def test_another_word_for_them_is_found(plant: Plant) -> None:
    root = plant("backend/sayso/services/visits.py", "def visits(patient: int) -> None: ...\n")
    assert len(house.foreign_words(root)) == 1


def test_the_name_of_the_field_and_of_a_standard_are_no_fault(plant: Plant) -> None:
    assert house.foreign_words(plant("backend/sayso/a.py", '"""Patient-reported."""\n')) == []
    assert house.foreign_words(plant("backend/sayso/formats/fhir.py", 'KIND = "Patient"\n')) == []
