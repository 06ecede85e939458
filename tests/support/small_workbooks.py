"""Workbooks as a bank's officer would save them."""

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter


def workbook(rows: Iterable[Sequence[object]], *, days_from_1904: bool = False) -> bytes:
    """Return a workbook whose first sheet has the rows; days are shown as days."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"date_1904": days_from_1904, "in_memory": True})
    page = book.add_worksheet("清单")
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, place, value, day)
            else:
                page.write(number, place, value)
    book.add_worksheet("说明").write(0, 0, "不读取")
    book.close()
    return file.getvalue()
