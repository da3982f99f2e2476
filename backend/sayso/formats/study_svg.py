"""The schedule of a study as a picture for the protocol file: one SVG, no script, no font to fetch.

Columns are timepoints in order of target day, rows are what happens there, arm by arm. A filled
mark is asked or visited, a hollow one is planned and switched off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from sayso.domain.study import EventForm, Study, Timepoint

_LEFT = 250
_COLUMN = 96
_ROW = 30
_HEAD = 132
_INK = "#1d2733"
_SOFT = "#5b6775"
_LINE = "#d5dbe1"
_BAND = "#f3f6f8"
_MARK = "#0b5c6b"
_WARN = "#8a3b00"


def picture(study: Study, sha256: str) -> str:
    """The schedule as one SVG document."""
    columns = sorted(study.timepoints, key=lambda t: (t.target, t.id))
    rows = list(_rows(study))
    width = max(_LEFT + _COLUMN * len(columns) + 24, 900)
    grid = _HEAD + _ROW * len(rows)
    height = grid + 34 + 22 * (len(study.event_forms) + len(study.visit_series) + 1) + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="title about" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<title id="title">{escape(study.title)}: schedule</title>',
        f'<desc id="about">{escape(_described(columns))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(24, 34, study.title, size=18, weight=600),
    ]
    if not study.official:
        parts.append(_text(24, 58, study.banner, fill=_WARN, weight=600))
    parts += _heads(columns)
    for number, (label, marks) in enumerate(rows):
        parts += _row(number, label, marks, columns, width)
    parts += _below(study, sha256, grid + 34)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def window_words(entry: Timepoint | EventForm) -> str:
    """A window in days, as it is written in tables: `70 to 98`."""
    return f"{entry.opens} to {entry.closes}"


def _described(columns: Iterable[Timepoint]) -> str:
    days = ", ".join(f"{t.label}: day {t.target}, window {window_words(t)}" for t in columns)
    return f"Timepoints and their windows in days from the anchor. {days}."


_Marks = dict[str, bool]


def _rows(study: Study) -> Iterator[tuple[str, _Marks | None]]:
    """Label and marks by timepoint (True filled, False hollow); None marks a heading."""
    for arm in study.arms:
        mine = [t for t in study.timepoints if arm.id in t.arms]
        anchor = next((a.label for a in study.anchors if a.id == arm.anchor), arm.anchor)
        yield f"{arm.label} (day 0: {anchor})", None
        for kind in dict.fromkeys(t.visit for t in mine if t.visit):
            yield f"Visit ({kind})", {t.id: True for t in mine if t.visit == kind}
        for pack in study.packs:
            marks = {t.id: t.enabled for t in mine if pack.id in t.packs}
            if marks:
                yield pack.label, marks


def _heads(columns: Iterable[Timepoint]) -> Iterator[str]:
    yield _text(24, _HEAD - 34, "Target day", fill=_SOFT)
    yield _text(24, _HEAD - 16, "Window, days", fill=_SOFT)
    for number, timepoint in enumerate(columns):
        middle = _LEFT + _COLUMN * number + _COLUMN // 2
        yield _text(middle, _HEAD - 52, timepoint.label, anchor="middle", weight=600, size=12)
        yield _text(middle, _HEAD - 34, str(timepoint.target), anchor="middle")
        yield _text(middle, _HEAD - 16, window_words(timepoint), anchor="middle", size=11)


def _row(
    number: int, label: str, marks: _Marks | None, columns: Iterable[Timepoint], width: int
) -> Iterator[str]:
    top = _HEAD + _ROW * number
    if marks is None:
        yield f'<rect x="12" y="{top}" width="{width - 24}" height="{_ROW}" fill="{_BAND}"/>'
        yield _text(24, top + 20, label, weight=600)
        return
    yield f'<path d="M12 {top + _ROW}H{width - 12}" stroke="{_LINE}"/>'
    yield _text(36, top + 20, label)
    for place, timepoint in enumerate(columns):
        if timepoint.id in marks:
            fill = _MARK if marks[timepoint.id] else "none"
            middle = _LEFT + _COLUMN * place + _COLUMN // 2
            yield (
                f'<circle cx="{middle}" cy="{top + _ROW // 2}" r="6" fill="{fill}" '
                f'stroke="{_MARK}" stroke-width="1.5"/>'
            )


def _below(study: Study, sha256: str, top: int) -> Iterator[str]:
    yield _text(24, top, "After an event, and repeated", weight=600)
    lines = [
        f"{form.label}: day {window_words(form)} after the event, target {form.target} "
        f"({', '.join(form.arms)})"
        for form in study.event_forms
    ]
    lines += [
        f"{series.label}: {series.opens} to {series.closes} days after the one before, "
        f"until day {series.until} ({', '.join(series.arms)})"
        for series in study.visit_series
    ]
    for number, line in enumerate(lines, start=1):
        yield _text(36, top + 22 * number, line)
    foot = top + 22 * (len(lines) + 1) + 8
    yield _text(
        24,
        foot,
        "Filled: takes place. Hollow: planned, switched off. "
        "Exempt participants have every visit and no questionnaire.",
        fill=_SOFT,
    )
    yield _text(24, foot + 20, f"{study.key} {study.version}, sha256 {sha256}", fill=_SOFT, size=11)


def _text(
    x: int,
    y: int,
    words: str,
    *,
    fill: str = _INK,
    size: int = 13,
    weight: int = 400,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{fill}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
