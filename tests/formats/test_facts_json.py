"""The facts file: read strictly, refused by name."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sayso.domain.participation import AnchorDate, Exemption
from sayso.domain.rule_errors import FactsFileWrong
from sayso.formats import facts_json
from support.golden import golden_document

PERSON: dict[str, Any] = {
    "code": "P-001",
    "arm": "stop",
    "site": "S1",
    "zone": "America/New_York",
    "enrolled": "2026-01-05",
}


def one(**fields: Any) -> dict[str, Any]:
    return {"participants": [{**PERSON, **fields}]}


def faults(document: object) -> dict[str, str]:
    with pytest.raises(FactsFileWrong) as wrong:
        facts_json.parse(document, "facts.json")
    assert all(fault.file == "facts.json" and fault.mend for fault in wrong.value.faults)
    return {fault.key: fault.what for fault in wrong.value.faults}


def test_little_is_required_and_the_rest_has_plain_defaults() -> None:
    (facts,) = facts_json.parse(one(), "facts.json")
    assert facts.enrolled == date(2026, 1, 5)
    assert facts.reads_english
    assert facts.preferred_language == "en"
    assert not any((facts.exemptions, facts.events, facts.responses, facts.visits))


def test_everything_of_the_documented_format_is_read() -> None:
    (facts,) = facts_json.parse(
        one(
            anchors={"cessation": "2026-01-20"},
            reads_english=False,
            preferred_language="es",
            interpreter=True,
            exemptions=[
                {
                    "reason": "LANGUAGE",
                    "from": "2026-01-05",
                    "to": None,
                    "recorded_at": "2026-01-05T10:00:00-05:00",
                    "approved_at": None,
                }
            ],
            events=[{"kind": "death", "date": "2026-03-10", "recorded_at": "2026-04-09T12:00:00Z"}],
            responses=[
                {
                    "timepoint": "W12",
                    "questionnaire": None,
                    "authored_at": "2026-04-10T12:00:00Z",
                    "received_at": "2026-04-11T12:00:00Z",
                    "skew_seconds": -3.5,
                    "offered_at": "2026-04-09T12:00:00Z",
                    "mode": "paper",
                    "scorable": False,
                    "id": "one",
                }
            ],
            missing_reasons=[{"timepoint": "W24", "reason": "too_ill"}],
            visits=[{"timepoint": "W12", "date": "2026-04-14"}],
            contacts=[{"date": "2026-04-15"}],
        ),
        "facts.json",
    )
    assert facts.anchors == (AnchorDate("cessation", date(2026, 1, 20)),)
    assert facts.exemptions == (
        Exemption("LANGUAGE", date(2026, 1, 5), None, datetime(2026, 1, 5, 15, tzinfo=UTC), None),
    )
    (response,) = facts.responses
    assert (response.mode, response.scorable, response.skew_seconds) == ("paper", False, -3.5)
    assert facts.visits[0].timepoint == "W12"
    assert facts.missing_reasons[0].reason == "too_ill"


def test_what_was_recorded_without_saying_when_counts_from_its_own_date() -> None:
    (facts,) = facts_json.parse(
        one(exemptions=[{"reason": "LANGUAGE", "from": "2026-01-05"}]), "facts.json"
    )
    assert facts.exemptions[0].recorded_at == datetime(2026, 1, 5, 5, tzinfo=UTC)


def test_the_golden_fixture_is_such_a_file(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(golden_document()))
    assert len(facts_json.load(path)) == 20


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"colour": 1}, "participants[0].colour"),
        (
            {"events": [{"kind": "death", "date": "2026-01-05", "cause": "x"}]},
            "participants[0].events[0].cause",
        ),
        (
            {"exemptions": [{"reason": "LANGUAGE", "from": "2026-01-05", "until": 1}]},
            "participants[0].exemptions[0].until",
        ),
        (
            {
                "responses": [
                    {"timepoint": "W12", "authored_at": "2026-01-05T00:00:00Z", "score": 1}
                ]
            },
            "participants[0].responses[0].score",
        ),
        (
            {"missing_reasons": [{"timepoint": "W12", "reason": "too_ill", "who": 1}]},
            "participants[0].missing_reasons[0].who",
        ),
        (
            {"visits": [{"timepoint": "W12", "date": "2026-01-05", "where": 1}]},
            "participants[0].visits[0].where",
        ),
    ],
)
def test_unknown_fields_are_refused_by_name(fields: dict[str, Any], key: str) -> None:
    assert faults(one(**fields)) == {key: "is not a known field"}


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"code": ""}, "code"),
        ({"code": None}, "code"),
        ({"arm": 3}, "arm"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"enrolled": "2026-02-30"}, "enrolled"),
        ({"enrolled": "20260105"}, "enrolled"),
        ({"enrolled": "0001-01-01"}, "enrolled"),
        ({"reads_english": "yes"}, "reads_english"),
        ({"anchors": []}, "anchors"),
        ({"anchors": {"cessation": "soon"}}, "anchors.cessation"),
        ({"events": {}}, "events"),
        ({"events": [3]}, "events[0]"),
        ({"events": [{"kind": "relapse", "date": "2026-01-05"}]}, "events[0].kind"),
        (
            {"responses": [{"timepoint": "W12", "authored_at": "2026-01-05T00:00:00"}]},
            "responses[0].authored_at",
        ),
        ({"responses": [{"timepoint": "W12", "authored_at": 5}]}, "responses[0].authored_at"),
        (
            {
                "responses": [
                    {
                        "timepoint": "W12",
                        "authored_at": "2026-01-05T00:00:00Z",
                        "skew_seconds": float("inf"),
                    }
                ]
            },
            "responses[0].skew_seconds",
        ),
        (
            {
                "responses": [
                    {
                        "timepoint": "W12",
                        "authored_at": "2026-01-05T00:00:00Z",
                        "skew_seconds": True,
                    }
                ]
            },
            "responses[0].skew_seconds",
        ),
        (
            {
                "responses": [
                    {"timepoint": "W12", "authored_at": "2026-01-05T00:00:00Z", "mode": "fax"}
                ]
            },
            "responses[0].mode",
        ),
        (
            {
                "responses": [
                    {"timepoint": "W12", "authored_at": "2026-01-05T00:00:00Z", "answered": -1}
                ]
            },
            "responses[0].answered",
        ),
        (
            {"missing_reasons": [{"timepoint": "W12", "reason": "bored"}]},
            "missing_reasons[0].reason",
        ),
    ],
)
def test_each_wrong_value_is_named_with_its_place(fields: dict[str, Any], key: str) -> None:
    assert f"participants[0].{key}" in faults(one(**fields))


def test_everything_wrong_is_named_at_once() -> None:
    document = {"participants": [{**PERSON, "arm": 1}, {**PERSON, "site": 2}], "extra": 1}
    assert set(faults(document)) == {
        "participants[0].arm",
        "participants[1].site",
        "participants[1].code",
        "extra",
    }


@pytest.mark.parametrize("document", [[], 3, None, {}, {"participants": 3}])
def test_what_is_no_facts_file_is_refused(document: object) -> None:
    assert faults(document)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "facts.json"
    path.write_bytes(content)
    with pytest.raises(FactsFileWrong, match="is not JSON"):
        facts_json.load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FactsFileWrong, match="cannot be read"):
        facts_json.load(tmp_path / "nothing.json")
