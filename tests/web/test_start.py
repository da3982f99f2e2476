"""A web worker starts lean: it loads what answering needs and nothing that only commands need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_LOADED = "import json, sys\nimport sayso.web.app\nprint(json.dumps(sorted(sys.modules)))\n"


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that a fresh process has after importing the application."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LOADED], capture_output=True, check=True, text=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "name", ["pywebpush", "alembic", "apscheduler", "aiohttp", "requests", "argon2", "gunicorn",
             "openpyxl", "webauthn", "psycopg", "cryptography", "apispec.yaml_utils", "jsonschema",
             "smtplib", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql",
             "sqlite3", "urllib.request", "xml"],
)  # fmt: skip
def test_what_a_web_worker_does_not_load(loaded: set[str], name: str) -> None:
    assert name not in loaded


def test_the_measurement_sees_what_is_loaded(loaded: set[str]) -> None:
    assert {"flask", "flask_smorest", "sqlalchemy", "sayso"} <= loaded
