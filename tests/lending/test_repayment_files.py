"""Repayments by file: every line has its outcome, the same file is the same, and what is no list is none."""

from datetime import date

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_loans import NUMBER, drawn, stored
from small_workbooks import workbook

from suxin.kernel.refusals import Invalid
from suxin.lending.loans.files import HEADING, MAX_FILE_BYTES, report_file
from suxin.lending.loans.models import RepaymentFile
from suxin.lending.loans.refusals import RepaymentFileMalformed, TooManyRepayments
from suxin.lending.loans.reporting import MAX_REPORTS

HEAD = ",".join(HEADING) + "\n"


async def send(city: SmallCity, *lines: str, name: str = "还款.csv") -> RepaymentFile:
    content = (HEAD + "".join(f"{line}\n" for line in lines)).encode()
    file: RepaymentFile = await city.act(
        report_file, city.banks[0].officer, name=name, content=content
    )
    return file


async def test_a_line_is_taken_known_or_rejected_by_itself(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    lines = (
        f"{NUMBER},HK-1,2026-11-20,100.00,0,100.00,0,",
        f'{NUMBER},HK-2,2026-11-20,"1,000.50",1000.50,,,是',
        f"{NUMBER},HK-1,2026-11-20,100.00,0,100.00,0,",
        f"{NUMBER},HK-1,2026-11-20,200.00,,,,",
        f"{NUMBER},HK-3,2026-11-31,100.00,,,,",
        f"{NUMBER},HK-4,2026-11-20,12.345,,,,",
        f"{NUMBER},HK-5,2026-11-20",
        "HT-none,HK-6,2026-11-20,100.00,,,,",
    )
    file = await send(small_city, *lines)
    assert (file.rows_read, file.rows_taken, file.rows_known, file.rows_rejected) == (8, 2, 1, 5)
    assert [(one["line"], one["reference"], one["code"]) for one in file.rejects] == [
        (5, "HK-1", "LOAN_REFERENCE_REUSED"),
        (6, "HK-3", "INVALID"),
        (7, "HK-4", "AMOUNT_TOO_PRECISE"),
        (8, "HK-5", "INVALID"),
        (9, "HK-6", "LOAN_UNKNOWN"),
    ]
    found = await stored(small_city, loan)
    assert (found.principal_paid_fen, found.interest_paid_fen) == (100_050, 10_000)
    files = {row["file_id"] for row in await admin.fetch("select file_id from loan_repayments")}
    assert files == {file.id}
    async with nothing_written(admin):
        assert (await send(small_city, *lines, name="同一份.csv")).id == file.id


async def test_a_workbook_and_a_file_in_gbk_are_read_alike(small_city: SmallCity) -> None:
    loan = await drawn(small_city)
    officer = small_city.banks[0].officer
    book = workbook([HEADING, (NUMBER, "HK-1", date(2026, 11, 20), 100, 0, 100.0, "0.00", "")])
    file = await small_city.act(report_file, officer, name="还款.xlsx", content=book)
    assert (file.rows_read, file.rows_taken, file.rejects) == (1, 1, [])
    gbk = (HEAD + f"{NUMBER},HK-1,2026/11/20,100.00,0,100.00,0,\n").encode("gb18030")
    again = await small_city.act(report_file, officer, name="还款.csv", content=gbk)
    assert (again.rows_read, again.rows_known, again.rejects) == (1, 1, [])
    assert (await stored(small_city, loan)).interest_paid_fen == 10_000


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", RepaymentFileMalformed),
        ("合同编号,金额\n".encode(), RepaymentFileMalformed),
        (HEAD.encode("utf-16"), RepaymentFileMalformed),
        (b"PK\x03\x04 and no archive", RepaymentFileMalformed),
        (HEAD.encode() + b'"', RepaymentFileMalformed),
        (b"x" * (MAX_FILE_BYTES + 1), Invalid),
        (HEAD.encode() + b"x,,,,,,,\n" * (MAX_REPORTS + 1), TooManyRepayments),
    ],
)
async def test_what_is_no_list_of_repayments_is_not_taken(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    content: bytes,
    refusal: type[Exception],
) -> None:
    async with nothing_written(admin):
        with pytest.raises(refusal):
            await small_city.act(
                report_file, small_city.banks[0].officer, name="x.csv", content=content
            )
