"""A token proves an offer that was made, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from sayso.domain.offer import Offer, make, read

KEY = b"k" * 32
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
OFFER = Offer(6, 1, NOON, NOON - timedelta(days=14), NOON + timedelta(days=11))

moments = st.datetimes(datetime(1970, 1, 1), datetime(2300, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
)
ids = st.integers(1, 2**63 - 1)
offers = st.builds(Offer, ids, ids, moments, moments, moments)


@given(offers)
def test_what_was_offered_can_be_read_back(offer: Offer) -> None:
    assert read(KEY, make(KEY, offer)) == offer


@given(offers, st.data())
def test_a_token_with_another_letter_is_worthless(offer: Offer, data: st.DataObject) -> None:
    token = make(KEY, offer)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("0123456789.abcXYZ-_"))
    assume(letter != token[place])
    changed = token[:place] + letter + token[place + 1 :]

    # Sixteen bytes of signature end in a letter of which two bits say nothing.
    assert read(KEY, changed) in ({None, offer} if place == len(token) - 1 else {None})


def test_another_key_signs_nothing_for_us() -> None:
    assert read(b"x" * 32, make(KEY, OFFER)) is None


@given(st.text(max_size=250))
def test_anything_else_is_no_token(text: str) -> None:
    assert read(KEY, text) is None


def test_a_token_says_its_numbers_in_the_open_and_signs_them_with_sixteen_bytes() -> None:
    """Phones keep tokens through an upgrade, so what they say may not change its meaning."""
    numbers, _, signature = make(KEY, OFFER).rpartition(".")
    assert numbers == "6.1.1781524800000.1780315200000.1782475200000"
    assert len(signature) == 22
