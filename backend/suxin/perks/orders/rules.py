"""The rules of an order as its content alone decides them: pure functions over what a merchant says.

Source: the Pay Score API; docs/api/service-orders.md names each rule with its test
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from suxin.kernel.money import check_amount_fen, format_yuan
from suxin.perks.orders.refusals import (
    DeviceMissing,
    OrderNotLowered,
    OrderNumberInvalid,
    OrderOverLimit,
    OrderTextInvalid,
    OrderTimeInvalid,
    PaidTimeInvalid,
    RefundOverPaid,
    RiskFundMismatch,
    RiskFundOverCeiling,
    TooManyOrderLines,
)
from suxin.perks.orders.states import ServiceOrderMode
from suxin.perks.states import RiskFundName

MAX_NUMBER: Final = 32
MAX_INTRODUCTION: Final = 20
MAX_ATTACH: Final = 256
MAX_REASON: Final = 30
MAX_PAYMENTS: Final = 100
MAX_DISCOUNTS: Final = 30
MAX_LINE_NAME: Final = 20
MAX_LINE_NOTE: Final = 30
MAX_COUNT: Final = 100
"""How many pieces one line is for (the provider's limit)."""
MAX_DEVICE: Final = 64
"""How long a device's number is (proposed: the provider's own limit is not known)."""

UNCONFIRMED_FOR: Final = timedelta(days=30)
"""After how long an order that nobody confirmed expires."""

URGED_EVERY: Final = timedelta(hours=24)
"""How long a user is left alone after he was asked for a payment again (proposed)."""

NUMBER: Final = re.compile(r"[0-9A-Za-z_\-|*]{1,32}")
FUNDS: Final[Mapping[ServiceOrderMode, tuple[RiskFundName, ...]]] = {
    ServiceOrderMode.DEPOSIT_FREE: (
        RiskFundName.DEPOSIT,
        RiskFundName.ADVANCE,
        RiskFundName.CASH_DEPOSIT,
    ),
    ServiceOrderMode.PAY_LATER: (RiskFundName.ESTIMATE_ORDER_COST,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One payment or discount: what it is called, its amount in fen (of all pieces together), and perhaps a note."""

    name: str
    amount_fen: int
    description: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """What a merchant says of an order that he opens; without ``starts_at`` it begins when its user accepts it."""

    service_code: str
    number: str
    introduction: str
    fund_name: RiskFundName
    fund_fen: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    need_confirm: bool = True
    authorisation_code: str | None = None
    attach: str = ""
    payments: tuple[OrderLine, ...] = ()
    discounts: tuple[OrderLine, ...] = ()
    device: str | None = None
    redemption_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a merchant asks of a user at the end."""

    payments: tuple[OrderLine, ...]
    discounts: tuple[OrderLine, ...] = ()

    @property
    def total_fen(self) -> int:
        """The sum of the payments less the sum of the discounts."""
        return sum(line.amount_fen for line in self.payments) - sum(
            line.amount_fen for line in self.discounts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTerms:
    """What a service allows: its mode, the most that one order may ask for, and whether devices serve without staff."""

    mode: ServiceOrderMode
    ceiling_fen: int
    unmanned: bool


def check_draft(draft: OrderDraft, service: ServiceTerms) -> None:
    """Refuse an order that the rules do not allow.

    :raises OrderNumberInvalid: if its number has other characters or too many
    :raises OrderTextInvalid: if a text is missing or too long
    :raises RiskFundMismatch: if the risk fund's name is of the other mode
    :raises RiskFundOverCeiling: if the risk fund is nothing or above the service's ceiling
    :raises TooManyOrderLines: if there are too many payments or discounts
    :raises OrderTimeInvalid: if it ends before it begins
    :raises DeviceMissing: if an unmanned service names no device
    """
    if not NUMBER.fullmatch(draft.number):
        raise OrderNumberInvalid(field="outOrderNo", limit=MAX_NUMBER)
    check_words("introduction", draft.introduction, MAX_INTRODUCTION)
    check_words("attach", draft.attach, MAX_ATTACH, least=0)
    names = FUNDS[service.mode]
    if draft.fund_name not in names:
        raise RiskFundMismatch(
            field="riskFundName",
            mode_zh=service.mode.zh,
            mode_en=service.mode.en,
            names_zh="、".join(name.zh for name in names),
            names_en=", ".join(names),
        )
    if not 0 < draft.fund_fen <= service.ceiling_fen:
        raise RiskFundOverCeiling(field="riskFundFen", ceiling=format_yuan(service.ceiling_fen))
    check_lines(draft.payments, draft.discounts)
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        raise OrderTimeInvalid(field="endsAt")
    if draft.device is not None:
        check_words("startDeviceId", draft.device, MAX_DEVICE)
    elif service.unmanned:
        raise DeviceMissing(field="startDeviceId")


def check_completion(
    completion: Completion, *, mode: ServiceOrderMode, fund_fen: int, ceiling_fen: int
) -> int:
    """Return the total of an order that is completed, in fen.

    :raises TooManyOrderLines, OrderTextInvalid: if its lines are not in order
    :raises OrderOverLimit: if it is below nothing, above the risk fund (先免), or above the service's ceiling (先享)
    """
    check_lines(completion.payments, completion.discounts)
    limit = fund_fen if mode is ServiceOrderMode.DEPOSIT_FREE else ceiling_fen
    if not 0 <= completion.total_fen <= limit:
        raise OrderOverLimit(field="payments", limit=format_yuan(limit))
    return completion.total_fen


def check_lowered(completion: Completion, *, total_fen: int) -> int:
    """Return the total to which an order is lowered, in fen.

    :raises TooManyOrderLines, OrderTextInvalid: if its lines are not in order
    :raises OrderOverLimit: if it is below nothing
    :raises OrderNotLowered: if it is not below what was asked for
    """
    check_lines(completion.payments, completion.discounts)
    if completion.total_fen < 0:
        raise OrderOverLimit(field="payments", limit=format_yuan(total_fen))
    if completion.total_fen >= total_fen:
        raise OrderNotLowered(field="payments", total=format_yuan(total_fen))
    return completion.total_fen


def check_lines(payments: Sequence[OrderLine], discounts: Sequence[OrderLine]) -> None:
    """Refuse lines that are too many, or that are not in order.

    :raises TooManyOrderLines: if there are more than ``MAX_PAYMENTS`` or ``MAX_DISCOUNTS``
    :raises OrderTextInvalid: if a name is missing or too long, or a note is too long
    :raises AmountOutOfRange: if an amount is below nothing
    """
    for field, lines, limit in (
        ("payments", payments, MAX_PAYMENTS),
        ("discounts", discounts, MAX_DISCOUNTS),
    ):
        if len(lines) > limit:
            raise TooManyOrderLines(field=field, limit=limit)
        for line in lines:
            check_words(field, line.name, MAX_LINE_NAME)
            check_words(field, line.description, MAX_LINE_NOTE, least=0)
            check_amount_fen(line.amount_fen, field=field, minimum=0)
            check_amount_fen(line.count, field=field, minimum=1, maximum=MAX_COUNT)


def check_words(field: str, text: str, limit: int, *, least: int = 1) -> None:
    """Refuse a text that has too few or too many characters.

    :raises OrderTextInvalid: if it has
    """
    if not least <= len(text.strip()) or len(text) > limit:
        raise OrderTextInvalid(field=field, least=least, limit=limit)


def check_paid_at(paid_at: datetime, *, opened_at: datetime, now: datetime) -> None:
    """Refuse a time of payment that cannot be.

    :raises PaidTimeInvalid: if it lies before the order was opened, or in the future
    """
    # The provider tells times to the second, and so does who reads one off a receipt.
    if not opened_at.replace(microsecond=0) <= paid_at <= now:
        raise PaidTimeInvalid(field="paidAt")


def check_refund(amount_fen: int, *, paid_fen: int, refunded_fen: int) -> None:
    """Refuse a refund that is nothing, or more than was paid and is not given back or on its way back already.

    :raises RefundOverPaid: if it is
    """
    left_fen = paid_fen - refunded_fen
    if not 0 < amount_fen <= left_fen:
        raise RefundOverPaid(field="amountFen", left=format_yuan(left_fen))


def stored_lines(lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """Return lines as an order's row holds them."""
    return [asdict(line) for line in lines]


def read_lines(stored: Sequence[Mapping[str, Any]]) -> tuple[OrderLine, ...]:
    """Return the lines that an order's row holds."""
    return tuple(OrderLine(**line) for line in stored)
