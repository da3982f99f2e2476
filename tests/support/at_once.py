"""Run work on several threads that start together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Do these at once; returns what went wrong. Fails when one does not come to its end."""
    begin, failed = Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        try:
            begin.wait(60)
            act()
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return failed


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    """Run the same `work` several times at once; raises what any of them raised."""
    found: list[Any] = []

    def one(number: int) -> None:
        found.append(work(number))

    failed = together(*(partial(one, number) for number in range(times)))
    if failed:
        raise failed[0]
    return found
