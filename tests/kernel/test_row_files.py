"""Lists that tenants send: CSV in both encodings and workbooks give the same lines, and what is hostile or too large is refused."""

import io
import zipfile
from datetime import date, datetime

import pytest
from small_workbooks import workbook

from suxin.kernel import spreadsheets
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.kernel.row_files import Layout, parse_day, read_rows, reject

HEADING = ("编号", "日期", "金额")


class NoList(Refusal):
    """The file is no list."""

    code = "TEST_NO_LIST"
    kind = RefusalKind.INVALID
    zh = "表头不是：{heading}"
    en = "The heading is not {heading}"


class TooMany(Refusal):
    """The list is too long."""

    code = "TEST_TOO_MANY"
    kind = RefusalKind.LIMITED
    zh = "最多 {limit} 行"
    en = "At most {limit} lines"


LAYOUT = Layout(heading=HEADING, max_bytes=64_000, max_rows=3, malformed=NoList, too_many=TooMany)
OPEN = Layout(
    heading=HEADING[:1],
    max_bytes=64_000,
    max_rows=3,
    malformed=NoList,
    too_many=TooMany,
    open_ended=True,
)
LINES = [(2, ["HT-1", "2026-11-20", "1000.1"]), (4, ["合同二", "2026-11-21", ""])]
TEXT = "编号,日期,金额\nHT-1, 2026-11-20 ,1000.1\n,,\n合同二,2026-11-21,\n"


def altered(content: bytes, part: str, change: tuple[bytes, bytes]) -> bytes:
    """Return a workbook one of whose parts says something else."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(file, "w", 8) as written:
        for name in read.namelist():
            held = read.read(name)
            if name == part:
                assert change[0] in held
                held = held.replace(*change)
            written.writestr(name, held)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOOK = workbook([HEADING, ("HT-1", date(2026, 11, 20), 1000.1000000000001)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_either_encoding(encoding: str) -> None:
    assert read_rows(TEXT.encode(encoding), LAYOUT) == LINES


@pytest.mark.parametrize("days_from_1904", [False, True])
def test_a_workbook_gives_the_same_lines(*, days_from_1904: bool) -> None:
    book = workbook(
        [HEADING, ("HT-1", date(2026, 11, 20), 1000.1), (), ("合同二", "2026-11-21")],
        days_from_1904=days_from_1904,
    )
    assert read_rows(book, LAYOUT) == LINES


def test_cells_are_the_text_a_person_sees() -> None:
    rows = [HEADING, (True, datetime(2026, 11, 20, 8, 30), 12345678.10), (1e15, "", 0.07)]
    assert [cells for _, cells in read_rows(workbook(rows), LAYOUT)] == [
        ["是", "2026-11-20 08:30:00", "12345678.1"],
        ["1000000000000000", "", "0.07"],
    ]
    assert read_rows(BOOK, LAYOUT)[0][1][2] == "1000.1"


def test_what_stands_to_the_right_is_the_senders_where_the_list_is_open() -> None:
    assert read_rows(TEXT.encode(), OPEN)[0] == LINES[0]
    assert read_rows(workbook([HEADING, ("HT-1",)]), OPEN) == [(2, ["HT-1"])]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NoList),
        ("编号,金额\n".encode(), NoList),
        ((TEXT + '"').encode(), NoList),
        (TEXT.encode("utf-16"), NoList),
        (b"\x80\x81\xff" * 9, NoList),
        (("编号,日期,金额\n" + "a,,\n" * 4).encode(), TooMany),
        (workbook([HEADING, *[("a",)] * 4]), TooMany),
        (b"x" * 64_001, Invalid),
        (BOOK[:-200], NoList),
        (workbook([HEADING[:2]]), NoList),
        (altered(BOOK, SHEET, (b"<sheetData>", b"<sheetData><row r='x'/>")), NoList),
        (altered(BOOK, SHEET, (b'r="A2"', b'r="2A"')), NoList),
        (altered(BOOK, SHEET, (b"<v>0</v>", b"<v>99</v>")), NoList),
        (
            altered(
                BOOK, "xl/workbook.xml", (b"<workbook", b'<!DOCTYPE a [<!ENTITY b "b">]><workbook')
            ),
            NoList,
        ),
        (altered(BOOK, "xl/workbook.xml", (b'r:id="rId1"', b'r:id="rId99"')), NoList),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_rows(content, LAYOUT)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    bomb = altered(
        BOOK, SHEET, (b"</sheetData>", b" " * spreadsheets.MAX_UNPACKED_BYTES + b"</sheetData>")
    )
    assert len(bomb) < LAYOUT.max_bytes
    with pytest.raises(NoList):
        read_rows(bomb, LAYOUT)


def test_a_sheet_that_claims_to_be_huge_costs_nothing() -> None:
    far = altered(
        BOOK,
        SHEET,
        (b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )
    assert read_rows(far, LAYOUT) == read_rows(BOOK, LAYOUT)


@pytest.mark.parametrize("text", ["2026-01-05", "2026/1/5", "20260105", "2026-1-5"])
def test_a_day_is_read_as_it_is_written(text: str) -> None:
    assert parse_day(text, field="day") == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["", "2026", "5/1/2026", "2026-13-01", "2026-01-05 08:00:00", "-"])
def test_what_is_no_day_is_none(text: str) -> None:
    with pytest.raises(Invalid):
        parse_day(text, field="day")


def test_a_reject_says_which_line_and_why() -> None:
    assert reject(7, "x" * 99, TooMany(field="file", limit=3)) == {
        "line": 7,
        "reference": "x" * 64,
        "code": "TEST_TOO_MANY",
        "zh": "最多 3 行",
        "en": "At most 3 lines",
    }
