"""Everything that can go wrong, by name.

No error knows HTTP: web has one table that maps each to a problem document, the app has a sentence
for every slug, and the command line prints the message. The message is one sentence that says what
is wrong and, where it can, how to mend it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class SaysoError(Exception):
    """The base of every named error; `slug` names it in the API and in the app."""

    slug: ClassVar[str]


class StoreUnavailable(SaysoError):
    """The database cannot be reached, is locked for too long, is full or is read-only."""

    slug = "store-unavailable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file: where, what, and how to mend it."""

    file: str
    key: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.what}; {self.mend}"


class UnknownZone(SaysoError):
    """No zone of that name is in the zone database."""

    slug = "unknown-zone"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no time zone {name!r}; write one such as America/New_York")


class UnknownLanguage(SaysoError):
    """The preferred language is no tag of BCP 47, such as es or zh-Hant."""

    slug = "unknown-language"


class UnknownArm(SaysoError):
    """The study has no arm of that name."""

    slug = "unknown-arm"


class UnknownAnchor(SaysoError):
    """The study has no anchor of that name, or this arm does not count from it."""

    slug = "unknown-anchor"


class DatesOutOfOrder(SaysoError):
    """A date stands before something that must have come first."""

    slug = "dates-out-of-order"


class InstrumentFileWrong(SaysoError):
    """The instrument file does not describe a questionnaire; `faults` holds all at once."""

    slug = "instrument-file-wrong"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class EndpointRefused(SaysoError):
    """The push endpoint is not one that this server may call."""

    slug = "endpoint-refused"


class SubscriptionKeysRefused(SaysoError):
    """The keys of a push subscription could not encrypt a message."""

    slug = "subscription-keys-refused"


class NotAsked(SaysoError):
    """This participant is not asked questionnaires, so no reminder can be set up."""

    slug = "not-asked"


class PushTooLarge(SaysoError):
    """A push message does not fit into one encrypted record."""

    slug = "push-too-large"


class VapidKeyMissing(SaysoError):
    """There is no key to sign push messages with."""

    slug = "vapid-key-missing"


class VapidKeyExists(SaysoError):
    """A key for push messages exists and must not be overwritten."""

    slug = "vapid-key-exists"


class VapidKeyWrong(SaysoError):
    """The file holds no usable key for push messages."""

    slug = "vapid-key-wrong"


class VapidSubjectWrong(SaysoError):
    """The contact named to push services is missing or a placeholder."""

    slug = "vapid-subject-wrong"


class MailSettingsWrong(SaysoError):
    """The mail server's address or the sender cannot be used."""

    slug = "mail-settings-wrong"


class KeyFileMissing(SaysoError):
    """There is no file with the key that seals identifiers."""

    slug = "key-file-missing"

    def __init__(self, path: object) -> None:
        super().__init__(f"There is no key file {path}; make one with: sayso db upgrade")


class KeyFileWrong(SaysoError):
    """The key file cannot be read or holds no key."""

    slug = "key-file-wrong"

    def __init__(self, path: object) -> None:
        super().__init__(f"{path} holds no usable key; restore it from the backup")


class SealBroken(SaysoError):
    """Sealed bytes were changed or belong to another key."""

    slug = "seal-broken"


class NotFound(SaysoError):
    """There is no such thing, or not within what this person may see."""

    slug = "not-found"

    def __init__(self, message: str = "There is nothing here under this address") -> None:
        super().__init__(message)


class NotAllowed(SaysoError):
    """The role of this person does not allow that."""

    slug = "not-allowed"

    def __init__(self, message: str = "Your role does not allow this") -> None:
        super().__init__(message)


class SignInNeeded(SaysoError):
    """There is no session, or it has ended."""

    slug = "sign-in-needed"

    def __init__(self, message: str = "Please sign in first") -> None:
        super().__init__(message)


class CodeNotAccepted(SaysoError):
    """The enrolment code is wrong, used, revoked or too old; which of these is not said."""

    slug = "code-not-accepted"

    def __init__(self) -> None:
        super().__init__(
            "This code does not work. Check every letter, or ask your study team for a new one"
        )


class CredentialsNotAccepted(SaysoError):
    """E-mail or password is wrong, or the account is disabled; which of these is not said."""

    slug = "credentials-not-accepted"

    def __init__(self) -> None:
        super().__init__("This e-mail and password do not match an account that can sign in")


class InvitationNotAccepted(SaysoError):
    """The invitation is unknown, used or too old."""

    slug = "invitation-not-accepted"

    def __init__(self) -> None:
        super().__init__("This invitation does not work any more; ask for a new one")


class PasswordTooWeak(SaysoError):
    """The password is too short, too long or one that many people use."""

    slug = "password-too-weak"


class SlowDown(SaysoError):
    """Too many tries; `retry_after` is the number of whole seconds to wait."""

    slug = "slow-down"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many tries just now; wait {retry_after} seconds and try again")
        self.retry_after = retry_after


class StaffExists(SaysoError):
    """Somebody with this e-mail address has an account already."""

    slug = "staff-exists"


class UnknownStudy(SaysoError):
    """No study of that key has been published."""

    slug = "unknown-study"


class UnknownSite(SaysoError):
    """The study has no site of that code, or not within what this person may see."""

    slug = "unknown-site"


class SiteTaken(SaysoError):
    """The study has a site of that code already."""

    slug = "site-taken"


class StudyVersionTaken(SaysoError):
    """This version of the study was published with other content."""

    slug = "study-version-taken"


class QuestionnaireChanged(SaysoError):
    """This version of a questionnaire was published with other content."""

    slug = "questionnaire-changed"


class QuestionnaireNotFound(SaysoError):
    """The study asks a questionnaire that is not among the instruments at hand."""

    slug = "questionnaire-not-found"


class ParticipantCodeTaken(SaysoError):
    """The study has a participant of that code already."""

    slug = "participant-code-taken"


class ParticipantExempt(SaysoError):
    """The participant is exempt from questionnaires, so no phone is enrolled."""

    slug = "participant-exempt"


class AnswersMalformed(SaysoError):
    """The body is not a response at all: it cannot be read as answers to a questionnaire."""

    slug = "answers-malformed"


class ResponseIdReused(SaysoError):
    """Another response has this id already; the second body is kept for the site."""

    slug = "response-id-reused"

    def __init__(self) -> None:
        super().__init__(
            "Other answers arrived under this number before; both are kept for your team"
        )


class ChangedMeanwhile(SaysoError):
    """Somebody else has changed this participant since the person at the screen looked."""

    slug = "changed-meanwhile"


class UnknownTimepoint(SaysoError):
    """The study has no timepoint of that name for this participant."""

    slug = "unknown-timepoint"


class UnknownWord(SaysoError):
    """A coded word (kind of visit, channel, outcome, measure) is not one of those in use."""

    slug = "unknown-word"

    def __init__(self, what: str, given: str, allowed: Iterable[str]) -> None:
        super().__init__(f"{given} is no {what} here; use one of: {', '.join(allowed)}")


class AlreadyRecorded(SaysoError):
    """The fact is there already, and there can be only one of it."""

    slug = "already-recorded"


class AlreadySettled(SaysoError):
    """Somebody has decided on this already, or it has been taken back."""

    slug = "already-settled"


class SecondPersonNeeded(SaysoError):
    """Who entered something cannot be the one who approves it."""

    slug = "second-person-needed"


class FormNotMissing(SaysoError):
    """A reason is kept for a form that was missed, and this one was not."""

    slug = "form-not-missing"


class InvalidParticipantCode(SaysoError):
    """The study code has characters that codes do not have, or too many."""

    slug = "participant-code-invalid"


class InvalidEmail(SaysoError):
    """What was given is no e-mail address."""

    slug = "email-invalid"


class AnswerTableWrong(SaysoError):
    """A table of answers cannot be scored; `faults` holds what was found, row by row."""

    slug = "answer-table-wrong"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CopyFailed(SaysoError):
    """A backup could not be taken, read or restored; the database is as it was."""

    slug = "copy-failed"


class SchemaOutOfDate(SaysoError):
    """The database does not have the tables that this program works with."""

    slug = "schema-out-of-date"


class PushNotSetUp(SaysoError):
    """This installation has no key for push messages, so no phone can be registered."""

    slug = "push-not-set-up"


class ValueNotStorable(SaysoError):
    """A value that no database column of its kind can hold."""

    slug = "value-not-storable"

    def __init__(self) -> None:
        super().__init__("A number is too large, or a text has a character that cannot be kept")
