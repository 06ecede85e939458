"""Comparing a bill with orders: a pure function over what either side has of one day.

A refund is looked for by its number whenever it was settled here; that a refund of today stands on tomorrow's bill is no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from suxin.perks.orders.bills.rows import BillRow
from suxin.perks.orders.bills.states import BillGap

MAX_GAPS: Final = 500
"""How many differences of one bill are listed at the most; all of them are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the orders say of a payment or a refund: the amount, and under which transaction, once it was done."""

    amount_fen: int
    transaction_id: str | None
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One difference; an amount is missing where that side has none."""

    kind: BillGap
    refund: bool
    number: str
    transaction_id: str | None
    bill_fen: int | None
    here_fen: int | None


def gaps_between(
    rows: Sequence[BillRow],
    *,
    known: Mapping[tuple[bool, str], Settled],
    paid_that_day: Mapping[str, Settled],
) -> list[Gap]:
    """Return where a bill and the orders differ, in the bill's order, and then what the bill has not.

    ``known`` are the payments and refunds here of every number on the bill, ``paid_that_day`` the orders that the provider says were paid on its day.
    """
    gaps = [gap for row in rows if (gap := _gap(row, known.get((row.refund, row.number))))]
    billed = {row.number for row in rows if not row.refund}
    return gaps + [
        Gap(
            kind=BillGap.MISSING_THERE,
            refund=False,
            number=number,
            transaction_id=paid.transaction_id,
            bill_fen=None,
            here_fen=paid.amount_fen,
        )
        for number, paid in paid_that_day.items()
        if number not in billed
    ]


def _gap(row: BillRow, here: Settled | None) -> Gap | None:
    if here is None:
        kind = BillGap.UNKNOWN_HERE
    elif not here.done or here.transaction_id != row.transaction_id:
        kind = BillGap.NOT_SETTLED_HERE
    elif here.amount_fen != row.amount_fen:
        kind = BillGap.AMOUNT_DIFFERS
    else:
        return None
    return Gap(
        kind=kind,
        refund=row.refund,
        number=row.number,
        transaction_id=row.transaction_id,
        bill_fen=row.amount_fen,
        here_fen=None if here is None else here.amount_fen,
    )
