"""The closed loop (守约记录): a redemption that was kept becomes a positive credit record, which the next run of scores counts.

It is recorded of whoever agreed to that in the one-time consent for this very use, and of nobody else; never of medicine and school. Where
a service order stands behind a redemption, it is kept when that is paid, and not when it was late. Nothing negative is recorded here.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import Consent, ConsentState
from suxin.consent.notice_texts import RECORDING
from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.perks.models import Programme, Redeemer, Redemption
from suxin.perks.orders.models import OrderOutcome, ServiceOrder
from suxin.perks.orders.states import OutcomeKind, ServiceOrderStage
from suxin.perks.states import RecordRule, RedemptionState, Sector
from suxin.subjects.contents import check_content, months_later
from suxin.subjects.models import (
    NATURAL_PERSONS,
    CatalogueItem,
    CreditRecord,
    RecordStatus,
    Subject,
)
from suxin.subjects.shapes import SHAPES

RECORD_TOPIC: Final = "perks.redemption.kept"
SOURCE: Final = "perks"
"""What these records name as their source; the row policy of ``credit_records`` knows it."""

ITEM: Final = "PERK-KEPT"
UNRECORDED: Final = frozenset(one for one in Sector if not one.keeps_records)
_NEVER_BEGUN: Final = (ServiceOrderStage.REVOKED, ServiceOrderStage.EXPIRED)


async def call_for_record(
    session: AsyncSession, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> None:
    """Have it looked at whether a redemption becomes a record; the merchant's transaction reads nothing of its redeemer."""
    named = to_look_at(tenant_id, redemption_id)
    await outbox.post(session, RECORD_TOPIC, named, now=now, tenant_id=tenant_id)


def is_looked_at(programme: Programme, redemption: Redemption) -> bool:
    """Return whether a completed redemption may become a record: its programme's are, and it is somebody's."""
    return programme.record_rule is RecordRule.KEPT and redemption.handle is not None


def to_look_at(tenant_id: UUID, redemption_id: UUID) -> dict[str, UUID]:
    """Return what the job of ``RECORD_TOPIC`` is told."""
    return {"tenant_id": tenant_id, "redemption_id": redemption_id}


async def record_kept(
    session: AsyncSession, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> UUID | None:
    """Record a redemption that was kept, once; return the record's id, or none where nothing is recorded. A duty of the platform.

    Source: plan §22; PIPL art. 13(1), 14; 国办发〔2020〕49号
    """
    found = await _recordable(session, tenant_id, redemption_id)
    if found is None:
        return None
    redemption, programme, redeemer = found
    if not await _orders_kept(session, redemption):
        return None
    async with act_for(session, subject_id=redeemer.subject_id, reason="perk kept"):
        if not await _agreed(session, redeemer):
            return None
        subject = await session.get_one(Subject, redeemer.subject_id)
        return await _record(session, subject, redemption, programme, now=now)


async def _recordable(
    session: AsyncSession, tenant_id: UUID, redemption_id: UUID
) -> tuple[Redemption, Programme, Redeemer] | None:
    # Two jobs of one redemption take turns on its row: what the first recorded the second finds.
    row = (
        await session.execute(
            select(Redemption, Programme, Redeemer)
            .join(
                Programme,
                (Programme.tenant_id == Redemption.tenant_id)
                & (Programme.id == Redemption.programme_id),
            )
            .join(
                Redeemer,
                (Redeemer.tenant_id == Redemption.tenant_id)
                & (Redeemer.redemption_id == Redemption.id),
            )
            .where(
                Redemption.tenant_id == tenant_id,
                Redemption.id == redemption_id,
                Redemption.state == RedemptionState.COMPLETED,
                Redeemer.consent_id.is_not(None),
                Programme.record_rule == RecordRule.KEPT,
                Programme.sector.not_in(UNRECORDED),
            )
            .with_for_update(of=Redemption)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def _orders_kept(session: AsyncSession, redemption: Redemption) -> bool:
    """Tell whether every order behind a redemption that came about was paid, and in time."""
    orders = await session.scalars(
        select(ServiceOrder).where(
            ServiceOrder.tenant_id == redemption.tenant_id,
            ServiceOrder.redemption_id == redemption.id,
        )
    )
    late = await session.scalar(
        select(OrderOutcome.id)
        .where(
            OrderOutcome.tenant_id == redemption.tenant_id,
            OrderOutcome.redemption_id == redemption.id,
            OrderOutcome.kind == OutcomeKind.DEFAULTED,
        )
        .limit(1)
    )
    return late is None and all(
        order.sector.keeps_records and order.stage is ServiceOrderStage.USER_PAID
        for order in orders
        if order.stage not in _NEVER_BEGUN
    )


async def _agreed(session: AsyncSession, redeemer: Redeemer) -> bool:
    """Tell whether the consent for this use was given on a wording that says so, and was not taken back."""
    consent = await session.scalar(
        select(Consent).where(
            Consent.subject_id == redeemer.subject_id, Consent.id == redeemer.consent_id
        )
    )
    return (
        consent is not None
        and consent.notice_version in RECORDING
        and consent.state is not ConsentState.REVOKED
    )


async def _record(
    session: AsyncSession,
    subject: Subject,
    redemption: Redemption,
    programme: Programme,
    *,
    now: datetime,
) -> UUID | None:
    known = await session.scalar(
        select(CreditRecord.id).where(
            CreditRecord.subject_id == subject.id,
            CreditRecord.source == SOURCE,
            CreditRecord.source_ref == str(redemption.id),
        )
    )
    if known is not None:
        return known
    item = await session.get_one(CatalogueItem, ITEM)
    if item.retired_in is not None:
        return None
    content = {"programme": programme.name}
    check_content(ITEM, content)
    record_id, on = new_id(now), local_day(redemption.ended_at or now)
    months = item.validity_months
    session.add(
        CreditRecord(
            subject_id=subject.id,
            id=record_id,
            item_code=ITEM,
            category=item.category,
            channel=item.channel,
            natural_person=subject.kind in NATURAL_PERSONS,
            source=SOURCE,
            source_ref=str(redemption.id),
            occurred_on=on,
            published_until=None,
            valid_until=None if months is None else months_later(on, months),
            polarity=SHAPES[ITEM].polarity,
            status=RecordStatus.ACTIVE,
            amount_fen=None,
            content=content,
            self_declared=False,
            loaded_at=now,
        )
    )
    append_act(
        session,
        action="perks.record.kept",
        now=now,
        subject_id=subject.id,
        object_type="credit_record",
        object_id=record_id,
        detail={"item_code": ITEM},
    )
    await session.flush()
    return record_id
