"""The Instruments page: what is asked, previews, licences, and a file that joins a pack."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest

from sayso.services import publishing
from sayso.store.tables import questionnaire
from sayso.web.coordinator_instrument_views import LARGEST_FILE
from support.licensed_files import own_file
from support.stage import STUDY
from support.visitors import Reply, Visitor, Visitors

PAGE = f"/api/studies/{STUDY}/instruments"
LICENCES = f"/api/studies/{STUDY}/licences"
TERMS = {
    "owner": "The owner", "reference": "Agreement 17", "expires": "2030-12-31", "languages": ["en"]
}  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services are tested on both databases; what is new here is HTTP."""
    return sqlite_url


def file_body(content: bytes, pack: str = "phq-9@1.0", **more: Any) -> dict[str, Any]:
    return {
        "pack": pack, "file_name": "own.csv", "content": base64.b64encode(content).decode(), **more
    }  # fmt: skip


def match(visitor: Visitor, content: bytes, pack: str = "phq-9@1.0", **more: Any) -> Reply:
    return visitor.ask("POST", f"{PAGE}/match", json=file_body(content, pack, **more))


def adopt(visitor: Visitor, content: bytes, **more: Any) -> Reply:
    shown = match(visitor, content).json
    body = file_body(content, file_sha256=shown["file_sha256"], licence=TERMS) | more
    return visitor.ask("POST", PAGE, json=body)


def test_the_page_lists_what_the_study_asks(visitors: Visitors) -> None:
    page = visitors.bob.get(PAGE).json

    by_id = {line["instrument"]: line for line in page["pinned"]}
    line = by_id["demo-anxiety"]
    assert line["status"] == "demonstration"
    assert line["faults"] == []
    assert line["items"] > 3
    assert line["scores"]
    assert len(line["sha256"]) == 64
    assert page["warnings"] == []
    assert len(page["packs"]) == 25
    assert {pack["name"] for pack in page["packs"]} >= {"phq-9@1.0", "eortc-qlq-c30@3.0"}


def test_a_preview_is_what_the_phone_gets(visitors: Visitors) -> None:
    card = visitors.open_form()
    sha = card["questionnaire_sha"]

    seen = visitors.max.get(f"{PAGE}/{sha}").json
    phone = visitors.alice.get(f"/api/questionnaires/{sha}").json

    assert seen["questionnaire"] == phone["questionnaire"]
    assert "scores" not in seen["questionnaire"]


@pytest.mark.parametrize("sha", ["0" * 64, "nothing", "..%2f"])
def test_there_is_no_preview_of_what_the_study_does_not_have(visitors: Visitors, sha: str) -> None:
    assert visitors.bob.get(f"{PAGE}/{sha}").status_code == 404


def test_a_questionnaire_of_another_study_is_not_there(visitors: Visitors) -> None:
    sha = visitors.open_form()["questionnaire_sha"]
    with visitors.stage.open() as connection:
        document = dict(publishing.document_by_hash(connection, sha)) | {"id": "theirs"}
        other = publishing.pin(connection, document, visitors.clock.now())
        assert connection.execute(
            questionnaire.select().where(questionnaire.c.sha256 == other)
        ).one()

    assert visitors.bob.get(f"{PAGE}/{other}").status_code == 404


def test_the_match_is_shown_question_by_question(visitors: Visitors) -> None:
    shown = match(visitors.bob, own_file("phq-9@1.0")).json

    assert shown["problems"] == []
    assert shown["worked_examples"] == 243
    first = shown["matches"][0]
    assert (first["item"], first["source"], first["confidence"]) == ("q1", "q1", "certain")
    assert first["codes"][2] == {"code": "2", "text": "Answer 2", "becomes": "2"}
    assert len(shown["offered"]) == 9


def test_matching_keeps_nothing(visitors: Visitors) -> None:
    match(visitors.bob, own_file("phq-9@1.0"))

    assert visitors.bob.get(PAGE).json["adopted"] == []


def test_what_does_not_fit_is_said_and_can_be_paired_by_hand(visitors: Visitors) -> None:
    text = own_file("phq-9@1.0").decode().replace("q9,", "last_one,")

    alone = match(visitors.bob, text.encode()).json
    assert alone["unmatched"] == ["q9"]
    assert alone["problems"] == ["the file has no item for 'q9'"]

    helped = match(visitors.bob, text.encode(), chosen={"q9": "last_one"}).json
    assert helped["problems"] == []
    assert helped["matches"][8]["how"] == "your choice"


def test_adopting_puts_it_on_the_page_with_its_licence(visitors: Visitors) -> None:
    answer = adopt(visitors.bob, own_file("phq-9@1.0"))

    assert answer.status_code == 201
    [line] = answer.json["adopted"]
    assert (line["instrument"], line["pack"], line["pinned"]) == ("phq-9", "phq-9@1.0", False)
    assert line["licence"]["reference"] == "Agreement 17"
    assert line["faults"] == []
    preview = visitors.bob.get(f"{PAGE}/{line['sha256']}").json
    assert preview["questionnaire"]["items"][0]["text"] == "Words of q1"


def test_what_is_adopted_is_what_was_looked_at(visitors: Visitors) -> None:
    answer = adopt(visitors.bob, own_file("phq-9@1.0"), file_sha256="0" * 64)

    assert (answer.status_code, answer.json["slug"]) == (422, "file-not-adopted")
    assert "not the one that was looked at" in answer.json["detail"]


def test_a_licence_without_an_owner_adopts_nothing(visitors: Visitors) -> None:
    answer = adopt(visitors.bob, own_file("phq-9@1.0"), licence=TERMS | {"owner": " "})

    assert (answer.status_code, answer.json["slug"]) == (422, "licence-incomplete")
    assert visitors.bob.get(PAGE).json["adopted"] == []


def test_a_second_time_is_refused(visitors: Visitors) -> None:
    adopt(visitors.bob, own_file("phq-9@1.0"))

    answer = adopt(visitors.bob, own_file("phq-9@1.0"))
    assert answer.json["slug"] == "already-recorded"


def test_an_adopted_file_can_be_taken_back(visitors: Visitors) -> None:
    [line] = adopt(visitors.bob, own_file("phq-9@1.0")).json["adopted"]
    path = f"/api/studies/{STUDY}/adopted-instruments/{line['id']}/void"

    answer = visitors.bob.post(path, json={"reason": "The wrong translation"})

    assert (answer.status_code, answer.json["adopted"]) == (201, [])
    assert visitors.bob.get(f"{PAGE}/{line['sha256']}").status_code == 404
    assert visitors.bob.post(path, json={"reason": "Again"}).status_code == 404


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("instrument.csv", b"0" * 100_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (bomb(), "the file would unpack to 100 MB"),
        ("Variable".encode("utf-16"), "the file is UTF-16 text; save it as UTF-8"),
        (b'{"resourceType":', "the file is not JSON"),
        (b"a,b\r\n1,2\r\n", "the file "),
        (b"\x89PNG\r\n\x1a\n", "the file is not UTF-8 text"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(
    visitors: Visitors, content: bytes, sentence: str
) -> None:
    answer = match(visitors.bob, content)

    assert answer.status_code == 200
    [problem] = answer.json["problems"]
    assert problem.startswith(sentence)


def test_a_file_that_is_too_large_is_refused(visitors: Visitors) -> None:
    answer = match(visitors.bob, b"a" * (LARGEST_FILE + 1))
    assert (answer.status_code, answer.json["slug"]) == (422, "file-not-adopted")
    assert "larger than 1.4 MB" in answer.json["detail"]

    whole = visitors.bob.ask("POST", f"{PAGE}/match", json=file_body(b"a" * 3_000_000))
    assert (whole.status_code, whole.json["slug"]) == (413, "too-large")


def test_what_is_no_base64_did_not_arrive_whole(visitors: Visitors) -> None:
    body = file_body(b"") | {"content": "not base64!"}
    answer = visitors.bob.ask("POST", f"{PAGE}/match", json=body)
    assert (answer.status_code, answer.json["slug"]) == (422, "file-not-adopted")


def test_a_pack_that_is_not_there(visitors: Visitors) -> None:
    answer = match(visitors.bob, b"x", "../../etc@1")
    assert (answer.status_code, answer.json["slug"]) == (404, "pack-not-found")


def test_a_licence_is_recorded_renewed_and_taken_back(visitors: Visitors) -> None:
    soon = TERMS | {"instrument": "phq-9", "expires": "2026-07-01"}
    page = visitors.bob.post(LICENCES, json=soon).json
    assert len(page["warnings"]) == 1
    [first] = page["licences"]

    page = visitors.bob.post(LICENCES, json=soon | {"expires": None}).json
    assert page["warnings"] == []
    assert len(page["licences"]) == 2

    path = f"{LICENCES}/{first['id']}/void"
    page = visitors.bob.post(path, json={"reason": "Renewed"}).json
    assert [one["expires"] for one in page["licences"]] == [None]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"languages": []}, "languages"), ({"modes": ["pigeon"]}, "modes"), ({"owner": ""}, "owner")],
)
def test_a_licence_of_the_wrong_shape_names_the_field(
    visitors: Visitors, change: dict[str, Any], field: str
) -> None:
    answer = visitors.bob.post(LICENCES, json=TERMS | {"instrument": "phq-9"} | change)
    assert (answer.status_code, answer.json["slug"]) == (422, "invalid")
    assert field in answer.json["errors"]


def test_an_expired_licence_is_not_recorded(visitors: Visitors) -> None:
    answer = visitors.bob.post(
        LICENCES, json=TERMS | {"instrument": "phq-9", "expires": "2020-01-01"}
    )
    assert (answer.status_code, answer.json["slug"]) == (422, "licence-incomplete")


@pytest.mark.parametrize("name", ["max", "ivy"])
def test_who_only_reads_sees_the_page_and_changes_nothing(visitors: Visitors, name: str) -> None:
    reader = getattr(visitors, name)
    assert reader.get(PAGE).status_code == 200
    assert adopt(visitors.bob, own_file("phq-9@1.0")).status_code == 201

    for path, body in (
        (f"{PAGE}/match", file_body(b"x")),
        (PAGE, file_body(b"x", file_sha256="0" * 64, licence=TERMS)),
        (LICENCES, TERMS | {"instrument": "phq-9"}),
    ):
        answer = reader.post(path, json=body)
        assert (answer.status_code, answer.json["slug"]) == (403, "not-allowed"), path
    assert len(reader.get(PAGE).json["adopted"]) == 1


def test_a_participant_and_a_signed_out_colleague_see_nothing(visitors: Visitors) -> None:
    assert visitors.alice.get(PAGE).status_code == 401
    bob = visitors.bob
    assert bob.get(PAGE).status_code == 200
    bob.ask("DELETE", "/api/staff/session")
    assert bob.get(PAGE).status_code == 401
    assert match(bob, b"x").status_code == 401


def test_another_study_is_not_there(visitors: Visitors) -> None:
    assert visitors.bob.get("/api/studies/other/instruments").status_code == 404
    answer = visitors.bob.post("/api/studies/other/licences", json=TERMS | {"instrument": "phq-9"})
    assert answer.status_code == 404
