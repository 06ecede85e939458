"""What still keeps a claim from being submitted (缺口清单), each by its own code; and the days that are counted to the trigger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from suxin.risk_pool.claims.states import CollectionKind, GapCode

MIN_COLLECTIONS: Final = 3
"""How many attempts since the loan is overdue a claim needs at the least (proposed, demo configuration)."""
CLAIM_WINDOW_DAYS: Final = 180
"""For how many days from the trigger on a claim may be made (proposed, demo configuration)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, with its figure where it has one."""

    code: GapCode
    n: int = 0

    @property
    def zh(self) -> str:
        """As people read it."""
        return self.code.zh.format(n=self.n)

    @property
    def en(self) -> str:
        """The same in English."""
        return self.code.en.format(n=self.n)

    def stored(self) -> dict[str, Any]:
        """Return it as a claim keeps it."""
        return {"code": self.code.value, "n": self.n}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What gaps follow from. ``attempts`` are the collection attempts by day and kind."""

    overdue_since: date | None
    overdue_days: int
    trigger_days: int
    attempts: Sequence[tuple[date, CollectionKind]]
    open_disputes: int
    filing_released: bool
    loss_fen: int
    pool_fen: int


def gaps_of(grounds: Grounds) -> list[Gap]:
    """Return all that is missing at once, so that a bank need not try again and again."""
    overdue = grounds.overdue_since is not None
    left = days_left(grounds.overdue_days, grounds.trigger_days)
    past = grounds.overdue_days - grounds.trigger_days - CLAIM_WINDOW_DAYS
    missing = MIN_COLLECTIONS - attempts_since(grounds.overdue_since, grounds.attempts)
    looked_at = (
        (not overdue, Gap(GapCode.LOAN_NOT_OVERDUE)),
        (overdue and left > 0, Gap(GapCode.TRIGGER_DAYS_LEFT, left)),
        (past > 0, Gap(GapCode.WINDOW_PASSED, past)),
        (missing > 0, Gap(GapCode.COLLECTIONS_MISSING, missing)),
        (grounds.open_disputes > 0, Gap(GapCode.DISPUTE_OPEN, grounds.open_disputes)),
        (grounds.filing_released, Gap(GapCode.FILING_RELEASED)),
        (not grounds.loss_fen, Gap(GapCode.NOTHING_LOST)),
        (
            grounds.loss_fen > 0 and not grounds.pool_fen,
            Gap(GapCode.NOTHING_FROM_POOL),
        ),
    )
    return [gap for holds, gap in looked_at if holds]


def days_left(overdue_days: int, trigger_days: int) -> int:
    """Return how many days are left until a claim may be made."""
    return max(0, trigger_days - overdue_days)


def attempts_since(
    overdue_since: date | None, attempts: Sequence[tuple[date, CollectionKind]]
) -> int:
    """Return how many attempts count: those after the day on which the unpaid instalment was due."""
    return sum(1 for day, _ in attempts if overdue_since is not None and day > overdue_since)


def read_gaps(stored: Sequence[dict[str, Any]]) -> list[Gap]:
    """Return gaps as a claim keeps them."""
    return [Gap(GapCode[one["code"]], one["n"]) for one in stored]
