"""Whether a record still stands by its days, and if not, what has ended.

The row policy of records and the score engine compare the same days in SQL; a test holds the three together.
"""

from datetime import date
from enum import StrEnum

from suxin.subjects.expiry import over_since
from suxin.subjects.models import CreditRecord, Polarity, RecordStatus


class Ending(StrEnum):
    """Why an active record counts no more.

    What speaks against its subject is told to nobody else once its publication (信用修复管理办法 art. 3) or its five years
    (征信业管理条例 art. 16) are over. A record whose validity is over is told, and counts no more.
    """

    FIVE_YEARS = "five_years"
    PUBLICATION = "publication"
    VALIDITY = "validity"


def ending_of(record: CreditRecord, *, today: date) -> Ending | None:
    """Return what has ended of an active record on ``today``, the Shanghai calendar day; nothing of any other."""
    if record.status is not RecordStatus.ACTIVE:
        return None
    if record.polarity is Polarity.NEGATIVE:
        if record.occurred_on <= over_since(today):
            return Ending.FIVE_YEARS
        if _over(record.published_until, today):
            return Ending.PUBLICATION
    return Ending.VALIDITY if _over(record.valid_until, today) else None


def counts(record: CreditRecord, *, today: date) -> bool:
    """Return whether a record counts today."""
    return record.status is RecordStatus.ACTIVE and ending_of(record, today=today) is None


def _over(until: date | None, today: date) -> bool:
    return until is not None and until <= today
