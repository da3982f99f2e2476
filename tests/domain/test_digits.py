"""Numbers of fixed width: the first is all exclamation marks, and they sort as the numbers do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.digits import FIRST, MOST_MINUTES, RADIX, digits, number, span_key, span_minutes


@pytest.mark.parametrize(
    ("number", "width", "text"),
    [
        (0, 1, "!"),
        (0, 4, "!!!!"),
        (1, 2, '!"'),
        (89, 1, "z"),
        (90, 2, '"!'),
        (8_099, 2, "zz"),
        (0, 0, ""),
    ],
)
def test_numbers_are_written_to_the_base_of_ninety(number: int, width: int, text: str) -> None:
    assert digits(number, width) == text


@pytest.mark.parametrize(("number", "width"), [(90, 1), (8_100, 2), (1, 0)])
def test_a_number_that_needs_more_digits_is_refused(number: int, width: int) -> None:
    with pytest.raises(ValueError, match="too many digits"):
        digits(number, width)


@settings(deadline=None)
@given(st.integers(0, 8_099))
def test_a_number_can_be_read_back_from_its_digits(number: int) -> None:
    text = digits(number, 2)
    assert (ord(text[0]) - FIRST) * RADIX + ord(text[1]) - FIRST == number


@pytest.mark.parametrize("minutes", [-MOST_MINUTES, -1, 0, 1, 89, 90, 1_440, MOST_MINUTES])
def test_a_span_comes_back_from_its_key(minutes: int) -> None:
    assert span_minutes(span_key(minutes)) == minutes


def test_a_span_that_no_clock_measured_is_cut_at_ten_million_minutes() -> None:
    assert span_minutes(span_key(10_000_001)) == 10_000_000
    assert span_minutes(span_key(10_000_000)) == 10_000_000
    assert span_minutes(span_key(-10_000_001)) == -10_000_000


def test_the_keys_sort_as_the_spans_do() -> None:
    spans = [-MOST_MINUTES, -91, -90, -1, 0, 1, 89, 90, 8_100, MOST_MINUTES]
    assert sorted(map(span_key, spans)) == [span_key(minutes) for minutes in spans]


def test_a_key_is_its_four_characters_read_as_one_number() -> None:
    # No span is the fifteen millionth number of four digits.
    assert span_key(0).to_bytes(4, "big") == digits(15_000_000, 4).encode("ascii")
    assert span_key(0) != int.from_bytes(b"!!!!", "big")


@pytest.mark.parametrize("value", [0, 1, 89, 90, 91, 8_099, 8_100])
def test_the_number_of_some_digits(value: int) -> None:
    assert number(digits(value, 3)) == value
    assert number("") == 0
