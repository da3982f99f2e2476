"""Amendments through the API: planned, shown, and applied exactly as shown or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.resources import instruments_dir
from support.answering import ALICE, entry, page, slug
from support.stage import STUDY
from support.visitors import Reply, Visitors

FILE = instruments_dir() / "studies" / f"{STUDY}.toml"
ROOT = f"/api/studies/{STUDY}"
NEXT = "2026-06-20"
WEEK_24 = """
[[timepoints]]
id = "W24"
label = "Week 24"
arms = ["continue", "stop"]
opens = 147
target = 168
closes = 189
packs = ["core"]
visit = "clinic"
assumed = ["id", "label", "arms", "opens", "target", "closes", "packs", "visit"]
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services prove both databases; here it is about what the API says and shows."""
    return sqlite_url


@pytest.fixture
def wider() -> str:
    """The study as amended: Week 24 is open for a week longer on either side."""
    text = FILE.read_text("utf-8")
    assert "n = [24, 36, 48]" in text
    return second(text.replace("n = [24, 36, 48]", "n = [36, 48]")) + WEEK_24


def second(text: str) -> str:
    """The same file as another version of the study."""
    assert text.count('version = "1"') == 1
    return text.replace('version = "1"', 'version = "2.0.0"')


def planned(visitors: Visitors, document: str, by: str = "ada", on: str | None = NEXT) -> Reply:
    body = {"document": document, "effective_on": on}
    reply: Reply = getattr(visitors, by).post(f"{ROOT}/amendments/plan", body)
    return reply


def applied(visitors: Visitors, document: str, digest: str, on: str = NEXT) -> Reply:
    body = {"document": document, "effective_on": on, "digest": digest}
    return visitors.ada.post(f"{ROOT}/amendments", body)


def week_24(shown: dict[str, Any]) -> set[tuple[str, str]]:
    return {(f["opens"], f["closes"]) for f in shown["forms"] if f["timepoint"] == "W24"}


def test_a_plan_says_what_would_move_and_moves_nothing(visitors: Visitors, wider: str) -> None:
    before = page(visitors.bob)

    plan = planned(visitors, wider).json

    assert (plan["version"], plan["effective_on"]) == ("2.0.0", NEXT)
    assert (plan["moves"], plan["adds"], plan["closes"], plan["touches_answered"]) == (12, 0, 0, 0)
    assert plan["participants"] == 3
    assert plan["by_timepoint"] == [
        {"timepoint": "W24", "label": "Week 24", "adds": 0, "moves": 12, "closes": 0, "renews": 0}
    ]
    alice = plan["by_participant"][0]
    assert (alice["participant"], alice["site"], alice["moves"]) == ("P-001", "S1", 4)
    assert alice["kept"] == len(before["forms"]) - 4
    assert "moves 12 future forms" in plan["sentence"]
    assert page(visitors.bob)["forms"] == before["forms"]
    assert [one["version"] for one in visitors.bob.get(f"{ROOT}/versions").json["versions"]] == [
        "1"
    ]


def test_what_was_planned_is_what_is_done(visitors: Visitors, wider: str) -> None:
    plan = planned(visitors, wider).json

    done = applied(visitors, wider, plan["digest"])

    assert done.status_code == 201, done.json
    assert {**done.json, "digest": ""} == {**plan, "digest": ""}
    assert week_24(page(visitors.bob)) == {("2026-08-14", "2026-09-25")}
    newest, first = visitors.bob.get(f"{ROOT}/versions").json["versions"]
    assert (newest["version"], newest["current"], newest["in_effect"]) == ("2.0.0", True, False)
    assert (newest["effective_on"], newest["sha256"]) == (NEXT, plan["sha256"])
    assert (first["current"], first["in_effect"], first["effective_on"]) == (False, True, None)


def test_windows_already_open_keep_the_old_rule(visitors: Visitors, wider: str) -> None:
    before = page(visitors.bob)
    document = wider.replace("opens = 70", "opens = 63")
    plan = planned(visitors, document).json

    applied(visitors, document, plan["digest"])

    after = page(visitors.bob)
    open_now = [form for form in before["forms"] if form["status"] == "open"]
    assert open_now
    assert all(form in after["forms"] for form in open_now)


def test_a_report_for_the_day_before_is_the_same_to_the_byte(
    visitors: Visitors, wider: str
) -> None:
    path = f"{ROOT}/completion?as_of=2026-06-14"
    before = visitors.bob.get(path).json["rates"]
    applied(visitors, wider, planned(visitors, wider).json["digest"])

    assert visitors.bob.get(path).json["rates"] == before


def test_a_plan_that_is_not_the_plan_any_more_is_not_applied(
    visitors: Visitors, wider: str
) -> None:
    digest = planned(visitors, wider).json["digest"]
    death = {"name": "cessation", "date": "2026-03-25", "reason": "A slip"}
    assert visitors.bob.post(f"{ALICE}/anchors", death).status_code == 201
    fewer = second(FILE.read_text("utf-8"))

    assert slug(applied(visitors, fewer, digest)) == "plan-changed"
    assert slug(applied(visitors, wider, digest, on="2026-06-21")) == "plan-changed"
    assert len(visitors.bob.get(f"{ROOT}/versions").json["versions"]) == 1


def test_a_change_of_the_people_changes_the_plan(visitors: Visitors, wider: str) -> None:
    digest = planned(visitors, wider).json["digest"]
    enrolling = {
        "code": "P-900", "site": "S1", "arm": "continue", "enrolled_on": "2026-06-10",
        "anchors": {}, "zone": "America/New_York", "preferred_language": "en",
        "reads_english": True, "reads_english_how": "asked", "interpreter": False,
    }  # fmt: skip
    assert visitors.bob.post(f"{ROOT}/participants", enrolling).status_code == 201

    refused = applied(visitors, wider, digest)

    assert (refused.status_code, slug(refused)) == (409, "plan-changed")
    again = planned(visitors, wider).json
    assert again["participants"] == 4
    assert applied(visitors, wider, again["digest"]).status_code == 201


def test_answered_forms_are_never_touched(visitors: Visitors, wider: str) -> None:
    visitors.bob.post(f"{ALICE}/entries", entry(visitors))
    narrower = wider.replace("opens = 70", "opens = 80").replace("closes = 98", "closes = 90")
    before = page(visitors.bob)

    plan = planned(visitors, narrower).json
    assert plan["touches_answered"] == 0
    applied(visitors, narrower, plan["digest"])

    answered = [form for form in before["forms"] if form["response_id"]]
    assert answered
    assert all(form in page(visitors.bob)["forms"] for form in answered)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda text: text, "study-version-taken"),
        (lambda _text: "this is no file", "study-file-wrong"),
        (
            lambda text: second(text).replace("demo-hrqol", "demo-nothing"),
            "questionnaire-not-found",
        ),
        (lambda text: second(text).replace(f'key = "{STUDY}"', 'key = "other"'), "unknown-study"),
    ],
)
def test_files_that_amend_nothing(visitors: Visitors, change: Any, wanted: str) -> None:
    answer = planned(visitors, change(FILE.read_text("utf-8")))

    assert slug(answer) == wanted, answer.json


def test_all_faults_of_a_file_are_named_at_once(visitors: Visitors) -> None:
    text = second(FILE.read_text("utf-8"))
    wrong = text.replace('packs = ["core"]', 'packs = ["nothing"]', 1)
    wrong = wrong.replace("opens = 70", "opens = 90").replace(
        'anchor = "enrolment"', 'anchor = "x"'
    )

    for answer in (planned(visitors, wrong), applied(visitors, wrong, "0" * 64)):
        assert (answer.status_code, slug(answer)) == (422, "study-file-wrong")
        errors = answer.json["errors"]
        assert errors["timepoints.W12"] == [
            "the window is inverted: opens 90, target 84, closes 98; "
            "write opens <= target <= closes"
        ]
        assert len(errors) >= 3, errors
        for key, sentences in errors.items():
            for sentence in sentences:
                assert f"{key}: {sentence}" in answer.json["detail"]


def test_a_file_without_faults_has_no_list_of_them(visitors: Visitors) -> None:
    assert "errors" not in planned(visitors, FILE.read_text("utf-8")).json


def test_a_long_file_is_planned_as_it_is(visitors: Visitors, wider: str) -> None:
    """Two hundred kilobytes of protocol in comments; the console sends the file as text."""
    long = wider + "# as the protocol says, section by section\n" * 5_000
    assert len(long) > 200_000

    plan = planned(visitors, long).json
    assert plan["moves"] == 12
    assert applied(visitors, long, plan["digest"]).status_code == 201


def test_a_file_that_is_longer_than_any_study_is_refused(visitors: Visitors) -> None:
    answer = planned(visitors, "#" * 500_001)

    assert (answer.status_code, slug(answer)) == (422, "invalid")
    assert list(answer.json["errors"]) == ["document"]


def test_only_an_administrator_amends(visitors: Visitors, wider: str) -> None:
    for name in ("bob", "erin", "max"):
        assert slug(planned(visitors, wider, by=name)) == "not-allowed"
    assert visitors.max.get(f"{ROOT}/versions").status_code == 200


def test_the_schedule_is_a_picture(visitors: Visitors) -> None:
    answer = visitors.max.get(f"{ROOT}/schedule.svg")

    assert answer.content_type == "image/svg+xml"
    assert "Week 24" in answer.text
    assert visitors.max.get("/api/studies/other/schedule.svg").status_code == 404
