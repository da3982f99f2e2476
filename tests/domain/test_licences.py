"""Who may ask a licensed instrument: study, language, mode, time and approved screens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sayso.domain.licences import Licence, expiry_warnings, licence_faults
from sayso.domain.questionnaire import Questionnaire
from sayso.formats.instrument_json import load
from support.instruments import choice, small_form

TODAY = date(2026, 6, 15)
LICENCE = Licence(
    instrument="small",
    owner="Owner",
    reference="2026-17",
    study="s1",
    languages=frozenset({"en"}),
    modes=frozenset({"own_device", "clinic_tablet"}),
    expires=date(2027, 6, 15),
)


def licensed(**changes: Any) -> Questionnaire:
    return load({**small_form(choice("q")), "status": "licensed", **changes})


def faults(
    *licences: Licence, study: str = "s1", modes: tuple[str, ...] = ("own_device",), **form: Any
) -> list[str]:
    return licence_faults(licensed(**form), licences, study=study, modes=modes, on=TODAY)


def test_a_licence_that_covers_everything() -> None:
    assert faults(LICENCE) == []


def test_a_demonstration_needs_none() -> None:
    assert faults(status="demonstration") == []


@pytest.mark.parametrize("status", ["licensed", "imported"])
def test_anything_else_does(status: str) -> None:
    assert faults(status=status) == [
        "small 1 has no licence for the study s1; record the owner's licence first"
    ]


def test_a_pack_without_words_is_never_asked() -> None:
    wordless = {**small_form({"id": "q", "type": "choice", "answer_options": [0, 1]}), "pack": True}
    found = licence_faults(load(wordless), [LICENCE], study="s1", modes=(), on=TODAY)
    assert found == ["small 1 is a pack without words; join your licensed file to it with adopt"]


def test_the_licence_of_another_study_or_instrument_does_not_count() -> None:
    for other in (replace(LICENCE, study="s2"), replace(LICENCE, instrument="other")):
        assert "has no licence for the study s1" in faults(other)[0]


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        (replace(LICENCE, owner=" "), "the licence of small 1 names no owner"),
        (replace(LICENCE, reference=""), "the licence of small 1 names no reference"),
        (
            replace(LICENCE, expires=TODAY - timedelta(days=1)),
            "the licence of small 1 expired on 2026-06-14; renew it",
        ),
        (
            replace(LICENCE, languages=frozenset({"es"})),
            "the licence of small 1 does not cover the language en",
        ),
        (
            replace(LICENCE, modes=frozenset({"paper"})),
            "the licence of small 1 does not cover asking by own_device",
        ),
        (
            replace(LICENCE, screens_need_approval=True),
            "the owner of small 1 has not approved the screens yet",
        ),
        (
            replace(
                LICENCE, screens_need_approval=True, screens_approved_on=TODAY + timedelta(days=1)
            ),
            "the owner of small 1 has not approved the screens yet",
        ),
    ],
)
def test_a_term_that_is_not_met(licence: Licence, said: str) -> None:
    assert faults(licence) == [said]


def test_the_last_day_still_counts() -> None:
    assert faults(replace(LICENCE, expires=TODAY)) == []
    assert faults(replace(LICENCE, expires=None)) == []


def test_approved_screens() -> None:
    approved = replace(LICENCE, screens_need_approval=True, screens_approved_on=TODAY)
    assert faults(approved) == []


def test_every_way_of_asking_must_be_covered() -> None:
    assert faults(LICENCE, modes=("own_device", "paper", "interview")) == [
        "the licence of small 1 does not cover asking by interview, paper"
    ]


def test_all_terms_that_are_not_met_are_named() -> None:
    poor = replace(LICENCE, languages=frozenset(), modes=frozenset(), expires=date(2020, 1, 1))
    assert len(faults(poor)) == 3


def test_one_good_licence_among_several_is_enough() -> None:
    old = replace(LICENCE, expires=date(2020, 1, 1), languages=frozenset())
    assert faults(old, LICENCE) == []
    nearly = replace(LICENCE, modes=frozenset())
    assert faults(old, nearly) == ["the licence of small 1 does not cover asking by own_device"]


class TestExpiry:
    def said(self, *days: int | None) -> list[str]:
        licences = [
            replace(
                LICENCE,
                instrument=f"i{number}",
                expires=None if one is None else TODAY + timedelta(days=one),
            )
            for number, one in enumerate(days)
        ]
        return expiry_warnings(licences, TODAY)

    def test_two_months_ahead_and_not_before(self) -> None:
        assert self.said(61, None) == []
        assert self.said(60) == [
            "The licence of i0 for the study s1 ends in 60 days, on 2026-08-14; "
            "ask Owner to renew it."
        ]

    def test_the_nearest_comes_first(self) -> None:
        found = self.said(30, 1, 0, -3)
        assert [one.split()[3] for one in found] == ["i3", "i2", "i1", "i0"]
        assert "expired on 2026-06-12." in found[0]
        assert "ends today, on 2026-06-15" in found[1]
        assert "ends in 1 day, on" in found[2]
