"""Putting the worker together from settings, refusing to start with anything missing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import Engine

from sayso.clock import Clock, SystemClock
from sayso.domain.errors import EndpointRefused, MailSettingsWrong, SchemaOutOfDate
from sayso.mail.smtp import SmtpSender, server_of
from sayso.push import keys
from sayso.push.endpoints import EndpointRules
from sayso.push.sender import PushSender
from sayso.services import canary
from sayso.services.dispatch_check import Desk
from sayso.settings import Settings
from sayso.store import revision
from sayso.store.engine import make_engine, transaction
from sayso.store.sealed import Keyring
from sayso.worker import planner
from sayso.worker.metronome import Metronome
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network


@dataclass(frozen=True, slots=True)
class Worker:
    """Everything that a worker process is made of."""

    engine: Engine
    clock: Clock
    transport: Network
    dispatcher: Dispatcher
    metronome: Metronome
    plan_own: Callable[[], Counter[str]]


def assemble(settings: Settings, stop: threading.Event, clock: Clock | None = None) -> Worker:
    """Build a worker.

    Raises VapidKeyMissing, VapidKeyWrong, VapidSubjectWrong, MailSettingsWrong, KeyFileMissing,
    SchemaOutOfDate or StoreUnavailable: each says in one sentence what to do.
    """
    clock = clock or SystemClock()
    ring = keys.load(settings.vapid_key_file)
    subject = keys.check_subject(settings.vapid_subject, allow_any=settings.allow_loopback_push)
    rules = _rules(settings)
    smtp = None
    if settings.smtp_url:
        if "@" not in settings.mail_from:
            raise MailSettingsWrong("SAYSO_MAIL_FROM must name the sender of e-mail.")
        smtp = SmtpSender(server_of(settings.smtp_url), settings.mail_from)
    transport = Network(PushSender(ring, subject, rules), smtp)
    desk = Desk(
        settings.public_url, Keyring.from_file(settings.key_file), sends_mail=smtp is not None,
        vapid_key_id=ring.current.id,
    )  # fmt: skip
    engine = make_engine(settings.database_url)
    with transaction(engine, read_only=True) as connection:
        if (at := revision.current(connection)) != revision.HEAD:
            raise SchemaOutOfDate(
                f"The database is at revision {at or 'none'}; run `sayso db upgrade` first."
            )
    dispatcher = Dispatcher(engine, clock, desk, transport, stopping=stop.is_set)
    plan_own = partial(
        planner.plan_own, engine, clock, summaries=smtp is not None,
        round_trip=settings.canary and _leads_here(rules, settings.public_url),
    )  # fmt: skip
    metronome = Metronome(
        engine, clock, dispatcher, transport, stop=stop, dead_man_url=settings.dead_man_url,
        plan_own=plan_own,
    )  # fmt: skip
    return Worker(engine, clock, transport, dispatcher, metronome, plan_own)


def _rules(settings: Settings) -> EndpointRules:
    """Push services, and this server itself for its daily test; phones may not name the latter."""
    own = urlsplit(settings.public_url).hostname or ""
    return EndpointRules((*settings.push_hosts, own), settings.allow_loopback_push)


def _leads_here(rules: EndpointRules, public_url: str) -> bool:
    """Whether the server's own address is one that messages may be sent to at all."""
    try:
        rules.origin(f"{public_url}{canary.PATH}x")
    except EndpointRefused:
        return False
    return True
