"""Start the real programs and end them, each waited for and each held to a time."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(
    command: Sequence[object], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is asked to end after the block, and killed when it does not within 20 s."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command], env=dict(environment), stdout=output, stderr=output
        )
    try:
        yield process
        ended = process.poll()
        if ended:
            raise AssertionError(f"{command[0]} ended with {ended}: {log.read_text()[-2000:]}")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def wait_until(true: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Look again every tenth of a second until `true()`; fails with `what` when time is up."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds:g} seconds still not: {what}")
        time.sleep(0.1)
