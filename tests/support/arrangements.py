"""Arrangements of holidays made up for tests: whole ones, as they are published, of a year that is not built in."""

from collections.abc import Iterable
from datetime import date

from suxin.kernel.arrangement_files import write_arrangement
from suxin.kernel.working_days import Arrangement

SOURCE = "国办发明电〔2026〕0号（测试）"
STATUTORY = {
    "2027-01-01": "元旦",
    "2027-02-06": "春节",
    "2027-04-05": "清明节",
    "2027-05-01": "劳动节",
    "2027-06-09": "端午节",
    "2027-09-15": "中秋节",
    "2027-10-01": "国庆节",
}


def arrangement_2027(
    *, off: Iterable[str] = (), workdays: Iterable[str] = (), source: str = SOURCE
) -> Arrangement:
    """Return the statutory days of 2027 with further days off for New Year and make-up workdays."""
    holidays = STATUTORY | dict.fromkeys(off, "元旦")
    return Arrangement(
        year=2027,
        source=source,
        holidays={date.fromisoformat(day): name for day, name in holidays.items()},
        make_up_workdays=frozenset(map(date.fromisoformat, workdays)),
    )


def file_2027(**changes: object) -> str:
    """Return the same as the text of a file."""
    return write_arrangement(arrangement_2027(**changes))  # type: ignore[arg-type] # a test's own changes
