"""Record words: credit records as an officer reads them, by category."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.kernel.working_days import local_day
from suxin.lending.applicants import counts
from suxin.subjects.models import CreditRecord, RecordStatus
from suxin_web.content_words import content_words
from suxin_web.formats import money

STATUSES: Final = {
    RecordStatus.ACTIVE: ("有效", "good"),
    RecordStatus.DISPUTED: ("异议中", "warn"),
    RecordStatus.EXEMPTED: ("免予计入", "plain"),
    RecordStatus.REPAIRED: ("已修复", "plain"),
    RecordStatus.WITHDRAWN: ("已撤销", "plain"),
}


@dataclass(frozen=True, slots=True)
class RecordWords:
    """One record in words."""

    item: str
    on: date
    content: str
    amount: str | None
    source: str
    status: tuple[str, str]


def record_words(
    records: Iterable[CreditRecord], items: Mapping[str, str], *, now: datetime
) -> dict[str, list[RecordWords]]:
    """Return the records by the Chinese name of their category, in the categories' order."""
    today = local_day(now)
    grouped: dict[str, list[RecordWords]] = {}
    for category, name in CATEGORY_ZH.items():
        found = [
            RecordWords(
                item=items.get(record.item_code, record.item_code),
                on=record.occurred_on,
                content=content_words(record.content),
                amount=None if record.amount_fen is None else money(record.amount_fen),
                source="本人申报" if record.self_declared else record.source,
                status=_status(record, today),
            )
            for record in records
            if record.category.value == category
        ]
        if found:
            grouped[name] = found
    return grouped


def _status(record: CreditRecord, today: date) -> tuple[str, str]:
    if record.status is RecordStatus.ACTIVE and not counts(record, today=today):
        return ("已过有效期", "plain")
    return STATUSES[record.status]
