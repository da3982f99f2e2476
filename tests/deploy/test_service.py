"""The whole service as an administrator runs it: web, worker and PostgreSQL behind Caddy with TLS.

Nothing stands in for anything: migrations, key files, gunicorn, the worker and the proxy with the
configuration of `deploy/` are the real ones, and a form is sent over HTTPS.
"""

import http.client
import json
import os
import re
import ssl
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sayso.clock import SystemClock
from sayso.domain.audit import Actor
from sayso.formats.instrument_folder import finder
from sayso.resources import instruments_dir
from sayso.services import audit, enrolment, publishing, sites
from sayso.services.enrolment import NewParticipant
from sayso.store.engine import make_engine, transaction
from sayso.store.sealed import Keyring
from support.certificate import self_signed
from support.house import ROOT
from support.postgres import Cluster
from support.processes import free_port, running, wait_until
from support.require import program

SAYSO = Path(sys.executable).with_name("sayso")
STUDY = next((ROOT / "instruments" / "studies").glob("*.toml"))
ADMINISTRATOR = Actor("command")

pytestmark = pytest.mark.slow


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Service:
    """What a phone knows of the service: an address that it trusts."""

    port: int
    certificate: Path
    database_url: str
    keyring: Keyring
    cookie: str = ""
    logs: list[Path] = field(default_factory=list)

    def send(self, method: str, path: str, body: object = None) -> Reply:
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection(
            "localhost", self.port, context=context, timeout=15
        )
        headers = {
            "Content-Type": "application/json",
            "Cookie": self.cookie,
            "Origin": f"https://localhost:{self.port}",
            "X-Sayso-Client": "participant/test",
        }
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        said = {name.lower(): value for name, value in response.getheaders()}
        if set_cookie := said.get("set-cookie"):
            self.cookie = set_cookie.split(";")[0]
        is_json = "json" in said.get("content-type", "")
        return Reply(response.status, said, json.loads(content) if is_json else content)


@pytest.fixture(scope="module")
def service(
    postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    web_port, https_port, http_port = free_port(), free_port(), free_port()
    url = postgres_cluster.create()
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "SAYSO_DATABASE_URL": url,
        "SAYSO_DATA_DIR": str(folder / "data"),
        "SAYSO_PUBLIC_URL": f"https://localhost:{https_port}",
        "SAYSO_TRUSTED_PROXIES": "1",
        "SAYSO_VAPID_SUBJECT": "mailto:office@sayso-study.org",
    }
    certificate, key = self_signed("localhost", folder)
    caddyfile = folder / "Caddyfile"
    # Only the ports differ from what an administrator runs: tests share a machine.
    ports = f"{{\n\tadmin off\n\thttp_port {http_port}\n\thttps_port {https_port}\n"
    original = (ROOT / "deploy" / "proxy" / "Caddyfile").read_text("utf-8")
    caddyfile.write_text(original.replace("{\n", ports, 1))
    proxy = environment | {
        "SAYSO_SITE": "localhost",
        "SAYSO_TLS": f"tls {certificate} {key}",
        "SAYSO_UPSTREAM": f"127.0.0.1:{web_port}",
    }
    web: list[str | Path] = [
        SAYSO,
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(web_port),
        "--workers",
        "2",
    ]
    caddy: list[str | Path] = [
        program("caddy"),
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        caddyfile,
    ]
    logs = [folder / name for name in ("setup.log", "web.log", "worker.log", "caddy.log")]
    with ExitStack() as stack:
        for verb in (["vapid", "create"], ["db", "upgrade"]):
            with running([SAYSO, *verb], environment, logs[0]) as setup:
                assert setup.wait(60) == 0, logs[0].read_text()
        keyring = Keyring.from_file(folder / "data" / "identifiers.key")
        stack.enter_context(running(web, environment, logs[1]))
        stack.enter_context(running([SAYSO, "worker"], environment, logs[2]))
        stack.enter_context(running(caddy, proxy, logs[3]))
        found = Service(https_port, certificate, url, keyring, logs=logs)
        wait_until(lambda: is_ready(found), "the service is ready over HTTPS")
        yield found
    postgres_cluster.drop(url)


def is_ready(service: Service) -> bool:
    try:
        return service.send("GET", "/health/ready").status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def code(service: Service) -> str:
    """The enrolment code of a participant who has a form open today."""
    now = SystemClock().now()
    engine = make_engine(service.database_url)
    with transaction(engine) as connection:
        text_of_study = STUDY.read_text("utf-8")
        study = publishing.publish(
            connection, ADMINISTRATOR, text_of_study, STUDY.name, finder(instruments_dir()), now
        ).study
        sites.add(connection, ADMINISTRATOR, study.key, "S1", "North", "UTC", now)
        from_enrolment = {anchor.id for anchor in study.anchors if anchor.source == "enrolment"}
        arm = next(arm for arm in study.arms if arm.anchor in from_enrolment)
        # Twelve weeks ago: the middle of a window that is open for weeks, whatever the hour.
        anchored = now.date() - timedelta(weeks=12)
        new = NewParticipant(
            code="P-001", site="S1", arm=arm.id, enrolled_on=anchored, zone="UTC",
            preferred_language="en", reads_english=True, how="asked", interpreter=False,
        )  # fmt: skip
        enrolled = enrolment.enrol(
            connection, ADMINISTRATOR, study.key, new, service.keyring, now, code_minutes=10
        )
    engine.dispose()
    assert enrolled.code is not None
    return enrolled.code.code


@pytest.fixture(scope="module")
def me(service: Service, code: str) -> dict[str, Any]:
    """The participant's first screen, after her phone was enrolled with the code."""
    reply = service.send("POST", "/api/device-sessions", {"code": code, "device_label": "Phone"})
    assert reply.status == 201, reply.body
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-sayso-participant=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(re.split(r"; ?", cookie))
    found: dict[str, Any] = reply.body
    return found


def test_a_form_is_sent_over_https_and_kept(service: Service, me: dict[str, Any]) -> None:
    form = next(
        form
        for occasion in me["occasions"]
        for form in occasion["forms"]
        if form["state"] == "open"
    )
    pinned = form["questionnaire_sha"]
    assert service.send("GET", f"/api/questionnaires/{pinned}").body["sha256"] == pinned

    now = SystemClock().now().isoformat()
    submission = {
        "expected_form_id": form["id"], "questionnaire_sha": pinned, "answers": {}, "skipped": [],
        "authored_at": now, "authored_zone": "UTC", "sent_at": now, "offer_token": None,
        "attested": True, "mode": "own_device", "app_build": "test",
    }  # fmt: skip
    path = f"/api/me/responses/{uuid.uuid4()}"
    first, again = (service.send("PUT", path, submission) for _ in range(2))
    assert (first.status, again.status) == (201, 200), first.body
    assert first.body == again.body
    assert first.body["disposition"] == "in_window"

    engine = make_engine(service.database_url)
    with transaction(engine, read_only=True) as connection:
        assert connection.scalar(text("select count(*) from response")) == 1
        received = "select count(*) from audit_event where action = 'response.received'"
        assert connection.scalar(text(received)) == 1
        assert list(audit.chain_faults(connection)) == []
    engine.dispose()


def test_browsers_are_told_to_come_by_https_only(service: Service) -> None:
    assert "max-age=" in service.send("GET", "/").headers["strict-transport-security"]


def test_the_app_itself_is_served(service: Service) -> None:
    page = service.send("GET", "/")
    assert page.status == 200
    assert b"<!doctype html>" in page.body[:200].lower()


def test_measurements_are_not_for_the_world(service: Service) -> None:
    assert service.send("GET", "/metrics").status == 404


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(
    service: Service, me: dict[str, Any]
) -> None:
    reply = service.send("PUT", f"/api/me/responses/{uuid.uuid4()}", {"answers": "x" * 3_000_000})
    assert me
    assert reply.status == 413


def test_the_worker_is_heard(service: Service) -> None:
    engine = make_engine(service.database_url)

    def heard() -> bool:
        with transaction(engine, read_only=True) as connection:
            return bool(connection.scalar(text("select count(*) from heartbeat")))

    wait_until(heard, "the worker has left a heartbeat")
    engine.dispose()


def test_logs_tell_nothing_about_the_person(service: Service, me: dict[str, Any]) -> None:
    secret = service.cookie.split("=", 1)[1]
    assert me
    for log in service.logs:
        assert secret not in log.read_text("utf-8", "replace")
