"""What the study rules refuse: files that describe no study, and facts that cannot be."""

from __future__ import annotations

from collections.abc import Iterable

from sayso.domain.errors import Fault, SaysoError


class StudyFileWrong(SaysoError):
    """The file does not describe a study that can be run; `faults` holds all of it at once."""

    slug = "study-file-wrong"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class FactsFileWrong(SaysoError):
    """The facts file cannot be read as facts about participants; `faults` holds all at once."""

    slug = "facts-file-wrong"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class AnchorAfterAnsweredForm(SaysoError):
    """The anchor cannot move to a date after a form that counts from it was answered."""

    slug = "anchor-after-answered-form"


class ArmSwitchRefused(SaysoError):
    """The participant has answered forms of the arm that she would leave."""

    slug = "arm-switch-refused"


class UnknownMissingReason(SaysoError):
    """The reason given for a missed form is not one of the coded reasons."""

    slug = "unknown-missing-reason"


class UnknownEventKind(SaysoError):
    """No event of that kind exists."""

    slug = "unknown-event-kind"


class ExemptionsOverlap(SaysoError):
    """Another exemption in the same language covers part of the same time."""

    slug = "exemptions-overlap"


class ExemptionReasonNotAllowed(SaysoError):
    """The study does not allow this reason for an exemption."""

    slug = "exemption-reason-not-allowed"
