"""The apps' own files, the description of the API, and the signs of life."""

from __future__ import annotations

import gzip
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from sayso.services import heartbeats
from sayso.web import problems, shell
from support.visitors import Visitors


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """None of this depends on the kind of database."""
    return sqlite_url


@pytest.mark.parametrize("path", ["/", "/enrol", "/forms/12", "/receipt"])
def test_addresses_inside_the_participant_app_answer_with_the_app(
    visitors: Visitors, path: str
) -> None:
    answer = visitors.stranger().get(path)

    assert answer.content_type == "text/html; charset=utf-8"
    assert b"Participant" in answer.data
    assert answer.headers["Cache-Control"] == "no-cache"


BUILT = """<!doctype html><html><head>
  <link rel="icon" href="/icons/icon.svg" />
  <script type="module" crossorigin src="/assets/app-1a.js"></script>
  <link rel="stylesheet" crossorigin href="/assets/app-2b.css">
</head><body><script type="application/json">{}</script></body></html>"""


def test_a_page_says_in_its_headers_what_it_loads(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(BUILT)
    (tmp_path / "app.js").write_text("import './other.js'")
    files = shell.read(tmp_path)
    assert files["index.html"].ahead == (
        "</assets/app-1a.js>; rel=modulepreload; crossorigin",
        "</assets/app-2b.css>; rel=preload; as=style; crossorigin",
    )
    assert files["app.js"].ahead == ()


def test_what_a_reminder_opens_asks_for_its_answers_with_the_page(visitors: Visitors) -> None:
    answer = visitors.stranger().get("/form/12")

    assert b"Participant" in answer.data
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers.getlist("Link") == [
        "</api/me>; rel=preload; as=fetch; crossorigin",
        "</api/me/forms/12>; rel=preload; as=fetch; crossorigin",
    ]


@pytest.mark.parametrize("path", ["/", "/enrol", "/form/twelve", "/form/12/more", "/console/"])
def test_no_other_page_asks_for_anything_of_anybody(visitors: Visitors, path: str) -> None:
    links = visitors.stranger().get(path).headers.getlist("Link")

    assert not [link for link in links if "/api/" in link]


def test_a_page_that_the_phone_has_says_what_it_loads_all_the_same(visitors: Visitors) -> None:
    first = visitors.stranger().get("/form/12")
    again = visitors.stranger().get("/form/12", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.headers.getlist("Link") == first.headers.getlist("Link")


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/participants/P-001"])
def test_addresses_inside_the_console_answer_with_the_console(
    visitors: Visitors, path: str
) -> None:
    assert b"Console" in visitors.stranger().get(path).data


@pytest.mark.parametrize("path", ["/tablet", "/tablet/"])
def test_the_tablets_page_is_kept_nowhere_and_starts_no_worker(
    visitors: Visitors, path: str
) -> None:
    answer = visitors.stranger().get(path)

    assert b"Tablet" in answer.data
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "worker-src 'none'" in policy
    console = visitors.stranger().get("/console/").headers["Content-Security-Policy"]
    assert policy.replace("worker-src 'none'", "worker-src 'self'") == console


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/assets/participant-1a2b.js", "text/javascript; charset=utf-8", "immutable"),
        ("/icons/icon.svg", "image/svg+xml", "max-age=86400"),
    ],
)
def test_each_file_has_its_type_and_its_time(
    visitors: Visitors, path: str, kind: str, cache: str
) -> None:
    answer = visitors.stranger().get(path)

    assert answer.status_code == 200
    assert answer.content_type == kind
    assert cache in answer.headers["Cache-Control"]
    assert "Service-Worker-Allowed" not in answer.headers


@pytest.mark.parametrize(("offline_app", "worker"), [(True, b"service"), (False, b"kill")])
def test_the_kill_switch_takes_the_workers_place_and_nothing_elses(
    engine: Engine, now: datetime, static: Path, offline_app: bool, worker: bytes
) -> None:
    phone = Visitors.arrive(engine, now, static, offline_app=offline_app).stranger()

    answer = phone.get("/sw.js")

    assert worker in answer.data
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b"Participant" in phone.get("/").data


@pytest.mark.parametrize(("oldest", "said"), [("", None), ("0.9.0", "0.9.0")])
def test_phones_are_told_the_oldest_version_that_may_go_on(
    engine: Engine, now: datetime, static: Path, oldest: str, said: str | None
) -> None:
    visitors = Visitors.arrive(engine, now, static, min_app_build=oldest)

    assert visitors.alice.get("/api/me").json["min_app_build"] == said


def test_text_travels_compressed(visitors: Visitors) -> None:
    plain = visitors.stranger().get("/assets/participant-1a2b.js")
    packed = visitors.stranger().get(
        "/assets/participant-1a2b.js", headers={"Accept-Encoding": "br, gzip"}
    )

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data


def test_a_browser_that_has_a_page_already_gets_none(visitors: Visitors) -> None:
    etag = visitors.stranger().get("/").headers["ETag"]

    again = visitors.stranger().get("/", headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/../settings.py", "/assets/../../app.py", "/%2e%2e/app.py", "/sizes.json", "/x.js"]
)
def test_nothing_but_the_build_is_served(visitors: Visitors, path: str) -> None:
    assert visitors.stranger().get(path).status_code == 404


def test_without_a_built_app_the_page_says_what_to_do(
    engine: Engine, now: datetime, tmp_path: Path
) -> None:
    visitors = Visitors.arrive(engine, now, tmp_path / "none")

    answer = visitors.stranger().get("/")

    assert (answer.status_code, answer.json["slug"]) == (503, "app-not-built")
    assert "make app" in answer.json["detail"]


def test_the_description_is_openapi_3_1(visitors: Visitors) -> None:
    said = visitors.stranger().get("/api/openapi.json").json

    assert said["openapi"] == "3.1.0"
    put = said["paths"]["/api/me/responses/{response_id}"]["put"]
    assert {"200", "201", "422", "default"} <= put["responses"].keys()
    assert "X-Sayso-Client" in [one.get("name") for one in put["parameters"]]
    problem = said["components"]["responses"]["DEFAULT_ERROR"]
    assert list(problem["content"]) == ["application/problem+json"]


def test_every_route_of_the_api_is_described(visitors: Visitors) -> None:
    said = visitors.stranger().get("/api/openapi.json").json["paths"]
    described = {
        (method.upper(), path)
        for path, operations in said.items()
        for method in operations
        if method != "parameters"
    }
    plain = {"/api/openapi.json", "/api/docs", "/api/docs.css"}
    real = {
        (method, re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule))
        for rule in visitors.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule not in plain
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == real


def test_every_operation_says_what_it_does(visitors: Visitors) -> None:
    for path, operations in visitors.stranger().get("/api/openapi.json").json["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation.get("summary"), (method, path)


def test_the_readable_page_needs_nothing_from_elsewhere(visitors: Visitors) -> None:
    page = visitors.stranger().get("/api/docs").get_data(as_text=True)

    assert "/api/me/responses/{response_id}" in page
    assert "<script" not in page
    assert re.findall(r'(?:href|src)="(https?:[^"]*)"', page) == []


def test_every_problem_has_a_page(visitors: Visitors) -> None:
    for slug in problems.explained():
        page = visitors.stranger().get(f"/problems/{slug}")
        assert page.status_code == 200, slug
        assert slug in page.get_data(as_text=True)
    assert visitors.stranger().get("/problems/made-up").status_code == 404


def test_alive_says_only_that(visitors: Visitors) -> None:
    assert visitors.stranger().get("/health/live").json == {"live": True}


def test_ready_with_a_worker_at_work(visitors: Visitors) -> None:
    with visitors.stage.open() as connection:
        heartbeats.beat(connection, "worker", {}, visitors.clock.now())

    said = visitors.stranger().get("/health/ready")

    assert (said.status_code, said.json) == (
        200,
        {"ready": True, "database": "ok", "worker": "ok"},
    )


def test_ready_says_when_the_worker_is_silent(visitors: Visitors) -> None:
    with visitors.stage.open() as connection:
        heartbeats.beat(connection, "worker", {}, visitors.clock.now())
    visitors.clock.advance(timedelta(hours=1))

    said = visitors.stranger().get("/health/ready")

    assert (said.status_code, said.json["worker"]) == (200, "silent")
    assert "sayso worker" in said.json["mend"]


def test_an_old_database_is_not_ready(visitors: Visitors) -> None:
    with visitors.stage.open() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    said = visitors.stranger().get("/health/ready")

    assert (said.status_code, said.json["ready"]) == (503, False)
    assert "sayso db upgrade" in said.json["database"]
