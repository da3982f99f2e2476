"""Rows of RESULTS.md: a figure, its spread over the rounds, and what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line: what was measured, the figure with its unit, the goal and whether it is met."""

    what: str
    figure: str
    goal: str = ""
    met: bool | None = None

    def markdown(self) -> str:
        """The line as Markdown; a goal that is missed is said plainly."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        return f"| {self.what} | {self.figure} | {self.goal} | {verdict} |"


@dataclass(frozen=True)
class Section:
    """A heading, a sentence on how it was measured, and its rows."""

    title: str
    how: str
    rows: tuple[Row, ...]

    def goals(self) -> tuple[Row, ...]:
        """The rows that are held against something."""
        return tuple(row for row in self.rows if row.met is not None)

    def markdown(self) -> str:
        """The section as Markdown."""
        head = "| what | figure | goal | met |\n| --- | --- | --- | --- |"
        body = "\n".join(row.markdown() for row in self.rows)
        return f"## {self.title}\n\n{self.how}\n\n{head}\n{body}\n"


def summary(sections: Sequence[Section]) -> str:
    """Every goal with its figure, the missed ones first, as computed from the rows."""
    goals = [(section, row) for section in sections for row in section.goals()]
    goals.sort(key=lambda found: bool(found[1].met))
    missed = sum(1 for _, row in goals if not row.met)
    head = "| goal | figure | met | of |\n| --- | --- | --- | --- |"
    lines = [
        f"| {row.what}: {row.goal} | {row.figure} | {'yes' if row.met else '**no**'} "
        f"| {section.title} |"
        for section, row in goals
    ]
    said = f"{len(goals) - missed} of {len(goals)} met."
    return "\n".join(["## Goals", "", said, "", head, *lines]) + "\n"


def spread(values: Sequence[float], unit: str, digits: int = 2) -> str:
    """Median with smallest and largest: `7.31 ms (6.90-8.02)`."""
    middle = f"{median(values):.{digits}f}"
    return f"{middle} {unit} ({min(values):.{digits}f}-{max(values):.{digits}f})"
