"""The meaning of every answer of a push service."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.delivery import ACCEPTED, BROKEN, GONE, OUR_FAULT, RETRY
from sayso.push.answers import meaning, wait_asked

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ([200, 201, 202, 204], ACCEPTED),
        ([404, 410], GONE),
        ([400, 401, 403], OUR_FAULT),
        ([406, 408, 429, 500, 502, 503, 504, 599], RETRY),
        ([301, 302, 307, 308, 413, 418, 100, 299], BROKEN),
    ],
)
def test_statuses_are_classified(statuses: list[int], kind: str) -> None:
    for status in statuses:
        found = meaning(status, None, NOW)
        assert found.kind == kind, status
        assert found.why.endswith(".")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("999999999999999999", 21600),
        ("Mon, 15 Jun 2026 15:02:00 GMT", 120),
        ("Mon, 15 Jun 2026 14:00:00 GMT", 0),
        ("Wed, 15 Jun 2050 14:00:00 GMT", 21600),
        ("soon", None),
        ("-5", None),
        ("12.5", None),
        ("²", None),
        ("Mon, 99 Jun 2026 15:02:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str | None, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert wait_asked(header, NOW) == expected


@settings(deadline=None)
@given(st.integers(100, 999), st.text(max_size=40))
def test_no_answer_is_too_strange(status: int, header: str) -> None:
    found = meaning(status, header, NOW)
    assert found.retry_after is None or timedelta() <= found.retry_after <= timedelta(hours=6)
