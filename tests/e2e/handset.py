"""What a participant's phone says to the server, for journeys that are about the desk."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser

from e2e.office import Office
from support.clinic import Clinic

PHONE = {"X-Sayso-Client": "participant/0"}
CONSOLE = {"X-Sayso-Client": "console/0"}


class Handset:
    """What a participant's phone says to the server, without its screens."""

    def __init__(self, clinic: Clinic | Office, browser: Browser, code: str) -> None:
        """Enrolled with the code that stands on the coordinator's screen."""
        self.clinic = clinic
        self.context = browser.new_context()
        self.ask("POST", "/api/device-sessions", {"code": code, "device_label": "Phone"})

    def ask(self, method: str, path: str, data: Any) -> Any:
        answer = self.context.request.fetch(
            f"{self.clinic.origin}{path}", method=method, data=data, headers=PHONE
        )
        assert answer.ok, answer.text()
        return answer.json() if answer.body() else None

    def forms(self) -> list[dict[str, Any]]:
        me = self.context.request.get(f"{self.clinic.origin}/api/me").json()
        return [
            form
            for occasion in me["occasions"]
            if occasion["state"] == "open"
            for form in occasion["forms"]
        ]

    def answer(self, form: dict[str, Any], slow: timedelta = timedelta()) -> None:
        """Hand a form in blank; a clock that is `slow` says an earlier time."""
        moment = (self.clinic.now() - slow).astimezone(UTC).isoformat()
        body = {
            "expected_form_id": form["id"], "questionnaire_sha": form["questionnaire_sha"],
            "answers": {}, "skipped": [], "authored_at": moment, "authored_zone": self.clinic.zone,
            "sent_at": moment, "offer_token": form["offer_token"], "attested": True,
            "mode": "own_device", "app_build": "1.0.0",
        }  # fmt: skip
        self.ask("PUT", f"/api/me/responses/{uuid4()}", body)
