"""A coordinator at her desk, as a test plays her: she signs in, enrols, looks numbers up."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from e2e.office import Office
from support.clinic import PASSWORD, STUDY, Clinic

EMAIL = "ann@clinic.example"
ARM = "Cohort 2: stop anti-HER2 therapy"
CESSATION = "Anti-HER2 therapy stopped"
BALANCE = ("enrolled", "expected", "exempt", "not_expected", "upcoming", "open", "received_open")


class Desk:
    """One browser context of the size of a desk screen; `page` is what it shows."""

    def __init__(self, browser: Browser, clinic: Clinic | Office, study: str = STUDY) -> None:
        self.clinic = clinic
        self.study = study
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page: Page = self.context.new_page()

    def accept_invitation(self) -> None:
        """Choose a password with the link that the administrator was given."""
        assert isinstance(self.clinic, Clinic), "in an office everybody has a password"
        self.page.goto(self.clinic.invitation)
        self.page.get_by_label("name").fill("Ann Lee")
        for field in self.page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        self.page.get_by_label("E-mail").wait_for()

    def sign_in(self, email: str = EMAIL) -> None:
        """Sign in with the password of the invitation."""
        self.page.goto(f"{self.clinic.origin}/console/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        expect(self.page.get_by_role("heading", name="Today")).to_be_visible()

    def show(self, view: str) -> None:
        """A view afresh, by its address, once what it asked for has come."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.clinic.origin}/console/#/{self.study}/{view}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)

    def look(self, path: str) -> Any:
        """What the server answers about something of the study."""
        answer = self.context.request.get(f"{self.clinic.origin}/api/studies/{self.study}/{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def tell(self, path: str, said: dict[str, Any]) -> Any:
        """Enter something without the screen, as another browser of hers would."""
        answer = self.context.request.post(
            f"{self.clinic.origin}/api/studies/{self.study}/{path}", data=said,
            headers={"X-Sayso-Client": "console/0"},
        )  # fmt: skip
        assert answer.ok, answer.text()
        return answer.json()

    def go(self, name: str) -> None:
        """Follow the menu."""
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    def enrol(self, code: str, *, reads_english: bool, cessation_days_ago: int = 84) -> None:
        """Fill in the one page of enrolment for arm `stop`."""
        self.page.get_by_role("navigation").get_by_role("link", name="Enrol", exact=True).click()
        form = self.page.locator("main")
        form.get_by_label("Study code").fill(code)
        form.get_by_label("Arm").select_option(label=ARM)
        form.get_by_label("Enrolled on").fill(self.clinic.days_ago(cessation_days_ago + 6))
        form.get_by_label(CESSATION).fill(self.clinic.days_ago(cessation_days_ago))
        if not reads_english:
            form.get_by_label("Preferred language").select_option(label="Spanish")
            form.get_by_label("Needs an interpreter at visits").check()
        form.get_by_label("Yes" if reads_english else "No", exact=True).check()
        form.get_by_role("button", name="Enrol").click()
        expect(self.page.get_by_role("heading", name=re.compile(code))).to_be_visible()

    def phone_code(self, code: str) -> str:
        """A code for the phone of this participant, made without the screen."""
        return str(self.tell(f"participants/{code}/enrolment-codes", {})["code"])

    def code_on_screen(self) -> str:
        """The code that stands under the picture."""
        found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", self.page.locator("main").inner_text())
        assert found, "no code is shown"
        return found[0]

    def balance(self, timepoint: str = "Week 12") -> dict[str, int]:
        """The row of that timepoint in the table that adds up, in forms."""
        self._fresh_completion()
        cells = self._row("Adds up", timepoint)
        assert cells[-1] == "Yes"
        return dict(zip(BALANCE, (int(cell) for cell in cells[:-1]), strict=True))

    def rates(self, timepoint: str = "Week 12") -> list[str]:
        """The row of that timepoint in the table of rates, cell by cell."""
        return self._row("Available, all enrolled", timepoint)

    def people_behind(self, measure: str, timepoint: str = "W12") -> list[str]:
        """Who stands behind a number of the balance, as its list shows them."""
        self._fresh_completion()
        target = f"#/{STUDY}/forms?timepoint={timepoint}&arm=stop&measure={measure}"
        self.page.locator(f"main a[href='{target}']").first.click()
        table = self.page.get_by_role("table")
        table.wait_for()
        return sorted(set(re.findall(r"\bN-\d+\b", table.inner_text())))

    def _fresh_completion(self) -> None:
        """The page as it is now: going to where one is already would show the old numbers."""
        self.go("Completion")
        self.page.reload()
        expect(self.page.get_by_role("table").first).to_be_visible()

    def _row(self, table_has: str, timepoint: str) -> list[str]:
        table = self.page.get_by_role("table").filter(has_text=table_has)
        row = table.get_by_role("row").filter(has_text=timepoint).filter(has_text=ARM)
        expect(row).to_have_count(1)
        return row.get_by_role("cell").all_inner_texts()

    def open_participant(self, code: str) -> None:
        """Open one participant."""
        self.page.goto(f"{self.clinic.origin}/console/#/{STUDY}/participants/{code}")
        expect(self.page.get_by_role("heading", level=1, name=code)).to_be_visible()

    def audit_trail(self, code: str) -> list[str]:
        """What the audit reader says was done about a participant, the newest first."""
        self.page.goto(f"{self.clinic.origin}/console/#/{STUDY}/audit?participant={code}")
        table = self.page.get_by_role("table")
        table.wait_for()
        expect(
            self.page.get_by_text("The events shown here are as they were written.")
        ).to_be_visible()
        rows = table.get_by_role("row").all()[1:]
        return [row.get_by_role("cell").nth(3).inner_text() for row in rows]
