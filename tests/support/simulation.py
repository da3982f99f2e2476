"""Years of reminders in seconds: a clock that jumps, phones and a mailbox that are modelled.

The rules, the database and the dispatcher are the real ones; only the network is not. Phones can be
offline (the push service then keeps messages for their TTL and collapses them by Topic), silent
(they never say that they showed anything) or gone. What happened is told as a transcript.
"""

from __future__ import annotations

import heapq
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, select

from sayso.clock import FixedClock
from sayso.domain.delivery import ACCEPTED, GONE, RETRY, Outcome
from sayso.domain.walltime import local_time
from sayso.mail.message import Mail
from sayso.push.message import PushMessage
from sayso.services import dispatch, reminder_queue, subscriptions
from sayso.services.dispatch_check import Desk
from sayso.store.engine import transaction
from sayso.store.tables import participant
from sayso.worker import planner
from sayso.worker.tick import Dispatcher
from support.push_service import Phone, PushService
from support.reminding import Trial, published, study_text

_PLANNING = timedelta(days=40)


@dataclass
class ModelPhone:
    """How a phone behaves, and what its owner has seen: tags on the screen with their texts."""

    phone: Phone
    shows: bool = True
    gone: bool = False
    offline_until: datetime | None = None
    waiting: dict[str, tuple[datetime, PushMessage]] = field(default_factory=dict)
    seen: list[tuple[datetime, str, str]] = field(default_factory=list)


class ModelNetwork:
    """A transport whose push services and mail server are arithmetic."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.phones: dict[str, ModelPhone] = {}
        self.mails: list[tuple[datetime, Mail]] = []
        self.failing: Callable[[PushMessage], bool] = lambda _message: False
        self.mail_answers: Callable[[Mail], Outcome] = lambda _mail: Outcome(
            ACCEPTED, "The mail server took the message.", 250
        )
        self.sent: list[tuple[datetime, PushMessage]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def prepare(self, _messages: Sequence[PushMessage], _now: datetime) -> None:
        """Nothing here is encrypted."""

    async def push(self, message: PushMessage, now: datetime) -> Outcome:
        model = self.phones[message.endpoint]
        if model.gone:
            return Outcome(GONE, "The push service says that this phone unsubscribed.", 410)
        if self.failing(message):
            return Outcome(RETRY, "The push service is busy or failing (503).", 503)
        self.sent.append((now, message))
        if model.offline_until is not None and now < model.offline_until:
            model.waiting[message.topic] = (now + timedelta(seconds=message.ttl), message)
        else:
            self._simulation.show(model, message, now)
        return Outcome(ACCEPTED, "The push service took the message.", 201)

    async def mail(self, mail: Mail, now: datetime) -> Outcome:
        outcome = self.mail_answers(mail)
        if outcome.kind == ACCEPTED:
            self.mails.append((now, mail))
        return outcome

    def troubles(self, _now: datetime) -> dict[str, str]:
        return {}


class Simulation:
    """One trial and its years. Acts are planned with `at`; `run_until` lets the time pass."""

    def __init__(
        self,
        engine: Engine,
        start: datetime,
        *,
        follow_up: bool = False,
        seed: int = 0,
    ) -> None:
        text = study_text()
        if follow_up:
            text = text.replace("enabled = false", "enabled = true")
        self.trial: Trial = published(engine, start, text)
        self.clock = FixedClock(start)
        self.network = ModelNetwork(self)
        self.service = PushService()
        self.service.url = "http://127.0.0.1:1"
        desk = Desk("https://pro.example.org", self.trial.keyring, sends_mail=True)
        self.dispatcher = Dispatcher(
            engine, self.clock, desk, self.network, jitter=Random(seed).random
        )
        self._acts: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._confirmations: dict[datetime, list[str]] = defaultdict(list)
        self._next_plan = start
        self.diary: dict[int, list[tuple[datetime, str]]] = {}

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Let something happen at that moment."""
        heapq.heappush(self._acts, (moment, next(self._order), act))

    def phone_for(self, participant_id: int, **behaviour: Any) -> ModelPhone:
        """Register a phone now."""
        model = ModelPhone(self.service.phone("key"), **behaviour)
        self.network.phones[model.phone.endpoint] = model
        self.trial.register(participant_id, model.phone, self.clock.now())
        return model

    def note(self, participant_id: int, what: str) -> None:
        """Write something that a person did into the transcript."""
        self.diary.setdefault(participant_id, []).append((self.clock.now(), what))

    def answer(self, participant_id: int, timepoint: str) -> None:
        self.trial.answered(participant_id, timepoint, self.clock.now())
        self.note(participant_id, f"{timepoint} answered")

    def show(self, model: ModelPhone, message: PushMessage, now: datetime) -> None:
        """The phone shows a message and says so a second later, if it is one that does."""
        notification = json.loads(message.body)["notification"]
        model.seen.append((now, notification["tag"], notification["body"]))
        if model.shows:
            token = notification["data"]["ack"]
            moment = now + timedelta(seconds=1)
            if moment not in self._confirmations:
                self.at(moment, lambda: self._confirm(moment))
            self._confirmations[moment].append(token)

    def back_online(self, model: ModelPhone) -> None:
        """Messages that have not outlived their TTL arrive, one per topic."""
        model.offline_until = None
        waiting, model.waiting = model.waiting, {}
        for until, message in waiting.values():
            if self.clock.now() < until:
                self.show(model, message, self.clock.now())

    def run_until(self, end: datetime) -> None:
        """Jump from one due moment to the next until `end`."""
        while (moment := self._next()) <= end:
            self.clock.moment = max(moment, self.clock.moment)
            while self._acts and self._acts[0][0] <= self.clock.moment:
                heapq.heappop(self._acts)[2]()
            if self._next_plan <= self.clock.moment:
                planner.plan(self.trial.engine, self.clock, lambda: False)
                self._next_plan = self.clock.moment + _PLANNING
            self.dispatcher.tick()
        self.clock.moment = end

    def transcript(self, participant_id: int) -> str:
        """What became of every reminder of one participant, in her local time, line by line."""
        with transaction(self.trial.engine, read_only=True) as connection:
            zone = connection.execute(
                select(participant.c.zone).where(participant.c.id == participant_id)
            ).scalar_one()
        lines = [(at, what) for at, what in self.diary.get(participant_id, [])]
        reminders = {row.id: row for row in self.trial.reminders(participant_id)}
        for row in reminders.values():
            if row.decision is not None and row.decision != "queued":
                lines.append((row.decided_at, f"{row.timepoint} {row.step}: {row.reason}"))
        for row in self.trial.deliveries(participant_id):
            planned = reminders.get(row.reminder_id)
            name = f"{planned.timepoint} {planned.step}" if planned else row.purpose
            what = f"{name}: {row.channel} {row.outcome or 'waiting'}"
            shown = ", shown" if row.acked_at else ""
            lines.append((row.sent_at or row.settled_at or row.next_at, what + shown))
        told = sorted((at.replace(microsecond=0), what) for at, what in lines)
        return "".join(f"{local_time(at, zone):%Y-%m-%d %H:%M}  {what}\n" for at, what in told)

    def _next(self) -> datetime:
        with transaction(self.trial.engine, read_only=True) as connection:
            due = [dispatch.next_due(connection), reminder_queue.next_due(connection)]
        acts = [self._acts[0][0]] if self._acts else []
        return min([*(at for at in due if at is not None), *acts, self._next_plan])

    def _confirm(self, moment: datetime) -> None:
        """All phones that showed something in the same second speak in one transaction."""
        now, tokens = self.clock.now(), self._confirmations.pop(moment)
        with transaction(self.trial.engine) as connection:
            subscriptions.acknowledge_all(connection, self.trial.keyring, tokens, now)
