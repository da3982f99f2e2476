"""`sayso config check` tells what is set and what is wrong, and never a secret."""

import json
import os

import pytest
from click.testing import CliRunner, Result

from sayso.cli.config import command
from sayso.settings import options


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SAYSO_"):
            monkeypatch.delenv(name)


def check(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(command, ["check", *arguments], env=environment)


def test_defaults_are_sound_and_every_option_is_listed() -> None:
    result = check()
    assert result.exit_code == 0
    assert all(name in result.output for name, _, _ in options())
    assert result.stderr == ""


def test_what_is_set_is_told_apart_from_what_is_not() -> None:
    lines = check(SAYSO_SUPPORT_PHONE="555 0100").stdout.splitlines()
    assert next(line for line in lines if "SUPPORT_PHONE" in line).startswith("set ")
    assert next(line for line in lines if "SAYSO_DATA_DIR" in line).startswith("default ")


def test_every_fault_is_one_line_with_its_name() -> None:
    result = check(SAYSO_LOG_LEVEL="loud", SAYSO_TRUSTED_PROXIES="7")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.stderr.splitlines()] == [
        "SAYSO_LOG_LEVEL",
        "SAYSO_TRUSTED_PROXIES",
    ]


def test_a_misspelt_name_is_found() -> None:
    result = check(SAYSO_PUBLIC_URI="https://pro.example.org")
    assert result.exit_code == 1
    assert "SAYSO_PUBLIC_URI is no setting" in result.stderr


def test_the_file_form_of_a_secret_is_known(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secrets") / "database"
    secret.write_text("postgresql://sayso:canary@db/sayso")
    result = check(SAYSO_DATABASE_URL_FILE=str(secret))
    assert result.exit_code == 0
    assert "canary" not in result.output


def test_secrets_stay_out_of_the_output_even_when_they_are_wrong() -> None:
    result = check(SAYSO_DATABASE_URL="mysql://sayso:canary@db/sayso")
    assert result.exit_code == 1
    assert "canary" not in result.output


def test_json_for_programs() -> None:
    result = check("--json", SAYSO_LOG_LEVEL="loud")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["ok"] is False
    assert len(told["faults"]) == 1
    assert {row["name"] for row in told["options"]} == {name for name, _, _ in options()}
