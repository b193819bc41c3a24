"""What becomes of a ticket. All but one keep it from an agency."""

from __future__ import annotations

from enum import Enum, auto


class Outcome(Enum):
    """How a ticket stands at the moment the town is made."""

    # Owes money and may go: the only one that is overdue.
    OVERDUE = auto()

    PAID = auto()
    PAID_EARLY = auto()
    NOT_DUE = auto()
    DUE_TODAY = auto()
    APPEAL_OPEN = auto()
    APPEAL_WON = auto()
    HELD = auto()
    PERSON_HELD = auto()
    WARNING = auto()
    SPOILED = auto()
    CANCELLED = auto()


# Among a hundred tickets that are not overdue.
SHARES = {
    Outcome.PAID: 27,
    Outcome.PAID_EARLY: 33,
    Outcome.NOT_DUE: 5,
    Outcome.DUE_TODAY: 1,
    Outcome.APPEAL_OPEN: 4,
    Outcome.APPEAL_WON: 5,
    Outcome.HELD: 4,
    Outcome.PERSON_HELD: 2,
    Outcome.WARNING: 8,
    Outcome.SPOILED: 4,
    Outcome.CANCELLED: 7,
}
