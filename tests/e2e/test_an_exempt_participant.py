"""The same journey for a person who does not read English: everything but questionnaires."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from e2e.desk import Desk
from support.clinic import STUDY, Clinic

Picture = Callable[[Page, str], None]


def test_an_exempt_participant_is_followed_and_moves_no_denominator(
    desk: Desk, picture: Picture
) -> None:
    desk.enrol("N-001", reads_english=True)
    before, rates = desk.balance(), desk.rates()

    desk.enrol("N-002", reads_english=False)
    main = desk.page.locator("main")
    expect(main.get_by_text(re.compile("^Exempt since"))).to_be_visible()
    expect(main.get_by_role("img", name=re.compile("QR"))).to_have_count(0)
    picture(desk.page, "console-enrolled-exempt")

    after = desk.balance()
    assert after == before | {"enrolled": before["enrolled"] + 4, "exempt": before["exempt"] + 4}
    assert after["enrolled"] == sum(after[name] for name in after if name != "enrolled")
    completion, in_window, to_date = 0, 1, 2
    for rate in (completion, in_window, to_date):
        assert desk.rates()[rate] == rates[rate]
    assert desk.people_behind("exempt") == ["N-002"]


def test_visits_of_an_exempt_participant_are_recorded(desk: Desk, picture: Picture) -> None:
    desk.open_participant("N-002")
    page = desk.page
    page.get_by_role("button", name="Record visit").click()
    panel = page.get_by_role("region", name="Record a visit of N-002")
    panel.get_by_label("Timepoint").select_option(label="Week 12")
    panel.get_by_label("Date").fill(desk.clinic.days_ago(0))
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Visit recorded")).to_be_visible()
    expect(page.locator("main").get_by_text("Visit: Week 12")).to_be_visible()
    picture(page, "console-participant-exempt")

    desk.go("Exempt")
    row = page.get_by_role("row").filter(has_text="N-002")
    expect(row).to_be_visible()
    assert "Spanish" in row.inner_text()
    picture(page, "console-exempt")


def test_no_code_and_no_subscription_can_be_made(desk: Desk, clinic: Clinic) -> None:
    answer = desk.page.request.post(
        f"{desk.clinic.origin}/api/studies/{STUDY}/participants/N-002/enrolment-codes",
        data={},
        headers={"X-Sayso-Client": "console/test"},
    )
    assert answer.status == 409
    assert answer.json()["slug"] == "participant-exempt"
    listed = clinic.run("participant", "list", STUDY, "--json")
    assert "N-002" in listed
