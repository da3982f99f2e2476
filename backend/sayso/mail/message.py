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
    """One e-mail to one address, in the order in which it is read.

    `paragraphs` are plain sentences, `items` the lines of a list after them, `link` the absolute
    address of the one thing to do, `footer` what is said in smaller letters below it.
    """

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str | None
    link_text: str
    identity: str
    items: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


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
    message.set_content(_plain(mail))
    message.add_alternative(_html(mail), subtype="html")
    return message


def _plain(mail: Mail) -> str:
    parts = [*mail.paragraphs]
    if mail.items:
        parts.append("\n".join(f"- {item}" for item in mail.items))
    if mail.link:
        parts.append(f"{mail.link_text}:\n{mail.link}")
    return "\n\n".join([*parts, *mail.footer]) + "\n"


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


# Programs that keep no style sheet show the light page, which the attributes of each element give;
# the others follow the reader's own choice of light or dark.
_STYLE = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (prefers-color-scheme:dark){body,.page{background:#101817!important}"
    ".sheet{background:#1b2725!important;color:#e6eeec!important}"
    ".go{background:#8fd6ce!important;color:#0d2522!important}"
    ".small{color:#a9b8b5!important;border-color:#35443f!important}}"
    "@media (max-width:480px){body,.page{padding:0!important;background:#ffffff!important}"
    ".sheet{border-radius:0!important;padding:24px 20px!important}"
    ".go{display:block!important;text-align:center!important}}"
    "@media (max-width:480px) and (prefers-color-scheme:dark)"
    "{body,.page{background:#1b2725!important}}"
)
_PAGE = "margin:0;padding:32px 16px;background:#eef3f1"
_SHEET = (
    "max-width:30em;margin:0 auto;padding:32px;border-radius:16px;background:#ffffff;"
    "color:#1d2b2a;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
    "font-size:18px;line-height:1.5"
)
_GO = (
    "display:inline-block;padding:14px 28px;border-radius:10px;background:#1f5f5b;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
_SMALL = "margin-top:32px;padding-top:8px;border-top:1px solid #d5dedb;color:#52625f;font-size:15px"


def _html(mail: Mail) -> str:
    body = _paragraphs(mail.paragraphs)
    if mail.items:
        items = "".join(f'<li style="margin:6px 0">{html.escape(item)}</li>' for item in mail.items)
        body += f'<ul style="margin:16px 0;padding-left:1.3em">{items}</ul>'
    if mail.link:
        body += (
            f'<p style="margin:28px 0 0"><a class="go" href="{html.escape(mail.link, quote=True)}" '
            f'style="{_GO}">{html.escape(mail.link_text)}</a></p>'
        )
    if mail.footer:
        body += f'<div class="small" style="{_SMALL}">{_paragraphs(mail.footer)}</div>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(mail.subject)}</title><style>{_STYLE}</style></head>"
        # Programs that drop the body keep what is inside it.
        f'<body style="margin:0;background:#eef3f1"><div class="page" style="{_PAGE}">'
        f'<div class="sheet" style="{_SHEET}">{body}</div></div></body></html>'
    )


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f'<p style="margin:12px 0">{html.escape(text)}</p>' for text in texts)
