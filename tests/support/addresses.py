"""Every address of the program with who may use it and a request that fits, as one list."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

from support.stage import STUDY
from support.visitors import body

PERSON = f"/api/studies/{STUDY}/participants/P-001"
ENROL = f"/api/studies/{STUDY}/participants"
DAY = "2026-06-10"
WHY = {"reason": "Written down wrongly"}
LICENCE = {"owner": "Somebody", "reference": "17", "expires": None, "languages": ["en"]}


class Route(NamedTuple):
    """Who a route is for: anyone, participant, either, staff, or one of `ROLES`; and a request.

    `about` says whether the address names Alice, whom only staff of her site may see.
    """

    endpoint: str
    method: str
    audience: str
    path: str
    json: Any = None
    about: bool = False


def person(endpoint: str, path: str, json: Any) -> Route:
    return Route(f"participants.{endpoint}", "POST", "change", PERSON + path, json, about=True)


SIGNED = {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}


def routes(form: dict[str, Any]) -> list[Route]:
    study = f"/api/studies/{STUDY}"
    return [*doors(form), *own(form), *desk(form, study), *people(form, study)]


def doors(form: dict[str, Any]) -> list[Route]:
    """Open to whoever comes: pages, sign-in, and texts."""
    return [
        Route("shell.participant_app", "GET", "anyone", "/"),
        Route("shell.console", "GET", "anyone", "/console/"),
        Route("shell.reminded", "GET", "anyone", "/form/12"),
        Route("shell.tablet_page", "GET", "anyone", "/tablet"),
        Route("shell.file", "GET", "anyone", "/sw.js"),
        Route("openapi.document", "GET", "anyone", "/api/openapi.json"),
        Route("openapi.page", "GET", "anyone", "/api/docs"),
        Route("openapi.style", "GET", "anyone", "/api/docs.css"),
        Route("openapi.problem", "GET", "anyone", "/problems/not-found"),
        Route("health.live", "GET", "anyone", "/health/live"),
        Route("health.ready", "GET", "anyone", "/health/ready"),
        Route("metrics.read", "GET", "anyone", "/metrics"),
        Route("metrics.receive", "POST", "anyone", "/canary/1.x", {}),
        Route("acknowledgements.acknowledge", "POST", "anyone", "/api/acks", {"token": "x" * 43}),
        Route("phone.enrol_phone", "POST", "anyone", "/api/device-sessions", {"code": "WRNG-CODE"}),
        Route("calendar.read", "GET", "anyone", f"/calendar/{'x' * 43}.ics"),
        Route("passkeys.ask_who", "POST", "anyone", "/api/passkey-sessions/options", {}),
        Route("passkeys.sign_in", "POST", "anyone", "/api/passkey-sessions",
              {"credential": SIGNED}),
        Route("staff session.sign_in", "POST", "anyone", "/api/staff/session",
              {"email": "who@example.org", "password": "not the right one"}),
        Route("staff session.accept_invitation", "POST", "anyone", "/api/staff/invitations/accept",
              {"token": "x" * 43, "name": "Who", "password": "seven quiet rivers run"}),
        Route("questionnaires.questionnaire", "GET", "either",
              f"/api/questionnaires/{form['questionnaire_sha']}"),
    ]  # fmt: skip


def own(form: dict[str, Any]) -> list[Route]:
    """What a participant does on her own phone."""
    own = "/api/me"
    draft = {"answers": {}, "saved_at": "2026-06-15T14:00:00Z"}
    sent = f"{own}/responses/{uuid4()}"
    return [
        Route("access.look", "GET", "participant", f"{own}/access"),
        Route("access.make_transfer_code", "POST", "participant", f"{own}/transfer-codes", {}),
        Route("access.ask_for_passkey", "POST", "participant", f"{own}/passkeys/options", {}),
        Route("access.make_passkey", "POST", "participant", f"{own}/passkeys", SIGNED),
        Route("access.remove_passkeys", "DELETE", "participant", f"{own}/passkeys"),
        Route("access.make_calendar", "POST", "participant", f"{own}/calendar", {}),
        Route("access.end_calendar", "DELETE", "participant", f"{own}/calendar"),
        Route("participant.look", "GET", "participant", own),
        Route("participant.open_form", "GET", "participant", f"{own}/forms/{form['id']}"),
        Route("participant.save_draft", "PUT", "participant", f"{own}/forms/{form['id']}/draft",
              draft),
        Route("participant.send_response", "PUT", "participant", sent, body(form)),
        Route("participant.change_preferences", "PUT", "participant", f"{own}/preferences",
              {"hour": 9}),
        Route("participant.ask_for_call", "POST", "participant", f"{own}/call-request", {}),
        Route("participant.take_back_call", "DELETE", "participant", f"{own}/call-request"),
        Route("participant.say_why_missed", "POST", "participant", f"{own}/missing-reasons",
              {"expected_form_id": form["id"], "reason": "too_ill"}),
        Route("reminders.register", "PUT", "participant", f"{own}/subscriptions", {}),
        Route("reminders.remove", "DELETE", "participant", f"{own}/subscriptions",
              {"endpoint": "https://fcm.googleapis.com/none"}),
        Route("reminders.send_test", "POST", "participant", f"{own}/test-reminder", {}),
        Route("phone.tell_unsent", "PUT", "participant", f"{own}/unsent", {"forms": 0}),
        Route("phone.leave_phone", "DELETE", "participant", f"{own}/session"),
    ]  # fmt: skip


def desk(form: dict[str, Any], study: str) -> list[Route]:
    """What staff do for the study as a whole."""
    a_file = {"pack": "phq-9@1.0", "file_name": "own.csv", "content": "YQ=="}
    return [
        Route("staff session.who_am_i", "GET", "staff", "/api/staff/session"),
        Route("staff session.sign_out", "DELETE", "staff", "/api/staff/session"),
        Route("staff.read_accounts", "GET", "oversee", "/api/staff/accounts"),
        Route("staff.invite", "POST", "administer", "/api/staff/accounts",
              {"email": "new@example.org", "role": "monitor", "sites": [f"{STUDY}/S1"]}),
        Route("staff.renew_invitation", "POST", "administer", "/api/staff/accounts/999/invitation",
              {}),
        Route("staff.change", "PUT", "administer", "/api/staff/accounts/999",
              {"role": "monitor", "sites": [f"{STUDY}/S1"]}),
        Route("staff.suspend", "POST", "administer", "/api/staff/accounts/999/suspension", WHY),
        Route("staff.resume", "POST", "administer", "/api/staff/accounts/999/resumption", {}),
        Route("staff.sign_out_everywhere", "POST", "administer",
              "/api/staff/accounts/999/sign-out", {}),
        Route("studies.read_studies", "GET", "staff", "/api/studies"),
        Route("studies.read_study", "GET", "staff", study),
        Route("studies.read_today", "GET", "staff", f"{study}/today"),
        Route("studies.read_audit", "GET", "staff", f"{study}/audit"),
        Route("audit.verify", "POST", "oversee", f"{study}/audit/verification", {}),
        Route("studies.read_completion", "GET", "staff", f"{study}/completion"),
        Route("studies.read_trend", "GET", "staff", f"{study}/completion/trend"),
        Route("studies.read_cell", "GET", "staff", f"{study}/completion/forms"),
        Route("studies.read_people", "GET", "staff",
              f"{study}/completion/people?figure=contact"),
        Route("studies.read_exempt", "GET", "staff", f"{study}/exempt"),
        Route("studies.read_participants", "GET", "staff", f"{study}/participants"),
        Route("operations.read_operations", "GET", "change", "/api/operations"),
        Route("operations.read_summaries", "GET", "change", f"{study}/summaries"),
        Route("operations.choose_summary", "PUT", "change", f"{study}/summaries/S1",
              {"wanted": True}),
        Route("exports.expected_forms", "GET", "staff", f"{study}/exports/expected-forms.csv"),
        Route("exports.items", "GET", "staff", f"{study}/exports/items.csv"),
        Route("exports.completion_table", "GET", "staff", f"{study}/exports/completion.csv"),
        Route("exports.all_figures", "GET", "staff", f"{study}/exports/figures.csv"),
        Route("exports.consort_table", "GET", "staff", f"{study}/exports/consort.csv"),
        Route("exports.consort_picture", "GET", "staff", f"{study}/exports/consort.svg"),
        Route("instruments.read_instruments", "GET", "staff", f"{study}/instruments"),
        Route("instruments.read_instrument", "GET", "staff",
              f"{study}/instruments/{form['questionnaire_sha']}"),
        Route("instruments.match_file", "POST", "change", f"{study}/instruments/match", a_file),
        Route("instruments.adopt_file", "POST", "change", f"{study}/instruments",
              a_file | {"file_sha256": "0" * 64, "licence": LICENCE}),
        Route("instruments.void_adopted", "POST", "change",
              f"{study}/adopted-instruments/1/void", WHY),
        Route("instruments.record_licence", "POST", "change", f"{study}/licences",
              {"instrument": "phq-9", **LICENCE}),
        Route("instruments.void_licence", "POST", "change", f"{study}/licences/1/void", WHY),
    ]  # fmt: skip


def people(form: dict[str, Any], study: str) -> list[Route]:
    """What staff do for one participant."""
    enrolling = {
        "code": "P-900", "site": "S1", "arm": "continue", "enrolled_on": DAY, "anchors": {},
        "zone": "America/New_York", "preferred_language": "en", "reads_english": True,
        "reads_english_how": "asked", "interpreter": False,
    }  # fmt: skip
    return [
        Route("participants.read", "GET", "staff", PERSON, about=True),
        Route("participants.read_phones", "GET", "staff", f"{PERSON}/phones", about=True),
        Route("participants.enrol", "POST", "change", f"{study}/participants", enrolling, True),
        Route("send reminders.send", "POST", "change", f"{PERSON}/reminders",
              {"timepoint": "W12"}, about=True),
        person("new_code", "/enrolment-codes", {}),
        person("record_visit", "/visits", {"date": DAY, "kind": "clinic"}),
        person("void_visit", "/visits/1/void", WHY),
        person("record_contact", "/contacts",
               {"date": DAY, "channel": "call", "outcome": "spoke"}),
        person("void_contact", "/contacts/1/void", WHY),
        person("record_event", "/events", {"kind": "progression", "date": DAY}),
        person("void_event", "/events/1/void", WHY),
        person("record_anchor", "/anchors", {"name": "cessation", "date": DAY, **WHY}),
        person("record_exemption", "/exemptions", {"reason": "LANGUAGE", "from": DAY}),
        person("approve_exemption", "/exemptions/1/approval", {}),
        person("end_exemption", "/exemptions/1/end", {"on": DAY, **WHY}),
        person("decline_exemption", "/exemptions/1/void", WHY),
        person("record_reason", "/missing-reasons",
               {"expected_form_id": form["id"], "reason": "too_ill"}),
        person("resolve_conflict", "/conflicts/1/resolution", {"accept": True, **WHY}),
        *answers(form, study),
        *tablets(study),
        person("resolve_time", f"/responses/{uuid4()}/time-resolution", {"accept": True, **WHY}),
    ]  # fmt: skip


def answers(form: dict[str, Any], study: str) -> list[Route]:
    """What staff do about answers, and about the study's versions."""
    typed: dict[str, Any] = {"answers": {}, "skipped": []}
    entry = {
        "id": str(uuid4()), "expected_form_id": form["id"], "mode": "paper",
        "collected_on": DAY, **typed,
    }  # fmt: skip
    plan = {"document": "key = 1", "effective_on": DAY}

    def about(endpoint: str, method: str, path: str, json: Any = None) -> Route:
        audience = "staff" if endpoint == "read_response" else "change"
        return Route(f"answers.{endpoint}", method, audience, PERSON + path, json, about=True)

    return [
        about("read_sheet", "GET", "/entries"),
        about("enter", "POST", "/entries", entry),
        about("verify", "POST", f"/entries/{uuid4()}/verification", typed),
        about("settle", "POST", f"/entries/{uuid4()}/settlement", typed | WHY),
        about("read_response", "GET", f"/responses/{uuid4()}"),
        about("propose", "POST", f"/responses/{uuid4()}/corrections", typed | WHY),
        about("decide", "POST", "/corrections/1/decision", {"accept": True, **WHY}),
        about("move_zone", "POST", "/zone", {"zone": "America/Chicago", **WHY}),
        about("change_arm", "POST", "/arm", {"arm": "continue", **WHY}),
        Route("versions.read_versions", "GET", "staff", f"{study}/versions"),
        Route("versions.read_schedule", "GET", "staff", f"{study}/schedule.svg"),
        Route("versions.plan_amendment", "POST", "administer", f"{study}/amendments/plan", plan),
        Route("versions.apply_amendment", "POST", "administer", f"{study}/amendments",
              {**plan, "digest": "0" * 64}),
    ]  # fmt: skip


def tablets(study: str) -> list[Route]:
    """The clinic's tablet, from both sides."""
    path = f"{PERSON}/handovers"
    return [
        Route("hand-overs.read_recent", "GET", "staff", f"{study}/handovers"),
        Route("hand-overs.read_handovers", "GET", "staff", path, about=True),
        Route("hand-overs.hand_over", "POST", "change", path, {}, about=True),
        Route("hand-overs.take_back", "POST", "change", f"{path}/1/end", {}, about=True),
        Route("tablet.begin", "POST", "anyone", "/api/tablet/session", {"code": "WRNG-CODE"}),
        Route("tablet.look", "GET", "tablet", "/api/tablet"),
        Route("tablet.still_here", "PUT", "tablet", "/api/tablet/session", {}),
        Route("tablet.leave", "DELETE", "tablet", "/api/tablet/session"),
    ]
