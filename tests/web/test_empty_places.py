"""Places without people, and dates that cannot be: every page answers, nothing is half done."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from sayso.services import sites
from sayso.store.tables import staff_site
from support.stage import COMMAND, NEW_YORK, STUDY
from support.visitors import Visitor, Visitors

BASE = f"/api/studies/{STUDY}"
ALICE = f"{BASE}/participants/P-001"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is empty is empty on either engine."""
    return sqlite_url


@pytest.fixture
def newcomer(visitors: Visitors) -> Visitor:
    """The coordinator of a site that has enrolled nobody yet."""
    stage = visitors.stage
    with stage.open() as connection:
        stage.site_ids["S9"] = sites.add(
            connection, COMMAND, STUDY, "S9", "Site S9", NEW_YORK, visitors.clock.now()
        )
        connection.execute(
            update(staff_site)
            .where(staff_site.c.staff_id == stage.staff_ids["dana"])
            .values(site_id=stage.site_ids["S9"])
        )
    dana: Visitor = visitors.dana
    return dana


@pytest.mark.parametrize(
    ("path", "field", "empty"),
    [
        ("today", "rows", []),
        ("participants", "rows", []),
        ("exempt", "rows", []),
        ("completion", "balance_ok", True),
        ("completion/forms?measure=missing", "rows", []),
    ],
)
def test_a_site_without_participants_has_whole_pages(
    newcomer: Visitor, path: str, field: str, empty: Any
) -> None:
    answer = newcomer.get(f"{BASE}/{path}")

    assert answer.status_code == 200, answer.json
    assert answer.json[field] == empty


def test_its_exports_hold_their_headings_only(newcomer: Visitor) -> None:
    for name in ("expected-forms", "items"):
        text = newcomer.get(f"{BASE}/exports/{name}.csv").get_data(as_text=True)
        assert len(text.strip().splitlines()) == 1, name


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("visits", {"date": "2026-06-16", "kind": "clinic"}),
        ("visits", {"date": "2020-01-01", "kind": "clinic"}),
        ("contacts", {"date": "2026-06-17", "channel": "call", "outcome": "spoke"}),
        ("events", {"kind": "death", "date": "2026-06-17"}),
        ("exemptions", {"reason": "LANGUAGE", "from": "2026-06-10", "to": "2026-06-01"}),
        ("anchors", {"name": "cessation", "date": "2027-01-01", "reason": "Wrong"}),
    ],
)
def test_a_date_out_of_order_is_refused_in_words_and_changes_nothing(
    visitors: Visitors, path: str, said: dict[str, Any]
) -> None:
    before = visitors.bob.get(ALICE).json

    answer = visitors.bob.post(f"{ALICE}/{path}", said)

    assert (answer.status_code, answer.json["slug"]) == (422, "dates-out-of-order")
    assert len(answer.json["detail"]) > 20
    after = visitors.bob.get(ALICE).json
    assert after["etag"] == before["etag"]
    for field in ("visits", "contacts", "events", "exemptions", "anchors", "forms"):
        assert after[field] == before[field], field


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("visits", {"date": "2026-06-12", "kind": "clinic"}),
        ("contacts", {"date": "2026-06-12", "channel": "call", "outcome": "spoke"}),
        ("events", {"kind": "progression", "date": "2026-06-12"}),
        ("exemptions", {"reason": "LANGUAGE", "from": "2026-06-15"}),
        ("zone", {"zone": "America/Chicago", "reason": "Moved"}),
    ],
)
def test_two_people_at_one_record_overwrite_nothing(
    visitors: Visitors, path: str, said: dict[str, Any]
) -> None:
    seen = visitors.bob.get(ALICE).json["etag"]
    died = visitors.erin.post(f"{ALICE}/events", {"kind": "lost", "date": "2026-06-14"})
    assert died.status_code == 201

    late = visitors.bob.post(f"{ALICE}/{path}", said, headers={"If-Match": seen})

    assert (late.status_code, late.json["slug"]) == (412, "changed-meanwhile")
    now = visitors.bob.get(ALICE).json
    assert now["etag"] == died.json["etag"]
    again = visitors.bob.post(f"{ALICE}/{path}", said, headers={"If-Match": now["etag"]})
    assert again.status_code == 201, again.json


def test_who_died_a_minute_ago_gets_no_reminder_and_no_form(visitors: Visitors) -> None:
    open_forms = [one for one in visitors.bob.get(ALICE).json["forms"] if one["status"] == "open"]
    assert open_forms
    died = visitors.erin.post(f"{ALICE}/events", {"kind": "death", "date": "2026-06-15"})
    assert died.status_code == 201

    verdict = visitors.bob.post(f"{ALICE}/reminders", {"timepoint": "W12"})
    handed = visitors.bob.post(f"{ALICE}/handovers")

    assert (verdict.status_code, verdict.json["sent"]) == (200, False)
    assert handed.status_code == 409
    rows = visitors.bob.get(f"{BASE}/today").json["rows"]
    calls = {"silent", "closing", "unreachable", "call_requested"}
    assert not [row for row in rows if row["participant"] == "P-001" and row["kind"] in calls]
