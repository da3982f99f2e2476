"""The flow of participants as a picture for a paper: plain SVG, no script, readable aloud.

One column for each arm, one box for each timepoint, and beside it those who were not counted and
why. Title and description say in words what the boxes show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from textwrap import wrap

from sayso.domain.flow import Branch, Step

_COLUMN, _SIDE, _GAP, _MARGIN = 230, 222, 30, 24
_LINE, _HEAD = 17, 76
_BOX = 3 * _LINE + 10
_LETTERS = 27
"""How many bold letters stand beside each other in a box of `_COLUMN`, even in a wide face."""
# Attributes and not a style sheet: a page that forbids inline styles forbids them here as well.
_FONT = 'font-family="system-ui,sans-serif" font-size="13"'
_INK = {"b": 'fill="#1b2430" font-weight="600"', "q": 'fill="#4a5666"', "": 'fill="#1b2430"'}
_PAPER = {"box": 'fill="#fff" stroke="#3b4a5c"', "side": 'fill="#f3f5f8" stroke="#9aa7b5"'}
_STROKE = 'stroke="#3b4a5c"'


def draw(branches: Sequence[Branch], title: str, foot: Iterable[str]) -> str:
    """The picture as SVG; `foot` says as of when and by which rules it was counted."""
    notes = list(foot)
    rows = max((len(branch.steps) for branch in branches), default=0)
    lines = max((_lines(one) for branch in branches for one in branch.steps), default=3)
    step = (lines + 1) * _LINE + 14
    width = max(2 * _MARGIN + len(branches) * (_COLUMN + _SIDE + _GAP), 720)
    height = _HEAD + 84 + rows * step + len(notes) * _LINE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" {_FONT} role="img" '
        'aria-labelledby="flow-title flow-text">',
        f'<title id="flow-title">{escape(title, quote=False)}</title>',
        f'<desc id="flow-text">{escape(words(branches), quote=False)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        _text(_MARGIN, 34, title, "b"),
    ]
    for number, branch in enumerate(branches):
        left = _MARGIN + number * (_COLUMN + _SIDE + _GAP)
        parts += _branch(branch, left, step)
    for number, note in enumerate(notes):
        up = (len(notes) - 1 - number) * _LINE
        parts.append(_text(_MARGIN, height - _MARGIN - up, note, "q"))
    return "\n".join([*parts, "</svg>\n"])


def words(branches: Sequence[Branch]) -> str:
    """The same in sentences, for those who hear the picture."""
    said = []
    for branch in branches:
        said.append(
            f"{branch.label}: {branch.enrolled} enrolled, {branch.pro_population} to be asked."
        )
        said += [
            f"{step.label}: {step.completed.text} completed; {', '.join(_beside(step))}."
            for step in branch.steps
        ]
    return " ".join(said)


def _branch(branch: Branch, left: int, step: int) -> list[str]:
    parts = _box(
        left, _HEAD - 20, [branch.label, f"Enrolled: {branch.enrolled}",
                           f"To be asked questionnaires: {branch.pro_population}"], "box",
        _COLUMN + _SIDE,
    )  # fmt: skip
    top, middle = _HEAD + 64, left + _COLUMN // 2
    above = _HEAD - 20 + _BOX
    for one in branch.steps:
        parts.append(f'<line x1="{middle}" y1="{above}" x2="{middle}" y2="{top}" {_STROKE}/>')
        label, inside = wrap(one.label, _LETTERS), _inside(one)
        above = top + (len(label) + len(inside)) * _LINE + 10
        parts += _box(left, top, [*label, *inside], "box", _COLUMN, bold=len(label))
        parts.append(
            f'<line x1="{left + _COLUMN}" y1="{top + 24}" x2="{left + _COLUMN + 12}" '
            f'y2="{top + 24}" {_STROKE}/>'
        )
        parts += _box(left + _COLUMN + 12, top, _beside(one), "side", _SIDE - 12)
        top += step
    return parts


def _lines(step: Step) -> int:
    """How many lines the higher of the two boxes of a timepoint has."""
    return max(len(wrap(step.label, _LETTERS)) + len(_inside(step)), len(_beside(step)))


def _inside(step: Step) -> list[str]:
    """The completed, and which of them came when."""
    came = [f"in window {step.in_window}, late {step.late}"]
    if step.disputed:
        came.append(f"time disputed {step.disputed}")
    return [f"Completed {step.completed.text}", *came]


def _beside(step: Step) -> list[str]:
    """Everybody who is not among the completed, by the reason for it; nothing is left out."""
    counts = (
        ("Missing", step.missing), ("Exempt", step.exempt), ("Died", step.deaths),
        ("Withdrawn", step.withdrawn), ("Not asked by the protocol", step.by_protocol),
        ("Window still to close", step.waiting),
    )  # fmt: skip
    return [f"{name}: {n}" for name, n in counts if n] or ["Nobody else"]


def _box(x: int, y: int, lines: Sequence[str], kind: str, width: int, bold: int = 1) -> list[str]:
    height = len(lines) * _LINE + 10
    texts = [
        _text(x + 10, y + 19 + number * _LINE, line, "b" if number < bold and kind == "box" else "")
        for number, line in enumerate(lines)
    ]
    return [
        f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4" '
        f"{_PAPER[kind]}/>",
        *texts,
    ]  # fmt: skip


def _text(x: int, y: int, line: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" {_INK[kind]}>{escape(line, quote=False)}</text>'
