"""A bank's ledger as a file: one line for each loan, each taken or refused by itself."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from suxin.kernel.money import parse_yuan
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.kernel.row_files import Layout, columns_missing, read_rows, reject
from suxin.risk_pool.bank_ledgers.measures import Figures, Measure

MAX_FILE_BYTES: Final = 1024 * 1024
MAX_LINES: Final = 5_000
MAX_NUMBER: Final = 64
MAX_OVERDUE_DAYS: Final = 36_500
NUMBER: Final = "合同编号"
HEADING: Final = (NUMBER, *(measure.zh for measure in Measure))
"""The columns: amounts in yuan, days as whole numbers; what is empty is nothing."""


class LedgerMalformed(Refusal):
    """The file is no ledger."""

    code = "BANK_LEDGER_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "文件无法按 CSV 或 XLSX 读取，或表头不是：{heading}"
    en = "The file cannot be read as CSV or XLSX, or its heading is not {heading}"


class LedgerTooLong(Refusal):
    """The ledger has more loans than are taken."""

    code = "BANK_LEDGER_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "台账最多 {limit} 行"
    en = "A ledger has at most {limit} lines"


class LedgerLoanTwice(Refusal):
    """The ledger has a loan twice."""

    code = "BANK_LEDGER_LOAN_TWICE"
    kind = RefusalKind.INVALID
    zh = "合同 {number} 在台账中出现不止一次"
    en = "The ledger has the contract {number} more than once"


_LAYOUT: Final = Layout(
    heading=HEADING,
    max_bytes=MAX_FILE_BYTES,
    max_rows=MAX_LINES,
    malformed=LedgerMalformed,
    too_many=LedgerTooLong,
)


class Read(NamedTuple):
    """What a ledger says of each loan, and the lines that were not taken."""

    figures: Mapping[str, Figures]
    rejects: list[dict[str, Any]]


def read_ledger(content: bytes) -> Read:
    """Return what a ledger's file says.

    :raises Invalid: if the file is larger than ``MAX_FILE_BYTES``
    :raises LedgerMalformed: if it is no ledger
    :raises LedgerTooLong: if it has more than ``MAX_LINES`` lines
    """
    figures: dict[str, Figures] = {}
    rejects = []
    for line, cells in read_rows(content, _LAYOUT):
        number = cells[0][:MAX_NUMBER]
        try:
            found = _figures(cells)
            if number in figures:
                raise LedgerLoanTwice(field=NUMBER, number=number)
        except Refusal as refusal:
            rejects.append(reject(line, number, refusal))
        else:
            figures[number] = found
    return Read(figures, rejects)


def _figures(cells: list[str]) -> Figures:
    if len(cells) != len(HEADING):
        raise columns_missing(len(cells), len(HEADING))
    if not cells[0]:
        raise Invalid(field=NUMBER, reason_zh="此项必填", reason_en="is required")
    return Figures(
        *(
            _days(cell) if measure is Measure.OVERDUE_DAYS else _amount(cell, measure)
            for measure, cell in zip(Measure, cells[1:], strict=True)
        )
    )


def _amount(cell: str, measure: Measure) -> int:
    return parse_yuan(cell, field=measure.zh) if cell else 0


def _days(cell: str) -> int:
    if not cell:
        return 0
    if not (cell.isascii() and cell.isdigit()) or int(cell[:9]) > MAX_OVERDUE_DAYS:
        raise Invalid(
            field=Measure.OVERDUE_DAYS.zh,
            reason_zh=f"应为 0 至 {MAX_OVERDUE_DAYS} 的整数",
            reason_en=f"is a whole number from 0 to {MAX_OVERDUE_DAYS}",
        )
    return int(cell)
