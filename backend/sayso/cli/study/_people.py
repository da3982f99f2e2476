"""The participants of a facts file, refused where something about them cannot be."""

from __future__ import annotations

from pathlib import Path

from sayso.domain.consistency import problems
from sayso.domain.errors import Fault
from sayso.domain.participation import Facts
from sayso.domain.rule_errors import FactsFileWrong
from sayso.domain.study import Study
from sayso.formats import facts_json


def read_people(study: Study, file: Path) -> tuple[Facts, ...]:
    """Everybody in the file. Raises `FactsFileWrong` where facts cannot be true in this study."""
    people = facts_json.load(file)
    faults = [
        Fault(str(file), f"participants[{number}].{field} ({facts.code})", sentence,
              "correct the facts")
        for number, facts in enumerate(people)
        for field, sentence in problems(study, facts)
    ]  # fmt: skip
    if faults:
        raise FactsFileWrong(faults)
    return people
