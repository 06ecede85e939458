"""Bills made up for a test: a line for each payment and refund, as WeChat Pay writes them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from suxin.perks.orders.bills.rows import COLUMNS, BillRow

HEADS: Final = ("交易时间", *COLUMNS)


@dataclass
class ReferenceBills:
    """Implements ``BillProvider``."""

    bills: dict[tuple[str, date], str] = field(default_factory=dict)

    async def bill(self, sub_mchid: str, day: date, *, now: datetime) -> str:
        assert now
        return self.bills.get((sub_mchid, day), "")


def billed(number: str, transaction_id: str, amount_fen: int, *, refund: bool = False) -> BillRow:
    """A line as it is read."""
    return BillRow(
        number=number, refund=refund, transaction_id=transaction_id, amount_fen=amount_fen
    )


def written(*rows: BillRow, kind: str = "JSAPI") -> str:
    """A bill of these lines as it comes."""
    lines = [",".join(HEADS)]
    for row in rows:
        yuan = f"{row.amount_fen // 100}.{row.amount_fen % 100:02}"
        payment = ["`SUCCESS", f"`{yuan}", "`", "`0.00"]
        refund = ["`REFUND", "`0.00", f"`{row.number}", f"`{yuan}"]
        state, paid, number, back = refund if row.refund else payment
        own = "" if row.refund or kind == "AUTH" else row.number
        packet = f"wxzff|WX1|{row.number}" if kind == "AUTH" else ""
        lines.append(
            f"`2026-11-20 10:00:00,`{own},`{row.transaction_id},`{kind},{state},{paid},{number},{back},`{packet}"
        )
    return "\ufeff" + "\r\n".join([*lines, "总交易单数,应结订单总金额", "`1,`0.00"])
