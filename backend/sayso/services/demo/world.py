"""The stage of the demonstration: study, sites, staff, and what the acts need to know of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sayso.domain.audit import Actor
from sayso.domain.questionnaire import Questionnaire
from sayso.domain.study import Study
from sayso.services import access, accounts, publishing, sites
from sayso.services.access import Reach
from sayso.services.demo.cast import SITES
from sayso.services.publishing import Find
from sayso.store.sealed import Keyring

COMMAND = Actor("command")
SIGN_IN = "coordinator@demo.example.org"
# Invented colleagues, so that entries have authors and an approval has a second person.
_COLLEAGUES = (
    ("r.alvarez@demo.example.org", "Rosa Alvarez", "coordinator", ("NFD", "NFW")),
    ("j.lindqvist@demo.example.org", "Johan Lindqvist", "coordinator", ("LKS",)),
    ("m.okafor@demo.example.org", "Mercy Okafor", "investigator", ("NFD", "NFW", "LKS")),
)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that stays the same while the history is played."""

    connection: Connection
    keyring: Keyring
    study: Study
    questionnaires: Mapping[str, Questionnaire]
    desks: Mapping[str, Reach]  # who records at each site
    investigator: Reach
    push_origin: str
    vapid_key_id: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The one way into the console; the password was made up a moment ago."""

    email: str
    password: str


def build(
    connection: Connection,
    keyring: Keyring,
    study_text: str,
    study_name: str,
    find: Find,
    begin: datetime,
    push_origin: str,
    vapid_key_id: str,
) -> tuple[World, SignIn]:
    """Publish the study, open the sites and hire the staff, all at `begin`."""
    published = publishing.publish(connection, COMMAND, study_text, study_name, find, begin)
    key = published.study.key
    ids = {}
    for code, name, zone, parent, _share in SITES:
        ids[code] = sites.add(connection, COMMAND, key, code, name, zone, begin, parent)
    hired = {}
    for email, name, role, places in _COLLEAGUES:
        staff_id = _hire(connection, keyring, email, name, role, [ids[p] for p in places], begin)
        reached = [ids[place] for place in places]
        hired[name] = access.reach(connection, Actor("staff", staff_id, role), key, reached)
    password = passphrase()
    _hire(
        connection, keyring, SIGN_IN, "Demo Coordinator", "coordinator", list(ids.values()), begin,
        password,
    )  # fmt: skip
    rosa, johan = hired["Rosa Alvarez"], hired["Johan Lindqvist"]
    pinned = publishing.pinned_questionnaires(connection, published.id).values()
    world = World(
        connection,
        keyring,
        published.study,
        {sha: publishing.questionnaire_by_hash(connection, sha) for sha in pinned},
        {"NFD": rosa, "NFW": rosa, "LKS": johan},
        hired["Mercy Okafor"],
        push_origin,
        vapid_key_id,
    )
    return world, SignIn(SIGN_IN, password)


def passphrase() -> str:
    """Four groups of five letters and digits: 100 bits, and still possible to type."""
    letters = "abcdefghjkmnpqrstvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _hire(
    connection: Connection,
    keyring: Keyring,
    email: str,
    name: str,
    role: str,
    site_ids: list[int],
    begin: datetime,
    password: str | None = None,
) -> int:
    """Invite somebody and accept in their place; nobody knows the colleagues' passwords."""
    invited = accounts.invite(connection, COMMAND, email, role, site_ids, keyring, begin)
    return accounts.accept(
        connection, COMMAND, invited.token, name, password or passphrase(), keyring, begin
    )
