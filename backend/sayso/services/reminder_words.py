"""Every sentence that a reminder says on a lock screen or in an inbox.

Both places are public, so none of them names a study, a disease, a drug or a questionnaire.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Title and text of a notification; the e-mail uses them as subject and first paragraph."""

    title: str
    text: str


READY = Words("A reminder from your study team", "You have questions to answer. Tap to open.")
LAST_DAY = Words("A reminder from your study team", "Today is the last day to answer. Tap to open.")
TEST = Words("This is a test", "Your reminders will look like this.")
CONFIRM = Words("Reminders are on", "This phone will show your reminders.")

MAIL_SUBJECT = "A reminder from your study team"
MAIL_READY = (
    "Hello,",
    "You have questions to answer. It takes a few minutes, and you can stop and go on later.",
)
MAIL_LAST_DAY = (
    "Hello,",
    "Today is the last day to answer your questions. It takes a few minutes.",
)
MAIL_FOOTER = (
    "If you have already answered, thank you: you need not do anything.",
    "To change or stop these messages, open the app and choose Reminders, or tell your study team. "
    "Please do not reply to this message with anything about your health.",
)
MAIL_LINK_TEXT = "Open your questions"
