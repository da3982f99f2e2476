"""Handing in mail to a real SMTP server: encryption, sign-in, refusals, nothing silent."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sayso.domain.delivery import ACCEPTED, BROKEN, GONE, OUR_FAULT, RETRY, Outcome
from sayso.domain.errors import MailSettingsWrong
from sayso.mail.message import Mail
from sayso.mail.smtp import Server, SmtpSender, server_of
from support import certificates
from support.certificates import Certificate
from support.mailbox import Mailbox, mail_server

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
SENDER = "reminders@pro.example.org"
MAIL = Mail("alice@example.org", "A reminder", ("Hello,",), None, "Open", "r17:email")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificates.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


def sender_to(mailbox: Mailbox, scheme: str = "smtp", user: str = "") -> SmtpSender:
    return SmtpSender(server_of(f"{scheme}://{user}127.0.0.1:{mailbox.port}"), SENDER)


def sent(sender: SmtpSender, *mails: Mail) -> list[Outcome]:
    with sender:
        return [sender.send(mail, NOW) for mail in mails]


def test_mail_arrives(mailbox: Mailbox) -> None:
    (outcome,) = sent(sender_to(mailbox), MAIL)
    assert outcome.kind == ACCEPTED
    assert mailbox.recipients == ["alice@example.org"]
    assert mailbox.messages[0]["Subject"] == "A reminder"


def test_one_connection_serves_a_batch(mailbox: Mailbox) -> None:
    assert {outcome.kind for outcome in sent(sender_to(mailbox), MAIL, MAIL, MAIL)} == {ACCEPTED}
    assert mailbox.sessions == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.1.1 No such user", GONE),
        ("550 no such user", GONE),
        ("554 5.7.1 Policy", BROKEN),
        ("451 4.7.1 Greylisted", RETRY),
        ("421 4.3.2 Going down", RETRY),
    ],
)
def test_refused_recipients_are_told_apart(mailbox: Mailbox, reply: str, kind: str) -> None:
    mailbox.replies = [reply]
    first, second = sent(sender_to(mailbox), MAIL, MAIL)
    assert (first.kind, first.status) == (kind, int(reply[:3]))
    assert second.kind == ACCEPTED


@pytest.mark.parametrize(("reply", "kind"), [("451 later", RETRY), ("554 never", OUR_FAULT)])
def test_refused_content_is_no_fault_of_the_address(
    mailbox: Mailbox, reply: str, kind: str
) -> None:
    mailbox.data_replies = [reply]
    first, second = sent(sender_to(mailbox), MAIL, MAIL)
    assert (first.kind, second.kind) == (kind, ACCEPTED)


def test_what_is_no_address_never_reaches_the_server(mailbox: Mailbox) -> None:
    broken = Mail("nobody", "A", ("B",), None, "Open", "x")
    bad, good = sent(sender_to(mailbox), broken, MAIL)
    assert (bad.kind, good.kind) == (GONE, ACCEPTED)


def test_tls_from_the_first_byte_with_a_sign_in(certificate: Certificate) -> None:
    with mail_server(tls=certificate.server(), password="right") as mailbox:
        url = f"smtps://sayso:right@127.0.0.1:{mailbox.port}"
        good = SmtpSender(server_of(url), SENDER, tls=certificate.client)
        assert sent(good, MAIL)[0].kind == ACCEPTED
        wrong = SmtpSender(server_of(url.replace("right", "wrong")), SENDER, tls=certificate.client)
        outcome = sent(wrong, MAIL)[0]
        assert outcome.kind == OUR_FAULT
        assert "wrong" not in outcome.why


def test_starttls_is_used_before_the_sign_in(certificate: Certificate) -> None:
    with mail_server(starttls=certificate.server(), password="right") as mailbox:
        server = Server("127.0.0.1", mailbox.port, "starttls", "sayso", "right")
        assert sent(SmtpSender(server, SENDER, tls=certificate.client), MAIL)[0].kind == ACCEPTED


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Certificate) -> None:
    with mail_server(tls=certificate.server()) as mailbox:
        server = Server("127.0.0.1", mailbox.port, "tls")
        outcome = sent(SmtpSender(server, SENDER, tls=ssl.create_default_context), MAIL)[0]
    assert outcome.kind == RETRY
    assert mailbox.messages == []


def test_mail_never_leaves_unencrypted(mailbox: Mailbox) -> None:
    server = Server("127.0.0.1", mailbox.port, "starttls")
    outcome = sent(SmtpSender(server, SENDER), MAIL)[0]
    assert outcome.kind == OUR_FAULT
    assert "no encryption" in outcome.why
    assert mailbox.messages == []


def test_a_user_is_named_to_a_server_that_knows_none(mailbox: Mailbox) -> None:
    outcome = sent(sender_to(mailbox, user="sayso:secret@"), MAIL)[0]
    assert outcome.kind == OUR_FAULT
    assert "SAYSO_SMTP_URL" in outcome.why
    assert "secret" not in outcome.why
    assert mailbox.messages == []


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = Server("127.0.0.1", taken.getsockname()[1], "none")
        outcome = sent(SmtpSender(server, SENDER, timeout_seconds=1), MAIL)[0]
    assert outcome.kind == RETRY


def test_a_server_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        server = Server("127.0.0.1", hanging.getsockname()[1], "none")
        outcome = sent(SmtpSender(server, SENDER, timeout_seconds=0.2), MAIL)[0]
    assert outcome.kind == RETRY


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", Server("mail.example.org", 587, "starttls")),
        ("smtps://mail.example.org", Server("mail.example.org", 465, "tls")),
        (
            "smtp://us%40er:p%2Fw@mail.example.org:25",
            Server("mail.example.org", 25, "starttls", "us@er", "p/w"),
        ),
        ("smtp://localhost:1025", Server("localhost", 1025, "none")),
    ],
)
def test_addresses_of_servers(url: str, server: Server) -> None:
    assert server_of(url) == server
    assert "p/w" not in repr(server)


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://x", "smtp://", "smtp://x:99999"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(MailSettingsWrong):
        server_of(url)
