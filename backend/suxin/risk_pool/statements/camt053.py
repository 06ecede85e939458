"""Statements in ISO 20022's camt.053 (BankToCustomerStatement), of any version: the names read here are in all of them.

The file comes from outside. The parser takes no document type, no entity and nothing from elsewhere (``defusedxml``).
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from suxin.kernel.money import FEN_PER_YUAN, MAX_AMOUNT_FEN
from suxin.kernel.refusals import Invalid, Refusal
from suxin.risk_pool.statements.entries import (
    MAX_ENTRIES,
    Direction,
    Entry,
    EntryNotBooked,
    Read,
    Rejected,
    StatementMalformed,
    TooManyEntries,
    check_entry,
    shortened,
)

_CURRENCY: Final = "CNY"
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_DIRECTIONS: Final = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_AMOUNT_CHARACTERS: Final = 24


def looks_like_xml(content: bytes) -> bool:
    """Return whether a file begins as XML does."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read_camt053(content: bytes, *, today: date) -> Read:
    """Return the one statement that a camt.053 file holds.

    :raises StatementMalformed: if it is none, holds several, or is not in CNY
    :raises TooManyEntries: if it has more entries than are taken
    """
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise _malformed("XML 无法读取", "the XML cannot be read") from None
    statements = root.findall("./{*}BkToCstmrStmt/{*}Stmt")
    if len(statements) != 1:
        raise _malformed("应恰有一份 camt.053 对账单", "there must be exactly one camt.053 Stmt")
    stmt = statements[0]
    account = _text(stmt, "Acct/Id/IBAN") or _text(stmt, "Acct/Id/Othr/Id")
    opening, first = _balance(stmt, _OPENING)
    closing, last = _balance(stmt, _CLOSING)
    entries, rejected = _entries(stmt, today)
    return Read(
        number=_text(stmt, "Id"),
        account=account,
        from_day=_period(stmt, "FrDtTm") or first,
        to_day=_period(stmt, "ToDtTm") or last,
        opening_fen=opening,
        closing_fen=closing,
        entries=entries,
        rejected=rejected,
    )


def _entries(stmt: Element, today: date) -> tuple[list[tuple[int, Entry]], list[Rejected]]:
    found = stmt.findall("./{*}Ntry")
    if len(found) > MAX_ENTRIES:
        raise TooManyEntries(field="file", limit=MAX_ENTRIES)
    good: list[tuple[int, Entry]] = []
    bad: list[Rejected] = []
    for position, row in enumerate(found, start=1):
        reference = _reference(row)[:64]
        if not _booked(row):
            refusal: Refusal = EntryNotBooked(field="status")
            bad.append(Rejected(position=position, reference=reference, refusal=refusal))
            continue
        # What cannot be read as money leaves the statement out of balance, which is refused as a whole.
        amount, direction = _amount(row), _direction(row)
        signed = amount if direction is Direction.CREDIT else -amount
        try:
            good.append((position, check_entry(_entry(row, amount, direction), today=today)))
        except Invalid as invalid:
            bad.append(
                Rejected(position=position, reference=reference, refusal=invalid, signed_fen=signed)
            )
    return good, bad


def _entry(row: Element, amount: int, direction: Direction) -> Entry:
    booked_on = _day(row, "BookgDt")
    details = "NtryDtls/TxDtls"
    # The other party of a credit is who paid, of a debit who was paid.
    party = "Dbtr" if direction is Direction.CREDIT else "Cdtr"
    name = _text(row, f"{details}/RltdPties/{party}/Nm") or _text(
        row, f"{details}/RltdPties/{party}/Pty/Nm"
    )
    texts = [one.text or "" for one in row.findall(_path(f"{details}/RmtInf/Ustrd"))]
    texts += [_text(row, f"{details}/Refs/EndToEndId"), _text(row, "AddtlNtryInf")]
    return Entry(
        reference=_reference(row),
        direction=direction,
        amount_fen=amount,
        booked_on=booked_on,
        value_on=_day(row, "ValDt") if row.find("./{*}ValDt") is not None else booked_on,
        counterparty=shortened(name),
        remittance=shortened(" ".join(one for one in texts if one != "NOTPROVIDED")),
    )


def _reference(row: Element) -> str:
    # The servicer's own reference is unique at the bank; the entry's is so within a statement at the least.
    return _text(row, "AcctSvcrRef") or _text(row, "NtryRef")


def _booked(row: Element) -> bool:
    return "BOOK" in (_text(row, "Sts"), _text(row, "Sts/Cd"))


def _balance(stmt: Element, codes: tuple[str, ...]) -> tuple[int, date]:
    balances = stmt.findall("./{*}Bal")
    for code in codes:
        for one in balances:
            if _text(one, "Tp/CdOrPrtry/Cd") == code:
                amount = _amount(one)
                return (amount if _direction(one) is Direction.CREDIT else -amount), _day(one, "Dt")
    raise _malformed("缺少期初或期末余额", f"there is no balance {' or '.join(codes)}")


def _amount(element: Element) -> int:
    amount = element.find("./{*}Amt")
    text = "" if amount is None else (amount.text or "").strip()
    if amount is None or amount.get("Ccy") != _CURRENCY:
        raise _malformed("金额币种应为 CNY", "amounts are in CNY")
    try:
        fen = Decimal(text[:_AMOUNT_CHARACTERS]) * FEN_PER_YUAN
        whole = int(fen)
    except (InvalidOperation, ValueError, OverflowError):
        raise _malformed("金额无法读取", "an amount cannot be read") from None
    if len(text) > _AMOUNT_CHARACTERS or whole != fen or not 0 <= whole <= MAX_AMOUNT_FEN:
        raise _malformed("金额超出范围或精度", "an amount is out of range or too precise")
    return whole


def _direction(element: Element) -> Direction:
    found = _DIRECTIONS.get(_text(element, "CdtDbtInd"))
    if found is None:
        raise _malformed("缺少借贷标志", "there is no CdtDbtInd")
    return found


def _day(element: Element, name: str) -> date:
    text = (_text(element, f"{name}/Dt") or _text(element, f"{name}/DtTm"))[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            field=name, reason_zh="日期无法读取", reason_en="the day cannot be read"
        ) from None


def _period(stmt: Element, end: str) -> date | None:
    text = _text(stmt, f"FrToDt/{end}")[:10]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _malformed("起止日期无法读取", "its period cannot be read") from None


def _text(element: Element, path: str) -> str:
    found = element.find(_path(path))
    return "" if found is None else (found.text or "").strip()


def _path(path: str) -> str:
    return "./" + "/".join("{*}" + name for name in path.split("/"))


def _malformed(zh: str, en: str) -> StatementMalformed:
    return StatementMalformed(field="file", reason_zh=zh, reason_en=en)
