"""Whatever is done to a written trail, the chain shows where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.domain.audit import (
    GENESIS,
    REDACTED,
    Actor,
    Event,
    canonical,
    chained,
    details_digest,
    faults,
    instant,
)

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
Trail = list[Event]


def trail(length: int = 5) -> Trail:
    events: Trail = []
    sha256 = GENESIS
    for number in range(1, length + 1):
        event = chained(
            Actor("staff", 7, "coordinator", None, "r1"), "visit.recorded", f"visit/{number}",
            {"after": {"date": "2026-06-15"}, "reason": None}, seq=number,
            previous_sha256=sha256, at=NOON + timedelta(minutes=number), software="1.0",
            participant_id=3, site_id=1,
        )  # fmt: skip
        events.append(event)
        sha256 = event.sha256
    return events


def test_a_trail_as_it_was_written_has_no_fault() -> None:
    assert list(faults(trail())) == []


def flip(events: Trail) -> Trail:
    return [*events[:2], replace(events[2], action="visit.voided"), *events[3:]]


def delete(events: Trail) -> Trail:
    return [*events[:2], *events[3:]]


def insert(events: Trail) -> Trail:
    return [*events[:2], replace(events[2], subject="visit/99"), *events[2:]]


def reorder(events: Trail) -> Trail:
    return [events[0], events[2], events[1], *events[3:]]


def change_details(events: Trail) -> Trail:
    return [*events[:2], replace(events[2], details={"after": {"date": "2026-06-16"}}), *events[3:]]


def recompute_one(events: Trail) -> Trail:
    """A forger who knows the rule and mends the digest of the event itself."""
    old = events[2]
    forged = chained(
        old.actor, "visit.voided", old.subject, old.details, seq=old.seq,
        previous_sha256=old.previous_sha256, at=old.at, software=old.software,
        participant_id=old.participant_id, site_id=old.site_id,
    )  # fmt: skip
    return [*events[:2], forged, *events[3:]]


@pytest.mark.parametrize(
    ("harm", "place"),
    [
        (flip, "event 3 was changed"),
        (delete, "event 4 follows event 2"),
        (insert, "event 3 was changed"),
        (reorder, "event 3 follows event 1"),
        (change_details, "the details of event 3"),
        (recompute_one, "event 4 does not continue"),
    ],
)
def test_harm_is_found_where_it_was_done(harm: Callable[[Trail], Trail], place: str) -> None:
    assert place in " / ".join(faults(harm(trail())))


def test_a_redaction_leaves_the_chain_whole() -> None:
    events = trail()
    events[2] = replace(events[2], details={REDACTED: "name of a relative"})

    assert list(faults(events)) == []


def test_a_part_of_the_trail_verifies_from_where_it_begins() -> None:
    events = trail()

    assert list(faults(events[2:], seq=2, sha256=events[1].sha256)) == []
    assert list(faults(events[2:])) != []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ).filter(lambda value: "inf" not in repr(value).lower())
)
def test_the_order_of_keys_does_not_matter(value: object) -> None:
    forward = {"a": value, "b": 1}
    backward = {"b": 1, "a": value}
    try:
        text = canonical(forward)
    except UnicodeEncodeError:
        return  # A lone surrogate is refused at the door; it has no bytes to be hashed.
    assert text == canonical(backward)
    assert details_digest(forward) == details_digest(backward)


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_are_written_so_that_text_sorts_like_time(moment: datetime) -> None:
    assert len(instant(moment)) == 27
    assert datetime.fromisoformat(instant(moment)) == moment
