"""What the API takes as answers: any JSON under ids that a database keeps, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validate

from sayso.web.schemas import AnswersBody, ResponseBody, plain

SLOW = fields.Dict(
    keys=fields.String(validate=[validate.Length(1, 200), plain]),
    values=fields.Raw(allow_none=True),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def load(answers: Any) -> Any:
    return AnswersBody().load({"answers": answers})["answers"]


@given(st.dictionaries(st.text(max_size=4) | st.sampled_from(["q1", "q-2", "Q.3"]), json_values))
def test_the_short_way_and_the_long_way_say_the_same(answers: dict[str, Any]) -> None:
    assert _outcome(lambda: load(answers), "answers") == _outcome(
        lambda: SLOW.deserialize(answers), None
    )


def _outcome(attempt: Callable[[], Any], under: str | None) -> Any:
    """What was taken, or what was said against it; messages of a body lie under the field."""
    try:
        return attempt()
    except ValidationError as error:
        said: Any = error.messages
        return ("refused", said[under] if under else said)


@pytest.mark.parametrize("item", ["q1", "a.b-c_d", "x" * 200, "größe", "two words", "'", "%s"])
def test_ids_that_are_kept(item: str) -> None:
    assert load({item: 1}) == {item: 1}


@pytest.mark.parametrize("item", ["", "x" * 201, "nul\x00", "\ud800"])
def test_ids_that_no_questionnaire_has_are_refused_by_name(item: str) -> None:
    with pytest.raises(ValidationError) as refused:
        load({"q1": 1, item: 2})
    said: Any = refused.value.messages
    assert set(said["answers"]) == {item}


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "", "text", [], ["a", 2], {"odd": {}}])
def test_a_value_may_be_anything(value: Any) -> None:
    assert load({"q1": value}) == {"q1": value}


@pytest.mark.parametrize("answers", [None, [], "q1", 3, [["q1", 1]]])
def test_answers_are_an_object(answers: Any) -> None:
    with pytest.raises(ValidationError):
        load(answers)


def test_a_body_without_end_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        load({f"q{n}": 1 for n in range(5001)})
    assert "5000" in str(refused.value)


def test_one_schema_serves_many_requests() -> None:
    """The schema is made once, so that nothing of one body may stay behind for the next."""
    schema = ResponseBody()
    body = {
        "expected_form_id": 1, "questionnaire_sha": "a" * 64, "answers": {"q1": 1},
        "authored_at": "2026-06-15T15:00:00Z", "authored_zone": "UTC",
        "sent_at": "2026-06-15T15:00:00Z", "attested": True, "mode": "own_device",
    }  # fmt: skip
    first = schema.load(body | {"skipped": ["q2"], "app_build": "1"})
    second = schema.load(body | {"answers": {}})
    assert (first["skipped"], first["app_build"]) == (["q2"], "1")
    assert (second["skipped"], second["app_build"], second["answers"]) == ([], None, {})
    assert second["skipped"] is not schema.load(body)["skipped"]
