"""When a pool stops taking new loans of a bank's product (熔断); what it owes already it pays in any state."""

from typing import Final

import msgspec

from suxin.kernel.money import BPS_WHOLE
from suxin.lending.terms import LabelledEnum
from suxin.risk_pool.agreements import StopLossLevels


class StopLossState(LabelledEnum):
    """What a (pool, bank, product) may do, from the mildest to the hardest."""

    NORMAL = "normal", "正常", "normal"
    WARN = "warn", "预警", "warned"
    SUSPENDED = "suspended", "暂停备案", "suspended"
    TERMINATED = "terminated", "终止合作", "terminated"

    @property
    def takes_loans(self) -> bool:
        """Whether new loans may be filed."""
        return self in {StopLossState.NORMAL, StopLossState.WARN}


class CompensationRate(msgspec.Struct, frozen=True):
    """The compensation rate (代偿率): principal compensated in this year over the balance of filed loans, both in fen.

    Which balance it is, that at the year's start or its average, is stored with the agreement.
    """

    compensated_fen: int
    balance_fen: int

    def reaches(self, bps: int) -> bool:
        """Tell whether the rate is at this many basis points or above, exactly."""
        return self.compensated_fen * BPS_WHOLE >= bps * self.balance_fen

    @property
    def bps(self) -> int | None:
        """The rate rounded down to a basis point; nothing where there is no balance."""
        return self.compensated_fen * BPS_WHOLE // self.balance_fen if self.balance_fen else None


class Lift(msgspec.Struct, frozen=True):
    """A suspension that someone lifted with a reason; it holds until the rate rises above the one it was lifted at."""

    at: CompensationRate


_ORDER: Final = tuple(StopLossState)


def next_state(
    state: StopLossState, rate: CompensationRate, levels: StopLossLevels, lift: Lift | None = None
) -> StopLossState:
    """Return the state that follows from a rate.

    It hardens as soon as a level is reached, and softens only once the rate is below the level it came to by the gap.
    A termination is never undone here. Without a balance there is no rate, and the state stays.
    """
    if state is StopLossState.TERMINATED or not rate.balance_fen:
        return state
    reached = _at(rate, levels, lift, below=0)
    if _ORDER.index(reached) >= _ORDER.index(state):
        return reached
    return min(state, _at(rate, levels, lift, below=levels.gap_bps), key=_ORDER.index)


def _at(
    rate: CompensationRate, levels: StopLossLevels, lift: Lift | None, *, below: int
) -> StopLossState:
    if rate.reaches(levels.terminate_bps):
        return StopLossState.TERMINATED
    if rate.reaches(levels.suspend_bps - below) and (lift is None or _is_above(rate, lift.at)):
        return StopLossState.SUSPENDED
    if rate.reaches(levels.warn_bps - below):
        return StopLossState.WARN
    return StopLossState.NORMAL


def _is_above(rate: CompensationRate, other: CompensationRate) -> bool:
    return rate.compensated_fen * other.balance_fen > other.compensated_fen * rate.balance_fen
