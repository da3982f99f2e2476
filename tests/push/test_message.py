"""What is sent: small, declarative, neutral, and with headers that every service accepts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.domain.errors import PushTooLarge
from sayso.push.message import LARGEST_BODY, document, time_to_live, topic

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


def test_the_document_is_declarative_and_complete() -> None:
    body = document(title="T", text="B", navigate="https://x.example/form/1", tag="t", ack="1.a")
    assert json.loads(body) == {
        "web_push": 8030,
        "notification": {
            "title": "T", "body": "B", "navigate": "https://x.example/form/1", "lang": "en",
            "dir": "ltr", "tag": "t", "data": {"ack": "1.a"},
        },
    }  # fmt: skip


def test_a_body_beyond_one_record_is_refused() -> None:
    spare = LARGEST_BODY - len(document(title="", text="", navigate="", tag="", ack=""))
    assert len(document(title="", text="a" * spare, navigate="", tag="", ack="")) == LARGEST_BODY
    with pytest.raises(PushTooLarge):
        document(title="", text="a" * (spare + 1), navigate="", tag="", ack="")


@settings(deadline=None)
@given(st.text())
def test_a_topic_is_always_32_characters_of_base64url(text: str) -> None:
    made = topic(text)
    assert len(made) == 32
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert made == topic(text)


@pytest.mark.parametrize(
    ("left", "ttl"),
    [
        (timedelta(hours=2), 7200),
        (timedelta(days=20), 86400),
        (timedelta(milliseconds=3), 1),
        (timedelta(seconds=-5), 1),
    ],
)
def test_the_time_to_live_reaches_to_the_close_and_is_never_zero(left: timedelta, ttl: int) -> None:
    assert time_to_live(NOW + left, NOW) == ttl
