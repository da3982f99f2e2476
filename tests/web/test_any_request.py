"""Whatever is sent to the API, the answer is one that its description names, and never a 5xx.

Requests are made up by schemathesis from the OpenAPI document, well-formed and not, for a
participant, a coordinator and nobody. `make nightly` runs many more of them.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine

from support.stage import STUDY
from support.visitors import Visitors

EXAMPLES = int(os.environ.get("SAYSO_API_EXAMPLES", "6"))
# These end the session that the other requests need.
_LEAVING = {("DELETE", "/api/me/session"), ("DELETE", "/api/staff/session")}
# The WSGI transport of schemathesis cannot unpack what it says it takes.
_PLAIN = {"Accept-Encoding": "identity"}
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def operations(visitors: Visitors) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi(
        "/api/openapi.json", visitors.app, config=SchemathesisConfig()
    )
    found: list[Any] = list(schema.get_all_operations())
    return [one.ok() for one in found]


def try_everything(visitors: Visitors, name: str, examples: int) -> int:
    """Send made-up requests to every operation as this person; returns how many were sent."""
    visitor = visitors.stranger() if name == "stranger" else getattr(visitors, name)
    kind = "participant" if name == "alice" else "staff"
    cookie = visitor.client.get_cookie(f"sayso-{kind}")
    cookies = {cookie.key: cookie.value} if cookie else {}
    card = visitors.open_form()
    real = {"key": STUDY, "code": "P-001", "form_id": card["id"], "entry_id": 1,
            "sha256": card["questionnaire_sha"]}  # fmt: skip
    sent = 0
    for operation in operations(visitors):
        if (operation.method.upper(), operation.path) in _LEAVING:
            continue

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def send(case: Case[Any]) -> None:
            nonlocal sent
            sent += 1
            if sent % 4:
                # Mostly about somebody who is there, or the answer would nearly always be 404.
                for parameter in case.path_parameters.keys() & real.keys():
                    case.path_parameters[parameter] = real[parameter]
                if isinstance(case.body, dict) and "questionnaire_sha" in case.body:
                    case.body |= {"questionnaire_sha": real["sha256"]}
            case.call_and_validate(
                headers=visitor.headers | _PLAIN, cookies=cookies, checks=_CHECKS,
            )  # fmt: skip

        send()
    return sent


# The WSGI transport of schemathesis does not close responses, so neither the file behind an export.
_UNCLOSED = "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"


@pytest.mark.slow
@pytest.mark.filterwarnings(_UNCLOSED)
@pytest.mark.parametrize("name", ["alice", "bob", "stranger"])
def test_no_request_upsets_the_api(visitors: Visitors, name: str) -> None:
    # Most of what is asked never reaches the database, so a third of it does for the second one.
    few = visitors.stage.engine.dialect.name == "postgresql"
    assert try_everything(visitors, name, EXAMPLES // 3 if few else EXAMPLES) > 50


@pytest.mark.nightly
@pytest.mark.filterwarnings(_UNCLOSED)
@pytest.mark.parametrize("name", ["alice", "bob", "ada", "stranger"])
def test_no_request_upsets_the_api_at_length(
    engine: Engine, now: datetime, static: Path, name: str
) -> None:
    visitors = Visitors.arrive(engine, now, static)

    assert try_everything(visitors, name, 250) > 10_000
