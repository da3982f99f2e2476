"""Everything that an administrator can set, read once at start from the environment.

Each option is a field of `Settings` that carries its name, its default and one sentence of meaning;
the command `sayso config check` and the table in deploy/README.md are made from the same fields.
Secrets may come from a file instead: `SAYSO_SMTP_URL_FILE=/run/secrets/smtp` reads that file.
"""

from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import EnvValidationError, FileAwareEnv

from sayso.domain.errors import SaysoError

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(SaysoError):
    """The environment is wrong; `faults` names every wrong option with what to write instead."""

    slug = "settings-wrong"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def _option(name: str, default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"name": name, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One value per option; build it with `Settings.from_env()`."""

    data_dir: Path = _option(
        "SAYSO_DATA_DIR",
        Path("var"),
        "Folder for the SQLite database, keys and anchors of the audit trail.",
    )
    database_url: str = _option(
        "SAYSO_DATABASE_URL",
        "",
        "postgresql://user:password@host/name or sqlite:///path; "
        "empty means a SQLite file in the data folder.",
    )
    public_url: str = _option(
        "SAYSO_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "Address under which phones reach the app; https everywhere except on this machine.",
    )
    key_file: Path = _option(
        "SAYSO_KEY_FILE",
        Path(),
        "File with the key that encrypts names, addresses and endpoints; "
        "empty means identifiers.key in the data folder.",
    )
    vapid_key_file: Path = _option(
        "SAYSO_VAPID_KEY_FILE",
        Path(),
        "Private key that signs push messages; empty means vapid.pem in the data folder.",
    )
    vapid_subject: str = _option(
        "SAYSO_VAPID_SUBJECT",
        "",
        "mailto: or https: contact that push services may use; empty means the public address.",
    )
    smtp_url: str = _option(
        "SAYSO_SMTP_URL",
        "",
        "smtp://user:password@host:587 (STARTTLS) or smtps://…; empty means that no mail is sent.",
    )
    mail_from: str = _option("SAYSO_MAIL_FROM", "", "Sender of e-mail, needed with SAYSO_SMTP_URL.")
    push_hosts: tuple[str, ...] = _option(
        "SAYSO_PUSH_HOSTS",
        (),
        "Push service hosts to allow besides the browsers' own, separated by commas.",
    )
    allow_loopback_push: bool = _option(
        "SAYSO_ALLOW_LOOPBACK_PUSH",
        False,
        "Allow push endpoints on this machine; for the demonstration and for tests only.",
    )
    log_level: str = _option(
        "SAYSO_LOG_LEVEL", "INFO", "Least severity that is logged: DEBUG, INFO, WARNING or ERROR."
    )
    enrolment_code_minutes: int = _option(
        "SAYSO_ENROLMENT_CODE_MINUTES", 10, "Minutes for which an enrolment code stays valid."
    )
    support_phone: str = _option(
        "SAYSO_SUPPORT_PHONE",
        "",
        "Telephone number that the app shows for help when a site has none of its own.",
    )
    trusted_proxies: int = _option(
        "SAYSO_TRUSTED_PROXIES",
        0,
        "How many reverse proxies stand in front and set X-Forwarded-For and X-Forwarded-Proto.",
    )
    dead_man_url: str = _option(
        "SAYSO_DEAD_MAN_URL",
        "",
        "Address that the worker calls every five minutes, so that its silence is noticed.",
    )
    min_app_build: str = _option(
        "SAYSO_MIN_APP_BUILD",
        "",
        "Oldest version of the phone app that is not asked to update, like 0.2.0; empty means any.",
    )
    offline_app: bool = _option(
        "SAYSO_OFFLINE_APP",
        True,
        "Whether phones keep the app for use without a network; false takes it off every phone "
        "at its next visit, should a version of it be broken. Answers on phones stay.",
    )

    canary: bool = _option(
        "SAYSO_CANARY",
        True,
        "Once a day send a push message to this server itself; off where it cannot reach its own "
        "public address.",
    )
    metrics: str = _option(
        "SAYSO_METRICS",
        "off",
        "Who may read /metrics: off, loopback (this machine, not through a proxy), or a bearer "
        "token of at least 20 characters.",
    )

    @classmethod
    def from_env(cls) -> "Settings":
        """Read the process environment.

        Raises `SettingsError` naming every fault at once, so that one restart mends them all.
        """
        env = FileAwareEnv(eager=False, strip_whitespace=True)
        values, faults = _read_all(env)
        try:
            env.seal()
        except EnvValidationError as error:
            faults += _sentences(error)
        if faults:
            raise SettingsError(faults)
        settings = cls(**_with_derived_defaults(values))
        if faults := settings.faults():
            raise SettingsError(faults)
        return settings

    def faults(self) -> list[str]:
        """What is wrong with values that are well-formed each on its own, as sentences."""
        checks = (
            (
                self.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+")),
                "SAYSO_DATABASE_URL must start with postgresql:// or sqlite:///.",
            ),
            (
                _is_web_address(self.public_url),
                "SAYSO_PUBLIC_URL must be an address like https://pro.example.org without a path.",
            ),
            (
                not self.vapid_subject or self.vapid_subject.startswith(("mailto:", "https://")),
                "SAYSO_VAPID_SUBJECT must start with mailto: or https://.",
            ),
            (
                not self.smtp_url or self.smtp_url.startswith(("smtp://", "smtps://")),
                "SAYSO_SMTP_URL must start with smtp:// or smtps://.",
            ),
            (
                not self.smtp_url or "@" in self.mail_from,
                "SAYSO_MAIL_FROM must be an e-mail address when SAYSO_SMTP_URL is set.",
            ),
            (
                self.log_level in LOG_LEVELS,
                f"SAYSO_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.",
            ),
            (
                1 <= self.enrolment_code_minutes <= 60,
                "SAYSO_ENROLMENT_CODE_MINUTES must be between 1 and 60.",
            ),
            (
                0 <= self.trusted_proxies <= 3,
                "SAYSO_TRUSTED_PROXIES must be between 0 and 3.",
            ),
            (
                not self.dead_man_url or self.dead_man_url.startswith(("https://", "http://")),
                "SAYSO_DEAD_MAN_URL must start with https:// or http://.",
            ),
            (
                self.metrics in {"off", "loopback"} or len(self.metrics) >= 20,
                "SAYSO_METRICS must be off, loopback or a token of at least 20 characters.",
            ),
        )
        return [sentence for holds, sentence in checks if not holds]


def options() -> list[tuple[str, str, str]]:
    """Every option as (name, default as text, meaning), in the order of `Settings`."""
    return [
        (option.metadata["name"], _default_text(option.default), option.metadata["meaning"])
        for option in fields(Settings)
    ]


def _read_all(env: FileAwareEnv) -> tuple[dict[str, Any], list[str]]:
    """The values by field name, and what is wrong with files that were to hold them."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for option in fields(Settings):
        try:
            values[option.name] = _read(env, option)
        except ValueError as error:
            faults.append(str(error))
    return values, faults


def _read(env: FileAwareEnv, option: "Field[Any]") -> Any:
    name: str = option.metadata["name"]
    default: Any = option.default
    if isinstance(default, bool):
        return env.bool(name, default)
    if isinstance(default, int):
        return env.int(name, default)
    if isinstance(default, Path):
        return env.path(name, default)
    if isinstance(default, tuple):
        parts: list[str] = env.list(name, [])
        return tuple(part.strip() for part in parts or () if part.strip())
    return env.str(name, default)


def _with_derived_defaults(values: dict[str, Any]) -> dict[str, Any]:
    data_dir: Path = values["data_dir"]
    public_url = values["public_url"].rstrip("/")
    https = public_url.startswith("https://")
    return values | {
        "public_url": public_url,
        "log_level": values["log_level"].upper(),
        "database_url": values["database_url"] or f"sqlite:///{data_dir / 'sayso.sqlite'}",
        "key_file": _or_inside(values["key_file"], data_dir, "identifiers.key"),
        "vapid_key_file": _or_inside(values["vapid_key_file"], data_dir, "vapid.pem"),
        "vapid_subject": values["vapid_subject"] or (public_url if https else ""),
    }


def _or_inside(path: Path, folder: Path, name: str) -> Path:
    return folder / name if path == Path() else path


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and parts.path in {"", "/"}
        and not parts.query
        and not parts.fragment
    )


def _sentences(error: EnvValidationError) -> list[str]:
    messages = error.error_messages
    if isinstance(messages, dict):
        return [f"{name}: {' '.join(map(str, said))}" for name, said in sorted(messages.items())]
    return [str(message) for message in messages]


def _default_text(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default == Path() else str(default)
