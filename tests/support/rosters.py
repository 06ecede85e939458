"""Lists of households as villages would send them, in any of the formats that are read."""

import csv
import io

from small_workbooks import workbook

from suxin.villages.roster import HEADING

Row = tuple[str, ...]


def line(number: str, name: str, relation: str, resident_id: str = "", **cells: str) -> Row:
    """Return one line of a list; ``head`` is whom it calls the head."""
    return (
        number,
        cells.get("head", name),
        name,
        relation,
        resident_id,
        cells.get("phone", ""),
        cells.get("grid", ""),
        cells.get("group", "一组"),
        cells.get("address", f"{number}号"),
    )


def roster_csv(*rows: Row, encoding: str = "utf-8", heading: Row = HEADING) -> bytes:
    """Return a list as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([heading, *rows])
    return text.getvalue().encode(encoding)


def roster_xlsx(*rows: Row) -> bytes:
    """Return a list as a workbook."""
    return workbook([list(HEADING), *map(list, rows)])
