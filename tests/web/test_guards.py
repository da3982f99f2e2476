"""What stands around every view: forged requests, strict JSON, headers, problem documents."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from sayso.web import auth, smorest
from sayso.web.guard import HEADERS
from support.visitors import Visitors, body


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """None of this depends on the kind of database."""
    return sqlite_url


def test_a_change_needs_the_header_of_an_app(visitors: Visitors) -> None:
    visitors.alice.headers.clear()

    answer = visitors.alice.post("/api/me/call-request")

    assert (answer.status_code, answer.json["slug"]) == (403, "client-header-missing")


@pytest.mark.parametrize("value", ["", "browser/1", "participant/", "participant/a b", "console"])
def test_the_header_must_name_an_app_and_its_build(visitors: Visitors, value: str) -> None:
    answer = visitors.alice.post("/api/me/call-request", headers={"X-Sayso-Client": value})

    assert answer.json["slug"] == "client-header-missing"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_make_a_change(visitors: Visitors, headers: dict[str, str]) -> None:
    answer = visitors.alice.post("/api/me/call-request", headers=headers)

    assert (answer.status_code, answer.json["slug"]) == (403, "foreign-origin")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_can(visitors: Visitors, headers: dict[str, str]) -> None:
    assert visitors.alice.post("/api/me/call-request", headers=headers).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_json_is_refused(visitors: Visitors, kind: str) -> None:
    answer = visitors.alice.ask("POST", "/api/me/call-request", data="a=b", content_type=kind)

    assert (answer.status_code, answer.json["slug"]) == (415, "not-json")


@pytest.mark.parametrize(
    "text",
    [
        "{", "nul", "", "[1,]", '{"a": NaN}', '{"a": Infinity}', '{"a": 1e999}',
        '{"a": ' + "9" * 30 + "}", "[" * 100_000, '{"answers": "\ud800"'
    ],
)  # fmt: skip
def test_json_that_cannot_be_read_back_is_refused(visitors: Visitors, text: str) -> None:
    answer = visitors.alice.ask(
        "PUT", f"/api/me/responses/{uuid4()}", data=text.encode("utf-8", "surrogatepass"),
        content_type="application/json",
    )  # fmt: skip

    assert answer.status_code in {400, 422}
    assert answer.json["slug"] in {"bad-request", "invalid"}


def test_a_body_that_is_too_large_is_refused(visitors: Visitors) -> None:
    answer = visitors.alice.ask(
        "PUT", f"/api/me/responses/{uuid4()}", data=b'"' + b"x" * 3_000_000 + b'"',
        content_type="application/json",
    )  # fmt: skip

    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")


def test_a_large_but_honest_response_is_taken(visitors: Visitors) -> None:
    said = body(visitors.open_form(), answers={"note": "long " * 100_000})

    assert visitors.alice.put(f"/api/me/responses/{uuid4()}", said).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/api/nothing-here", 404, "not-found"),
        ("GET", "/assets/none.js", 404, "not-found"),
        ("DELETE", "/api/me", 405, "method-not-allowed"),
        ("GET", "/api/me/forms/abc", 404, "not-found"),
        ("GET", f"/api/me/forms/{10**30}", 404, "not-found"),
        ("PUT", "/api/me/responses/not-a-uuid", 404, "not-found"),
    ],
)
def test_every_error_is_a_problem_document(
    visitors: Visitors, method: str, path: str, status: int, slug: str
) -> None:
    answer = visitors.alice.ask(method, path)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["slug"] == slug
    assert answer.json["type"] == f"/problems/{slug}"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]


def test_a_wrong_method_is_told_the_right_ones(visitors: Visitors) -> None:
    allowed = visitors.alice.delete("/api/me").headers["Allow"]

    assert {one.strip() for one in allowed.split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_a_fault_of_ours_says_nothing_about_itself(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr("sayso.services.home.read", fail)

    answer = visitors.alice.get("/api/me")

    assert (answer.status_code, answer.json["slug"]) == (500, "internal-error")
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_answers_of_the_api_are_not_stored_by_browsers(visitors: Visitors) -> None:
    for path in ("/api/me", "/api/nothing-here", "/api/studies"):
        assert visitors.alice.get(path).headers["Cache-Control"] == "no-store"


def test_headers_keep_the_apps_to_themselves(visitors: Visitors) -> None:
    for path in ("/", "/console/", "/api/me", "/sw.js"):
        headers = visitors.alice.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert len(headers["X-Request-Id"]) == 16
        assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/api/me", "/api/nothing", "/", "/health/live", "/api/docs.css"])
def test_no_header_stands_twice_and_what_a_view_says_goes_before(
    visitors: Visitors, path: str
) -> None:
    answer = visitors.alice.get(path)

    names = [name.lower() for name, _value in answer.headers if name != "Set-Cookie"]
    assert len(names) == len(set(names))
    assert {name.lower() for name in HEADERS} <= set(names)
    assert ("cache-control" in names) >= path.startswith("/api/")


def test_under_https_cookies_are_bound_to_the_host_and_https(
    engine: Engine, now: datetime, static: Path
) -> None:
    visitors = Visitors.arrive(engine, now, static, public_url="https://pro.example.org")
    token = visitors.stage.phones["P-001"]
    phone = visitors.stranger()
    phone.client.set_cookie("__Host-sayso-participant", token, domain="pro.example.org")
    options = {"base_url": "https://pro.example.org"}

    home = phone.get("/api/me", **options)
    left = phone.delete("/api/me/session", **options)

    assert home.status_code == 200
    assert home.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = left.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sayso-participant=;")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_the_true_address_is_taken_from_the_proxy_only_when_one_stands_in_front(
    engine: Engine, now: datetime, static: Path
) -> None:
    visitors = Visitors.arrive(engine, now, static, trusted_proxies=1)
    phone = visitors.stranger()

    for _ in range(41):
        near = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}
        last = phone.post("/api/device-sessions", {"code": "WRNG"}, headers=near)
    elsewhere = {"X-Forwarded-For": "203.0.113.9, 192.0.2.2"}
    other = phone.post("/api/device-sessions", {"code": "WRNG"}, headers=elsewhere)

    assert (last.status_code, other.status_code) == (429, 422)


def test_a_view_that_does_not_say_who_may_use_it_stops_the_start(visitors: Visitors) -> None:
    visitors.app.view_functions["stray"] = lambda: "hello"

    assert auth.undeclared(visitors.app) == ["stray"]


@pytest.mark.parametrize("number", ["1", "-1", "1.5", "1e300", "9223372036854775807"])
def test_honest_numbers_are_read(number: str) -> None:
    assert smorest.strict_json(number.encode()) == json.loads(number)


def test_many_forms_of_one_address_are_answered(visitors: Visitors) -> None:
    assert visitors.alice.ask("HEAD", "/api/me").status_code == 200
    assert visitors.alice.ask("OPTIONS", "/api/me").status_code == 200
