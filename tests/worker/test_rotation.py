"""A new signing key: phones of the old one are still reached, and follow one by one."""

from __future__ import annotations

from pathlib import Path

from sayso.push import keys
from sayso.push.sender import PushSender
from sayso.services import operations
from sayso.services.dispatch_check import Desk
from sayso.store.engine import transaction
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network
from support.push_service import Phone
from support.reminder_fixtures import ENROLLED, PUBLIC_URL, SUBJECT, Office
from support.reminding import LOOPBACK


def phones_by_key(office: Office) -> dict[str, int]:
    with transaction(office.trial.engine, read_only=True) as connection:
        return operations.phones_by_key(connection)


def restart(office: Office, ring: keys.KeyRing) -> None:
    """Start the worker again with the keys that are there now."""
    network = Network(PushSender(ring, SUBJECT, LOOPBACK, timeout_seconds=2), None)
    desk = Desk(PUBLIC_URL, office.trial.keyring, sends_mail=False, vapid_key_id=ring.current.id)
    office.dispatcher = Dispatcher(
        office.trial.engine, office.clock, desk, network, jitter=lambda: 0.5
    )
    office.trial.vapid_key_id = ring.current.id


def test_old_phones_are_served_until_they_follow(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    first = keys.create(path)
    restart(office, keys.load(path))
    alice, bea = (office.trial.enrol(code, ENROLLED) for code in ("A-1", "B-1"))
    old, followed = office.service.phone(first.public), office.service.phone(first.public)
    office.trial.register(alice, old, office.clock.now())
    office.trial.register(bea, followed, office.clock.now())
    office.beat()
    assert (len(old.received), len(followed.received)) == (1, 1)

    ring = keys.rotate(path)
    restart(office, ring)
    # One owner opens the app, which subscribes anew under the new key; the other does not.
    fresh = office.service.phone(ring.current.public)
    office.trial.register(bea, fresh, office.clock.now())
    assert phones_by_key(office) == {first.id: 2, ring.current.id: 1}
    office.later(days=71)
    # The strict push service refuses what is signed with another key than the phone's own.
    assert office.service.refused == []
    assert len(old.received) > 1
    assert len(fresh.received) > 1


def test_a_retired_key_that_was_thrown_away_is_said_aloud(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    first = keys.create(path)
    restart(office, keys.load(path))
    alice = office.trial.enrol("A-1", ENROLLED)
    phone: Phone = office.service.phone(first.public)
    office.trial.register(alice, phone, office.clock.now())
    keys.rotate(path)
    next(tmp_path.glob("*.old.pem")).unlink()
    restart(office, keys.load(path))
    office.beat()
    (message,) = office.trial.deliveries(alice)
    assert (message.state, message.outcome) == ("pending", "our-fault")
    assert message.why == "The key that this phone subscribed with is not on this server."
