"""A reminder for real: worker, push service, Firefox, service worker, screen, tap, the right form.

Nothing between the worker and the screen is played: Firefox registers with our push service over
its own protocol, decrypts what the worker encrypted, and shows it in its own notification window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sayso.clock import SystemClock
from sayso.domain.audit import Actor
from sayso.services import subscriptions
from sayso.services.send_now import send_now
from sayso.store.engine import make_engine, transaction
from sayso.store.tables import participant
from sayso.store.tables_forms import expected_form
from sayso.store.tables_messages import delivery, push_subscription
from support.clinic import STUDY, Clinic, open_clinic
from support.firefox import Firefox, running_firefox, until
from support.push_service import PushService, served

NOT_ON_A_LOCK_SCREEN = (
    "her2", "cancer", "therapy", "study", "anxiety", "week", "questionnaire", "hrqol", "P-1",
)  # fmt: skip
ONLY_WORD_ALLOWED = "study team"


@dataclass
class Scene:
    """The clinic, the push service, one participant and her Firefox."""

    clinic: Clinic
    service: PushService
    firefox: Firefox
    engine: Engine
    profile: Path
    person: int

    def rows(self, statement: Any) -> list[Any]:
        with transaction(self.engine, read_only=True) as connection:
            return list(connection.execute(statement))

    def phone(self) -> Any:
        """The newest subscription of the participant."""
        rows = self.rows(select(push_subscription).order_by(push_subscription.c.id.desc()))
        return rows[0] if rows else None

    def remind(self) -> None:
        """Staff send a reminder of the open occasion."""
        with transaction(self.engine) as connection:
            verdict = send_now(
                connection, Actor("command"), self.person, "W12", SystemClock().now()
            )
        assert verdict.action == "send", verdict.why

    def messages(self, purpose: str) -> list[Any]:
        return self.rows(
            select(delivery)
            .where(delivery.c.purpose == purpose, delivery.c.channel == "push")
            .order_by(delivery.c.id)
        )

    def dismiss_alerts(self) -> None:
        """Close every notification through the page, as the user would."""
        self.firefox.evaluate(
            "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
            ".then((all) => all.forEach((one) => one.close()))"
        )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    service = PushService()
    service.now = lambda: SystemClock().now().timestamp()
    folder = tmp_path_factory.mktemp("firefox")
    with ExitStack() as stack:
        clinic = stack.enter_context(open_clinic(folder / "clinic"))
        stack.enter_context(served(service))
        profile = folder / "profile"
        firefox = stack.enter_context(running_firefox(profile, service.url))
        code = clinic.run(
            "participant", "enrol", STUDY, "P-1", "--site", "N", "--arm", "continue",
            "--enrolled", clinic.days_ago(80), "--zone", clinic.zone,
        )  # fmt: skip
        engine = make_engine(f"sqlite:///{clinic.folder / 'data' / 'sayso.sqlite'}")
        stack.callback(engine.dispose)
        with transaction(engine, read_only=True) as connection:
            person = connection.execute(select(participant.c.id)).scalar_one()
        scene = Scene(clinic, service, firefox, engine, profile, person)
        found = re.search(r"Link: (\S+)", code)
        assert found
        firefox.go(found[1])
        firefox.tap("Begin")
        until(lambda: firefox.shows("Hello"), "the participant is enrolled")
        yield scene


def test_turning_reminders_on_proves_the_phone(scene: Scene) -> None:
    scene.firefox.evaluate("navigator.serviceWorker.ready.then(() => true)")
    scene.firefox.go(f"{scene.clinic.origin}/#/more")
    scene.firefox.tap("Yes, remind me")
    until(lambda: scene.phone() is not None, "the phone is registered")
    until(lambda: scene.phone().confirmed_at is not None, "the phone confirmed the first message")
    assert scene.service.refused == []
    (message,) = scene.messages("confirm")
    assert (message.state, message.last_status) == ("sent", 201)


def test_a_reminder_is_shown_and_says_nothing_private(scene: Scene) -> None:
    scene.dismiss_alerts()
    # No page is open: the service worker wakes up for the message alone.
    scene.firefox.go("about:blank")
    scene.remind()
    until(lambda: bool(scene.messages("reminder")), "the reminder is queued")
    until(lambda: scene.messages("reminder")[-1].acked_at is not None, "the reminder was shown")
    until(lambda: len(scene.firefox.alerts()) >= 1, "the notification is on the screen")
    text = " ".join(words for _window, words in scene.firefox.alerts()).lower()
    assert "tap to open" in text
    for word in NOT_ON_A_LOCK_SCREEN:
        assert word.lower() not in text.replace(ONLY_WORD_ALLOWED, "")
    # The same notification is tapped at once: Firefox takes it from the screen after 20 seconds.
    _a_tap_opens_the_form_that_is_due(scene)


def _a_tap_opens_the_form_that_is_due(scene: Scene) -> None:
    scene.firefox.click_alert(scene.firefox.alerts()[-1][0])
    forms = scene.rows(
        select(expected_form.c.id)
        .where(expected_form.c.timepoint == "W12")
        .order_by(expected_form.c.position)
    )
    address = f"{scene.clinic.origin}/#/form/{forms[0].id}"
    until(
        lambda: any(tab["url"].startswith(address) for tab in scene.firefox.contexts()),
        f"a tab shows {address}",
    )


def test_a_second_reminder_replaces_the_first_on_the_screen(scene: Scene) -> None:
    scene.firefox.go(f"{scene.clinic.origin}/#/more")
    scene.dismiss_alerts()
    shown = (
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.map((one) => one.tag))"
    )
    before = len(scene.messages("reminder"))
    minute = SystemClock().now().minute
    until(lambda: SystemClock().now().minute != minute, "another minute, for another step", 70)
    scene.remind()
    until(lambda: len(scene.messages("reminder")) > before, "the reminder is queued")
    until(lambda: scene.messages("reminder")[-1].acked_at is not None, "it was shown")
    tags = scene.firefox.evaluate(shown)
    assert len(tags) == len(set(tags))


def test_with_permission_taken_back_the_phone_is_forgotten_and_the_call_list_told(
    scene: Scene,
) -> None:
    # With the app closed, only the push service can tell that the phone is gone: a page that is
    # open (the tapped notification opened one) could still speak for it.
    scene.firefox.close_every_page_of(scene.clinic.origin)
    assert scene.phone().dead_at is None, scene.phone().dead_reason
    scene.firefox.call(
        "permissions.setPermission",
        {
            "descriptor": {"name": "notifications"}, "state": "denied",
            "origin": scene.clinic.origin,
        },
    )  # fmt: skip
    until(lambda: not scene.service.browsers, "Firefox has unregistered")
    assert scene.phone().dead_at is None, scene.phone().dead_reason
    with transaction(scene.engine) as connection:
        assert subscriptions.send_test(connection, scene.person, SystemClock().now()) == 1
    until(lambda: scene.phone().dead_at is not None, "the subscription is known to be dead")
    assert scene.messages("test")[-1].outcome == "gone"
