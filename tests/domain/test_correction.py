"""What a correction may do: wait for somebody else, and from then on count without erasing."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from sayso.domain.correction import Answers, Correction, check_decision, check_new, standing
from sayso.domain.errors import AlreadyRecorded, AlreadySettled, SecondPersonNeeded
from support.people import at

BOB, ERIN = 1, 2


def asked(number: int = 1, response: str = "a", day: int = 90) -> Correction:
    """Bob asks on a day for another answer to count."""
    said = Answers({"item": number}, ())
    return Correction(number, response, said, "She meant the line below", at(day), BOB)


def decided(one: Correction, accept: bool, day: int) -> Correction:
    return replace(one, accepted=accept, decided_at=at(day), decided_by=ERIN)


def test_a_request_waits_and_does_not_count() -> None:
    assert asked().state == "proposed"
    assert standing([asked()]) == {}


def test_what_somebody_else_accepts_counts_from_then_on() -> None:
    accepted = decided(asked(), True, 92)

    check_decision(asked(), True, ERIN)
    assert accepted.state == "accepted"
    assert standing([accepted]) == {"a": accepted}
    assert standing([accepted], at(91)) == {}
    assert standing([accepted], at(92)) == {"a": accepted}


def test_what_is_refused_never_counts() -> None:
    refused = decided(asked(), False, 92)

    assert refused.state == "refused"
    assert standing([refused]) == {}


def test_the_author_may_take_it_back_but_not_accept_it() -> None:
    check_decision(asked(), False, BOB)
    with pytest.raises(SecondPersonNeeded, match="cannot accept it"):
        check_decision(asked(), True, BOB)


@pytest.mark.parametrize("accept", [True, False])
def test_it_is_decided_once(accept: bool) -> None:
    with pytest.raises(AlreadySettled, match="decided on before"):
        check_decision(decided(asked(), accept, 92), accept, ERIN)


def test_one_request_waits_at_a_time_for_each_response() -> None:
    with pytest.raises(AlreadyRecorded, match="waits for a decision"):
        check_new([asked()], "a")
    check_new([asked()], "b")
    check_new([decided(asked(), False, 92)], "a")
    check_new([decided(asked(), True, 92)], "a")


def test_of_several_the_one_accepted_last_counts_in_whatever_order_they_are_read() -> None:
    first, second = decided(asked(1), True, 95), decided(asked(2, day=91), True, 93)
    other = decided(asked(3, "b"), True, 94)

    for order in permutations((first, second, other)):
        assert standing(order) == {"a": first, "b": other}
        assert standing(order, at(94)) == {"a": second, "b": other}


def test_two_accepted_at_one_moment_are_told_apart_by_their_number() -> None:
    first, second = decided(asked(1), True, 95), decided(asked(2), True, 95)

    assert standing([second, first]) == standing([first, second]) == {"a": second}
