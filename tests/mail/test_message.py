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
        "Hello,\n\na <b>text</b> & more.\n\nOpen:\nhttps://pro.example.org/?a=1&b=2\n"
    )
    assert "a &lt;b&gt;text&lt;/b&gt; &amp; more." in html.get_content()
    assert 'href="https://pro.example.org/?a=1&amp;b=2"' in html.get_content()


def parts(mail: Mail) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    message = build(mail, sender=SENDER, now=NOW)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_a_list_and_a_footer_are_read_in_their_places() -> None:
    listed = replace(MAIL, items=("3 people <3", "1 visit"), footer=("To stop, say so.",))
    plain, html = parts(listed)
    assert plain.endswith(
        "- 3 people <3\n- 1 visit\n\nOpen:\nhttps://pro.example.org/?a=1&b=2\n\nTo stop, say so.\n"
    )
    assert "3 people &lt;3</li>" in html
    order = [html.index(text) for text in ("Hello,", "1 visit", 'class="go"', "To stop, say so.")]
    assert order == sorted(order)


def test_a_page_without_a_list_or_a_footer_has_neither() -> None:
    _plain, html = parts(MAIL)
    assert "<ul" not in html
    assert 'class="small"' not in html


def test_nothing_in_a_mail_is_fetched_and_nothing_runs() -> None:
    """A picture that is fetched would tell somebody when she read it, and from where."""
    _plain, html = parts(replace(MAIL, items=("one",), footer=("two",)))
    for telling in ("<img", "<script", "<link", "url(", "@import", "srcset", "<form"):
        assert telling not in html
    assert html.count("https://") == 1


def test_a_mail_can_be_read_on_a_phone_and_in_the_dark() -> None:
    _plain, html = parts(MAIL)
    assert '<meta name="viewport" content="width=device-width,initial-scale=1">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme:dark" in html
    assert '<html lang="en">' in html


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
