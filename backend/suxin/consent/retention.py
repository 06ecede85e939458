"""Retention (保存期限): at its end, what a tenant received is erased here, and an event tells the tenant.

A delivery that tells of a record which is repaired meanwhile is erased at once, or a replay would share the record again. That it was delivered, to whom and when, stays on record; the content goes, its SHA-256 remains. What an accepted offer was
decided on stands on the contract and not on the consent, and is not touched here (PIPL art. 13(2), 19, 47).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.event_types import RECEIVED_ERASED
from suxin.consent.models import GIVEN, NEVER_GIVEN, ConsentFetch
from suxin.events.feed import record_event
from suxin.kernel import notices, outbox
from suxin.kernel.audit import append_act
from suxin.subjects.models import CreditRecord

ERASED_TOPIC: Final = "consent.received.erased"


async def erase_received(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, now: datetime
) -> int:
    """Erase what was delivered on a consent that has ended; return how many deliveries.

    A duty of the platform, done when the retention is over. A consent that still stands is left alone. The tenant is told
    by the event ``ERASED_TOPIC``, which names the consent and how many deliveries it was, and nobody.

    Source: PIPL art. 19, 47
    """
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.state in GIVEN | NEVER_GIVEN:
        return 0
    erased = (
        await session.scalars(
            update(ConsentFetch)
            .where(
                ConsentFetch.subject_id == subject_id,
                ConsentFetch.consent_id == consent_id,
                ConsentFetch.content.is_not(None),
            )
            .values(content=None, erased_at=now)
            .returning(ConsentFetch.number)
            .execution_options(synchronize_session=False)
        )
    ).all()
    append_act(
        session,
        action="consent.received.erased",
        now=now,
        tenant_id=consent.tenant_id,
        subject_id=subject_id,
        object_type="consent",
        object_id=consent_id,
        detail={"deliveries": len(erased)},
    )
    record_event(
        session,
        RECEIVED_ERASED,
        tenant_id=consent.tenant_id,
        object_id=consent_id,
        now=now,
        deliveries=len(erased),
    )
    await outbox.post(
        session,
        ERASED_TOPIC,
        {
            "tenant_id": consent.tenant_id,
            "consent_id": consent_id,
            "deliveries": len(erased),
            "erased_at": now.isoformat(),
        },
        now=now,
        tenant_id=consent.tenant_id,
    )
    return len(erased)


async def erase_deliveries_of(
    session: AsyncSession, records: Sequence[CreditRecord], *, now: datetime
) -> int:
    """Erase every delivery that tells of one of a subject's records, on whatever consent; return how many.

    Whoever fetched it is told by whom the record is repaired; another fetch delivers what may still be shared.

    Source: 信用修复管理办法 art. 3
    """
    if not records:
        return 0
    told = [
        ConsentFetch.content.contains(
            [
                {
                    "item": record.item_code,
                    "occurredOn": record.occurred_on.isoformat(),
                    "content": record.content,
                }
            ]
        )
        for record in records
    ]
    erased = await session.scalars(
        update(ConsentFetch)
        .where(ConsentFetch.subject_id == records[0].subject_id, or_(*told))
        .values(content=None, erased_at=now)
        .returning(ConsentFetch.number)
        .execution_options(synchronize_session=False)
    )
    return len(erased.all())


async def tell_tenant_of_erasure(
    session: AsyncSession, *, tenant_id: UUID, consent_id: UUID, now: datetime
) -> None:
    """Tell a tenant that what it received on a consent is erased, so that it erases its own copies."""
    await notices.notify_tenant(
        session,
        tenant_id=tenant_id,
        permission=None,
        template="consent_data_erased",
        title="授权数据已到期删除",
        body=f"授权 {consent_id} 项下经平台取得的数据已删除，请同步删除贵机构自行留存的副本。",
        link="/desk",
        now=now,
    )
