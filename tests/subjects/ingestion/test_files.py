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
from suxin.subjects.ingestion.columns import field_zh
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


def _array(values: list[object] | Array) -> Array:
    if isinstance(values, Array):
        return values
    if isinstance(values[0], date):
        days = [(day - date(1970, 1, 1)).days for day in values]
        return Array(days, type=DataType.int32()).cast(DataType.date32())
    return Array(values, type=DataType.utf8() if isinstance(values[0], str) else DataType.int64())


def parquet(**columns: list[object] | Array) -> bytes:
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
        (
            zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"")),
            "WORKBOOK_NOT_READ",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "WORKBOOK_NOT_READ"),
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
        "workbook",
        "workbook-of-old",
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


RECORD = {
    "uscc": ["91321302MATE5T017A"] * 2,
    "item_code": ["TAX-PAID"] * 2,
    "source_ref": ["1", "2"],
    "content": ['{"year": 2025}'] * 2,
    "occurred_on": [date(2026, 11, 1)] * 2,
    "amount_fen": [120_000, 1],
}


@pytest.mark.parametrize(
    ("column", "values", "named"),
    [
        (
            "amount_fen",
            Array([1.5, 2.0], type=DataType.float64()),
            "“金额（分）（amount_fen）”类型为 float64",
        ),
        (
            "amount_fen",
            Array([1, 2], type=DataType.int64()).cast(DataType.decimal128(18, 2)),
            "“金额（分）（amount_fen）”类型为 decimal128(18,2)",
        ),
        (
            "occurred_on",
            Array([True, False], type=DataType.bool()),
            "“发生日期（occurred_on）”类型为 boolean",
        ),
        (
            "content",
            Array([b"{}", b"\xff"], type=DataType.binary()),
            "“内容（content）”类型为 binary",
        ),
    ],
    ids=["float", "hundredths", "boolean", "bytes"],
)
async def test_a_parquet_column_of_another_type_is_refused_by_its_name(
    firms, ingest, counted, capfd, column, values, named
):
    batch, rejects = await ingest(parquet(**RECORD | {column: values}))
    assert (batch.state, batch.failure_code, rejects) == (
        BatchState.FAILED,
        "PARQUET_COLUMN_TYPE",
        [],
    )
    assert named in batch.failure_zh
    assert column in batch.failure_en
    assert await counted("credit_records", "ingestion_parts") == (0, 0)
    # What a department's file holds goes to no log.
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("column", "values", "day"),
    [
        (
            "amount_fen",
            Array([120_000, 1], type=DataType.int64()).cast(DataType.decimal128(18, 0)),
            date(2026, 11, 1),
        ),
        # The day before by the world's clock, past midnight in Shanghai.
        (
            "occurred_on",
            Array([1_793_466_000_000_000] * 2, type=DataType.int64()).cast(
                DataType.timestamp("us", tz="UTC")
            ),
            date(2026, 11, 1),
        ),
    ],
    ids=["whole-decimals", "moments"],
)
async def test_parquet_of_other_programs_is_read_as_it_is_meant(
    firms, ingest, admin, column, values, day
):
    batch, rejects = await ingest(parquet(**RECORD | {column: values}))
    assert (batch.rows_added, rejects) == (2, [])
    row = await admin.fetchrow("select * from credit_records where source_ref = '1'")
    assert (row["amount_fen"], row["occurred_on"]) == (120_000, day)


async def test_what_a_row_is_refused_for_is_said_in_words_that_help(firms, ingest, line, admin):
    await ingest(
        CHINESE
        + line("1", occurred_on="2026/11/01")
        + line("2", content="{")
        + line("3", amount_fen="1.50")
        + line("4", polarity="bad")
    )
    rows = await admin.fetch("select field, zh from ingestion_rejects order by line")
    assert [(field_zh(row["field"]), row["zh"]) for row in rows] == [
        ("发生日期", "该行格式不正确：日期应写作 2026-04-30"),
        ("内容", "该行格式不正确：内容应为 JSON 对象"),
        ("金额（分）", "该行格式不正确：金额应为整数，以分为单位"),
        ("性质", "该行格式不正确：只能是 negative、neutral、positive，或不填"),
    ]
    batch, _ = await ingest("统一社会信用代码,目录代码,发生日期,内容\n", key="lacking")
    assert batch.failure_zh == "文件首行缺少列：记录编号（source_ref）"


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
