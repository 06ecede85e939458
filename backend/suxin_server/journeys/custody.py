"""The pool's keeper at his desk: he takes in the custodian's statements, sees what became of each line, and reconciles."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from suxin.kernel.money import FEN_PER_YUAN
from suxin.kernel.working_days import local_day
from suxin_server.demo.custodian import Line, statement
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.walking import expect, until

MATCHING_PATIENCE_S: Final = 60.0
COLUMNS: Final = 3
"""The custodian's balance, the book's, and their difference."""
_BALANCE: Final = re.compile(r">余额</span>\s*<span[^>]*>(-?[\d,]+\.\d\d)元<")
_POOL: Final = re.compile(r'<option value="([0-9a-f-]{36})"')
_ROW: Final = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_ASIDE: Final = re.compile(r'action="/desk(/custody-lines/[0-9a-f-]{36}/set-aside)"')
_DIFFERENCES: Final = re.compile(r'data-testid="differences".*?</table>', re.DOTALL)
_BALANCES: Final = re.compile(r'data-testid="balances".*?</table>', re.DOTALL)
_AMOUNT: Final = re.compile(r'class="is-number">(-?[\d,]+\.\d\d)元<')
_BADGE: Final = re.compile(r"账簿缺|对账单缺|金额不符")


class Custody(Desk):
    """The desk of whoever keeps the pool's statements."""

    def __init__(self, url: str, login: str) -> None:
        super().__init__(url, login)
        self.statements: list[str] = []

    def take_in(self, number: str, opening_fen: int, lines: list[Line]) -> str:
        """Send in a statement of today; return its page."""
        content = statement(number, local_day(datetime.now(UTC)), opening_fen, lines)
        led = self.send(
            "/custody",
            shown_at="/custody",
            files={"file": (f"{number}.xml", content, "text/xml")},
            poolId=self._pool(),
        )
        place = led.partition("?")[0]
        self.statements.append(place)
        return place

    def line(self, place: str, reference: str, *, says: str) -> None:
        """Wait until a statement's line says this."""

        def said() -> bool | None:
            return True if says in self._row(place, reference) else None

        until(said, expected=f"{reference}：{says}", patience_s=MATCHING_PATIENCE_S)

    def set_aside(self, place: str, reference: str, note: str) -> None:
        """Say of a line that it is none of the pool's claims, and what it is."""
        found = _ASIDE.search(self._row(place, reference))
        expect(found, f"{reference} 可搁置", place)
        if found:
            self.send(found.group(1), shown_at=place, note=note)
        self.line(place, reference, says="已搁置")

    def book_fen(self) -> int:
        """Return what the book has on the pool's account, in fen."""
        found = _BALANCE.search(self.page(f"/risk-pools/{self._pool()}"))
        expect(found, "资金池余额", "没有")
        return _fen(found.group(1)) if found else 0

    def latest(self) -> tuple[int, int, int]:
        """Return the latest closing balance in fen: the custodian's, the book's, and their difference."""
        table = _BALANCES.search(self.page("/reconciliation"))
        amounts = _AMOUNT.findall(table.group(0)) if table else []
        expect(len(amounts) >= COLUMNS, "期末余额", amounts)
        custodian, book, difference = map(_fen, amounts[:COLUMNS])
        return custodian, book, difference

    def unexplained(self) -> list[str]:
        """Return what differs between statements and book, and nobody has said why."""
        table = _DIFFERENCES.search(self.page("/reconciliation"))
        return _BADGE.findall(table.group(0)) if table else []

    def _pool(self) -> str:
        """Return the id of the demo city's one pool."""
        pools = _POOL.findall(self.page("/custody"))
        expect(len(pools) == 1, "一个资金池", pools)
        return str(pools[0])

    def _row(self, place: str, reference: str) -> str:
        rows = _ROW.findall(self.page(place))
        return next((row for row in rows if reference in row), "")


def _fen(yuan: str) -> int:
    """Return an amount as pages show it, in fen."""
    return int(Decimal(yuan.replace(",", "")) * FEN_PER_YUAN)
