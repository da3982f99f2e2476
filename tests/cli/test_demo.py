"""`sayso demo` as a visitor meets it: one command, two addresses, a code, and a clean end."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener, urlopen

import pytest
from click.testing import CliRunner

from sayso.cli._demo_sink import Sink
from sayso.cli.demo import command

_PATIENCE = 180


@dataclass
class Running:
    """The command as a child process, and what it has said."""

    process: subprocess.Popen[str]
    folder: Path
    said: str
    browser: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor(
        http.cookiejar.CookieJar())))  # fmt: skip

    def find(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found is not None, self.said
        return found[1]

    @property
    def url(self) -> str:
        return self.find(r"Participant app: (\S+)/")

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"X-Sayso-Client": "console/test", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, headers, method=method)
        try:
            with self.browser.open(request, timeout=30) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else None
        except HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A small demonstration; it ends by itself after some minutes whatever the tests do."""
    folder = tmp_path_factory.mktemp("demo") / "place"
    arguments = ["demo", "--port", "0", "--participants", "6", "--dir", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "sayso", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    guard = threading.Timer(_PATIENCE, process.kill)
    guard.start()
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    try:
        yield Running(process, folder, said)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        guard.cancel()
        process.stdout.close()


def test_it_says_where_everything_is(running: Running) -> None:
    assert running.find(r"Coordinator console: (\S+)").endswith("/console/")
    assert running.find(r"Code: (\S+)")
    assert "█" in running.said or "▀" in running.said
    assert running.find(r"e-mail is kept at (\S+)").startswith("http://127.0.0.1:")


def test_the_sign_in_that_was_printed_opens_the_console(running: Running) -> None:
    body = {"email": running.find(r"E-mail:\s+(\S+)"), "password": running.find(r"Password: (\S+)")}

    status, staff = running.ask("POST", "/api/staff/session", body)

    assert (status, staff["role"]) == (200, "coordinator")
    status, found = running.ask("GET", f"/api/studies/{staff['studies'][0]['key']}/participants")
    assert (status, len(found["rows"])) == (200, 7)


def test_the_code_that_was_printed_enrols_a_phone_with_something_to_do(running: Running) -> None:
    status, me = running.ask("POST", "/api/device-sessions", {"code": running.find(r"Code: (\S+)")})

    assert status == 201
    assert me["participant_code"] == running.find(r"as participant (\S+):")
    assert me["occasions"][0]["state"] == "open"
    status, problem = running.ask(
        "POST", "/api/device-sessions", {"code": running.find(r"Code: (\S+)")}
    )
    assert (status, problem["slug"]) == (422, "code-not-accepted")


def test_the_worker_is_alive(running: Running) -> None:
    status, ready = running.ask("GET", "/health/ready")

    assert (status, ready["worker"]) == (200, "ok")


def test_another_one_on_the_same_port_is_told_so(running: Running, tmp_path: Path) -> None:
    port = running.url.rpartition(":")[2]

    result = CliRunner().invoke(command, ["--port", port, "--dir", str(tmp_path / "other")])

    assert result.exit_code == 1
    assert result.output.strip() == (
        f"Error: Port {port} is in use; stop the other program or choose another with --port"
    )


def test_a_folder_that_holds_something_is_left_alone(running: Running) -> None:
    before = sorted(path.name for path in running.folder.iterdir())

    result = CliRunner().invoke(command, ["--port", "0", "--dir", str(running.folder)])

    assert result.exit_code == 1
    assert "is not empty; choose another --dir" in result.output
    assert sorted(path.name for path in running.folder.iterdir()) == before


def test_ending_it_ends_everything_it_started(running: Running) -> None:
    children = _children(running.process.pid)
    assert len(children) >= 2

    running.process.send_signal(signal.SIGTERM)
    code = running.process.wait(60)

    assert code == 0
    assert [pid for pid in children if _is_alive(pid)] == []
    with pytest.raises(URLError):
        urlopen(running.url, timeout=5)


def _children(parent: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True
    )
    return [int(word) for word in listed.stdout.split()]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


def test_mail_can_be_read_and_runs_nothing(sink: Sink) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "team@demo.example.org", "p@participants.example.org"
    mail["Subject"] = "A reminder <script>alert(1)</script>"
    mail.set_content("Open & answer")
    host, port = sink.smtp_url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port), timeout=10) as server:
        server.send_message(mail)

    with urlopen(sink.url, timeout=10) as answer:
        page = answer.read().decode()

    assert "A reminder &lt;script&gt;" in page
    assert "Open &amp; answer" in page


def test_invented_phones_take_their_pushes_and_nothing_else(sink: Sink) -> None:
    with urlopen(Request(f"{sink.url}/phone/P-1", b"sealed"), timeout=10) as answer:
        assert answer.status == 201
    for path, body in (("/elsewhere", b"x"), ("/phone/P-1", b"x" * 9000)):
        with pytest.raises(HTTPError) as refusal:
            urlopen(Request(sink.url + path, body), timeout=10)
        assert refusal.value.code == 404
        refusal.value.close()


def test_a_closed_sink_frees_its_ports() -> None:
    sink = Sink()
    port = int(sink.url.rpartition(":")[2])
    sink.close()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
