"""A bounded load on a loopback server: so many requests over so many connections, then an end."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass(frozen=True)
class Request:
    """One request to send; `body` is already encoded."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Latencies in milliseconds and the processor time that the server needed for each request."""

    latencies: tuple[float, ...]
    seconds: float
    cpu_ms: float

    @property
    def p50(self) -> float:
        """Median latency in milliseconds."""
        return median(self.latencies)

    @property
    def p99(self) -> float:
        """99th percentile of the latencies in milliseconds."""
        return quantiles(self.latencies, n=100)[98]


def drive(
    port: int,
    requests: Sequence[Request],
    *,
    connections: int,
    accept: Sequence[int],
    cpu: Callable[[], float],
) -> Outcome:
    """Send every request once over `connections` parallel connections to 127.0.0.1.

    Raises AssertionError when an answer has a status that is not in `accept`: a fast error must
    never look like a fast save.
    """
    latencies: list[float] = []
    faults: list[str] = []
    shares = [requests[start::connections] for start in range(connections)]
    before, began = cpu(), time.perf_counter()
    threads = [
        threading.Thread(target=_send_share, args=(port, share, accept, latencies, faults))
        for share in shares
        if share
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    used = cpu() - before
    assert not faults, faults[0]
    return Outcome(tuple(latencies), seconds, used * 1000 / len(requests))


def _send_share(
    port: int,
    share: Sequence[Request],
    accept: Sequence[int],
    latencies: list[float],
    faults: list[str],
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for request in share:
        began = time.perf_counter()
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        text = answer.read()
        latencies.append((time.perf_counter() - began) * 1000)
        if answer.status not in accept:
            faults.append(f"{request.method} {request.path}: {answer.status} {text[:300]!r}")
            break
    connection.close()
