"""Decision snapshots (决策快照): the evidence of what a bank decided on, from the acceptance of its offer to its erasure.

It stands on the contract and not on the consent, so that taking the consent back leaves it (PIPL art. 13(2)). It is kept
as long as the contract's access basis runs: until the loan's last day, and from then on for the time in which claims out
of the contract can be brought. Then its content is erased, and the bank is told by an event (PIPL art. 19, 47(1)).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import NEVER_GIVEN, Consent
from suxin.events.feed import record_event
from suxin.kernel import notices, outbox
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.lending.event_types import SNAPSHOT_ERASED
from suxin.lending.models import DecisionSnapshot, LoanRequest, Offer
from suxin.subjects.models import CreditRecord, RecordStatus

ERASE_TOPIC: Final = "lending.snapshot.erase"
ERASED_TOPIC: Final = "lending.snapshot.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRecord:
    """What a snapshot keeps of one record."""

    item_code: str
    occurred_on: date
    amount_fen: int | None
    content: Mapping[str, Any]
    status: RecordStatus


async def freeze_what_was_seen(
    session: AsyncSession,
    request: LoanRequest,
    offer: Offer,
    *,
    kept_until: datetime,
    now: datetime,
) -> None:
    """Store what an accepted offer's bank had been permitted to see when it made the offer, with its SHA-256.

    Acts for the subject, whose rows it reads. A record that was loaded, or loaded anew, since the offer is left out.
    """
    # What the bank was permitted when it made the offer, also where the permission has ended since.
    consent = await session.scalar(
        select(Consent)
        .where(
            Consent.subject_id == request.subject_id,
            Consent.tenant_id == offer.tenant_id,
            Consent.context_id == request.id,
            Consent.state.not_in(NEVER_GIVEN),
            Consent.starts_at <= offer.made_at,
        )
        .order_by(Consent.starts_at.desc(), Consent.id.desc())
        .limit(1)
    )
    found = await session.scalars(
        select(CreditRecord)
        .where(
            CreditRecord.subject_id == request.subject_id,
            CreditRecord.category.in_(consent.categories if consent else []),
            CreditRecord.loaded_at <= offer.made_at,
        )
        .order_by(CreditRecord.id)
    )
    records = [
        SeenRecord(
            item_code=record.item_code,
            occurred_on=record.occurred_on,
            amount_fen=record.amount_fen,
            content=record.content,
            status=record.status,
        )
        for record in found
    ]
    snapshot = snapshot_of(
        request,
        offer,
        consent_id=consent.id if consent else None,
        records=records,
        snapshot_id=new_id(),
        kept_until=kept_until,
        now=now,
    )
    session.add(snapshot)
    await outbox.post(
        session,
        ERASE_TOPIC,
        {"tenant_id": snapshot.tenant_id, "snapshot_id": snapshot.id},
        now=now,
        tenant_id=snapshot.tenant_id,
        not_before=kept_until,
    )


def snapshot_of(
    request: LoanRequest,
    offer: Offer,
    *,
    consent_id: UUID | None,
    records: Iterable[SeenRecord],
    snapshot_id: UUID,
    kept_until: datetime,
    now: datetime,
) -> DecisionSnapshot:
    """Return the snapshot of an accepted offer: request, offer, consent and records in the order given, with its SHA-256.

    The hash is of the content as JSON with sorted keys and no blanks, in UTF-8.
    """
    content: dict[str, Any] = {
        "request": {
            "number": request.number,
            "amountFen": request.amount_fen,
            "termMonths": request.term_months,
            "purpose": request.purpose.value,
            "facts": request.facts,
        },
        "offer": {
            "amountFen": offer.amount_fen,
            "termMonths": offer.term_months,
            "rateBps": offer.rate_bps,
            "annualisedRateBps": offer.annualised_rate_bps,
            "totalCostFen": offer.total_cost_fen,
        },
        "consent": str(consent_id) if consent_id else None,
        "records": [
            {
                "item": record.item_code,
                "occurredOn": record.occurred_on.isoformat(),
                "amountFen": record.amount_fen,
                "content": record.content,
                "status": record.status.value,
            }
            for record in records
        ],
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return DecisionSnapshot(
        tenant_id=offer.tenant_id,
        id=snapshot_id,
        subject_id=request.subject_id,
        request_id=request.id,
        offer_id=offer.id,
        content=content,
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        taken_at=now,
        kept_until=kept_until,
    )


async def erase_snapshot(
    session: AsyncSession, *, tenant_id: UUID, snapshot_id: UUID, now: datetime
) -> bool:
    """Erase the content of a snapshot whose time of keeping is over; return whether there was something to erase.

    A duty of the platform. The row stays with its SHA-256; the bank is told by the event ``ERASED_TOPIC``.

    Source: PIPL art. 19, 47(1)
    """
    erased = (
        await session.execute(
            update(DecisionSnapshot)
            .where(
                DecisionSnapshot.tenant_id == tenant_id,
                DecisionSnapshot.id == snapshot_id,
                DecisionSnapshot.kept_until <= now,
                DecisionSnapshot.erased_at.is_(None),
            )
            .values(content=None, erased_at=now)
            .returning(DecisionSnapshot.subject_id, DecisionSnapshot.offer_id)
            .execution_options(synchronize_session=False)
        )
    ).first()
    if erased is None:
        return False
    append_act(
        session,
        action="lending.snapshot.erased",
        now=now,
        tenant_id=tenant_id,
        subject_id=erased.subject_id,
        object_type="decision_snapshot",
        object_id=snapshot_id,
        detail={"offer_id": str(erased.offer_id)},
    )
    record_event(session, SNAPSHOT_ERASED, tenant_id=tenant_id, object_id=erased.offer_id, now=now)
    await outbox.post(
        session,
        ERASED_TOPIC,
        {
            "tenant_id": tenant_id,
            "snapshot_id": snapshot_id,
            "offer_id": erased.offer_id,
            "erased_at": now.isoformat(),
        },
        now=now,
        tenant_id=tenant_id,
    )
    return True


async def tell_bank_of_erasure(
    session: AsyncSession, *, tenant_id: UUID, offer_id: UUID, now: datetime
) -> None:
    """Tell a bank that the snapshot of an accepted offer is erased, so that it erases its own copies."""
    await notices.notify_tenant(
        session,
        tenant_id=tenant_id,
        permission=None,
        template="decision_snapshot_erased",
        title="决策快照已到期删除",
        body=f"报价 {offer_id} 的决策快照保存期限已满，内容已删除，请同步删除贵机构自行留存的副本。",
        link="/desk",
        now=now,
    )
