"""Lock screens and inboxes are public: no sentence on them names what the study is about."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import chain
from typing import Any

import pytest

from sayso.services import reminder_words
from sayso.services.reminder_words import Words
from support.reminding import ROOT, study_text

# Little words that the names of the study and of its questionnaires share with every sentence.
EVERYDAY = frozenset({"about", "and", "the", "to", "today", "you", "your"})
# "You can stop and go on later", "to stop these messages", "reply with anything about your health".
SPARED = {"MAIL_READY": {"stop"}, "MAIL_FOOTER": {"stop", "health"}}


def words_in(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def everything_said() -> dict[str, str]:
    """Each sentence that the module holds, by the name it goes by there."""
    said: dict[str, str] = {}
    for name, value in vars(reminder_words).items():
        if isinstance(value, Words):
            said[name] = f"{value.title} {value.text}"
        elif name.startswith("MAIL_"):
            said[name] = value if isinstance(value, str) else " ".join(value)
    return said


def texts_of(value: Any) -> list[str]:
    """Every text inside a document that was read from a file."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return list(chain.from_iterable(texts_of(one) for one in value.values()))
    if isinstance(value, list):
        return list(chain.from_iterable(texts_of(one) for one in value))
    return []


def telling() -> set[str]:
    """Words of the study file's and the questionnaires' names: arms, timepoints, titles, ids."""
    study = tomllib.loads(study_text())
    names = [
        text
        for table in ("arms", "anchors", "timepoints", "repeats", "event_forms", "visit_series")
        for one in study.get(table, [])
        for text in texts_of({key: one.get(key) for key in ("id", "label", "name")})
    ]
    names += texts_of({key: study.get(key) for key in ("key", "title", "short_title", "name")})
    for path in sorted(ROOT.glob("*/*/instrument.json")):
        instrument = json.loads(path.read_text("utf-8"))
        names += texts_of({key: instrument.get(key) for key in ("id", "title", "short_title")})
    return words_in(" ".join(names)) - EVERYDAY


def test_there_are_telling_words_to_look_for() -> None:
    assert {"therapy", "her2", "progression"} <= telling()


@pytest.mark.parametrize("name", sorted(everything_said()))
def test_no_sentence_names_the_study_or_what_it_asks(name: str) -> None:
    assert words_in(everything_said()[name]) & telling() - SPARED.get(name, set()) == set()


def test_every_kind_of_message_is_among_them() -> None:
    assert {"READY", "LAST_DAY", "TEST", "CONFIRM", "MAIL_SUBJECT", "MAIL_FOOTER"} <= set(
        everything_said()
    )
