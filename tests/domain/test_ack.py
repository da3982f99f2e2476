"""The one-time token of an acknowledgement."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.ack import delivery_of, token

KEY = bytes(range(32))


@settings(deadline=None)
@given(st.integers(0, 2**62))
def test_a_token_names_its_delivery(number: int) -> None:
    assert delivery_of(KEY, token(KEY, number)) == number


@settings(deadline=None)
@given(st.text(max_size=80))
def test_nothing_else_is_a_token(text: str) -> None:
    assert delivery_of(KEY, text) is None


def test_a_token_cannot_be_bent_to_another_delivery() -> None:
    made = token(KEY, 17)
    assert delivery_of(KEY, "18" + made[2:]) is None
    assert delivery_of(bytes(32), made) is None


def test_a_token_is_a_number_and_eighteen_bytes_of_proof() -> None:
    number, mark = token(KEY, 17).split(".")
    assert (number, len(mark)) == ("17", 24)


def test_no_row_has_a_number_of_more_than_nineteen_digits() -> None:
    assert delivery_of(KEY, token(KEY, 10**18)) == 10**18
    assert delivery_of(KEY, token(KEY, 10**19)) is None


@pytest.mark.parametrize("text", ["17", "17.", ".x", "²." + "a" * 24, "9" * 40 + ".a"])
def test_broken_tokens_are_refused(text: str) -> None:
    assert delivery_of(KEY, text) is None
