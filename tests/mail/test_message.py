"""What an e-mail says and how it is built."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sayso.mail.message import Mail, build, message_id

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
SENDER = "reminders@pro.example.org"
MAIL = Mail(
    "alice@example.org", "A reminder", ("Hello,", "a <b>text</b> & more."),
    "https://pro.example.org/?a=1&b=2", "Open", "r17:email",
)  # fmt: skip


def test_both_kinds_of_mail_program_can_read_it() -> None:
    message = build(MAIL, sender=SENDER, now=NOW)
    plain = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == (
        "Hello,\n\na <b>text</b> & more.\n\nhttps://pro.example.org/?a=1&b=2\n"
    )
    assert "a &lt;b&gt;text&lt;/b&gt; &amp; more." in html.get_content()
    assert 'href="https://pro.example.org/?a=1&amp;b=2"' in html.get_content()


def test_the_headers_are_complete() -> None:
    message = build(MAIL, sender=SENDER, now=NOW)
    assert message["From"] == SENDER
    assert message["To"] == "alice@example.org"
    assert message["Date"] == "Mon, 15 Jun 2026 15:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_same_message_has_the_same_identity() -> None:
    first, again = (build(MAIL, sender=SENDER, now=NOW)["Message-ID"] for _ in range(2))
    assert first == again == message_id("r17:email", SENDER)
    assert first != message_id("r18:email", SENDER)
    assert first.endswith("@pro.example.org>")
    assert "r17" not in first


@pytest.mark.parametrize(
    "address", ["", "alice", "alice@", "@example.org", "a@b\r\nBcc: all@example.org", "a b@c.org"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        build(replace(MAIL, to=address), sender=SENDER, now=NOW)


def test_a_mail_without_a_link_has_no_button() -> None:
    message = build(replace(MAIL, link=None), sender=SENDER, now=NOW)
    html = message.get_body(("html",))
    assert html is not None
    assert "<a " not in html.get_content()
