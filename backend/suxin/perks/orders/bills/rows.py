"""Reading a bill: a table of texts with Chinese headings, each value behind a backtick, and a summary below that is not read.

An order's number stands in a column of its own; where a payment was taken under an authorisation (``AUTH``) that column has a number of the provider's, and the
merchant's is the last part of the data packet: ``wxzff|number at the provider|number at the merchant``.

Source: WeChat Pay's trade bill, as told in docs/api/service-orders.md
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from suxin.kernel.money import FEN_PER_YUAN

MAX_ROWS: Final = 20_000
"""How many lines a merchant's bill of one day has at the most (proposed)."""

_SUMMARY: Final = "总交易单数"
_NUMBER, _TRANSACTION, _KIND, _STATE = "商户订单号", "微信订单号", "交易类型", "交易状态"
_PAID, _REFUND, _BACK, _PACKET = "订单金额", "商户退款单号", "申请退款金额", "商户数据包"
COLUMNS: Final = (_NUMBER, _TRANSACTION, _KIND, _STATE, _PAID, _REFUND, _BACK, _PACKET)
_PACKET_PARTS: Final = 3


class BillUnreadable(Exception):
    """A bill is no such table, has no such headings, or an amount that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """One payment, or one refund, of an order; ``number`` is the merchant's own, of the refund where it is one."""

    number: str
    refund: bool
    transaction_id: str
    amount_fen: int


def read_bill(text: str) -> tuple[BillRow, ...]:
    """Return the payments and refunds of a bill.

    :raises BillUnreadable: if it is not what a bill should be, or longer than ``MAX_ROWS``
    """
    lines = csv.reader(text.lstrip("\ufeff").splitlines())
    heads = [head.strip() for head in next(lines, [])]
    if set(COLUMNS) - set(heads):
        raise BillUnreadable("its headings are other ones")
    rows: list[BillRow] = []
    for line in lines:
        values = [value.strip().removeprefix("`") for value in line]
        if not values or values[0] == _SUMMARY:
            break
        if len(values) != len(heads) or len(rows) == MAX_ROWS:
            raise BillUnreadable("a line has another length, or there are too many")
        rows.append(_row(dict(zip(heads, values, strict=True))))
    return tuple(rows)


def order_number(kind: str, number: str, packet: str) -> str:
    """Return the merchant's own number of an order, by what a line says."""
    parts = packet.split("|", _PACKET_PARTS - 1)
    if kind == "AUTH" and len(parts) == _PACKET_PARTS and parts[0] == "wxzff":
        return parts[2]
    return number


def _row(values: Mapping[str, str]) -> BillRow:
    if values[_STATE] == "REFUND":
        return BillRow(
            number=values[_REFUND],
            refund=True,
            transaction_id=values[_TRANSACTION],
            amount_fen=_fen(values[_BACK]),
        )
    return BillRow(
        number=order_number(values[_KIND], values[_NUMBER], values[_PACKET]),
        refund=False,
        transaction_id=values[_TRANSACTION],
        amount_fen=_fen(values[_PAID]),
    )


def _fen(yuan: str) -> int:
    try:
        fen = Decimal(yuan) * FEN_PER_YUAN
    except InvalidOperation:
        raise BillUnreadable("an amount is none") from None
    if not fen.is_finite() or fen != int(fen) or fen < 0:
        raise BillUnreadable("an amount is none")
    return int(fen)
