"""What is refused when a participant's phone asks to come in, beside a code that does not work."""

from __future__ import annotations

from sayso.domain.errors import SaysoError


class PinNotAccepted(SaysoError):
    """The link works, but the six numbers that belong to it are missing or wrong."""

    slug = "pin-not-accepted"

    def __init__(self) -> None:
        super().__init__("These numbers do not belong to the link; ask your study team for them")


class PasskeyNotAccepted(SaysoError):
    """The passkey is unknown, removed or was made elsewhere; which of these is not said."""

    slug = "passkey-not-accepted"

    def __init__(self) -> None:
        super().__init__("This passkey does not work here; ask your study team for a new code")
