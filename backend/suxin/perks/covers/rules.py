"""What may be claimed of an order, from when until when, and how what comes back is shared. Pure.

Figures that are not given by a cover are *proposed* (demo configuration). Source: docs/perks.md
"""

from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from suxin.kernel.money import check_amount_fen, format_yuan
from suxin.kernel.working_days import local_day
from suxin.perks.covers.refusals import (
    CoverNotClaimable,
    CoverOverBound,
    CoverOverCap,
    CoverTooEarly,
    CoverTooLate,
)
from suxin.perks.covers.states import CoverGround
from suxin.perks.orders.states import ServiceOrderStage

DECIDE_DAYS: Final = 5
"""Working days from a claim until it is paid or rejected (proposed)."""

WAIT_DAYS: Final = 30
WITHIN_DAYS: Final = 180
MAX_WAIT_DAYS: Final = 365


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An order, as far as a claim on it is concerned; amounts in fen, ``refunded_fen`` is given back of what was paid."""

    stage: ServiceOrderStage
    fund_fen: int
    total_fen: int | None = None
    paid_fen: int | None = None
    refunded_fen: int = 0
    ends_at: datetime | None = None
    completed_at: datetime | None = None


class Claimable(msgspec.Struct, frozen=True, kw_only=True):
    """Since when something was due, and how much of it can be claimed at the most."""

    due_at: datetime
    bound_fen: int


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """All that came back of a loss until a moment, in fen, and what it cost to get it."""

    received_fen: int = 0
    cost_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What is left to share; costs above what came back wait for the next recovery."""
        return max(0, self.received_fen - self.cost_fen)


CLAIMABLE: Final = (
    ServiceOrderStage.USER_CONFIRM,
    ServiceOrderStage.USER_PAYING,
    ServiceOrderStage.USER_PAID,
)
"""Where something may have been lost."""


def claimable(order: OrderFacts, ground: CoverGround) -> Claimable:
    """Return what may be claimed of an order that ended unpaid, or whose goods did not come back: the risk fund less what was paid.

    :raises CoverNotClaimable: if it stands elsewhere, has no time at which it was due, or nothing is left
    """
    if ground is CoverGround.UNPAID:
        if order.stage is not ServiceOrderStage.USER_PAYING:
            raise _nothing("订单不是已完结待支付", "the order does not wait for its payment")
        due, bound_fen = order.completed_at, min(order.total_fen or 0, order.fund_fen)
    else:
        if order.stage not in CLAIMABLE:
            raise _nothing("订单未开始或已取消", "the order was not begun, or was cancelled")
        due = order.ends_at or order.completed_at
        bound_fen = order.fund_fen - (order.paid_fen or 0) + order.refunded_fen
    if bound_fen <= 0:
        raise _nothing("风险金额已全部支付", "the whole risk fund was paid")
    if due is None:
        raise _nothing(
            "订单没有约定归还时间，也未完结",
            "the order has no time of return, and is not completed",
        )
    return Claimable(due_at=due, bound_fen=bound_fen)


def check_time(due_at: datetime, *, wait_days: int, within_days: int, now: datetime) -> None:
    """Refuse a claim before the time to wait is over, or after the time to claim is.

    :raises CoverTooEarly, CoverTooLate: if it is
    """
    opens: date = local_day(due_at) + timedelta(days=wait_days)
    closes = opens + timedelta(days=within_days)
    if local_day(now) < opens:
        raise CoverTooEarly(days=wait_days, day=opens.isoformat())
    if local_day(now) >= closes:
        raise CoverTooLate(days=within_days, day=closes.isoformat())


def check_asked(amount_fen: int, *, bound_fen: int) -> None:
    """Refuse a claim of nothing, or of more than may be claimed.

    :raises CoverOverBound: if it is
    """
    if not 0 < amount_fen <= bound_fen:
        raise CoverOverBound(field="amountFen", bound=format_yuan(bound_fen))


def check_granted(
    amount_fen: int, *, asked_fen: int, per_claim_fen: int, year_left_fen: int
) -> None:
    """Refuse to pay more than was asked, than one claim may have, or than is left of the merchant's year.

    :raises AmountOutOfRange: if it is nothing, or more than was asked
    :raises CoverOverCap: if a cap is below it
    """
    check_amount_fen(amount_fen, field="grantedFen", minimum=1, maximum=asked_fen)
    most = min(per_claim_fen, max(0, year_left_fen))
    if amount_fen > most:
        raise CoverOverCap(field="grantedFen", most=format_yuan(most))


def part_of_cover(returned: Returned, *, loss_fen: int, paid_fen: int) -> int:
    """Return what the cover is due of all that came back until a moment: costs first, then by what each bore, rounded down.

    It is shared as a whole rather than one by one, so that several small recoveries give what one large one would have.
    """
    return min(paid_fen, min(returned.net_fen, loss_fen) * paid_fen // loss_fen)


def _nothing(why_zh: str, why_en: str) -> CoverNotClaimable:
    return CoverNotClaimable(why_zh=why_zh, why_en=why_en)
