"""Decision snapshots: the evidence of what a bank decided on, kept when the applicant accepts its offer."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import NEVER_GIVEN, Consent
from suxin.kernel.ids import new_id
from suxin.lending.models import DecisionSnapshot, LoanRequest, Offer
from suxin.subjects.models import CreditRecord, RecordStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRecord:
    """What a snapshot keeps of one record."""

    item_code: str
    occurred_on: date
    amount_fen: int | None
    content: Mapping[str, Any]
    status: RecordStatus


async def freeze_what_was_seen(
    session: AsyncSession, request: LoanRequest, offer: Offer, *, now: datetime
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
    session.add(
        snapshot_of(
            request,
            offer,
            consent_id=consent.id if consent else None,
            records=records,
            snapshot_id=new_id(),
            now=now,
        )
    )


def snapshot_of(
    request: LoanRequest,
    offer: Offer,
    *,
    consent_id: UUID | None,
    records: Iterable[SeenRecord],
    snapshot_id: UUID,
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
    )
