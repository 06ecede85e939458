"""Plus points leave the village (加分记录): once a month, as a record of whoever agreed, that he served his village; nothing else of it.

How many points, for what, and whatever was subtracted stays with the village. A record rests on at least one claim that was posted in the
month; where all of them were reversed since, it is withdrawn.
"""

from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.caps import days_of
from suxin.grid.models import PointAgreement, PointClaim
from suxin.grid.states import AgreedTo, ClaimState, Period
from suxin.kernel import outbox
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.subjects.contents import check_content, months_later
from suxin.subjects.models import (
    NATURAL_PERSONS,
    CatalogueItem,
    CreditRecord,
    RecordStatus,
    Subject,
)
from suxin.subjects.shapes import SHAPES
from suxin.tenancy.queries import tenant_row
from suxin.villages import queries as villages
from suxin.villages.models import Household, HouseholdMember

RECORD_TOPIC: Final = "grid.points.record"
SOURCE: Final = "grid"
"""What these records name as their source; the row policy of ``credit_records`` knows it."""

ITEM: Final = "GRID-SERVICE"
AT_ONCE: Final = 500
"""How many members one transaction calls for."""


async def call_for_records(session: AsyncSession, *, now: datetime) -> int:
    """Have it looked at, for members who agreed, whether the month before becomes a record, ``AT_ONCE`` of them; return of how many.

    Each is called for once a month. Doing it again changes nothing. A duty of the platform.
    """
    month = _month_before(local_day(now))
    agreed = await session.scalars(
        select(PointAgreement)
        .where(
            PointAgreement.use == AgreedTo.RECORD,
            PointAgreement.ended_at.is_(None),
            PointAgreement.looked_month.is_distinct_from(month),
        )
        .order_by(PointAgreement.tenant_id, PointAgreement.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    called = 0
    for one in agreed:
        one.looked_month = month
        await call_for(
            session, tenant_id=one.tenant_id, member_id=one.member_id, month=month, now=now
        )
        called += 1
    return called


async def call_for(
    session: AsyncSession, *, tenant_id: UUID, member_id: UUID, month: date, now: datetime
) -> None:
    """Have it looked at what a member's month comes to."""
    await outbox.post(
        session,
        RECORD_TOPIC,
        {"tenant_id": tenant_id, "member_id": member_id, "month": month.isoformat()},
        now=now,
        tenant_id=tenant_id,
    )


async def record_points(
    session: AsyncSession, *, tenant_id: UUID, member_id: UUID, month: str, now: datetime
) -> int:
    """Record that a member, and the household that he heads, served the village in a month; return how many records are new. A duty of the platform.

    Source: plan, 治理积分 (only plus points leave the village, with consent); PIPL art. 13(1), 14, 23
    """
    first = date.fromisoformat(month)
    await queries.take_turn(session, tenant_id)
    agreement = await queries.live_agreement(session, tenant_id, member_id, AgreedTo.RECORD)
    if agreement is None:
        return 0
    member = await villages.member(session, tenant_id, member_id)
    household = await villages.household(session, tenant_id, member.household_id)
    done = 0
    for subject_id, whose, about in _whom(member, household):
        claim = await session.scalar(_served(tenant_id, about, first))
        reference = f"{tenant_id}:{member_id}:{month}:{whose}"
        async with act_for(session, subject_id=subject_id, reason="points recorded"):
            done += await _settle(session, subject_id, tenant_id, reference, claim, now=now)
    return done


def _whom(
    member: HouseholdMember, household: Household
) -> list[tuple[UUID, str, ColumnElement[bool]]]:
    whom = []
    if member.subject_id is not None and member.left_at is None:
        whom.append((member.subject_id, "person", PointClaim.member_id == member.id))
    if household.subject_id is not None and household.head_id == member.id:
        of_all = (PointClaim.household_id == household.id) & PointClaim.member_id.is_(None)
        whom.append((household.subject_id, "household", of_all))
    return whom


def _served(tenant_id: UUID, about: ColumnElement[bool], first: date) -> Select[PointClaim]:
    _, after = days_of(Period.MONTH, first)
    return (
        select(PointClaim)
        .where(
            PointClaim.tenant_id == tenant_id,
            about,
            PointClaim.state == ClaimState.POSTED,
            PointClaim.posted_points > 0,
            PointClaim.posted_at >= datetime.combine(first, time(), SHANGHAI),
            PointClaim.posted_at < datetime.combine(after, time(), SHANGHAI),
        )
        .order_by(PointClaim.posted_at.desc(), PointClaim.id)
        .limit(1)
    )


async def _settle(
    session: AsyncSession,
    subject_id: UUID,
    tenant_id: UUID,
    reference: str,
    claim: PointClaim | None,
    *,
    now: datetime,
) -> int:
    known = await session.scalar(
        select(CreditRecord).where(
            CreditRecord.subject_id == subject_id,
            CreditRecord.source == SOURCE,
            CreditRecord.source_ref == reference,
        )
    )
    if known is not None:
        if claim is None and known.status is RecordStatus.ACTIVE:
            known.status = RecordStatus.WITHDRAWN
            _note(session, subject_id, known.id, "withdrawn", now=now)
            await session.flush()
        return 0
    if claim is None or claim.posted_at is None:
        return 0
    return await _record(
        session, subject_id, tenant_id, reference, on=local_day(claim.posted_at), now=now
    )


async def _record(
    session: AsyncSession,
    subject_id: UUID,
    tenant_id: UUID,
    reference: str,
    *,
    on: date,
    now: datetime,
) -> int:
    item = await session.get_one(CatalogueItem, ITEM)
    if item.retired_in is not None:
        return 0
    subject = await session.get_one(Subject, subject_id)
    content = {"organisation": (await tenant_row(session, tenant_id)).name}
    check_content(ITEM, content)
    record_id, months = new_id(now), item.validity_months
    session.add(
        CreditRecord(
            subject_id=subject_id,
            id=record_id,
            item_code=ITEM,
            category=item.category,
            channel=item.channel,
            natural_person=subject.kind in NATURAL_PERSONS,
            source=SOURCE,
            source_ref=reference,
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
    _note(session, subject_id, record_id, "kept", now=now)
    await session.flush()
    return 1


def _note(
    session: AsyncSession, subject_id: UUID, record_id: UUID, step: str, *, now: datetime
) -> None:
    append_act(
        session,
        action=f"grid.record.{step}",
        now=now,
        subject_id=subject_id,
        object_type="credit_record",
        object_id=record_id,
        detail={"item_code": ITEM},
    )


def _month_before(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month - 2, 12)
    return date(year, month + 1, 1)
