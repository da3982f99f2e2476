"""The picture of a schedule: legible on A4 held sideways, and everything of the study in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sayso.domain.study import Study, Timepoint
from sayso.formats.study_svg import picture
from support.people import stop_study

SVG = "{http://www.w3.org/2000/svg}"
POINTS_IN_A_MILLIMETRE = 72 / 25.4


class Drawn:
    """A picture as it is read again: its texts and its marks, each with its place."""

    def __init__(self, study: Study) -> None:
        self.root = ElementTree.fromstring(picture(study, "ab" * 32))

    def texts(self) -> Iterator[tuple[str, Element]]:
        return ((element.text or "", element) for element in self.root.iter(f"{SVG}text"))

    def words(self) -> list[str]:
        return [words for words, _element in self.texts()]

    def places(self, words: str) -> list[tuple[float, float]]:
        """Where a text stands, from the left and from above; once for each time it stands there."""
        return [
            (float(element.attrib["x"]), float(element.attrib["y"]))
            for found, element in self.texts()
            if found == words
        ]

    def marks(self, filled: bool) -> list[tuple[float, float]]:
        """The marks of the table; the two that explain the others stand left of its columns."""
        return [
            (float(mark.attrib["cx"]), float(mark.attrib["cy"]))
            for mark in self.root.iter(f"{SVG}circle")
            if (mark.attrib["fill"] != "none") is filled and float(mark.attrib["cx"]) > 160
        ]

    def rows(self, label: str) -> list[list[float]]:
        """Where the filled marks stand beside a label, for each time that it stands there."""
        marks = self.marks(filled=True)
        return [[x for x, at in marks if abs(at - y) < 8] for _x, y in self.places(label)]

    def millimetres(self, side: str) -> float:
        return float(self.root.attrib[side].removesuffix("mm"))


def timepoint(number: int, target: int, **more: object) -> Timepoint:
    plain = Timepoint(f"T{number}", f"Point {number}", ("stop",), target, target, target + 5)
    return replace(plain, packs=("core",), **more)  # type: ignore[arg-type]


def with_timepoints(*timepoints: Timepoint) -> Study:
    return replace(stop_study(), timepoints=timepoints)


def test_it_fits_on_one_sheet_of_a4_held_sideways() -> None:
    shipped = Drawn(stop_study())

    assert shipped.millimetres("width") == 277
    assert shipped.millimetres("height") <= 190


def test_no_letter_is_smaller_than_seven_points_in_print() -> None:
    shipped = Drawn(stop_study())
    units = float(shipped.root.attrib["viewBox"].split()[2])
    point = shipped.millimetres("width") * POINTS_IN_A_MILLIMETRE / units

    assert min(float(text.attrib["font-size"]) for _words, text in shipped.texts()) * point >= 7


def test_the_first_two_years_stand_in_a_band_above_the_later_ones() -> None:
    shipped = Drawn(stop_study())

    early = {shipped.places(name)[0][1] for name in ("Baseline", "Week 12", "Week 96")}
    later = {shipped.places(name)[0][1] for name in ("Week 120", "Year 4", "Year 10")}
    assert len(early) == len(later) == 1
    assert max(early) < min(later)
    assert shipped.places("Baseline")[0][0] == shipped.places("Week 120")[0][0]
    assert {"Days -28 to 700", "Days 812 to 3708"} <= {*shipped.words()}


def test_every_timepoint_has_its_day_and_its_window_below_its_name() -> None:
    study = stop_study()
    shipped = Drawn(study)

    for one in study.timepoints:
        ((x, y),) = shipped.places(one.label)
        assert (x, y + 12) in shipped.places(str(one.target))
        assert (x, y + 23) in shipped.places(f"{one.opens} to {one.closes}")


def test_a_mark_stands_below_its_timepoint_beside_what_happens() -> None:
    shipped = Drawn(stop_study())
    columns = [
        x for x, _y in (shipped.places(f"Week {week}")[0] for week in (12, 24, 36, 48, 72, 96))
    ]
    first, second = (shipped.places(name)[0][0] for name in ("Baseline", "Week 4 to 6"))

    assert shipped.rows("About the decision") == [[first], [first]]
    # Both arms in the first two years, only one of them in week 5, then both in the third year.
    both = [[first, *columns], [first, second, *columns], [first, second], [first, second]]
    assert shipped.rows("Visit (clinic)") == both


def test_what_is_switched_off_is_hollow_in_every_arm() -> None:
    shipped = Drawn(stop_study())
    years = {shipped.places(f"Year {number}")[0][0] for number in range(4, 11)}

    hollow = shipped.marks(filled=False)
    assert len(hollow) == 2 * len(years)
    assert {x for x, _y in hollow} == years


def test_few_timepoints_stand_side_by_side_whatever_their_years() -> None:
    few = Drawn(with_timepoints(*(timepoint(n, 400 * n) for n in range(9))))

    assert len({few.places(f"Point {number}")[0][1] for number in range(9)}) == 1
    assert "Days 0 to 3205" in few.words()


def test_many_timepoints_are_cut_into_bands_of_nearly_the_same_length() -> None:
    many = Drawn(with_timepoints(*(timepoint(n, 10 * n) for n in range(20))))

    heights = [many.places(f"Point {number}")[0][1] for number in range(20)]
    assert [heights.count(height) for height in sorted(set(heights))] == [7, 7, 6]
    assert heights == sorted(heights)


def test_a_study_of_late_years_alone_has_no_empty_band() -> None:
    late = Drawn(with_timepoints(*(timepoint(n, 800 + 10 * n) for n in range(12))))

    assert [words for words in late.words() if words.startswith("Days ")] == [
        "Days 800 to 855",
        "Days 860 to 915",
    ]


def test_an_arm_to_which_nothing_happens_in_a_band_is_left_out_of_it() -> None:
    # All these timepoints are of the arm that stops.
    words = Drawn(with_timepoints(*(timepoint(n, 100 * n) for n in range(12)))).words()

    assert not [line for line in words if line.startswith("Cohort 1")]
    assert len([line for line in words if line.startswith("Cohort 2: stop")]) == 2


def test_a_timepoint_that_counts_from_an_anchor_of_its_own_says_so() -> None:
    study = with_timepoints(timepoint(1, 0), timepoint(2, 50, anchor="enrolment"))
    drawn = Drawn(study)

    ((x, _y),) = drawn.places("Point 2")
    assert [place[0] for place in drawn.places("from Enrolment")] == [x]
    (top,) = [y for _x, y in drawn.places("from Enrolment")]
    # What stands below begins below that line as well.
    assert all(y > top for _x, y in drawn.marks(filled=True))


def test_a_long_label_takes_more_lines_and_keeps_every_word() -> None:
    label = "Twelfth week at the clinic of the Donaudampfschifffahrtsgesellschaft"
    study = with_timepoints(*(timepoint(n, 9 * n) for n in range(8)), timepoint(9, 99, label=label))
    drawn = Drawn(study)

    x = max(place for place, _y in drawn.marks(filled=True))
    lines = [
        (float(e.attrib["y"]), words) for words, e in drawn.texts() if e.attrib["x"] == f"{x:g}"
    ]
    name = [words for _y, words in sorted(lines)][:-2]
    assert "".join(name).replace(" ", "") == label.replace(" ", "")
    assert len(name) > 5
    # The short labels beside it stand on its last line.
    assert drawn.places("Point 1")[0][1] == drawn.places(name[-1])[0][1]


def test_a_long_title_is_not_cut_at_the_edge() -> None:
    title = "A study of what happens to people who stop a medicine that has worked very well " * 3
    drawn = Drawn(replace(stop_study(), title=title.strip()))

    large = [words for words, text in drawn.texts() if text.attrib["font-size"] == "14"]
    assert len(large) >= 3
    assert " ".join(large) == title.strip()


def test_an_official_study_has_no_banner() -> None:
    study = stop_study()

    assert study.banner in Drawn(study).words()
    assert study.banner not in Drawn(replace(study, official=True)).words()


def test_what_follows_an_event_is_said_with_the_arms_that_it_follows_in() -> None:
    words = Drawn(stop_study()).words()

    assert "After progression: day 0 to 28 after the event, target 7 (every arm)" in words
    restart = "After restarting therapy: day 0 to 21 after the event, target 7"
    assert f"{restart} (Cohort 2: stop anti-HER2 therapy)" in words
    assert "Imaging: 91 to 183 days after the one before, until day 3652 (every arm)" in words
    alone = Drawn(replace(stop_study(), event_forms=(), visit_series=()))
    assert "After an event, and repeated" in words
    assert "After an event, and repeated" not in alone.words()


def test_it_names_the_file_that_it_was_drawn_from() -> None:
    assert f"stop-her2 1, sha256 {'ab' * 32}" in Drawn(stop_study()).words()
