"""The schedule of a study as a picture for the protocol file: one SVG, no script, no font to fetch.

It is drawn for a sheet of A4 held sideways: a unit is a point there, so that no letter is smaller
than seven points in print. Ten years do not fit side by side; the first two years stand in a band
of their own, what comes later in the bands below. In a band, columns are timepoints in order of
target day, rows are what happens there, arm by arm. A filled mark takes place, a hollow one is
planned and switched off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from sayso.domain.study import EventForm, Study, Timepoint

WIDTH = 785
"""Points between margins of 10 mm on the long side of A4, which are the units of the picture."""
_MILLIMETRES = 277
_EDGE = 8
_LEFT = 168
_COLUMNS = 9
_TWO_YEARS = 731
_ROW = 15
_LEADING = 11
_TEXT, _SMALL = 9, 8
_INK = "#1d2733"
_SOFT = "#4c5866"
_LINE = "#c3cbd3"
_BAND = "#eef2f5"
_MARK = "#0b5c6b"
_WARN = "#8a3b00"
# Ems that a letter may take in the widest of the usual fonts; what is not named takes `_LETTER`.
_THIN, _CAPITAL, _BROAD, _LETTER = 0.42, 0.78, 1.05, 0.64
_THIN_ONES = frozenset(" .,:;'|!()[]/-fijlrtI")
_BROAD_ONES = frozenset("mwMW@%")
_BOLD = 1.08


def picture(study: Study, sha256: str) -> str:
    """The schedule as one SVG document, as wide as A4 held sideways and as high as it has to be."""
    ordered = sorted(study.timepoints, key=lambda t: (t.target, t.id))
    bands = list(_bands(ordered))
    most = max(map(len, bands), default=1)
    parts = []
    y = 26
    for line in _wrapped(study.title, 14, WIDTH - 2 * _EDGE, bold=True):
        parts.append(_text(_EDGE, y, line, size=14, bold=True))
        y += 17
    if not study.official:
        for line in _wrapped(study.banner, _TEXT, WIDTH - 2 * _EDGE, bold=True):
            parts.append(_text(_EDGE, y, line, fill=_WARN, bold=True))
            y += _LEADING + 1
    for band in bands:
        more, y = _drawn(study, _Band(band, most), y + 5)
        parts += more
    more, height = _below(study, sha256, y + 14)
    return "\n".join([*_opening(study, ordered, height), *parts, *more, "</svg>"]) + "\n"


def window_words(entry: Timepoint | EventForm) -> str:
    """A window in days, as it is written in tables: `70 to 98`."""
    return f"{entry.opens} to {entry.closes}"


def _bands(ordered: Sequence[Timepoint]) -> Iterator[tuple[Timepoint, ...]]:
    """The columns that stand side by side: all of them where they fit, else two years and after."""
    early = [t for t in ordered if t.target <= _TWO_YEARS]
    spans = [ordered] if len(ordered) <= _COLUMNS else [early, ordered[len(early) :]]
    for span in filter(None, spans):
        most = ceil(len(span) / ceil(len(span) / _COLUMNS))
        for first in range(0, len(span), most):
            yield tuple(span[first : first + most])


def _opening(study: Study, ordered: Sequence[Timepoint], height: int) -> Iterator[str]:
    days = ", ".join(f"{t.label}: day {t.target}, window {window_words(t)}" for t in ordered)
    said = f"Timepoints and their windows in days from the anchor. {days}."
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{_MILLIMETRES}mm" height="{height * _MILLIMETRES / WIDTH:.1f}mm" role="img" '
        'aria-labelledby="title about" font-family="Helvetica, Arial, sans-serif">'
    )
    yield f'<title id="title">{escape(study.title, quote=False)}: schedule</title>'
    yield f'<desc id="about">{escape(said, quote=False)}</desc>'
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'


@dataclass(frozen=True, slots=True)
class _Band:
    """Timepoints side by side, in as many columns as the widest of the bands has."""

    timepoints: tuple[Timepoint, ...]
    columns: int

    @property
    def span(self) -> str:
        """The days from the first window's opening to the last one's closing."""
        opens = min(t.opens for t in self.timepoints)
        return f"Days {opens} to {max(t.closes for t in self.timepoints)}"

    @property
    def column(self) -> int:
        """The points that a column takes; few columns stand no further apart than many."""
        return min(84, (WIDTH - _LEFT) // self.columns)

    @property
    def right(self) -> int:
        """Where the last column of the widest band ends."""
        return _LEFT + self.column * self.columns

    def middle(self, place: int) -> int:
        """The middle of a column."""
        return _LEFT + self.column * place + self.column // 2


def _drawn(study: Study, band: _Band, top: int) -> tuple[list[str], int]:
    """A band from its heads to its last row, and where it ends."""
    parts, y = _heads(study, band, top)
    for arm in study.arms:
        mine = [t for t in band.timepoints if arm.id in t.arms]
        rows = list(_rows(study, mine))
        if not rows:
            continue
        anchor = next((a.label for a in study.anchors if a.id == arm.anchor), arm.anchor)
        words = _wrapped(f"{arm.label} (day 0: {anchor})", _TEXT, band.right - 2 * _EDGE, bold=True)
        high = _ROW + _LEADING * (len(words) - 1)
        parts.append(f'<rect x="0" y="{y}" width="{band.right}" height="{high}" fill="{_BAND}"/>')
        parts += _lines(words, _EDGE, y + 11, bold=True)
        y += high
        for label, marks in rows:
            more, y = _row(label, marks, band, y)
            parts += more
    return parts, y


def _rows(study: Study, mine: Sequence[Timepoint]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What happens at an arm's timepoints: label, and marks by timepoint (False is hollow)."""
    for kind in dict.fromkeys(t.visit for t in mine if t.visit):
        yield f"Visit ({kind})", {t.id: True for t in mine if t.visit == kind}
    for pack in study.packs:
        marks = {t.id: t.enabled for t in mine if pack.id in t.packs}
        if marks:
            yield pack.label, marks


def _heads(study: Study, band: _Band, top: int) -> tuple[list[str], int]:
    """Label, target day and window of each column; also the anchor where it is not the arm's."""
    labels = [_wrapped(t.label, _TEXT, band.column - 4, bold=True) for t in band.timepoints]
    names = {anchor.id: anchor.label for anchor in study.anchors}
    own = [
        _wrapped(f"from {names.get(t.anchor, t.anchor)}", _SMALL, band.column - 4)
        if t.anchor
        else []
        for t in band.timepoints
    ]
    base = top + 12 + _LEADING * (max(map(len, labels)) - 1)
    parts = [
        _text(_EDGE, base, band.span, bold=True),
        _text(_EDGE, base + 12, "Target day", fill=_SOFT),
        _text(_EDGE, base + 23, "Window, days", fill=_SOFT),
    ]
    for place, timepoint in enumerate(band.timepoints):
        x = band.middle(place)
        first = base - _LEADING * (len(labels[place]) - 1)
        parts += _lines(labels[place], x, first, bold=True, middle=True)
        parts.append(_text(x, base + 12, str(timepoint.target), middle=True))
        parts.append(_text(x, base + 23, window_words(timepoint), size=_SMALL, middle=True))
        parts += _lines(own[place], x, base + 34, size=_SMALL, middle=True)
    return parts, base + 29 + _LEADING * max(map(len, own))


def _row(label: str, marks: dict[str, bool], band: _Band, top: int) -> tuple[list[str], int]:
    words = _wrapped(label, _TEXT, _LEFT - 3 * _EDGE)
    bottom = top + _ROW + _LEADING * (len(words) - 1)
    parts = [f'<path d="M0 {bottom}H{band.right}" stroke="{_LINE}" stroke-width="0.5"/>']
    parts += _lines(words, 2 * _EDGE, top + 11)
    for place, timepoint in enumerate(band.timepoints):
        if timepoint.id in marks:
            parts.append(_mark(band.middle(place), (top + bottom) / 2, marks[timepoint.id]))
    return parts, bottom


def _below(study: Study, sha256: str, top: int) -> tuple[list[str], int]:
    """What follows an event or repeats, what the marks mean, and which file this was drawn from."""
    parts, y = [], top
    said = [*_after_events(study), *_repeated(study)]
    if said:
        parts.append(_text(_EDGE, y, "After an event, and repeated", bold=True))
        y += 13
    for sentence in said:
        words = _wrapped(sentence, _TEXT, WIDTH - 3 * _EDGE)
        parts += _lines(words, 2 * _EDGE, y)
        y += _LEADING * len(words) + 1
    y += 6
    for x, filled, meaning in ((_EDGE, True, "takes place"), (98, False, "planned, switched off")):
        parts.append(_mark(x + 4, y - 3, filled))
        parts.append(_text(x + 12, y, meaning, fill=_SOFT))
    exempt = "Exempt participants have every visit and no questionnaire."
    parts.append(_text(236, y, exempt, fill=_SOFT))
    words = _wrapped(f"{study.key} {study.version}, sha256 {sha256}", _SMALL, WIDTH - 2 * _EDGE)
    parts += _lines(words, _EDGE, y + 14, size=_SMALL, fill=_SOFT)
    return parts, y + 14 + _LEADING * len(words)


def _after_events(study: Study) -> Iterator[str]:
    for form in study.event_forms:
        yield (
            f"{form.label}: day {window_words(form)} after the event, target {form.target} "
            f"({_whose(study, form.arms)})"
        )


def _repeated(study: Study) -> Iterator[str]:
    for series in study.visit_series:
        yield (
            f"{series.label}: {series.opens} to {series.closes} days after the one before, "
            f"until day {series.until} ({_whose(study, series.arms)})"
        )


def _whose(study: Study, arms: Sequence[str]) -> str:
    if {arm.id for arm in study.arms} <= set(arms):
        return "every arm"
    return "; ".join(arm.label for arm in study.arms if arm.id in arms)


def _mark(x: float, y: float, filled: bool) -> str:
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="3.6" fill="{_MARK if filled else "none"}" '
        f'stroke="{_MARK}"/>'
    )


def _wrapped(words: str, size: int, width: int, *, bold: bool = False) -> list[str]:
    """Words in lines that are no wider than that many points; a longer word is cut in two."""
    room = width / (size * (_BOLD if bold else 1))
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if _ems(longer) <= room:
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for letter in word:
            if _ems(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return lines


def _ems(words: str) -> float:
    """How wide words may be, in the height of their letters."""
    return sum(
        _THIN if letter in _THIN_ONES
        else _BROAD if letter in _BROAD_ONES or ord(letter) > 0x2E7F
        else _CAPITAL if letter.isupper()
        else _LETTER
        for letter in words
    )  # fmt: skip


def _lines(
    lines: Sequence[str],
    x: int,
    y: int,
    *,
    fill: str = _INK,
    size: int = _TEXT,
    bold: bool = False,
    middle: bool = False,
) -> Iterator[str]:
    """Lines below each other, the first at `y`."""
    for number, line in enumerate(lines):
        at = y + _LEADING * number
        yield _text(x, at, line, fill=fill, size=size, bold=bold, middle=middle)


def _text(
    x: int,
    y: int,
    words: str,
    *,
    fill: str = _INK,
    size: int = _TEXT,
    bold: bool = False,
    middle: bool = False,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = ' text-anchor="middle"' if middle else ""
    return (
        f'<text x="{x}" y="{y}" fill="{fill}" font-size="{size}"{weight}{place}>'
        f"{escape(words, quote=False)}</text>"
    )
