"""Which light is shown, from what phones have proved."""

from datetime import UTC, datetime

import pytest

from sayso.domain.reachability import (
    EMAIL_ONLY,
    PATIENCE,
    PATIENCE_UNPROVEN,
    PUSH_PROVEN,
    UNPROVEN,
    UNREACHABLE,
    Phone,
    patience,
    reachability,
)

NOW = datetime(2026, 6, 15, tzinfo=UTC)
PROVEN = Phone(1, confirmed_at=NOW)
NEW = Phone(2)
DEAD = Phone(3, confirmed_at=NOW, dead_at=NOW)
SILENT = Phone(4, confirmed_at=NOW, unanswered=2)


@pytest.mark.parametrize(
    ("phones", "has_email", "opted_out", "state"),
    [
        ([PROVEN], False, False, PUSH_PROVEN),
        ([DEAD, PROVEN], False, False, PUSH_PROVEN),
        ([NEW], False, False, UNPROVEN),
        ([SILENT], False, False, UNPROVEN),
        ([NEW], True, False, EMAIL_ONLY),
        ([SILENT], True, False, EMAIL_ONLY),
        ([], True, False, EMAIL_ONLY),
        ([DEAD], False, False, UNREACHABLE),
        ([], False, False, UNREACHABLE),
        ([PROVEN], True, True, UNREACHABLE),
    ],
)
def test_the_best_way_that_is_left(
    phones: list[Phone], has_email: bool, opted_out: bool, state: str
) -> None:
    found = reachability(phones, has_email=has_email, opted_out=opted_out)
    assert found.state == state
    assert found.why.endswith(".")


def test_one_missed_message_is_no_silence() -> None:
    assert Phone(1, confirmed_at=NOW, unanswered=1).is_proven


def test_an_unproven_phone_gets_little_patience() -> None:
    assert patience([NEW, PROVEN]) == PATIENCE
    assert patience([NEW]) == patience([SILENT]) == patience([]) == PATIENCE_UNPROVEN
