"""A reminder for real: worker, push service, Firefox, service worker, screen, tap, the right form.

Nothing between the worker and the screen is played: Firefox registers with our push service over
its own protocol, decrypts what the worker encrypted, and shows it in its own notification window.
The tests tell one story and run in this order; it begins at the desk, where she is enrolled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, select, update

from e2e.accessibility import faults
from e2e.desk import Desk
from sayso.clock import SystemClock
from sayso.domain.audit import Actor
from sayso.services import subscriptions
from sayso.services.send_now import send_now
from sayso.store.engine import make_engine, transaction
from sayso.store.tables import participant
from sayso.store.tables_forms import expected_form
from sayso.store.tables_messages import delivery, push_subscription
from support.clinic import Clinic
from support.firefox import Firefox, running_firefox, until
from support.push_service import PushService, served

NOT_ON_A_LOCK_SCREEN = (
    "her2", "cancer", "therapy", "study", "anxiety", "week", "questionnaire", "hrqol", "P-1",
)  # fmt: skip
ONLY_WORD_ALLOWED = "study team"
WAITING = "Waiting for the phone…"
CAME_IN = re.compile("^The phone is enrolled: ")
NOT_PROVEN = re.compile("^Reminders are not proven yet")
PROVEN = "Test reminder arrived."


@dataclass
class Scene:
    """The clinic, the push service, one participant and her Firefox, which she may quit."""

    clinic: Clinic
    service: PushService
    engine: Engine
    profile: Path
    person: int = 0
    minutes_ago: int = 10
    running: ExitStack = field(default_factory=ExitStack)

    def start_firefox(self) -> None:
        self.firefox: Firefox = self.running.enter_context(
            running_firefox(self.profile, self.service.url)
        )

    def quit_firefox(self) -> None:
        self.running.close()
        until(lambda: not self.service.clients, "the browser is gone")

    def rows(self, statement: Any) -> list[Any]:
        with transaction(self.engine, read_only=True) as connection:
            return list(connection.execute(statement))

    def phones(self) -> list[Any]:
        """The participant's subscriptions, oldest first."""
        return self.rows(select(push_subscription).order_by(push_subscription.c.id))

    def phone(self) -> Any:
        return self.phones()[-1]

    def remind(self) -> None:
        """Staff pressed the button some minutes ago, and each time at another minute."""
        self.minutes_ago -= 1
        moment = SystemClock().now() - timedelta(minutes=self.minutes_ago)
        with transaction(self.engine) as connection:
            verdict = send_now(connection, Actor("command"), self.person, "W12", moment)
        assert verdict.action == "send", verdict.why

    def messages(self, purpose: str) -> list[Any]:
        return self.rows(
            select(delivery)
            .where(delivery.c.purpose == purpose, delivery.c.channel == "push")
            .order_by(delivery.c.id)
        )

    def until_shown(self, purpose: str, number: int) -> None:
        """Wait until the service worker has confirmed that many messages."""
        until(
            lambda: [m.acked_at is not None for m in self.messages(purpose)] == [True] * number,
            f"{number} messages of the kind {purpose} were shown",
        )

    def tap_the_only_notification(self) -> None:
        """Tap what is on the screen; a tab then shows the form to begin with."""
        until(lambda: len(self.firefox.alerts()) == 1, "one notification is on the screen")
        self.firefox.click_alert(self.firefox.alerts()[0][0])
        forms = self.rows(
            select(expected_form.c.id)
            .where(expected_form.c.timepoint == "W12")
            .order_by(expected_form.c.position)
        )
        address = f"{self.clinic.origin}/form/{forms[0].id}"
        until(
            lambda: any(tab["url"].startswith(address) for tab in self.firefox.contexts()),
            f"a tab shows {address}",
        )

    def let_notify(self, state: str) -> None:
        """What the person sets in the browser's settings: "granted" or "denied"."""
        self.firefox.call(
            "permissions.setPermission",
            {
                "descriptor": {"name": "notifications"}, "state": state,
                "origin": self.clinic.origin,
            },
        )  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, clinic: Clinic, desk: Desk) -> Iterator[Scene]:
    """She has just been enrolled at the desk, and her code stands on that screen."""
    service = PushService()
    service.now = lambda: SystemClock().now().timestamp()
    folder = tmp_path_factory.mktemp("firefox")
    with ExitStack() as stack:
        stack.enter_context(served(service))
        engine = make_engine(f"sqlite:///{clinic.folder / 'data' / 'sayso.sqlite'}")
        stack.callback(engine.dispose)
        scene = Scene(clinic, service, engine, folder / "profile")
        stack.callback(scene.running.close)
        scene.start_firefox()
        desk.enrol("P-1", reads_english=True)
        scene.person = scene.rows(select(participant.c.id))[0].id
        with transaction(engine) as connection:
            # Staff enrolled her an hour ago, so that they can have pressed a button since.
            hour_ago = SystemClock().now() - timedelta(hours=1)
            connection.execute(update(participant).values(created_at=hour_ago))
        yield scene


def test_the_desk_sees_a_phone_come_in_and_prove_itself_while_nobody_touches_the_page(
    scene: Scene, desk: Desk, picture: Callable[..., None]
) -> None:
    """The lights of enrolment: none, then one, then both, on a page that is never loaded again."""
    page = desk.page
    page.evaluate("window.untouched = true")
    lights, lit = page.locator(".lights li"), page.locator(".lights li.on")
    expect(lights).to_have_text([WAITING])
    expect(lit).to_have_count(0)

    scene.firefox.go(page.locator(".handover .code").inner_text())
    scene.firefox.tap("Begin")
    until(lambda: scene.firefox.shows("Hello"), "the participant is enrolled")
    expect(lights).to_have_text([CAME_IN, NOT_PROVEN])
    expect(lit).to_have_text([CAME_IN])

    scene.firefox.evaluate("navigator.serviceWorker.ready.then(() => true)")
    scene.firefox.go(f"{scene.clinic.origin}/#/more")
    scene.firefox.tap("Yes, remind me")
    expect(lit).to_have_text([CAME_IN, PROVEN], timeout=60_000)
    assert page.evaluate("window.untouched") is True
    assert faults(page) == []
    picture(page, "console-enrolled-proven", sizes=((820, 1180),))


def test_what_proved_the_phone_was_a_message_of_our_push_service(scene: Scene) -> None:
    assert scene.phone().confirmed_at is not None
    assert scene.service.refused == []
    (message,) = scene.messages("confirm")
    assert (message.state, message.last_status) == ("sent", 201)
    scene.firefox.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.forEach((one) => one.close()))"
    )


def test_the_servers_daily_message_to_itself_came_back(scene: Scene) -> None:
    until(
        lambda: [one.acked_at is not None for one in scene.messages("canary")] == [True],
        "the web server has received what the worker sent",
    )


def test_two_reminders_show_as_one_that_says_nothing_private_and_opens_the_form(
    scene: Scene,
) -> None:
    # No page is open: the service worker wakes up for the message alone.
    scene.firefox.close_every_page_of(scene.clinic.origin)
    scene.remind()
    scene.until_shown("reminder", 1)
    scene.remind()
    scene.until_shown("reminder", 2)
    # Firefox takes a notification from the screen after 20 seconds, so it is read and tapped now.
    until(lambda: len(scene.firefox.alerts()) == 1, "the second replaces the first on the screen")
    text = scene.firefox.alerts()[0][1].lower()
    assert "tap to open" in text
    for word in NOT_ON_A_LOCK_SCREEN:
        assert word.lower() not in text.replace(ONLY_WORD_ALLOWED, "")
    scene.tap_the_only_notification()


def test_a_reminder_finds_a_browser_that_was_started_again_with_no_page_open(scene: Scene) -> None:
    scene.quit_firefox()
    scene.remind()
    until(lambda: scene.messages("reminder")[-1].state == "sent", "the push service keeps it")
    assert scene.messages("reminder")[-1].acked_at is None
    scene.start_firefox()
    scene.until_shown("reminder", 3)
    assert not any(tab["url"].startswith(scene.clinic.origin) for tab in scene.firefox.contexts())
    scene.tap_the_only_notification()


def test_a_push_service_that_lost_its_registrations_gets_a_new_one(scene: Scene) -> None:
    scene.firefox.close_every_page_of(scene.clinic.origin)
    scene.service.forget_browsers()
    until(lambda: len(scene.phones()) == 2, "the service worker registered the new address")
    until(lambda: scene.phone().confirmed_at is not None, "the new address is proved")
    assert scene.phones()[0].dead_reason == "Replaced by a new address of the same phone."


def test_with_permission_taken_back_and_no_page_open_the_push_service_tells(scene: Scene) -> None:
    scene.firefox.close_every_page_of(scene.clinic.origin)
    assert scene.phone().dead_at is None, scene.phone().dead_reason
    scene.let_notify("denied")
    until(lambda: not scene.service.browsers, "Firefox has unregistered")
    assert scene.phone().dead_at is None, scene.phone().dead_reason
    with transaction(scene.engine) as connection:
        assert subscriptions.send_test(connection, scene.person, SystemClock().now()) == 1
    until(lambda: scene.phone().dead_at is not None, "the subscription is known to be dead")
    assert scene.messages("test")[-1].outcome == "gone"


def test_with_permission_taken_back_while_the_app_is_open_the_app_tells(scene: Scene) -> None:
    scene.let_notify("granted")
    before = len(scene.phones())
    scene.firefox.go(f"{scene.clinic.origin}/#/more")
    until(lambda: len(scene.phones()) > before, "the app registers the phone again")
    until(lambda: scene.phone().confirmed_at is not None, "the phone is proved again")
    scene.let_notify("denied")
    until(lambda: scene.phone().dead_at is not None, "the app has told the server")
    assert scene.phone().dead_reason == "Removed on the phone."
