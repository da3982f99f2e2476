"""Settings: defaults that work on this machine, every fault at once, secrets from files."""

import dataclasses
import os
from pathlib import Path

import pytest

from sayso.settings import Settings, SettingsError, options


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SAYSO_"):
            monkeypatch.delenv(name)


def faults() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env()
    return caught.value.faults


def test_nothing_needs_to_be_set_to_start_on_this_machine() -> None:
    settings = Settings.from_env()
    assert settings.database_url == "sqlite:///var/sayso.sqlite"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.key_file == Path("var/identifiers.key")
    assert settings.vapid_key_file == Path("var/vapid.pem")
    assert settings.smtp_url == ""
    assert settings.allow_loopback_push is False


def test_the_files_follow_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_DATA_DIR", "/srv/sayso")
    settings = Settings.from_env()
    assert settings.database_url == "sqlite:////srv/sayso/sayso.sqlite"
    assert settings.key_file == Path("/srv/sayso/identifiers.key")


def test_a_file_of_its_own_wins_over_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_DATA_DIR", "/srv/sayso")
    monkeypatch.setenv("SAYSO_KEY_FILE", "/run/keys/identifiers")
    assert Settings.from_env().key_file == Path("/run/keys/identifiers")


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "database"
    secret.write_text("postgresql://sayso:secret@db/sayso\n")
    monkeypatch.setenv("SAYSO_DATABASE_URL_FILE", str(secret))
    assert Settings.from_env().database_url == "postgresql://sayso:secret@db/sayso"


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_SMTP_URL_FILE", "/nowhere/smtp")
    monkeypatch.setenv("SAYSO_TRUSTED_PROXIES", "one")
    said = " ".join(faults())
    assert "SAYSO_SMTP_URL_FILE must be a readable file path" in said
    assert "SAYSO_TRUSTED_PROXIES" in said


def test_push_hosts_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_PUSH_HOSTS", " push.example.org, updates.example.com,")
    assert Settings.from_env().push_hosts == ("push.example.org", "updates.example.com")


def test_an_empty_list_is_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_PUSH_HOSTS", "")
    assert Settings.from_env().push_hosts == ()


def test_the_public_address_is_the_contact_for_push_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAYSO_PUBLIC_URL", "https://pro.example.org/")
    settings = Settings.from_env()
    assert settings.public_url == "https://pro.example.org"
    assert settings.vapid_subject == "https://pro.example.org"


def test_a_plain_http_address_is_no_contact() -> None:
    assert Settings.from_env().vapid_subject == ""


def test_the_log_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_LOG_LEVEL", "warning")
    assert Settings.from_env().log_level == "WARNING"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAYSO_DATABASE_URL", "mysql://db/sayso"),
        ("SAYSO_DATABASE_URL", "sayso.sqlite"),
        ("SAYSO_PUBLIC_URL", "pro.example.org"),
        ("SAYSO_PUBLIC_URL", "https://pro.example.org/sayso"),
        ("SAYSO_PUBLIC_URL", "https://pro.example.org?study=1"),
        ("SAYSO_VAPID_SUBJECT", "admin@example.org"),
        ("SAYSO_SMTP_URL", "mail.example.org:25"),
        ("SAYSO_LOG_LEVEL", "loud"),
        ("SAYSO_ENROLMENT_CODE_MINUTES", "0"),
        ("SAYSO_ENROLMENT_CODE_MINUTES", "61"),
        ("SAYSO_ENROLMENT_CODE_MINUTES", "ten"),
        ("SAYSO_TRUSTED_PROXIES", "-1"),
        ("SAYSO_ALLOW_LOOPBACK_PUSH", "perhaps"),
        ("SAYSO_DEAD_MAN_URL", "watch.example.org"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert any(name in fault for fault in faults())


def test_mail_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_SMTP_URL", "smtp://mail.example.org:587")
    assert faults() == ["SAYSO_MAIL_FROM must be an e-mail address when SAYSO_SMTP_URL is set."]
    monkeypatch.setenv("SAYSO_MAIL_FROM", "study@example.org")
    assert Settings.from_env().mail_from == "study@example.org"


@pytest.mark.parametrize(
    "wrong",
    [
        {"SAYSO_LOG_LEVEL": "loud", "SAYSO_TRUSTED_PROXIES": "9", "SAYSO_SMTP_URL": "mail"},
        {"SAYSO_ENROLMENT_CODE_MINUTES": "ten", "SAYSO_TRUSTED_PROXIES": "one"},
    ],
)
def test_all_faults_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    said = " ".join(faults())
    assert all(name in said for name in wrong)


def test_every_option_has_a_name_a_default_and_a_sentence() -> None:
    rows = options()
    assert len(rows) == len(dataclasses.fields(Settings)) == len({name for name, _, _ in rows})
    for name, _, meaning in rows:
        assert name.startswith("SAYSO_")
        assert meaning.endswith((".", "…"))


def test_defaults_read_as_one_would_write_them() -> None:
    default = {name: text for name, text, _ in options()}
    assert default["SAYSO_ALLOW_LOOPBACK_PUSH"] == "false"
    assert default["SAYSO_DATA_DIR"] == "var"
    assert default["SAYSO_KEY_FILE"] == ""
    assert default["SAYSO_TRUSTED_PROXIES"] == "0"
