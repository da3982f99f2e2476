"""A push service that fails is left alone; one refusal is not a failure of the service."""

from datetime import UTC, datetime, timedelta

from sayso.domain.delivery import ACCEPTED, GONE, HELD, OUR_FAULT, RETRY, Outcome
from sayso.push.breaker import Breaker

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
HERE, THERE = "https://one.example", "https://other.example"
REFUSED = Outcome(OUR_FAULT, "Refused.", 403)
FAILED = Outcome(RETRY, "Failing.", 503)
FINE = Outcome(ACCEPTED, "Fine.", 201)


def reported(breaker: Breaker, outcome: Outcome, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        breaker.report(HERE, outcome, now)


def test_two_refusals_stop_nothing_three_do() -> None:
    breaker = Breaker()
    reported(breaker, REFUSED, 2)
    assert breaker.hold(HERE, NOW) is None
    reported(breaker, REFUSED, 1)
    held = breaker.hold(HERE, NOW)
    assert held is not None
    assert (held.kind, held.retry_after) == (HELD, timedelta(minutes=10))
    assert breaker.open_origins(NOW) == {HERE: "Refused."}
    assert breaker.hold(THERE, NOW) is None


def test_it_closes_by_itself_and_opens_for_longer_the_next_time() -> None:
    breaker = Breaker()
    reported(breaker, FAILED, 5)
    later = NOW + timedelta(seconds=30)
    assert breaker.hold(HERE, later) is None
    assert breaker.open_origins(later) == {}
    reported(breaker, FAILED, 5, later)
    held = breaker.hold(HERE, later)
    assert held is not None
    assert held.retry_after == timedelta(seconds=60)


def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker = Breaker()
    for good in (FINE, Outcome(GONE, "Gone.", 410)):
        reported(breaker, FAILED, 4)
        breaker.report(HERE, good, NOW)
    assert breaker.hold(HERE, NOW) is None


def test_throttling_is_obeyed_at_once() -> None:
    breaker = Breaker()
    breaker.report(HERE, Outcome(RETRY, "Slow down.", 429, timedelta(minutes=3)), NOW)
    held = breaker.hold(HERE, NOW + timedelta(minutes=2))
    assert held is not None
    assert held.retry_after == timedelta(minutes=1)


def test_messages_already_under_way_do_not_prolong_it() -> None:
    breaker = Breaker()
    reported(breaker, FAILED, 5)
    reported(breaker, FAILED, 50, NOW + timedelta(seconds=10))
    assert breaker.hold(HERE, NOW + timedelta(seconds=30)) is None


def test_where_nobody_else_could_have_named_the_server_one_failure_is_enough() -> None:
    breaker = Breaker({RETRY: 1})
    reported(breaker, REFUSED, 9)
    assert breaker.hold(HERE, NOW) is None
    reported(breaker, FAILED, 1)
    held = breaker.hold(HERE, NOW)
    assert held is not None
    assert (held.why, held.retry_after) == ("Waiting: Failing.", timedelta(seconds=30))
