"""The list of goals in the measurements is computed from the figures, the missed ones first."""

from __future__ import annotations

from bench.table import Row, Section, spread, summary

SAVING = Section(
    "Saving",
    "How it was measured.",
    (
        Row("a save", "9 ms", "≤ 12 ms", True),
        Row("a bare answer", "1 ms"),
        Row("the tail", "5.0", "≤ 4", False),
    ),
)
STARTING = Section("Starting", "In a fresh process.", (Row("import", "0.8 s", "≤ 0.9 s", True),))


def test_every_goal_is_listed_once_and_figures_without_one_are_left_out() -> None:
    lines = summary([SAVING, STARTING]).splitlines()
    listed = [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")]
    assert listed[2:] == ["the tail: ≤ 4", "a save: ≤ 12 ms", "import: ≤ 0.9 s"]


def test_what_is_missed_is_counted_and_said_plainly() -> None:
    said = summary([SAVING, STARTING])
    assert "2 of 3 met." in said
    assert said.count("**no**") == 1
    assert "| the tail: ≤ 4 | 5.0 | **no** | Saving |" in said


def test_a_run_that_met_everything_says_so() -> None:
    assert "1 of 1 met." in summary([STARTING])
    assert "**no**" not in summary([STARTING])


def test_a_section_shows_figures_with_and_without_a_goal() -> None:
    text = SAVING.markdown()
    assert text.startswith("## Saving\n\nHow it was measured.\n\n| what | figure | goal | met |")
    assert "| a bare answer | 1 ms |  |  |" in text
    assert "| the tail | 5.0 | ≤ 4 | **no** |" in text


def test_a_spread_is_the_median_between_smallest_and_largest() -> None:
    assert spread([3.0, 1.0, 2.0], "ms") == "2.00 ms (1.00-3.00)"
    assert spread([10.04], "MB", 1) == "10.0 MB (10.0-10.0)"
