"""The container files: valid, without privileges, installing exactly what was tested."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.house import ROOT

DEPLOY = ROOT / "deploy"
OURS = ("migrate", "web", "worker")


def valid(compose: Path) -> bool:
    result = subprocess.run(
        [
            Path(sys.executable).with_name("check-jsonschema"),
            "--builtin-schema",
            "vendor.compose-spec",
            compose,
        ],
        capture_output=True,
        check=False,
    )
    return result.returncode == 0


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def test_the_compose_file_follows_its_specification() -> None:
    assert valid(DEPLOY / "compose.yaml")


def test_a_wrong_key_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((DEPLOY / "compose.yaml").read_text().replace("cap_drop", "caps_drop"))
    assert not valid(wrong)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_privileges(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in service


def test_only_the_proxy_can_be_reached(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_nothing_starts_before_the_tables_are_there(services: dict[str, Any]) -> None:
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"


def test_no_secret_is_written_into_the_file() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert re.findall(r"(?i)(?:password|secret|key):[ \t]+\S+", text) == []


def test_what_the_image_copies_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_checks_hashes_and_is_not_run_by_root() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes" in text
    last_stage = text.rpartition("FROM ")[2]
    assert last_stage.index("USER sayso") < last_stage.index("ENTRYPOINT")
