"""The random histories under which the study rules are shown to hold have in them what matters."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings

from sayso.domain.participation import Facts
from support.histories import histories

OFTEN: dict[str, Callable[[Facts], bool]] = {
    "an exemption": lambda f: bool(f.exemptions),
    "an approved one": lambda f: any(e.approved_at for e in f.exemptions),
    "one that was ended": lambda f: any(e.ended_at for e in f.exemptions),
    "a death": lambda f: f.first("death") is not None,
    "a late entry": lambda f: any(
        e.recorded_at and (e.recorded_at.date() - e.date).days >= 40 for e in f.events
    ),
    "a voided event": lambda f: any(e.voided_at for e in f.events),
    "a move": lambda f: bool(f.zone_moves),
    "a change of arm": lambda f: bool(f.arm_changes),
    "a corrected anchor": lambda f: len(f.anchors) > 1,
}


def test_the_histories_are_not_empty_of_what_matters() -> None:
    """At least one history in fifteen has each, so that 500 examples have met it often."""
    met: Counter[str] = Counter()

    @settings(max_examples=150, derandomize=True, database=None, deadline=None)
    @given(facts=histories())
    def look(facts: Facts) -> None:
        met.update(kind for kind, has in OFTEN.items() if has(facts))

    look()
    assert {kind: met[kind] for kind in OFTEN if met[kind] < 10} == {}, met
