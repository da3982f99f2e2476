"""The flow of participants as a picture for a paper: every word stands inside its box."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sayso.domain.completion import Ratio
from sayso.domain.flow import Branch, Step
from sayso.formats.flow_svg import draw

SVG = "{http://www.w3.org/2000/svg}"
PLAIN, BOLD = 6.5, 7.5
"""About how wide a letter of 13 pixels is in a wide face, as measured in a browser."""


def step(label: str = "Week 12", **counts: int) -> Step:
    """A timepoint where nine of eleven forms came, and whatever else is counted."""
    usual = {
        "enrolled": 17, "in_window": 8, "late": 1, "disputed": 0, "missing": 2, "exempt": 3,
        "deaths": 0, "withdrawn": 0, "by_protocol": 0, "waiting": 0,
    }  # fmt: skip
    return Step(timepoint="W12", label=label, completed=Ratio(9, 11), **(usual | counts))


PLAIN_STEP = step()
DISPUTED = step(in_window=136, late=114, disputed=101)
NAMED_AT_LENGTH = step("12 weeks after restarting therapy", disputed=1)
EVERYTHING = step(disputed=1, deaths=1, withdrawn=3, by_protocol=112, waiting=144)


def picture(*steps: Step) -> ElementTree.Element:
    branches = [
        Branch(arm=arm, label=f"Cohort {arm}: some therapy", enrolled=17, pro_population=14,
               steps=steps)
        for arm in ("1", "2")
    ]  # fmt: skip
    return ElementTree.fromstring(draw(branches, "Flow", ["As of today.", "Rule version 1."]))


def boxes(drawn: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box, that of the paper left out."""
    sides = [
        [float(one.get(name, "0")) for name in ("x", "y", "width", "height")]
        for one in drawn.iter(f"{SVG}rect")
        if one.get("class")
    ]
    return [(x, y, x + width, y + height) for x, y, width, height in sides]


@pytest.mark.parametrize("one", [PLAIN_STEP, DISPUTED, NAMED_AT_LENGTH, EVERYTHING])
def test_every_word_stands_inside_a_box(one: Step) -> None:
    drawn = picture(one, EVERYTHING, one)
    texts = [text for text in drawn.iter(f"{SVG}text") if text.text]
    placed = 0
    for text in texts[1:-2]:
        left, base = float(text.get("x", "0")), float(text.get("y", "0"))
        letter = BOLD if text.get("font-weight") else PLAIN
        right = left + letter * len(text.text or "")
        assert any(
            x < left and right < x_end and y < base - 10 and base < y_end
            for x, y, x_end, y_end in boxes(drawn)
        ), text.text
        placed += 1
    assert placed >= 2 * (3 + 3 * 3)


@pytest.mark.parametrize("one", [PLAIN_STEP, DISPUTED, NAMED_AT_LENGTH, EVERYTHING])
def test_no_box_lies_on_another_or_outside_the_paper(one: Step) -> None:
    drawn = picture(one, EVERYTHING, one)
    found = boxes(drawn)
    for number, (x, y, x_end, y_end) in enumerate(found):
        assert 0 < x < x_end < float(drawn.get("width", "0"))
        assert 0 < y < y_end < float(drawn.get("height", "0"))
        for left, top, right, bottom in found[:number]:
            assert x >= right or left >= x_end or y >= bottom or top >= y_end


def test_lines_lead_from_box_to_box() -> None:
    drawn = picture(NAMED_AT_LENGTH, EVERYTHING)
    edges = {y for _, top, _, bottom in boxes(drawn) for y in (top, bottom)}
    down = [one for one in drawn.iter(f"{SVG}line") if one.get("x1") == one.get("x2")]
    assert len(down) == 4
    for line in down:
        assert float(line.get("y1", "0")) in edges
        assert float(line.get("y2", "0")) in edges


def test_it_says_how_many_times_are_in_doubt_only_where_some_are() -> None:
    words = [text.text for text in picture(PLAIN_STEP, DISPUTED).iter(f"{SVG}text")]
    assert words.count("in window 8, late 1") == 2
    assert words.count("time disputed 101") == 2
    assert sum("disputed" in (word or "") for word in words) == 2
