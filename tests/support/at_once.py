"""Run the same work on several threads that start together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    """Run `work` on several threads that start together; raises what any of them raised."""
    gate, found, failed = threading.Barrier(times), [], []

    def run(number: int) -> None:
        gate.wait()
        try:
            found.append(work(number))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return found
