"""Building e-mails: plain text and HTML, neutral words, an identity that survives a retry.

An inbox is read over shoulders and by employers, so nothing here names a study, a disease, a drug
or a questionnaire. The Message-ID is made from the delivery's own key: should a crash make us send
twice, mail programs can see that it is the same message.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address; `paragraphs` are plain sentences, `link` an absolute address."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str | None
    link_text: str
    identity: str


def build(mail: Mail, *, sender: str, now: datetime) -> EmailMessage:
    """The message ready to send. Raises ValueError for an address that is none."""
    message = EmailMessage()
    message["From"] = _address(sender)
    message["To"] = _address(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail.identity, sender)
    # Tells mailing programs not to answer with holiday notices.
    message["Auto-Submitted"] = "auto-generated"
    lines = [*mail.paragraphs]
    if mail.link:
        lines.append(mail.link)
    message.set_content("\n\n".join(lines) + "\n")
    message.add_alternative(_html(mail), subtype="html")
    return message


def message_id(identity: str, sender: str) -> str:
    """The same for the same identity, and telling nothing about it."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2].rstrip('>').lower()}>"


def _address(text: str) -> Address:
    try:
        address = Address(addr_spec=text.strip())
    except (MessageError, IndexError, ValueError) as error:
        raise ValueError("not an e-mail address") from error
    if not address.username or not address.domain:
        raise ValueError("not an e-mail address")
    return address


def _html(mail: Mail) -> str:
    paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in mail.paragraphs)
    button = ""
    if mail.link:
        button = (
            f'<p><a href="{html.escape(mail.link, quote=True)}" style="display:inline-block;'
            "padding:14px 22px;background:#1f5f5b;color:#ffffff;border-radius:10px;"
            f'text-decoration:none;font-weight:600">{html.escape(mail.link_text)}</a></p>'
        )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(mail.subject)}</title></head>"
        '<body style="font-family:system-ui,sans-serif;font-size:18px;line-height:1.5;'
        f'color:#1d2b2a;max-width:34em;margin:0 auto;padding:16px">{paragraphs}{button}'
        "</body></html>"
    )
