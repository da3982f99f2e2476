"""A web worker starts lean: it loads what answering needs and nothing that only commands need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_LOADED = (
    "import json, sys\n"
    "import sayso.web.app\n"
    "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
)


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The top-level packages that a fresh process has after importing the application."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LOADED], capture_output=True, check=True, text=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "name", ["pywebpush", "alembic", "apscheduler", "aiohttp", "requests", "argon2", "gunicorn",
             "openpyxl", "webauthn", "psycopg", "cryptography"],
)  # fmt: skip
def test_what_a_web_worker_does_not_load(loaded: set[str], name: str) -> None:
    assert name not in loaded


def test_the_measurement_sees_what_is_loaded(loaded: set[str]) -> None:
    assert {"flask", "flask_smorest", "sqlalchemy", "sayso"} <= loaded
