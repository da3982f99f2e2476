"""What is refused about accounts of staff and what they may reach."""

from __future__ import annotations

from sayso.domain.errors import SaysoError


class SiteNeeded(SaysoError):
    """Everybody but an administrator works at one site at least."""

    slug = "site-needed"


class AccessEndRefused(SaysoError):
    """An inspector's access ends within 90 days; nobody else's has an end."""

    slug = "access-end-refused"


class LastAdministrator(SaysoError):
    """Nobody would be left who can invite and change staff."""

    slug = "last-administrator"


class NotOneself(SaysoError):
    """Nobody changes, suspends or resumes their own account."""

    slug = "not-oneself"
