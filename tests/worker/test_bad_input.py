"""A morning on which every kind of hostile or broken endpoint is due at once, beside a good one.

One person has each of them, and Ben has a phone that works. All are reminded by the same worker in
the same tick, against real sockets. Of every kind it is asked: was it refused or put off with a
reason in words, does the log or the list of messages given up tell of it, did a person of the site
get it in the end, and was Ben reminded once, at his hour?
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select, update
from structlog.testing import capture_logs

from sayso.clock import FixedClock
from sayso.push import keys
from sayso.push.endpoints import EndpointRules
from sayso.push.sender import PushSender
from sayso.services import operations
from sayso.services.dispatch_check import Desk
from sayso.store.engine import make_engine, transaction
from sayso.store.tables import site
from sayso.store.tables_messages import push_subscription
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network
from support.push_service import Answer, Phone, PushService, served
from support.reminder_fixtures import ENROLLED, OPEN_STEP, PUBLIC_URL, SUBJECT, Office
from support.reminding import published

REBOUND = "push.rebound.example"
RULES = EndpointRules((REBOUND,), allow_loopback=True)

# What the row says after the first try: state, outcome, and words of the reason.
ADDRESSES = {
    "http": ("http://fcm.googleapis.com/fcm/send/x", "must use https"),
    "private address": ("https://10.0.0.1/wpush/x", "not a bare address"),
    "metadata address": ("https://169.254.169.254/latest", "not a bare address"),
    "loopback in disguise": ("https://127.1/wpush/x", "not a bare address"),
    "odd port": ("https://fcm.googleapis.com:8443/fcm/send/x", "must use port 443"),
    "look-alike host": ("https://fcm.googleapis.com.evil.example/x", "not a push service"),
    "look-alike user": ("https://fcm.googleapis.com@evil.example/x", "neither a user name"),
}
KEYS = {
    "key off the curve": ("BAAB" + "A" * 83, "cannot encrypt"),
    "key of rubbish": ("AAAA", "cannot encrypt"),
}
ANSWERS = {
    "redirect": (Answer(302, {"Location": "/elsewhere"}), ("failed", "broken"), "elsewhere"),
    "too large": (Answer(413), ("failed", "broken"), "too large"),
    "unheard-of status": (Answer(299), ("failed", "broken"), "nobody expects"),
    "our fault": (Answer(403), ("pending", "our-fault"), "somebody must look at it"),
    "hanging": (Answer(0), ("pending", "retry"), "in time"),
    "nonsense behind 200": (
        Answer(200, {"Content-Type": "text/html"}), ("sent", "sent"), "took the message"
    ),
}  # fmt: skip
THROTTLES = {
    "retry after seconds": ("600", timedelta(minutes=10)),
    "retry after a date": ("Mon, 24 Aug 2026 14:05:00 GMT", timedelta(minutes=5)),
    "retry after nonsense": ("soon", timedelta()),
}
SPREAD = timedelta(seconds=15)  # half of the first wait, as the jitter of this worker is a half
DNS = "name that changed"
EVERY = (*ADDRESSES, *KEYS, *ANSWERS, *THROTTLES, DNS)
REFUSED_AT_ONCE = (*ADDRESSES, *KEYS, "redirect", "too large", "unheard-of status")


@dataclass
class Morning:
    """What was seen: rows of the first minute and of the end, by kind, and lines of the log."""

    office: Office
    services: dict[str, PushService]
    phones: dict[str, Phone] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    first: dict[str, Row[Any]] = field(default_factory=dict)
    last: dict[str, list[Row[Any]]] = field(default_factory=dict)
    letters: list[operations.DeadLetter] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    figures: operations.Figures | None = None

    def opening(self, kind: str) -> list[Row[Any]]:
        """The messages of the first step of week 12, in order."""
        person = self.people[kind]
        rows = self.office.trial.reminders(person)
        (step,) = (row.id for row in rows if (row.timepoint, row.step) == ("W12", "open"))
        return [row for row in self.office.trial.deliveries(person) if row.reminder_id == step]


@pytest.fixture(scope="module")
def morning(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    folder = tmp_path_factory.mktemp("morning")
    path = folder / "sayso.sqlite"
    copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _rebound(socket.getaddrinfo))
        # Whoever throttles is left alone as a whole, so each of them is a service of its own.
        services = {name: PushService() for name in ("good", "bad", *THROTTLES)}
        seen = Morning(_office(engine, folder, services["good"]), services)
        for service in services.values():
            service.now = lambda: seen.office.clock.now().timestamp()
            stack.enter_context(served(service))
        _everybody_arrives(seen)
        with capture_logs() as seen.lines:
            _the_morning_passes(seen)
        yield seen
    engine.dispose()


def _office(engine: Engine, folder: Path, service: PushService) -> Office:
    keys.create(folder / "vapid.pem")
    ring = keys.load(folder / "vapid.pem")
    trial, clock = published(engine, ENROLLED), FixedClock(ENROLLED)
    trial.vapid_key_id = ring.current.id
    network = Network(PushSender(ring, SUBJECT, RULES, timeout_seconds=1), None)
    desk = Desk(PUBLIC_URL, trial.keyring, sends_mail=False)
    dispatcher = Dispatcher(
        engine, clock, desk, network, stopping=threading.Event().is_set, jitter=lambda: 0.5
    )
    return Office(trial, clock, service, ring, dispatcher, network)


def _rebound(real: Callable[..., Any]) -> Callable[..., Any]:
    """A name server that says "this machine" for a name that was public when it was checked."""

    def answer(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        if host == REBOUND:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, port, *given, **named)

    return answer


def _everybody_arrives(seen: Morning) -> None:
    """All turn their reminders on with a phone that works; then the rows and services go bad."""
    office = seen.office
    for number, kind in enumerate(("Ben", *EVERY)):
        person = seen.people[kind] = office.trial.enrol(f"P-{number}", ENROLLED)
        home = "good" if kind == "Ben" else kind if kind in THROTTLES else "bad"
        phone = seen.services[home].phone(office.ring.current.public)
        seen.phones[kind] = phone
        office.trial.register(person, phone, ENROLLED)
    office.beat()
    seal = office.trial.keyring.seal
    stored: dict[str, dict[str, Any]] = {}
    stored |= {kind: {"endpoint_sealed": seal(at)} for kind, (at, _why) in ADDRESSES.items()}
    stored |= {kind: {"p256dh": key} for kind, (key, _why) in KEYS.items()}
    stored[DNS] = {"endpoint_sealed": seal(f"https://{REBOUND}/wpush/x")}
    with transaction(office.trial.engine) as connection:
        for kind, values in stored.items():
            of = push_subscription.c.participant_id == seen.people[kind]
            connection.execute(update(push_subscription).where(of).values(**values))
    for kind, (answer, _end, _why) in ANSWERS.items():
        seen.services["bad"].script[seen.phones[kind].token] = [answer]
    for kind, (said, _asked) in THROTTLES.items():
        answer = Answer(429, {"Retry-After": said})
        seen.services[kind].script[seen.phones[kind].token] = [answer]
    for phone in seen.phones.values():
        phone.received.clear()


def _the_morning_passes(seen: Morning) -> None:
    office = seen.office
    office.at(OPEN_STEP)
    seen.first = {kind: seen.opening(kind)[0] for kind in seen.people}
    with transaction(office.trial.engine, read_only=True) as connection:
        seen.figures = operations.figures(connection, office.clock.now())
    (message,) = seen.phones["Ben"].received
    token = message.document["notification"]["data"]["ack"]
    assert office.trial.acknowledge(token, office.clock.now())
    office.later(days=2)
    seen.last = {kind: seen.opening(kind) for kind in seen.people}
    with transaction(office.trial.engine, read_only=True) as connection:
        home = connection.execute(select(site.c.id)).scalar_one()
        seen.letters = operations.dead_letters(connection, [home], office.clock.now())


def given_up(seen: Morning, kind: str) -> list[str]:
    """Reasons on the operator's list of messages given up."""
    code = f"P-{1 + EVERY.index(kind)}"
    return [letter.why for letter in seen.letters if letter.participant == code]


def logged(seen: Morning, kind: str) -> list[Any]:
    """Lines of the log about the first message of that kind."""
    return [line for line in seen.lines if line.get("delivery") == seen.first[kind].id]


def test_ben_is_reminded_once_and_at_his_hour(morning: Morning) -> None:
    (message,) = morning.phones["Ben"].received
    assert message.at == OPEN_STEP.timestamp()
    assert [(row.channel, row.outcome) for row in morning.last["Ben"]] == [
        ("push", "sent"), ("staff", "shown"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_hostile_address_is_never_called(morning: Morning, kind: str) -> None:
    _address, why = ADDRESSES[kind]
    row = morning.first[kind]
    assert (row.state, row.outcome, row.last_status) == ("failed", "broken", None)
    assert why in row.why
    assert morning.phones[kind].received == []


@pytest.mark.parametrize("kind", KEYS)
def test_keys_that_cannot_encrypt_end_one_row(morning: Morning, kind: str) -> None:
    row = morning.first[kind]
    assert (row.state, row.outcome) == ("failed", "broken")
    assert KEYS[kind][1] in row.why


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_strange_answer_is_told_in_words(morning: Morning, kind: str) -> None:
    _answer, end, why = ANSWERS[kind]
    row = morning.first[kind]
    assert (row.state, row.outcome) == end
    assert why in row.why


def test_no_redirect_was_followed_and_no_message_was_wrong(morning: Morning) -> None:
    assert [service.refused for service in morning.services.values()] == [[]] * 5


@pytest.mark.parametrize("kind", THROTTLES)
def test_a_service_that_throttles_is_asked_again_when_it_said(morning: Morning, kind: str) -> None:
    _said, asked = THROTTLES[kind]
    row = morning.first[kind]
    assert (row.state, row.last_status, row.next_at) == (
        "pending", 429, OPEN_STEP + asked + SPREAD,
    )  # fmt: skip
    assert [message.at for message in morning.phones[kind].received] == [row.next_at.timestamp()]


def test_a_name_that_leads_home_is_never_connected_to(morning: Morning) -> None:
    row = morning.first[DNS]
    assert (row.state, row.outcome) == ("pending", "retry")
    assert "could not be reached" in row.why
    assert REBOUND not in row.why
    assert morning.last[DNS][0].outcome == "attempts-used-up"


@pytest.mark.parametrize("kind", [*REFUSED_AT_ONCE, "our fault"])
def test_what_is_refused_stands_in_the_log_without_the_address(morning: Morning, kind: str) -> None:
    (line,) = logged(morning, kind)
    assert (line["event"], line["log_level"]) == ("delivery refused", "error")
    assert line["why"] == morning.first[kind].why
    for secret in ("example", "10.0.0.1", "wpush", "fcm"):
        assert secret not in line["why"]


@pytest.mark.parametrize("kind", [*REFUSED_AT_ONCE, DNS])
def test_what_is_given_up_stands_on_the_operators_page(morning: Morning, kind: str) -> None:
    (why,) = given_up(morning, kind)
    assert why == morning.last[kind][0].why


def test_what_will_be_tried_again_is_counted_there(morning: Morning) -> None:
    assert morning.figures is not None
    assert morning.figures.retrying == len(("our fault", "hanging", *THROTTLES, DNS))
    assert morning.figures.failed == len(REFUSED_AT_ONCE)


@pytest.mark.parametrize("kind", EVERY)
def test_whoever_was_not_shown_it_is_on_the_call_list(morning: Morning, kind: str) -> None:
    last = morning.last[kind][-1]
    assert (last.channel, last.outcome) == ("staff", "on-call-list")
    assert all(row.why and row.state != "pending" for row in morning.last[kind])
