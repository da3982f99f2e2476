"""Figures for a monitoring system, in the format of Prometheus; off unless it is switched on.

They come from the database and the workers' signs of life, never from this process's memory, so
that any web process gives the same answer. And the receiving end of the daily round trip.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from sayso.domain.errors import NotFound
from sayso.push import canary as round_trip
from sayso.services import canary, operations, subscriptions
from sayso.services.operations import Figures
from sayso.web.auth import for_anyone
from sayso.web.context import here

if TYPE_CHECKING:
    from prometheus_client.core import Metric

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@for_anyone
def read() -> Response:
    """Gauges and counters of the sending of reminders."""
    at = here()
    if not _may_read(at.state.settings.metrics):
        # Whoever may not read it learns nothing, not even that it is there.
        raise NotFound("There is nothing here")
    # The library costs a web worker memory, and most installations never read this page.
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    seen = operations.figures(at.connection, at.now)
    said = generate_latest(_Reading(_families(seen)))
    return Response(said, 200, {"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST})


@blueprint.post(f"{canary.PATH}<token>")
@for_anyone
def receive(token: str) -> Response:
    """Where the server's daily test message ends: checked like a push service would."""
    at = here()
    body = request.get_data(cache=False)
    key = at.state.vapid_public_key or ""
    origin, said = at.state.settings.public_url, request.headers.get("Authorization", "")
    if len(body) > round_trip.LARGEST or not canary.is_ours(body, at.state.keyring, token):
        return Response("not a message of ours", 400)
    if not round_trip.is_signed(said, key, origin, at.now):
        return Response("not signed with the key that phones know", 401)
    subscriptions.acknowledge(at.connection, at.state.keyring, token, at.now)
    return Response("", 201)


def _may_read(who: str) -> bool:
    if who == "off":
        return False
    if who == "loopback":
        # A proxy on this machine speaks for the whole world, and says so in this header.
        proxied = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        address = request.remote_addr or "0.0.0.0"  # noqa: S104
        return not proxied and ipaddress.ip_address(address).is_loopback
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), who.encode())


class _Reading:
    """One reading, in the shape that the library writes out."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _families(seen: Figures) -> list[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    gauges = (
        ("late_seconds", "How long the oldest due message has been waiting", seen.late_seconds),
        ("due", "Messages that wait to go out now", seen.due),
        ("retrying", "Messages that were tried and will be tried again", seen.retrying),
        ("failed", "Messages given up in the last seven days", seen.failed),
        ("workers", "Workers that gave a sign of life", sum(w.lives for w in seen.workers)),
    )
    families: list[Metric] = [
        GaugeMetricFamily(f"sayso_reminders_{name}", meaning, value=value)
        for name, meaning, value in gauges
    ]
    trip = seen.round_trip
    came_back = int(trip is not None and trip.came_back_at is not None)
    meaning = "Whether the last test message came back"
    families.append(GaugeMetricFamily("sayso_round_trip", meaning, value=came_back))
    if seen.trail is not None:
        faults, at = len(seen.trail.faults), seen.trail.at.timestamp()
        meaning = "Faults that the last verification of the audit trail found"
        families.append(GaugeMetricFamily("sayso_audit_faults", meaning, value=faults))
        meaning = "When the audit trail was last verified, in seconds since 1970"
        families.append(GaugeMetricFamily("sayso_audit_verified_seconds", meaning, value=at))
    phones = GaugeMetricFamily("sayso_phones", "Live phones by signing key", labels=["key"])
    for key, number in seen.phones_by_key.items():
        phones.add_metric([key], number)
    done = CounterMetricFamily(
        "sayso_deliveries", "What a worker did since it started", labels=["worker", "outcome"]
    )
    held = GaugeMetricFamily(
        "sayso_breaker_open", "Push services that a worker leaves alone", labels=["worker"]
    )
    for worker in seen.workers:
        held.add_metric([worker.name], len(worker.troubles))
        for outcome, number in sorted(worker.counts.items()):
            done.add_metric([worker.name, outcome], number)
    return [*families, phones, done, held]
