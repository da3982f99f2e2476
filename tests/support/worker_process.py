"""A worker process for tests that kill it: the real dispatcher against a loopback push service.

Arguments: a JSON object with url, key (hex), vapid (path), ahead (seconds that its clock is ahead
of the machine's), lease (seconds). It prints "ready", then ticks until it is killed.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from sayso.clock import OffsetClock
from sayso.push import keys
from sayso.push.endpoints import EndpointRules
from sayso.push.sender import PushSender
from sayso.services.dispatch_check import Desk
from sayso.store.engine import make_engine
from sayso.store.sealed import Keyring
from sayso.worker.tick import Dispatcher
from sayso.worker.transport import Network


def main(arguments: str) -> None:
    said = json.loads(arguments)
    rules = EndpointRules(allow_loopback=True)
    sender = PushSender(keys.load(Path(said["vapid"])), "mailto:team@example.org", rules)
    dispatcher = Dispatcher(
        make_engine(said["url"]),
        OffsetClock(timedelta(seconds=said["ahead"])),
        Desk("https://pro.example.org", Keyring(bytes.fromhex(said["key"])), sends_mail=False),
        Network(sender, None),
        lease=timedelta(seconds=said["lease"]),
    )
    print("ready", flush=True)
    while True:
        dispatcher.tick()
        time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1])
