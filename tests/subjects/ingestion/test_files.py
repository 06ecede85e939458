"""Files that are bad, each in its own way: what they are refused for, and what of them is taken all the same."""

import gzip
import io
import zipfile
from datetime import date

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.encodings import Encoding, encoding_of
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.csv_rows import csv_rows, file_encoding
from suxin.subjects.ingestion.models import BatchState
from suxin.subjects.ingestion.refusals import EncodingUnknown, Reject

HEADER = (
    "uscc,item_code,source,source_ref,occurred_on,published_until,valid_until,polarity,status,"
    "amount_fen,content\n"
)
CHINESE = "统一社会信用代码,目录代码,来源部门,记录编号,发生日期,公示截止日期,有效截止日期,性质,状态,金额（分）,内容\n"


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def _array(values: list[object]) -> Array:
    if isinstance(values[0], date):
        days = [(day - date(1970, 1, 1)).days for day in values]
        return Array(days, type=DataType.int32()).cast(DataType.date32())
    return Array(values, type=DataType.utf8() if isinstance(values[0], str) else DataType.int64())


def parquet(**columns: list[object]) -> bytes:
    file = io.BytesIO()
    made = {name: _array(values) for name, values in columns.items()}
    write_parquet(Table.from_pydict(made), file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("heading", [HEADER, CHINESE])
async def test_a_file_in_each_encoding_goes_in(firms, ingest, line, admin, encoding, heading):
    honour = {"title": "守合同重信用企业", "level": "市级"}
    rows = line("1", item_code="HONOUR", content=honour) + line("2")
    batch, rejects = await ingest((heading + rows).encode(encoding))
    assert (batch.rows_added, rejects) == (2, [])
    assert batch.encoding == ("gb18030" if encoding.startswith("gb") else "utf-8")
    assert '"守合同重信用企业"' in await admin.fetchval(
        "select content::text from credit_records where source_ref = '1'"
    )


@pytest.mark.parametrize(
    ("most", "few", "rejected"),
    [("utf-8", "gbk", [(4, "ROW_ENCODING")]), ("gbk", "utf-8", [(4, "ROW_ENCODING")])],
)
async def test_of_a_file_in_two_encodings_the_lines_of_the_lesser_one_are_rejected(
    firms, ingest, line, counted, most, few, rejected
):
    content = (
        HEADER.encode() + line("1").encode(most) + line("2").encode(most) + line("3").encode(few)
    )
    batch, rejects = await ingest(content)
    assert (batch.rows_added, rejects, batch.state) == (2, rejected, BatchState.COMPLETED)
    assert await counted("credit_records") == (2,)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("localhost\n", "RECORD_COLUMNS_MISSING"),
        (HEADER.replace(",content", ""), "RECORD_COLUMNS_MISSING"),
        (HEADER.replace("uscc", "uscc,uscc"), "RECORD_COLUMNS_UNKNOWN"),
        (HEADER.replace("uscc", "uscc,religion"), "RECORD_COLUMNS_UNKNOWN"),
        (",".join(f"c{n}" for n in range(1_000)) + "\n", "TOO_MANY_COLUMNS"),
        (HEADER.encode("utf-16"), "ENCODING_UNKNOWN"),
        (b"\xff\x80\xff\n" * 9, "ENCODING_UNKNOWN"),
        (b"PK\x03\x04nothing", "ARCHIVE_UNREADABLE"),
        (b"\x1f\x8bnothing", "ARCHIVE_UNREADABLE"),
        (zipped(("a.csv", b"a"), ("b.csv", b"b")), "ARCHIVE_UNREADABLE"),
        (zipped(), "RECORD_COLUMNS_MISSING"),
        (gzip.compress(b"x" * 9_000)[:-20], "ARCHIVE_UNREADABLE"),
        (b"PAR1nothingPAR1", "PARQUET_UNREADABLE"),
    ],
    # Named, because an archive holds the time at which it was packed: workers would collect tests of different names.
    ids=[
        "no-columns",
        "column-missing",
        "column-twice",
        "column-unknown",
        "thousand-columns",
        "utf-16",
        "no-encoding",
        "no-zip",
        "no-gzip",
        "two-files",
        "no-file",
        "cut-short",
        "no-parquet",
    ],
)
async def test_what_is_no_file_of_records_fails_by_name_and_writes_nothing(
    firms, ingest, counted, content, code
):
    batch, rejects = await ingest(content)
    assert (batch.state, batch.failure_code, rejects) == (BatchState.FAILED, code, [])
    assert batch.failure_zh
    assert batch.failure_en
    assert await counted("credit_records", "ingestion_parts") == (0, 0)


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("a.csv", content))])
async def test_a_bomb_is_refused_before_any_row_is_taken(
    firms, ingest, line, counted, monkeypatch, pack
):
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 3 * 1024**2)
    content = (HEADER + line()).encode() + b"\n" * (4 * 1024**2)
    packed = pack(content)
    assert len(packed) < 10_000
    batch, _ = await ingest(packed)
    assert (batch.state, batch.failure_code) == (BatchState.FAILED, "UNPACKED_TOO_LARGE")
    assert await counted("credit_records") == (0,)


async def test_a_bomb_of_parquet_is_refused_and_so_is_one_of_a_thousand_columns(
    firms, ingest, counted, monkeypatch
):
    """A value that stands in the file once is unpacked for each row; what is refused comes before any record."""
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 3 * 1024**2)
    many = {"source_ref": ["x" * 60_000] * 80}
    batch, _ = await ingest(parquet(**many))
    assert batch.file_bytes < 1024**2
    assert (batch.state, batch.failure_code) == (BatchState.FAILED, "UNPACKED_TOO_LARGE")
    wide = {f"c{number}": ["1"] for number in range(1_000)}
    batch, _ = await ingest(parquet(**wide), key="wide")
    assert (batch.state, batch.failure_code) == (BatchState.FAILED, "TOO_MANY_COLUMNS")
    assert await counted("credit_records") == (0,)


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("a.csv", content))])
async def test_a_packed_file_goes_in(firms, ingest, line, pack):
    batch, _ = await ingest(pack((HEADER + line("1") + line("2")).encode()))
    assert (batch.rows_added, batch.bytes_read) == (2, batch.bytes_total)
    assert batch.bytes_total > batch.file_bytes / 2


async def test_rows_of_a_thousand_columns_and_endless_lines_are_rejected_by_themselves(
    firms, ingest, line
):
    batch, rejects = await ingest(
        HEADER
        + ",".join("x" * 1_000)
        + "\n"
        + line("1")
        + "y" * (limits.MAX_LINE_BYTES + 9)
        + "\n"
        + line("2")
        + '"never closed\n'
    )
    assert (batch.rows_added, batch.state) == (2, BatchState.COMPLETED)
    assert rejects == [(2, "ROW_MALFORMED"), (4, "LINE_TOO_LONG"), (6, "ROW_MALFORMED")]


async def test_rows_beyond_the_limit_end_the_batch_and_those_before_are_taken(
    firms, ingest, line, counted, monkeypatch
):
    monkeypatch.setattr(limits, "MAX_ROWS", 3)
    batch, _ = await ingest(HEADER + "".join(line(str(number)) for number in range(5)))
    assert (batch.state, batch.failure_code, batch.rows_added) == (
        BatchState.FAILED,
        "TOO_MANY_ROWS",
        3,
    )
    assert await counted("credit_records") == (3,)


async def test_a_parquet_file_goes_in(firms, ingest, admin):
    batch, rejects = await ingest(
        parquet(
            uscc=["91321302MATE5T017A"] * 2,
            item_code=["TAX-PAID", "TAX-PAID"],
            source_ref=["1", "2"],
            occurred_on=[date(2026, 11, 1), date(2026, 12, 1)],
            amount_fen=[120_000, 1],
            content=['{"year": 2025}'] * 2,
        )
    )
    assert (batch.format, batch.rows_added, rejects) == ("parquet", 1, [(3, "INVALID")])
    row = await admin.fetchrow("select * from credit_records")
    assert (row["amount_fen"], row["occurred_on"]) == (120_000, date(2026, 11, 1))


def test_two_letters_that_gbk_and_utf_8_share_do_not_decide():
    """The bytes of 联通 in GBK happen to be good UTF-8."""
    assert encoding_of(["联通".encode("gbk"), "宿迁市".encode("gbk")]) is Encoding.GB18030
    assert encoding_of([b"plain", b"ascii"]) is Encoding.UTF_8
    assert encoding_of([]) is Encoding.UTF_8


@given(st.lists(st.text("宿迁市税务局沭阳县诚信企业纳税甲乙", min_size=2, max_size=40), min_size=1))
def test_a_text_is_read_as_what_it_was_written_in(lines):
    for encoding in Encoding:
        assert encoding_of([one.encode(encoding) for one in lines]) is encoding


@given(st.binary(max_size=3_000))
def test_whatever_bytes_are_read_to_their_end_and_every_line_at_most_once(content):
    try:
        encoding = file_encoding(io.BytesIO(content))
    except EncodingUnknown:
        return
    rows = list(csv_rows(io.BytesIO(content), encoding))
    assert len(rows) <= content.count(b"\n") + content.count(b"\r") + 1
    numbers = [number for number, _ in rows]
    assert numbers == sorted(numbers)
    assert all(isinstance(row, Reject | list) for _, row in rows)
