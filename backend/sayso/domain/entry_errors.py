"""What is refused around answers that staff enter or correct, tablets, and planned amendments."""

from __future__ import annotations

from sayso.domain.errors import SaysoError


class InterpreterRefused(SaysoError):
    """An interview through an interpreter would be a translation that nobody has checked."""

    slug = "interpreter-refused"

    def __init__(self) -> None:
        super().__init__(
            "A questionnaire is not asked through an interpreter: the words would be a translation "
            "that nobody has checked. Record an exemption or a reason for the missed form instead"
        )


class NotAPaperForm(SaysoError):
    """Only what was typed in from paper can be typed a second time."""

    slug = "not-a-paper-form"

    def __init__(self) -> None:
        super().__init__("These answers did not come on paper, so there is nothing to compare with")


class NothingToCorrect(SaysoError):
    """The proposed answers are the ones that count already."""

    slug = "nothing-to-correct"

    def __init__(self) -> None:
        super().__init__("These are the answers that count already; change what was wrong")


class NothingOpen(SaysoError):
    """The participant has no form that could be answered now."""

    slug = "nothing-open"


class TabletInHand(SaysoError):
    """The browser is in a participant's hands: nothing of the staff can be reached from it."""

    slug = "tablet-in-hand"

    def __init__(self) -> None:
        super().__init__(
            "A participant answers on this tablet just now, so nothing else can be done with it. "
            "Sign in again to take it back"
        )


class PlanChanged(SaysoError):
    """What the amendment would do is not what was shown when it was planned."""

    slug = "plan-changed"

    def __init__(self) -> None:
        super().__init__("Something changed since the plan was made; look at the new plan first")
