"""What the people of a place come to can be put together, and taken apart again."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from sayso.domain.completion import Mark, Ratio
from sayso.domain.digits import span_key
from sayso.domain.tally_line import MARKS, Layout
from sayso.domain.tally_pile import Pile
from sayso.domain.tally_sum import Part, part_of
from support.people import STRAIN
from support.tally_lines import BURDEN, CAME, HEAD, LATE, MISSED, OPEN, line, pile

ANN = line([CAME, MISSED, OPEN], (5, None, None), contact_n=1)
BEA = line([CAME, LATE, OPEN], (3, 9, None), contact_n=1)


def together(*texts: str) -> Part:
    """The part of people counted in one after the other."""
    whole = Part()
    for text in texts:
        whole.add(part_of(pile(text), "target"))
    return whole


def test_every_mark_that_a_form_can_have_is_written_in_one_way() -> None:
    assert len(MARKS) == len({*MARKS})
    assert {Mark("late", "paper", True), Mark("late", "paper", False)} <= {*MARKS}
    # Only a form that came can have scores that do not come out.
    assert all(mark.scorable for mark in MARKS if mark.detail in ("missing", "open", "exempt"))


def test_people_counted_in_one_by_one_are_those_counted_at_once() -> None:
    apart, at_once = together(ANN, BEA), part_of(pile(ANN, BEA), "target")
    assert apart.people == at_once.people == Counter({Ratio(1, 2): 1, Ratio(2, 2): 1})
    assert apart.complete == at_once.complete
    assert apart.said == at_once.said
    assert apart.total.marks == at_once.total.marks


def test_the_times_of_a_place_are_one_run_however_many_came() -> None:
    times = {(ANN,): [5], (ANN, BEA): [3, 5], (ANN, BEA, ANN): [3, 5, 5]}
    for texts, minutes in times.items():
        (run,) = together(*texts).cells["W12", STRAIN].spans
        assert list(run) == [span_key(number) for number in minutes]


def test_whoever_is_left_out_again_leaves_the_others_as_they_were() -> None:
    whole = together(ANN, BEA)
    whole.take(part_of(pile(ANN), "target"))
    alone = together(BEA)
    assert {*whole.cells} == {*alone.cells} == {("W12", STRAIN), ("W12", BURDEN), ("PROG", STRAIN)}
    assert whole.cells["W12", BURDEN].marks == Counter({LATE: 1})
    assert list(chain(*whole.cells["W12", STRAIN].spans)) == [span_key(3)]
    assert (whole.people, +whole.said, whole.kinds) == (alone.people, +alone.said, alone.kinds)
    assert whole.total.marks == alone.total.marks


def test_a_place_that_everybody_left_has_no_cells() -> None:
    whole = together(ANN)
    whole.take(part_of(pile(ANN), "target"))
    assert whole.cells == {}
    assert not whole.total.marks


def test_a_study_that_asks_one_form_is_counted_as_one_that_asks_many() -> None:
    single = Layout((("W12", STRAIN, True),), ())
    texts = [line([mark], [None], [(0, 0, 0)], layout=single) for mark in (CAME, MISSED, OPEN)]
    found = part_of(Pile("S1", "stop", single, HEAD, "".join(texts).encode()), "target")
    assert found.people == Counter({Ratio(1, 1): 1, Ratio(0, 1): 1, Ratio(0, 0): 1})
    assert found.complete == Counter({("W12", True): 1, ("W12", False): 1})
