"""Covers, claims and recoveries as merchants and the operator see them, and what a claim stands on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI
from suxin.perks.covers.models import Cover, CoverClaim, CoverPaper, CoverRecovery
from suxin.perks.covers.policies import COVER_DECIDE, COVER_MANAGE, COVER_READ
from suxin.perks.covers.refusals import CoverMissing
from suxin.perks.covers.states import AT_OPERATOR, GRANTED, NEVER_PAID, CoverClaimState
from suxin.perks.models import Programme
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.settlements.models import Settlement
from suxin.review.models import ReviewCase
from suxin.review.states import ENDED


def covers_kept(actor: Actor) -> Select[Cover]:
    """Return the operator's covers, newest first.

    :raises Forbidden: if the actor keeps none and decides on none
    """
    actor.require(COVER_DECIDE)
    return select(Cover).where(Cover.tenant_id == actor.own_tenant).order_by(Cover.id.desc())


async def cover_kept(session: AsyncSession, actor: Actor, cover_id: UUID) -> Cover:
    """Return one of the operator's covers.

    :raises Forbidden: if the actor keeps none and decides on none
    :raises NotFound: if there is none
    """
    return _found_cover(await session.scalar(covers_kept(actor).where(Cover.id == cover_id)))


async def lock_cover_kept(session: AsyncSession, actor: Actor, cover_id: UUID) -> Cover:
    """Return one of the operator's covers, locked.

    :raises Forbidden: if the actor does not keep covers
    :raises NotFound: if there is none
    """
    actor.require(COVER_MANAGE)
    statement = covers_kept(actor).where(Cover.id == cover_id).with_for_update()
    return _found_cover(await session.scalar(statement))


async def cover_behind(session: AsyncSession, order: ServiceOrder) -> Cover:
    """Return the open cover that stands behind an order's programme: its own one, else its funder's.

    :raises CoverMissing: if there is none
    """
    programme = await session.scalar(
        select(Programme).where(
            Programme.tenant_id == order.tenant_id, Programme.id == order.programme_id
        )
    )
    if programme is None:
        raise CoverMissing
    own = (Cover.merchant_id == programme.tenant_id) & (Cover.programme_id == programme.id)
    funders = (
        Cover.programme_id.is_(None)
        & (Cover.funder == programme.funder)
        & (Cover.funder_name == programme.funder_name)
    )
    found = await session.scalar(
        select(Cover)
        .where(Cover.closed_at.is_(None), own | funders)
        .order_by(Cover.programme_id.is_(None))
        .limit(1)
    )
    if found is None:
        raise CoverMissing
    return found


async def open_disputes(session: AsyncSession, *, about: Sequence[UUID]) -> int:
    """Return how many cases about these things run at the office whose rows the session reads; nobody is named."""
    running = select(func.count()).select_from(ReviewCase)
    running = running.where(ReviewCase.object_id.in_(about), ReviewCase.state.not_in(ENDED))
    return await session.scalar(running) or 0


async def has_claim(session: AsyncSession, order: ServiceOrder) -> bool:
    """Return whether an order has a claim that is open, or was paid."""
    found = await session.scalar(
        select(CoverClaim.id)
        .where(
            CoverClaim.tenant_id == order.tenant_id,
            CoverClaim.order_id == order.id,
            CoverClaim.state.not_in(NEVER_PAID),
        )
        .limit(1)
    )
    return found is not None


async def granted_in_year(session: AsyncSession, claim: CoverClaim, *, now: datetime) -> int:
    """Return what a claim's merchant was granted of its cover in this year of Shanghai, in fen."""
    local = now.astimezone(SHANGHAI)
    begins = datetime(local.year, 1, 1, tzinfo=SHANGHAI)
    found = await session.scalar(
        select(func.coalesce(func.sum(CoverClaim.granted_fen), 0)).where(
            CoverClaim.operator_id == claim.operator_id,
            CoverClaim.cover_id == claim.cover_id,
            CoverClaim.tenant_id == claim.tenant_id,
            CoverClaim.state.in_(GRANTED),
            CoverClaim.checked_at >= begins,
        )
    )
    return int(found or 0)


def claims_of(actor: Actor, *, order_id: UUID | None = None) -> Select[CoverClaim]:
    """Return the actor's tenant's claims, newest first, perhaps on one order.

    :raises Forbidden: if he may not look at them
    """
    actor.require(COVER_READ)
    statement = select(CoverClaim).where(CoverClaim.tenant_id == actor.own_tenant)
    if order_id is not None:
        statement = statement.where(CoverClaim.order_id == order_id)
    return statement.order_by(CoverClaim.id.desc())


def claims_overseen(
    actor: Actor, *, states: frozenset[CoverClaimState] = frozenset()
) -> Select[CoverClaim]:
    """Return every merchant's claims, newest first, perhaps in some states alone.

    :raises Forbidden: if the actor does not decide on claims
    """
    actor.require(COVER_DECIDE)
    statement = select(CoverClaim).order_by(CoverClaim.id.desc())
    return statement.where(CoverClaim.state.in_(states)) if states else statement


async def claims_waiting(session: AsyncSession, actor: Actor) -> int:
    """Return how many claims wait for the operator.

    :raises Forbidden: if the actor does not decide on claims
    """
    waiting = claims_overseen(actor, states=AT_OPERATOR).order_by(None).subquery()
    return await session.scalar(select(func.count()).select_from(waiting)) or 0


async def claim_seen(session: AsyncSession, actor: Actor, claim_id: UUID) -> CoverClaim:
    """Return a claim of the actor's tenant, or any one to the operator.

    :raises Forbidden: if he may not look at it
    :raises NotFound: if he sees none
    """
    return _found(await session.scalar(_seen(actor, claim_id)))


async def lock_claim(session: AsyncSession, actor: Actor, claim_id: UUID) -> CoverClaim:
    """Return a claim, locked to be acted on.

    :raises Forbidden: if the actor may not look at it
    :raises NotFound: if he sees none
    """
    statement = _seen(actor, claim_id).with_for_update()
    return _found(await session.scalar(statement.execution_options(populate_existing=True)))


async def lock_on_clock(
    session: AsyncSession, *, tenant_id: UUID, claim_id: UUID, due_at: datetime
) -> CoverClaim | None:
    """Return a claim whose time ends then and still runs, locked; none if it has moved on. A duty of the platform."""
    return await session.scalar(
        select(CoverClaim)
        .where(
            CoverClaim.tenant_id == tenant_id,
            CoverClaim.id == claim_id,
            CoverClaim.due_at == due_at,
            CoverClaim.state.in_(AT_OPERATOR),
        )
        .with_for_update()
    )


async def lock_running(
    session: AsyncSession, *, limit: int, after: UUID | None
) -> Sequence[CoverClaim]:
    """Return some claims whose time runs and that are not late, by id and past ``after``, locked. A duty of the platform."""
    statement = select(CoverClaim).where(
        CoverClaim.state.in_(AT_OPERATOR), CoverClaim.late_at.is_(None)
    )
    if after is not None:
        statement = statement.where(CoverClaim.id > after)
    found = await session.scalars(statement.order_by(CoverClaim.id).limit(limit).with_for_update())
    return found.all()


async def papers_of(session: AsyncSession, actor: Actor, claim_id: UUID) -> Sequence[CoverPaper]:
    """Return a claim's papers without what they hold, the oldest first.

    :raises Forbidden: if the actor may not look at it
    """
    statement = _papers(actor, claim_id).options(defer(CoverPaper.content))
    return (await session.scalars(statement.order_by(CoverPaper.id))).all()


async def paper_seen(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, paper_id: UUID
) -> CoverPaper:
    """Return one paper of a claim that still holds something.

    :raises Forbidden: if the actor may not look at it
    :raises NotFound: if he sees none, or it was erased
    """
    statement = _papers(actor, claim_id).where(
        CoverPaper.id == paper_id, CoverPaper.content.is_not(None)
    )
    found = await session.scalar(statement)
    if found is None:
        raise NotFound(thing_zh="材料", thing_en="paper")
    return found


async def recoveries_of(
    session: AsyncSession, actor: Actor, claim_id: UUID
) -> Sequence[CoverRecovery]:
    """Return what came back of a claim, the oldest first.

    :raises Forbidden: if the actor may not look at it
    """
    statement = select(CoverRecovery).where(CoverRecovery.claim_id == claim_id)
    if not _oversees(actor):
        statement = statement.where(CoverRecovery.tenant_id == actor.own_tenant)
    return (await session.scalars(statement.order_by(CoverRecovery.id))).all()


async def lock_recovery(session: AsyncSession, actor: Actor, recovery_id: UUID) -> CoverRecovery:
    """Return a recovery, locked for the operator to confirm.

    :raises Forbidden: if the actor does not decide on claims
    :raises NotFound: if there is none
    """
    actor.require(COVER_DECIDE)
    found = await session.scalar(
        select(CoverRecovery).where(CoverRecovery.id == recovery_id).with_for_update()
    )
    if found is None:
        raise NotFound(thing_zh="追回", thing_en="recovery")
    return found


async def paid_in_month(session: AsyncSession, settlement: Settlement) -> Sequence[CoverClaim]:
    """Return what covers paid a statement's merchant in its month, of the same funder's money, the oldest first."""
    month = settlement.month
    after = (month + timedelta(days=31)).replace(day=1)
    statement = (
        select(CoverClaim)
        .join(
            Cover, (Cover.tenant_id == CoverClaim.operator_id) & (Cover.id == CoverClaim.cover_id)
        )
        .where(
            CoverClaim.tenant_id == settlement.tenant_id,
            CoverClaim.state == CoverClaimState.PAID,
            CoverClaim.paid_on >= month,
            CoverClaim.paid_on < after,
            Cover.funder == settlement.funder,
            Cover.funder_name == settlement.funder_name,
        )
    )
    return (await session.scalars(statement.order_by(CoverClaim.id))).all()


def _papers(actor: Actor, claim_id: UUID) -> Select[CoverPaper]:
    statement = select(CoverPaper).where(CoverPaper.claim_id == claim_id)
    if _oversees(actor):
        return statement
    return statement.where(CoverPaper.tenant_id == actor.own_tenant)


def _oversees(actor: Actor) -> bool:
    if actor.kind is ActorKind.OPERATOR:
        actor.require(COVER_DECIDE)
        return True
    actor.require(COVER_READ)
    return False


def _seen(actor: Actor, claim_id: UUID) -> Select[CoverClaim]:
    statement = select(CoverClaim).where(CoverClaim.id == claim_id)
    if _oversees(actor):
        return statement
    return statement.where(CoverClaim.tenant_id == actor.own_tenant)


def _found(claim: CoverClaim | None) -> CoverClaim:
    if claim is None:
        raise NotFound(thing_zh="赔付申请", thing_en="claim")
    return claim


def _found_cover(cover: Cover | None) -> Cover:
    if cover is None:
        raise NotFound(thing_zh="先行赔付账户", thing_en="cover")
    return cover
