"""Statements of a custodian as files: camt.053 and CSV say the same, and what is no statement is refused by name."""

from datetime import date

import pytest
from custodian_files import ACCOUNT, camt, csv_file

from suxin.kernel.refusals import Refusal
from suxin.risk_pool.statements.camt053 import read_camt053
from suxin.risk_pool.statements.csv_files import read_csv
from suxin.risk_pool.statements.entries import (
    MAX_ENTRIES,
    Direction,
    Read,
    StatementMalformed,
    StatementUnbalanced,
    TooManyEntries,
    check_statement,
)
from suxin.risk_pool.statements.formats import read_statement

TODAY = date(2026, 11, 20)
IN = ("LS-1", "CRDT", "500.00", "2026-11-02", "宿迁市财政局", "首期出资")
OUT = ("LS-2", "DBIT", "200.10", "2026-11-03", "宿迁第一商业银行（测试）", "代偿〔2026〕1号")
CLOSING = "1299.90"


def facts(read: Read) -> list[tuple[object, ...]]:
    return [
        (
            entry.reference,
            entry.direction,
            entry.amount_fen,
            entry.booked_on,
            entry.value_on,
            entry.counterparty,
            entry.remittance,
        )
        for _, entry in read.entries
    ]


EXPECTED = [
    (
        "LS-1",
        Direction.CREDIT,
        50_000,
        date(2026, 11, 2),
        date(2026, 11, 2),
        "宿迁市财政局",
        "首期出资",
    ),
    (
        "LS-2",
        Direction.DEBIT,
        20_010,
        date(2026, 11, 3),
        date(2026, 11, 3),
        "宿迁第一商业银行（测试）",
        "代偿〔2026〕1号",
    ),
]


@pytest.mark.parametrize(
    ("version", "status"), [("02", "BOOK"), ("08", "<Cd>BOOK</Cd>"), ("13", "<Cd>BOOK</Cd>")]
)
def test_camt_is_read_in_every_version(version: str, status: str) -> None:
    read = read_statement(camt([IN, OUT], closing=CLOSING, version=version, status=status), TODAY)
    assert facts(read) == EXPECTED
    assert (read.number, read.account) == ("DZD-1", ACCOUNT)
    assert (read.from_day, read.to_day) == (date(2026, 11, 1), TODAY)
    assert (read.opening_fen, read.closing_fen, read.count) == (100_000, 129_990, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_says_the_same_in_the_encodings_of_banks(encoding: str) -> None:
    read = read_statement(csv_file([IN, OUT], closing=CLOSING, encoding=encoding), TODAY)
    assert facts(read) == EXPECTED
    assert (read.number, read.to_day, read.closing_fen) == ("DZD-2", TODAY, 129_990)


@pytest.mark.parametrize("make", [camt, csv_file])
def test_balances_that_do_not_add_up_take_nothing(make: object) -> None:
    with pytest.raises(StatementUnbalanced) as refused:
        read_statement(make([IN, OUT], closing="1299.91"), TODAY)  # type: ignore[operator]
    assert refused.value.facts == {
        "opening": "1,000.00",
        "expected": "1,299.90",
        "closing": "1,299.91",
    }


def test_an_entry_that_is_not_booked_is_rejected_and_not_counted() -> None:
    read = read_statement(
        camt([IN, OUT], closing="1000.00", opening="1000.00", status="<Cd>PDNG</Cd>"), TODAY
    )
    assert not read.entries
    assert [(one.position, one.reference, one.refusal.code) for one in read.rejected] == [
        (1, "LS-1", "ENTRY_NOT_BOOKED"),
        (2, "LS-2", "ENTRY_NOT_BOOKED"),
    ]


def test_rejected_entries_count_in_the_balance_and_leave_the_others_alone() -> None:
    nameless = ("", "CRDT", "1.00", "2026-11-04", "", "")
    ahead = ("LS-9", "CRDT", "2.00", "2026-11-21", "", "")
    again = ("LS-1", "CRDT", "3.00", "2026-11-05", "", "")
    for make in (camt, csv_file):
        read = read_statement(make([IN, nameless, ahead, again], closing="1506.00"), TODAY)
        assert [entry.reference for _, entry in read.entries] == ["LS-1"]
        assert [(one.position, one.refusal.code) for one in read.rejected] == [
            (2, "INVALID"),
            (3, "INVALID"),
            (4, "ENTRY_REPEATED"),
        ]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "&#x4ee3;"><!ENTITY c "&b;&b;&b;&b;">]>
<Document><BkToCstmrStmt><Stmt><Id>&c;</Id></Stmt></BkToCstmrStmt></Document>"""
OUTSIDE = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document><BkToCstmrStmt><Stmt><Id>&x;</Id>
</Stmt></BkToCstmrStmt></Document>"""
GOOD = camt([IN], closing="1500.00")


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        OUTSIDE,
        b"<a/>",
        b"<Document><BkToCstmrStmt/></Document>",
        b"<Document",
        GOOD.replace(b"</Stmt>", b"</Stmt><Stmt><Id>2</Id></Stmt>"),
        GOOD.replace(b'Ccy="CNY">500', b'Ccy="USD">500'),
        GOOD.replace(b">500.00<", b">500.001<"),
        GOOD.replace(b">500.00<", b">NaN<"),
        GOOD.replace(b">500.00<", b">Infinity<"),
        GOOD.replace(b">500.00<", b">1e400<"),
        GOOD.replace(b">500.00<", b">" + b"9" * 5_000 + b"<"),
        GOOD.replace(b">500.00<", b">-500.00<"),
        GOOD.replace(b"CLBD", b"XXXX"),
        GOOD.replace(b"<CdtDbtInd>CRDT", b"<CdtDbtInd>SIDE"),
        GOOD.replace(b"2026-11-20T23", b"2026-10-20T23"),
        GOOD.replace(b"UTF-8", b"no-such-encoding"),
        GOOD.replace(ACCOUNT.encode(), b""),
        b"",
        b"\xff\xfe\x00",
        "流水号,金额\n1,2".encode(),
        csv_file([IN], closing="1500.00").replace(b"500.00", b"x", 2),
        csv_file([IN], closing="1500.00", encoding="utf-8").replace("收入".encode(), b"?"),
        csv_file([IN], closing="1500.00").replace(b"2026-11-01", b"someday"),
        csv_file([IN], closing="1500.00") + b"\r\nLS-2,a",
    ],
)
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(StatementMalformed):
        read_statement(content, TODAY)


def test_a_file_is_bounded_before_it_is_parsed() -> None:
    with pytest.raises(Refusal) as refused:
        read_statement(b"<" + b" " * (4 * 1024 * 1024), TODAY)
    assert refused.value.code == "INVALID"


def test_entries_are_bounded() -> None:
    rows = [IN] * (MAX_ENTRIES + 1)
    with pytest.raises(TooManyEntries):
        read_camt053(camt(rows, closing="0.00"), today=TODAY)
    with pytest.raises(TooManyEntries):
        read_csv(csv_file(rows, closing="0.00"), today=TODAY)


def test_an_overdrawn_account_is_read() -> None:
    read = read_statement(csv_file([OUT], opening="0.00", closing="-200.10"), TODAY)
    assert check_statement(read).closing_fen == -20_010
