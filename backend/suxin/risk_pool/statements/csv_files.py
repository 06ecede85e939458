"""Statements as CSV, in UTF-8 or in the GB 18030 that banks' counters write: two lines about the account, then its entries."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Final

from suxin.kernel.money import parse_yuan
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.row_files import parse_day
from suxin.risk_pool.statements.entries import (
    MAX_ENTRIES,
    Direction,
    Entry,
    Read,
    Rejected,
    StatementMalformed,
    TooManyEntries,
    check_entry,
    shortened,
)

ACCOUNT_HEADING: Final = ("对账单号", "账号", "起始日", "截止日", "期初余额", "期末余额")
HEADING: Final = ("流水号", "收支", "金额", "记账日", "起息日", "对方户名", "附言")
"""The columns of the entries: 收入 or 支出, amounts in yuan."""

_DIRECTIONS: Final = {
    "收入": Direction.CREDIT,
    "贷": Direction.CREDIT,
    "支出": Direction.DEBIT,
    "借": Direction.DEBIT,
}
_ABOUT_LINES: Final = 3


def read_csv(content: bytes, *, today: date) -> Read:
    """Return the statement that a CSV file holds.

    :raises StatementMalformed: if it is none
    :raises TooManyEntries: if it has more entries than are taken
    """
    rows = _rows(content)
    if len(rows) < _ABOUT_LINES or tuple(rows[0]) != ACCOUNT_HEADING or tuple(rows[2]) != HEADING:
        raise _malformed(
            f"首行应为“{'、'.join(ACCOUNT_HEADING)}”，第三行应为“{'、'.join(HEADING)}”",
            "the first and third lines are not the headings that are taken",
        )
    if len(rows[1]) != len(ACCOUNT_HEADING):
        raise _malformed("第二行列数不符", "the second line has not as many columns as the first")
    if len(rows) - _ABOUT_LINES > MAX_ENTRIES:
        raise TooManyEntries(field="file", limit=MAX_ENTRIES)
    about = dict(zip(ACCOUNT_HEADING, rows[1], strict=True))
    entries, rejected = _entries(rows[_ABOUT_LINES:], today)
    try:
        return Read(
            number=about["对账单号"],
            account=about["账号"],
            from_day=parse_day(about["起始日"], field="day"),
            to_day=parse_day(about["截止日"], field="day"),
            opening_fen=_balance(about["期初余额"]),
            closing_fen=_balance(about["期末余额"]),
            entries=entries,
            rejected=rejected,
        )
    except Invalid as invalid:
        raise _malformed(f"第二行{invalid.zh_message}", invalid.en_message) from None


def _rows(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            rows = csv.reader(io.StringIO(text), strict=True)
            return [[cell.strip() for cell in row] for row in rows if any(row)]
        except csv.Error:
            break
    raise _malformed("不是 UTF-8 或 GBK 的 CSV 文件", "it is no CSV in UTF-8 or GB 18030")


def _entries(rows: list[list[str]], today: date) -> tuple[list[tuple[int, Entry]], list[Rejected]]:
    good: list[tuple[int, Entry]] = []
    bad: list[Rejected] = []
    for position, row in enumerate(rows, start=1):
        if len(row) != len(HEADING):
            raise _malformed(f"第 {position} 笔列数不符", f"entry {position} lacks columns")
        cells = dict(zip(HEADING, row, strict=True))
        signed = _signed(cells, position)
        try:
            good.append((position, check_entry(_entry(cells, signed), today=today)))
        except Refusal as refusal:
            bad.append(
                Rejected(
                    position=position,
                    reference=cells["流水号"][:64],
                    refusal=refusal,
                    signed_fen=signed,
                )
            )
    return good, bad


def _signed(cells: Mapping[str, str], position: int) -> int:
    direction = _DIRECTIONS.get(cells["收支"])
    try:
        amount = parse_yuan(cells["金额"])
    except Refusal:
        amount = None
    # What cannot be read as money would leave the balance in doubt, and so the statement as a whole.
    if direction is None or amount is None:
        raise _malformed(
            f"第 {position} 笔的收支或金额无法读取", f"entry {position} is no amount in or out"
        )
    return amount if direction is Direction.CREDIT else -amount


def _entry(cells: Mapping[str, str], signed: int) -> Entry:
    booked_on = parse_day(cells["记账日"], field="day")
    return Entry(
        reference=cells["流水号"],
        direction=_DIRECTIONS[cells["收支"]],
        amount_fen=abs(signed),
        booked_on=booked_on,
        value_on=parse_day(cells["起息日"], field="day") if cells["起息日"] else booked_on,
        counterparty=shortened(cells["对方户名"]),
        remittance=shortened(cells["附言"]),
    )


def _balance(text: str) -> int:
    negative = text.startswith("-")
    try:
        amount = parse_yuan(text.removeprefix("-"))
    except Refusal as refusal:
        raise Invalid(
            field="balance", reason_zh=refusal.zh_message, reason_en=refusal.en_message
        ) from None
    return -amount if negative else amount


def _malformed(zh: str, en: str) -> StatementMalformed:
    return StatementMalformed(field="file", reason_zh=zh, reason_en=en)
