"""Put the application together: state, guards, sign-in, routes, pages.

`create_app` is a composition root: it is handed settings, engine and clock, and everything below
receives what it needs as arguments.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from sayso import resources
from sayso.clock import Clock
from sayso.settings import Settings
from sayso.store.sealed import Keyring
from sayso.web import auth, calendar, guard, health, metrics, openapi, problems, routes, shell
from sayso.web.context import State
from sayso.web.smorest import make_api

LARGEST_BODY = 2 * 1024 * 1024


def create_app(
    settings: Settings,
    engine: Engine,
    clock: Clock,
    *,
    keyring: Keyring | None = None,
    vapid_public_key: str | None = None,
    static: Path | None = None,
) -> Flask:
    """Make the WSGI application.

    `keyring` is read from the settings' key file unless given, `static` is where the built app
    lies. Raises KeyFileMissing, KeyFileWrong.
    """
    app = Flask("sayso", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.strict_slashes = False
    app.extensions["sayso"] = State(
        settings, engine, clock, keyring or Keyring.from_file(settings.key_file), vapid_public_key
    )
    guard.register(app)
    auth.register(app)
    problems.register(app)
    api = make_api(app, openapi.OPTIONS)
    for resource in routes.RESOURCES:
        api.register(resource)
    app.extensions["sayso-api"] = api
    own = (openapi.blueprint, health.blueprint, calendar.blueprint, metrics.blueprint)
    for blueprint in own:
        app.register_blueprint(blueprint)
    shell.register(app, static or resources.static_dir())
    if stray := auth.undeclared(app):
        raise RuntimeError(f"these views do not say who may use them: {', '.join(stray)}")
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, 0, 0, 0)  # type: ignore[method-assign]
    return app
