"""Record words: credit records as an officer reads them, by category."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.subjects.models import CreditRecord, RecordStatus
from suxin.subjects.queries import RecordPage, RecordPosition
from suxin.subjects.standing import counts
from suxin_web.callers import AnyRequest
from suxin_web.content_words import content_words
from suxin_web.formats import money

_UNTIL: Final = "records"

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


@dataclass(frozen=True, slots=True)
class RecordsBeside:
    """The addresses of the latest records, where older ones are shown, and of older ones; and how many are shown."""

    latest: str | None
    older: str | None
    shown: int


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


def shown_until(request: AnyRequest) -> RecordPosition | None:
    """Return where the page before ended, as the address says; a position that is none is as good as none."""
    day, _, record_id = request.query_params.get(_UNTIL, "").partition("_")
    try:
        return date.fromisoformat(day), parse_id(record_id, field=_UNTIL)
    except (ValueError, Refusal):
        return None


def records_beside(
    referral_id: UUID, page: RecordPage, *, after: RecordPosition | None
) -> RecordsBeside:
    """Return where the latest records are, on a later page, and where older ones are, if there are any."""
    at, latest, older = f"/desk/referrals/{referral_id}", None, None
    if after is not None:
        latest = f"{at}#records"
    if page.more:
        last = page.rows[-1]
        until = urlencode({_UNTIL: f"{last.occurred_on.isoformat()}_{last.id}"})
        older = f"{at}?{until}#records"
    return RecordsBeside(latest, older, len(page.rows))


def _status(record: CreditRecord, today: date) -> tuple[str, str]:
    if record.status is RecordStatus.ACTIVE and not counts(record, today=today):
        return ("已过有效期", "plain")
    return STATUSES[record.status]
