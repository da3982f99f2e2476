"""The study file: what is read, and everything that can be wrong with it, named at once."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sayso.domain.rule_errors import StudyFileWrong
from sayso.domain.study import Step, Study, Translation
from sayso.formats import study_toml
from sayso.resources import instruments_dir
from support.people import day, stop_study

SHIPPED = instruments_dir() / "studies" / "stop-her2.toml"
TEXT = SHIPPED.read_text("utf-8")


def faults(text: str) -> dict[str, str]:
    """What is wrong with a study file, by key; every fault must say how to mend it."""
    with pytest.raises(StudyFileWrong) as wrong:
        study_toml.parse(text, "study.toml")
    assert all(fault.file == "study.toml" for fault in wrong.value.faults)
    assert all(fault.what and fault.mend for fault in wrong.value.faults)
    found: dict[str, str] = {}
    for fault in wrong.value.faults:
        found[fault.key] = "; ".join(filter(None, (found.get(fault.key), fault.what)))
    return found


def edited(*changes: tuple[str, str]) -> str:
    """The shipped file with pieces replaced, each of which must be there."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_the_shipped_study_is_in_order_and_says_that_it_is_unofficial() -> None:
    study = stop_study()
    assert study.key == "stop-her2"
    assert not study.official
    assert study.banner.startswith("UNOFFICIAL")
    assert [arm.id for arm in study.arms] == ["continue", "stop"]
    assert study.arm("stop") is not None
    assert study.rules.alive_rule == "window_close"


def test_the_shipped_packs_are_slots_filled_by_demonstration_questionnaires() -> None:
    assert {pack.id: [s.questionnaire for s in pack.slots] for pack in stop_study().packs} == {
        "core": ["demo-hrqol", "demo-anxiety", "demo-recurrence-worry", "demo-financial-burden"],
        "decision": ["demo-decision"],
    }


def test_years_are_counted_in_days_and_rounded() -> None:
    years = {t.id: t for t in stop_study().timepoints if t.id.startswith("Y")}
    assert [years[f"Y{n}"].target for n in range(4, 11)] == [
        round(365.25 * n) for n in range(4, 11)
    ]
    assert {t.closes - t.opens for t in years.values()} == {112}
    assert not any(t.enabled for t in years.values())


def test_the_ladder_of_the_shipped_study() -> None:
    assert stop_study().reminder_policy.steps == (
        Step("open", "opens", 0),
        Step("day-3", "opens", 3),
        Step("day-7", "opens", 7),
        Step("two-days-left", "closes", -2),
        Step("last-day", "closes", 0, urgent=True),
    )


def test_every_field_says_whether_it_is_public_or_assumed() -> None:
    provenance = stop_study().provenance
    assert provenance["timepoints.W12.target"] == "public"
    assert provenance["timepoints.W12.opens"] == "assumed"
    assert provenance["rules.exemption_reasons"] == "public"
    assert set(provenance.values()) == {"public", "assumed"}


def test_the_hash_is_that_of_the_bytes() -> None:
    assert study_toml.sha256(TEXT) == hashlib.sha256(SHIPPED.read_bytes()).hexdigest()


def test_a_field_without_provenance_is_refused() -> None:
    found = faults(edited(('public = ["label", "target", "visit"]', 'public = ["label", "visit"]')))
    assert found == {"timepoints.W12.target": "does not say where it comes from"}


def test_a_file_without_any_provenance_is_refused_field_by_field() -> None:
    bare = re.sub(r"^(public|assumed) = \[[^\]]*\]\n", "", TEXT, flags=re.MULTILINE)
    found = faults(bare)
    assert set(found.values()) == {"does not say where it comes from"}
    assert len(found) == len(stop_study().provenance)


def test_a_field_that_is_both_public_and_assumed_is_refused() -> None:
    found = faults(
        edited(
            (
                'public = ["label", "target", "visit"]',
                'public = ["label", "target", "visit", "opens"]',
            )
        )
    )
    assert found == {"timepoints.W12.opens": "is named twice in public and assumed"}


def test_provenance_of_what_is_not_there_is_refused() -> None:
    found = faults(
        edited(('public = ["title", "registry"]', 'public = ["title", "registry", "x"]'))
    )
    assert "names 'x'" in found["study.public"]


def test_everything_wrong_is_named_at_once() -> None:
    found = faults(
        edited(
            ('key = "stop-her2"', 'key = "stop her2"'),
            ('id = "cessation"', 'id = "cessation2"'),
            ('alive_rule = "window_close"', 'alive_rule = "whenever"'),
            ("weekly_cap = 3", 'weekly_cap = "three"'),
            ("opens = 70\n", "opens = 99\n"),
        )
    )
    assert set(found) == {
        "study.key",
        "arms.stop.anchor",
        "rules.alive_rule",
        "reminders.weekly_cap",
        "timepoints.W12",
    }


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        ("opens = 70\n", "opens = 40\n", "timepoints.W12", "overlaps W05 in arm stop"),
        ("opens = 70\n", "opens = 85\n", "timepoints.W12", "the window is inverted"),
        ('packs = ["core", "decision"]', 'packs = ["cor"]', "timepoints.BL.packs", "unknown pack"),
        (
            'arms = ["stop"]\nopens = 28',
            "arms = []\nopens = 28",
            "timepoints.W05.arms",
            "without arm",
        ),
        (
            'arms = ["stop"]\nopens = 28',
            'arms = ["x"]\nopens = 28',
            "timepoints.W05.arms",
            "no arm",
        ),
        ('anchor = "cessation"', 'anchor = "birth"', "arms.stop.anchor", "never set"),
        ('on = ["progression"]', 'on = ["relapse"]', "event_forms.PROG.on", "no kind of event"),
        ('on = ["progression"]', "on = []", "event_forms.PROG.on", "is empty"),
        ('id = "W12"', 'id = "W05"', "timepoints.W05", "is there 2 times"),
        ('id = "W12"', 'id = "W 12"', "timepoints.W 12.id", "is 'W 12'"),
        ('id = "W{n}"', 'id = "W9"', "repeats.W9.id", "is the same for every repeat"),
        ("target = 84\n", "target = 84.5\n", "timepoints.W12.target", "is 84.5"),
        ("target = 84\n", "", "timepoints.W12.target", "is missing"),
        ("target = 84\n", "target = true\n", "timepoints.W12.target", "is True"),
        ("target = 84\n", "target = 84\ncolour = 1\n", "timepoints.W12.colour", "is not a field"),
        ("[rules]", "[ruler]", "ruler", "is not a table of a study file"),
        ("[rules]", "[ruler]", "rules", "is missing"),
        ("official = false", 'official = "no"', "study.official", "is 'no'"),
        ("days = -2", "days = 2", "reminders.steps.two-days-left.days", "outside every window"),
        ("default_hour = 10", "default_hour = 24", "reminders.default_hour", "is 24"),
        ("weekly_cap = 3", "weekly_cap = 0", "reminders.weekly_cap", "is 0"),
        (
            "staff_task_after_days = 3",
            "staff_task_after_days = 0",
            "reminders.staff_task_after_days",
            "is 0",
        ),
        ("quiet_from = 21:00:00", 'quiet_from = "9pm"', "reminders.quiet_from", "is '9pm'"),
        (
            'exemption_reasons = ["LANGUAGE"]',
            "exemption_reasons = []",
            "rules.exemption_reasons",
            "is empty",
        ),
        (
            "merge_within_days = 28",
            "merge_within_days = -1",
            "rules.merge_within_days",
            "is negative",
        ),
        (
            "contact_every_days = 98",
            "contact_every_days = 0",
            "rules.contact_every_days",
            "less than a day",
        ),
        ("stop_after = []", 'stop_after = ["x"]', "rules.stop_after", "no kind of event"),
        ("target = 137", "target = 0", "visit_series.IMG", "is inverted"),
        (
            'questionnaire = "demo-anxiety" }',
            'questionnaire = "demo-hrqol" }',
            "packs.core.slots",
            "asks 'demo-hrqol' 2 times",
        ),
        ('asks = "anxiety", ', "", "packs.core.slots.2.asks", "is missing"),
        ("slots = [{ asks", "slots = [3, { asks", "packs.decision.slots", "is [3,"),
        ('title = "STOP', 'title = "', "", ""),
    ],
)
def test_each_fault_names_its_key(old: str, new: str, key: str, what: str) -> None:
    if not key:
        assert study_toml.parse(edited((old, new)), "study.toml").title.startswith("-HER2")
        return
    found = faults(edited((old, new)))
    assert what in found[key]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is missing"),
        ("[[study]]\nkey = 1", "is not a table"),
        ("study = 3\n", "is not a table"),
        ("arms = 3\n", "is not a list of tables"),
        ("arms = [3]\n", "is not a table"),
        ("[study\n", "is not TOML"),
    ],
)
def test_what_is_no_study_at_all_is_refused(text: str, says: str) -> None:
    assert any(says in what for what in faults(text).values())


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda path: None, "cannot be read"),
        (lambda path: path.mkdir(), "cannot be read"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "not UTF-8"),
        (lambda path: path.write_bytes(b"#" * 1_000_001), "larger than a megabyte"),
    ],
    ids=["nothing", "folder", "binary", "huge"],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, write: Callable[[Path], None], says: str
) -> None:
    path = tmp_path / "study.toml"
    write(path)
    with pytest.raises(StudyFileWrong, match=says):
        study_toml.load(path)


def test_translations_are_read_and_must_name_what_a_pack_asks() -> None:
    entry = (
        '\n[[translations]]\nquestionnaire = "demo-hrqol"\nlanguage = "es"\n'
        'available_from = 2026-03-21\nassumed = ["questionnaire", "language", "available_from"]\n'
    )
    study = study_toml.parse(TEXT + entry, "study.toml")
    assert study.rules.translations == (Translation("demo-hrqol", "es", day(60)),)
    assert (
        "no pack asks"
        in faults(TEXT + entry.replace("demo-hrqol", "x"))["translations.1.questionnaire"]
    )
    assert (
        "is '2026"
        in faults(TEXT + entry.replace("2026-03-21", '"2026-03-21"'))[
            "translations.1.available_from"
        ]
    )


def test_a_timepoint_may_count_from_another_anchor_than_its_arm() -> None:
    study = study_toml.parse(
        edited(
            ('id = "W05"\n', 'id = "W05"\nanchor = "enrolment"\n'),
            (
                'assumed = ["id", "target", "packs"]',
                'assumed = ["id", "target", "packs", "anchor"]',
            ),
        ),
        "study.toml",
    )
    week_5 = next(t for t in study.timepoints if t.id == "W05")
    assert study.anchor_of(week_5, "stop") == "enrolment"
    assert study.anchor_of(study.timepoints[0], "stop") == "cessation"


def test_what_things_are_called_on_screen() -> None:
    study: Study = stop_study()
    assert study.label_of("W12") == "Week 12"
    assert study.label_of("PROG.2") == "After progression (2)"
    assert study.label_of("IMG.3") == "Imaging (3)"
    assert study.label_of("X.1") == "X.1"
