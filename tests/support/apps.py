"""The application for one test, without putting routes and their description together each time.

The first application of a process is made by `create_app`. The later ones share its routes, which
depend on nothing that a test can choose, and have everything else of their own: settings, database,
clock, keys, files and whatever is remembered between requests.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from sayso.clock import Clock
from sayso.settings import Settings
from sayso.store.sealed import Keyring
from sayso.web import shell
from sayso.web.app import create_app
from sayso.web.context import State


def app_over(
    settings: Settings,
    engine: Engine,
    clock: Clock,
    *,
    keyring: Keyring,
    static: Path,
    vapid_public_key: str | None = None,
) -> Flask:
    """The application as `create_app` makes it of the same arguments."""
    if settings.trusted_proxies or not _PATTERN:
        made = create_app(
            settings, engine, clock, keyring=keyring, vapid_public_key=vapid_public_key,
            static=static,
        )  # fmt: skip
        if settings.trusted_proxies:
            # The only setting that is built into an application.
            return made
        _PATTERN.append(made)
    app = copy(_PATTERN[0])
    app.config = copy(app.config)
    app.view_functions = dict(app.view_functions)
    app.extensions = app.extensions | {
        "sayso": State(settings, engine, clock, keyring, vapid_public_key),
        "sayso-assets": shell.read(static),
    }
    return app


_PATTERN: list[Flask] = []
"""An application that is never asked anything itself, as soon as there is one."""
