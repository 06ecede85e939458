"""The credit records of commitments: that one was made, and what became of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.subjects.commitments.models import Commitment
from suxin.subjects.contents import check_content, months_later
from suxin.subjects.models import CatalogueItem, CreditRecord, RecordStatus
from suxin.subjects.shapes import SHAPES

SOURCE: Final = "commitments"
"""What the records of commitments name as their source; the row policy of ``credit_records`` knows it."""


async def record_of(
    session: AsyncSession,
    commitment: Commitment,
    item_code: str,
    *,
    record_id: UUID,
    content: Mapping[str, object],
    on: date,
    now: datetime,
) -> CreditRecord:
    """Return the record of a commitment, or of what became of it; nothing is published of a natural person (PIPL art. 25).

    :raises Invalid: if the content is not what the item holds
    """
    check_content(item_code, content)
    item = await session.get_one(CatalogueItem, item_code)
    return CreditRecord(
        subject_id=commitment.subject_id,
        id=record_id,
        item_code=item_code,
        category=item.category,
        channel=item.channel,
        natural_person=not commitment.published,
        source=SOURCE,
        source_ref=f"{item_code}/{commitment.id}",
        occurred_on=on,
        published_until=_after(on, item.publication_months if commitment.published else None),
        valid_until=_after(on, item.validity_months),
        polarity=SHAPES[item_code].polarity,
        status=RecordStatus.ACTIVE,
        amount_fen=None,
        content=dict(content),
        self_declared=False,
        loaded_at=now,
    )


def _after(on: date, months: int | None) -> date | None:
    return None if months is None else months_later(on, months)
