"""What stands between an instrument and the people who could be asked it."""

from __future__ import annotations

from collections.abc import Iterable

from sayso.domain.errors import NotFound, SaysoError


class QuestionnaireNotLicensed(SaysoError):
    """A study asks questionnaires that its licences do not allow; `faults` holds all of it."""

    slug = "questionnaire-not-licensed"

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class LicenceIncomplete(SaysoError):
    """A licence does not say what an owner has to have allowed."""

    slug = "licence-incomplete"


class PackNotFound(NotFound):
    """There is no wordless pack of that name and version."""

    slug = "pack-not-found"


class FileNotAdopted(SaysoError):
    """The file and the pack do not fit together; the message says where."""

    slug = "file-not-adopted"


class RulesDoNotFit(SaysoError):
    """The newer rules of scoring ask for answers that the responses cannot hold."""

    slug = "rules-do-not-fit"
