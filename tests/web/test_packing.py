"""What a phone reads comes compressed, where the phone can read that and it pays."""

from __future__ import annotations

import gzip
import json

import pytest

from support.visitors import Visitors

ASKS = {"Accept-Encoding": "br, gzip;q=0.8"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """None of this depends on the kind of database."""
    return sqlite_url


def _paths(visitors: Visitors) -> list[str]:
    """All that the app of one participant reads: who she is, a form, its words."""
    [form, *_] = visitors.alice.get("/api/me").json["occasions"][0]["forms"]
    sha = form["questionnaire_sha"]
    return ["/api/me", f"/api/me/forms/{form['id']}", f"/api/questionnaires/{sha}"]


def test_what_the_app_reads_is_packed_and_says_the_same(visitors: Visitors) -> None:
    for path in _paths(visitors):
        plain = visitors.alice.get(path)
        packed = visitors.alice.get(path, headers=ASKS)

        assert packed.headers["Content-Encoding"] == "gzip", path
        assert len(packed.data) < len(plain.data) / 2, path
        assert json.loads(gzip.decompress(packed.data)) == plain.json
        assert packed.headers["Content-Length"] == str(len(packed.data))
        assert packed.headers["Cache-Control"] == "no-store"
        assert packed.headers["Content-Type"] == plain.headers["Content-Type"]


@pytest.mark.parametrize("asks", ["", "identity", "br", "gzip;q=0"])
def test_a_phone_that_does_not_read_it_gets_plain_words(visitors: Visitors, asks: str) -> None:
    answer = visitors.alice.get("/api/me", headers={"Accept-Encoding": asks})

    assert "Content-Encoding" not in answer.headers
    assert answer.json["participant_code"] == "P-001"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_short_answers_refusals_and_what_staff_read_stay_as_they_are(visitors: Visitors) -> None:
    alice = visitors.alice
    short = alice.get("/api/me/access", headers=ASKS)
    refused = alice.get("/api/me/forms/999999", headers=ASKS)
    stranger = visitors.stranger().get("/api/me", headers=ASKS)
    changed = alice.ask("PUT", "/api/me/preferences", json={"hour": 9}, headers=ASKS)
    console = visitors.bob.get("/api/studies", headers=ASKS)

    answers = (short, refused, stranger, changed, console)
    assert [one.status_code for one in answers] == [200, 404, 401, 200, 200]
    assert not [one for one in answers if "Content-Encoding" in one.headers]


def test_words_that_were_packed_for_one_phone_are_the_same_for_the_next(
    visitors: Visitors,
) -> None:
    forms = visitors.alice.get("/api/me").json["occasions"][0]["forms"]
    paths = [f"/api/questionnaires/{form['questionnaire_sha']}" for form in forms]
    assert len(set(paths)) > 1

    first, again = ([visitors.alice.get(path, headers=ASKS) for path in paths] for _ in range(2))
    plain = [visitors.alice.get(path) for path in paths]

    assert [one.data for one in first] == [one.data for one in again]
    assert [json.loads(gzip.decompress(one.data)) for one in again] == [one.json for one in plain]
    assert [one.json["sha256"] for one in plain] == [path.rsplit("/", 1)[1] for path in paths]


def test_words_kept_for_others_are_shown_to_nobody_who_is_not_asked_them(
    visitors: Visitors,
) -> None:
    path = _paths(visitors)[-1]
    assert visitors.alice.get(path, headers=ASKS).status_code == 200

    assert visitors.stranger().get(path, headers=ASKS).status_code == 401
