"""Lines added up column by column are the same figures as forms judged and counted one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.completion import (
    Counts,
    Mark,
    Ratio,
    Row,
    adherence,
    complete_persons,
    counts_of,
)
from sayso.domain.digits import FIRST, span_key
from sayso.domain.evaluation import Assessment, assess_all, rows
from sayso.domain.study import ALIVE_RULES, StudyVersion
from sayso.domain.tally_line import MARKS, PERSON, Head, Layout, Person, write
from sayso.domain.tally_pile import OwnLine, Pile, heaped
from sayso.domain.tally_sum import (
    Part,
    Sum,
    View,
    add_up,
    part_of,
    parts_of,
    scheduled,
    shares,
)
from sayso.formats import facts_json
from support.golden import golden_document
from support.people import STRAIN, at, stop_study
from support.tally_lines import (
    BURDEN,
    CAME,
    CAME_EARLY,
    HEAD,
    LATE,
    LAYOUT,
    MISSED,
    OPEN,
    UPCOMING,
    line,
    owned,
    pile,
)

NOW = at(146, 15)


@cache
def golden_piles() -> list[Pile]:
    """The lines of the twenty people, those alike behind each other."""
    study, parts = stop_study(), dict[tuple[str, str, Layout, Head], list[str]]()
    for entry in golden_people():
        someone = Person(entry.facts, entry.forms, entry.statuses)
        line = write(study, someone, NOW, study.rules, ())
        place = (entry.facts.site, entry.facts.arm, line.layout, line.head)
        parts.setdefault(place, []).append(line.text)
    return [Pile(*place, "".join(texts).encode("ascii")) for place, texts in parts.items()]


@cache
def golden_people(alive_rule: str = "window_close") -> list[Assessment]:
    study = stop_study()
    people = facts_json.parse(golden_document(), "golden")
    rules = replace(study.rules, alive_rule=alive_rule)
    return assess_all((StudyVersion(study),), people, NOW, rules)


@cache
def golden_rows(alive_rule: str = "window_close") -> Sequence[Row]:
    study = stop_study()
    rules = replace(study.rules, alive_rule=alive_rule)
    return rows(study, golden_people(alive_rule), NOW, rules)


def summed(piles: Iterable[Pile], alive_rule: str, questionnaire: str | None = None) -> Sum:
    """What piles come to, every part of them."""
    parts = parts_of(piles, alive_rule, questionnaire)
    kinds = ((arm, layout) for (_site, arm), part in parts.items() for layout, _head in part.kinds)
    return add_up(parts, scheduled(stop_study(), kinds), questionnaire)


def comparable(counts: Counts) -> tuple[Any, ...]:
    """What is counted, whatever the order in which it came and with no zeros kept."""
    return (
        +counts.marks, counts.pro, counts.came_pro, counts.answered, counts.applicable,
        counts.declined, sorted(chain.from_iterable(counts.spans)),
    )  # fmt: skip


def grouped(found: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in found:
        groups.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    return groups


@pytest.mark.parametrize("questionnaire", [None, STRAIN])
@pytest.mark.parametrize("alive_rule", ALIVE_RULES)
def test_every_cell_of_the_golden_people_is_as_counted(
    alive_rule: str, questionnaire: str | None
) -> None:
    found = summed(golden_piles(), alive_rule, questionnaire)
    asked = [r for r in golden_rows(alive_rule) if questionnaire in (None, r.questionnaire)]
    cells = grouped(asked, "timepoint", "arm", "questionnaire")
    # An arm in which nobody is has its places too.
    assert {
        cell: comparable(counts) for cell, counts in found.cells.items() if cell[1] == "stop"
    } == {cell: comparable(counts_of(group)) for cell, group in cells.items()}


@pytest.mark.parametrize("alive_rule", ALIVE_RULES)
def test_what_each_person_sent_is_as_counted(alive_rule: str) -> None:
    found = summed(golden_piles(), alive_rule)
    assert found.people == Counter(adherence(golden_rows(alive_rule)).values())


def test_who_sent_everything_of_a_timepoint_is_as_counted() -> None:
    found = summed(golden_piles(), "window_close")
    for place, group in grouped(golden_rows(), "timepoint", "arm").items():
        assert found.complete[place] == complete_persons(group), place


def test_the_totals_of_each_site_are_as_counted() -> None:
    found = summed(golden_piles(), "window_close").sites
    sites = grouped(golden_rows(), "site")
    assert list(found) == ["S1", "S2"]
    for (site,), group in sites.items():
        counted = counts_of(group)
        assert +found[site].marks == counted.marks
        assert (found[site].pro, found[site].came_pro) == (counted.pro, counted.came_pro)


def test_the_totals_of_one_questionnaire() -> None:
    found = summed(golden_piles(), "window_close", STRAIN).sites
    for (site,), group in grouped(golden_rows(), "site").items():
        asked = [row for row in group if row.questionnaire == STRAIN]
        assert +found[site].marks == counts_of(asked).marks


def test_the_exempt_of_each_site_and_arm() -> None:
    found = summed(golden_piles(), "window_close")
    assert found.exempt == {("S1", "stop"): Ratio(1, 10), ("S2", "stop"): Ratio(1, 10)}
    assert list(found.exempt) == sorted(found.exempt)
    assert found.said["exempt_n"] == 2


def test_a_pile_knows_how_many_people_are_in_it() -> None:
    assert pile().people == 0
    assert pile(*[line([CAME] * 3)] * 3).people == 3


def test_the_marks_of_a_column_are_those_of_each_person() -> None:
    two = pile(line([CAME, MISSED, OPEN]), line([LATE, OPEN, CAME]))
    for rule in range(len(ALIVE_RULES)):
        assert [MARKS[code - FIRST] for code in two.marks(0, rule)] == [CAME, LATE]
        assert [MARKS[code - FIRST] for code in two.marks(1, rule)] == [MISSED, OPEN]
        assert [MARKS[code - FIRST] for code in two.marks(2, rule)] == [OPEN, CAME]


def test_items_add_up_part_by_part_beyond_one_digit() -> None:
    counted = ((89, 91, 3), (1, 2, 0), (0, 0, 7))
    two = pile(*[line([CAME] * 3, items=counted)] * 2)
    sums = [[two.items(column, part) for part in range(3)] for column in range(3)]
    assert sums == [[178, 182, 6], [2, 4, 0], [0, 0, 14]]


def test_spans_leave_out_what_nobody_saw_offered() -> None:
    two = pile(line([CAME] * 3, spans=(5, None, -7)), line([CAME] * 3, spans=(90, None, None)))
    assert two.spans(0) == [span_key(5), span_key(90)]
    assert two.spans(1) == []
    assert two.spans(2) == [span_key(-7)]


def test_the_numbers_about_people_add_up_by_name() -> None:
    two = pile(line([CAME] * 3, contact_n=1, contact_of=1), line([CAME] * 3, contact_of=8_101))
    assert (two.said("contact_n"), two.said("contact_of")) == (1, 8_102)
    assert all(two.said(name) == 0 for name in PERSON if not name.startswith("contact"))


def test_a_column_counts_marks_items_and_spans() -> None:
    one = line([CAME, MISSED, OPEN], (5, None, None), ((9, 11, 2), (0, 0, 0), (0, 0, 0)))
    two = line([LATE, CAME, CAME], (7, 8, None), ((10, 11, 1), (4, 5, 0), (0, 0, 0)))
    cells = summed([pile(one, two)], "target").cells
    assert comparable(cells["W12", "stop", STRAIN]) == comparable(
        Counts(Counter({CAME: 1, LATE: 1}), 2, 2, 19, 22, 3, [[span_key(5), span_key(7)]])
    )
    assert comparable(cells["W12", "stop", BURDEN]) == comparable(
        Counts(Counter({MISSED: 1, CAME: 1}), 2, 1, 4, 5, 0, [[span_key(8)]])
    )
    assert cells["PROG", "stop", STRAIN].marks == Counter({OPEN: 1, CAME: 1})


def test_what_is_still_open_may_have_come_and_counts_as_come() -> None:
    cells = summed([pile(line([CAME_EARLY, OPEN, UPCOMING]))], "target").cells
    assert cells["W12", "stop", STRAIN].came_pro == 1
    assert cells["W12", "stop", BURDEN].came_pro == 0


def test_items_of_forms_that_did_not_come_are_not_counted() -> None:
    # Staff can have noted what was declined of a form that is missing; it has no items to count.
    noted = line([MISSED] * 3, (5, 5, 5), ((1, 2, 3),) * 3)
    counts = summed([pile(noted)], "target").cells["W12", "stop", STRAIN]
    assert comparable(counts) == comparable(Counts(Counter({MISSED: 1}), pro=1))


def test_people_outside_the_pro_population_count_apart() -> None:
    outside = replace(HEAD, in_pro=False)
    cells = summed([pile(line([CAME] * 3)), pile(line([CAME] * 3), head=outside)], "target").cells
    counts = cells["W12", "stop", STRAIN]
    assert (counts.marks[CAME], counts.pro, counts.came_pro) == (2, 1, 1)
    assert cells["W24", "stop", STRAIN].pro == 1


def test_a_place_without_a_form_holds_everybody_of_the_arm() -> None:
    cells = summed([pile(*[line([CAME] * 3)] * 2)], "target").cells
    assert cells["W48", "stop", STRAIN].marks == Counter({UPCOMING: 2})
    assert cells["W24", "stop", STRAIN].marks == Counter({Mark("not_expected:protocol"): 2})
    assert cells["W24", "stop", STRAIN].pro == 2


def test_one_questionnaire_alone_leaves_the_others_out() -> None:
    found = summed([pile(line([CAME, MISSED, OPEN]))], "target", STRAIN)
    assert {questionnaire for _place, _arm, questionnaire in found.cells} == {STRAIN}
    assert found.people == Counter({Ratio(1, 1): 1})
    assert found.complete["W12", "stop"] == Ratio(1, 1)


@pytest.mark.parametrize(
    ("marks", "person", "complete"),
    [
        ([CAME, LATE], Ratio(2, 2), Ratio(1, 1)),
        ([CAME, MISSED], Ratio(1, 2), Ratio(0, 1)),
        ([MISSED, MISSED], Ratio(0, 2), Ratio(0, 1)),
        ([CAME, OPEN], Ratio(1, 1), Ratio(1, 1)),
        ([OPEN, CAME_EARLY], Ratio(0, 0), Ratio(0, 0)),
        ([MISSED, UPCOMING], Ratio(0, 1), Ratio(0, 1)),
    ],
)
def test_what_one_person_sent_of_what_was_expected(
    marks: list[Mark], person: Ratio, complete: Ratio
) -> None:
    found = summed([pile(line([*marks, OPEN]))], "target")
    assert found.people == Counter({person: 1})
    assert found.complete["W12", "stop"] == complete
    assert found.complete["W24", "stop"] == Ratio(0, 0)


def test_people_of_several_piles_are_counted_together() -> None:
    first = pile(line([CAME, CAME, OPEN]), line([CAME, MISSED, OPEN]))
    second = pile(line([CAME, LATE, OPEN]), site="S2", head=replace(HEAD, in_pro=False))
    found = summed([first, second], "target")
    assert found.people == Counter({Ratio(2, 2): 2, Ratio(1, 2): 1})
    assert found.complete["W12", "stop"] == Ratio(2, 3)


def test_a_person_with_more_than_255_forms_is_counted_in_full() -> None:
    forms = tuple((f"T{n}", STRAIN, True) for n in range(600))
    wide = Layout(forms, ())
    marks = [CAME] * 300 + [MISSED] * 300
    text = line(marks, [None] * 600, [(0, 0, 0)] * 600, layout=wide)
    two = Pile("S1", "stop", wide, HEAD, (text + text).encode("ascii"))
    assert summed([two], "target").people == Counter({Ratio(300, 600): 2})


def test_sites_add_up_their_own_piles_only() -> None:
    piles = [
        pile(line([CAME, MISSED, OPEN]), site="S2"),
        pile(line([CAME, CAME, OPEN]), site="S1"),
        pile(line([LATE, CAME, OPEN]), site="S2", head=replace(HEAD, in_pro=False)),
    ]
    totals = summed(piles, "target", STRAIN).sites
    assert list(totals) == ["S1", "S2"]
    assert totals["S2"].marks[CAME] == 1
    assert totals["S2"].marks[LATE] == 1
    assert totals["S2"].marks[MISSED] == 0
    assert totals["S2"].marks[OPEN] == 2
    assert totals["S1"].marks[UPCOMING] == 1


def test_a_scheduled_place_that_only_somebody_still_has_is_kept() -> None:
    retired = Layout((("W99", STRAIN, True), ("PROG", STRAIN, False)), ())
    keys = scheduled(stop_study(), [("stop", retired)])
    assert ("W99", STRAIN) in keys["stop"]
    assert ("PROG", STRAIN) not in keys["stop"]
    assert ("W99", STRAIN) not in keys["continue"]
    assert ("W12", STRAIN) in keys["stop"]


def test_an_arm_that_the_study_no_longer_has_keeps_its_places() -> None:
    keys = scheduled(stop_study(), [("retired", LAYOUT)])
    assert set(keys["retired"]) == {("W12", STRAIN), ("W12", BURDEN)}


def test_each_rung_has_its_share() -> None:
    said = {"open n": 3, "open of": 4, "day-3 n": 0, "day-3 of": 0, "contact_n": 9, "contact_of": 9}
    assert shares(said) == {"open": Ratio(3, 4), "day-3": Ratio(0, 0)}


TEXTS = (
    line([CAME, MISSED, OPEN], (5, None, None), ((9, 11, 2), (0, 0, 0), (0, 0, 0)), contact_n=1),
    line([LATE, CAME, CAME], (7, 5, None), ((10, 11, 1), (4, 5, 0), (0, 0, 0)), contact_of=1),
    line([OPEN, UPCOMING, CAME_EARLY], (None, None, 5), ((0, 0, 0), (0, 0, 0), (1, 2, 3))),
    line([MISSED, MISSED, CAME], exempt_n=1),
)
_SITES, _ARMS = st.sampled_from(("S1", "S2")), st.sampled_from(("stop", "continue"))
_HEADS = st.sampled_from((HEAD, replace(HEAD, in_pro=False)))
_OWN = st.builds(owned, st.just(1), st.sampled_from(TEXTS), _SITES, _ARMS, _HEADS)
_LINES = st.dictionaries(st.integers(1, 6), _OWN)


def plain(parts: Mapping[Any, Part]) -> dict[Any, Any]:
    """What parts hold, whatever the order in which it came."""
    return {
        place: (
            {key: comparable(counts) for key, counts in part.cells.items()},
            part.complete, part.people, +part.said, part.kinds, +part.total.marks, +part.months,
        )
        for place, part in parts.items()
    }  # fmt: skip


@given(
    states=st.lists(_LINES, min_size=1, max_size=5),
    rule=st.sampled_from(ALIVE_RULES),
    asked=st.sampled_from((None, STRAIN)),
)
@settings(deadline=None, max_examples=30)
def test_a_view_that_followed_every_change_is_one_made_anew(
    states: list[dict[int, OwnLine]], rule: str, asked: str | None
) -> None:
    view = View(rule, asked)
    lines: dict[int, OwnLine] = {}
    for state in states:
        # Who is alike stays the same object, as in a book that was brought up to date.
        lines = {n: lines[n] if lines.get(n) == own else own for n, own in state.items()}
        assert plain(view.parts(lines)) == plain(View(rule, asked).parts(dict(lines)))


def test_a_view_looks_only_at_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    first = {n: owned(n, text) for n, text in enumerate(TEXTS)}
    view = View("target")
    view.parts(first)
    looked = list[int]()

    def noting(pile: Pile, rule: str, asked: str | None = None) -> Part:
        looked.append(pile.people)
        return part_of(pile, rule, asked)

    monkeypatch.setattr("sayso.domain.tally_sum.part_of", noting)
    view.parts(dict(first))
    assert looked == []
    view.parts({**first, 2: owned(2, TEXTS[0])})
    assert looked == [1, 1], "one line that went, and one that came"


def test_a_part_that_everybody_left_is_gone() -> None:
    view = View("target")
    view.parts({1: owned(1, TEXTS[0], "S2"), 2: owned(2, TEXTS[1])})
    assert list(view.parts({2: owned(2, TEXTS[1])})) == [("S1", "stop")]


def test_lines_are_heaped_by_what_they_have_in_common() -> None:
    own = [owned(1, TEXTS[0]), owned(2, TEXTS[1], "S2"), owned(3, TEXTS[2])]
    assert heaped(own) == [pile(TEXTS[0], TEXTS[2]), pile(TEXTS[1], site="S2")]
    assert own[0].pile == pile(TEXTS[0])
