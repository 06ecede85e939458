"""What a bank reads: its inbox, the open pool, a lead, and, with a basis, who is behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import SHANGHAI, days_touched
from suxin.lending import policies
from suxin.lending.models import (
    IN_PROGRESS,
    WAITING,
    DispatchMode,
    Lead,
    LeadParty,
    LoanRequest,
    Offer,
    OfferState,
    Referral,
    ReferralState,
)

SOON = timedelta(hours=24)
"""Deadlines end with their day: whatever is due today is nearly late from its first hour on."""

# An offer that is taken back lets the time to decide run on.
_RUNNING: Final = (*WAITING, ReferralState.OFFERED)


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many referrals wait at each step, how many are nearly or already late, and how many are in the pool."""

    dispatched: int
    in_progress: int
    offered: int
    due_soon: int
    overdue: int
    pool: int


class Place(NamedTuple):
    """A place in the order of all referrals, by their key."""

    tenant_id: UUID
    id: UUID


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a referral lies within the actor's branch and areas."""
    conditions: list[ColumnElement[bool]] = [Referral.tenant_id == actor.own_tenant]
    if actor.branch_id is not None:
        nobodys = and_(Referral.branch_id.is_(None), Referral.officer_id.is_(None))
        conditions.append(or_(nobodys, Referral.branch_id == actor.branch_id))
    counties = policies.counties_in_reach(actor)
    if counties is not None:
        conditions.append(Referral.county_code.in_(counties))
    return and_(true(), *conditions)


def next_due() -> ColumnElement[datetime]:
    """Return the SQL expression of a referral's next deadline: accept, then contact, then decide.

    The deadline to make contact binds whoever can: a claim always, else a bank that is let know the applicant. One that
    waits for his consent, or lost it, has until it must decide; so do the duties that answer a missed deadline.
    """
    knows_applicant = exists().where(LeadParty.lead_id == Referral.lead_id).correlate(Referral)
    must_contact = or_(Referral.mode == DispatchMode.OPEN_POOL, knows_applicant)
    return case(
        (Referral.state == ReferralState.DISPATCHED, Referral.accept_by),
        (and_(Referral.state == ReferralState.ACCEPTED, must_contact), Referral.contact_by),
        else_=Referral.decide_by,
    )


async def next_dues(session: AsyncSession, referrals: Iterable[Referral]) -> dict[UUID, datetime]:
    """Return, by their ids, when those of a bank's referrals that wait for it fall due next."""
    waiting = [(one.tenant_id, one.id) for one in referrals if one.state in WAITING]
    rows = await session.execute(
        select(Referral.id, next_due()).where(tuple_(Referral.tenant_id, Referral.id).in_(waiting))
    )
    return {row[0]: row[1] for row in rows}


def inbox(actor: Actor, *, states: Sequence[ReferralState] = ()) -> Select[Referral, Lead]:
    """Return the bank's referrals with their leads, newest first, optionally in some states only."""
    statement = (
        select(Referral, Lead)
        .join(Lead, Lead.id == Referral.lead_id)
        .where(within_reach(actor))
        .order_by(Referral.id.desc())
    )
    return statement.where(Referral.state.in_(states)) if states else statement


def referrals_in_reach(actor: Actor) -> Select[Referral]:
    """Return the bank's referrals within the actor's branch and areas."""
    return select(Referral).where(within_reach(actor))


def own_offers(actor: Actor) -> Select[Offer]:
    """Return the bank's offers, for who asks by a referral that lies within the actor's branch and areas."""
    return select(Offer).where(Offer.tenant_id == actor.own_tenant)


def offers_in_reach(actor: Actor) -> Select[Offer]:
    """Return the bank's offers on the referrals within the actor's branch and areas."""
    return (
        select(Offer)
        .join(
            Referral,
            (Referral.tenant_id == Offer.tenant_id) & (Referral.id == Offer.referral_id),
        )
        .where(Offer.tenant_id == actor.own_tenant, within_reach(actor))
    )


def leads_shown(actor: Actor) -> Select[Lead]:
    """Return the leads a bank is shown: those of the open pool, and those referred to it."""
    referred = exists().where(Referral.lead_id == Lead.id, Referral.tenant_id == actor.own_tenant)
    return select(Lead).where(or_(Lead.pool_open, referred))


def pool_leads(actor: Actor, *, now: datetime | ColumnElement[datetime]) -> Select[Lead]:
    """Return the leads of the open pool that may be claimed from within the actor's areas, newest first."""
    statement = select(Lead).where(_claimable(now)).order_by(Lead.id.desc())
    counties = policies.counties_in_reach(actor)
    return statement if counties is None else statement.where(Lead.county_code.in_(counties))


async def inbox_counts(session: AsyncSession, actor: Actor, *, now: datetime) -> InboxCounts:
    """Return the numbers at the top of the inbox."""
    waiting = Referral.state.in_(WAITING)
    due = next_due()
    row = (
        await session.execute(
            select(
                func.count().filter(Referral.state == ReferralState.DISPATCHED),
                func.count().filter(Referral.state.in_(IN_PROGRESS)),
                func.count().filter(Referral.state == ReferralState.OFFERED),
                func.count().filter(waiting, due > now, due <= now + SOON),
                func.count().filter(waiting, due <= now),
            ).where(within_reach(actor))
        )
    ).one()
    pool = await session.scalar(
        select(func.count()).select_from(pool_leads(actor, now=now).order_by(None).subquery())
    )
    return InboxCounts(*row, pool or 0)


async def own_referral(
    session: AsyncSession, actor: Actor, referral_id: UUID
) -> tuple[Referral, Lead]:
    """Return one of the bank's referrals with its lead.

    :raises NotFound: if it is not this bank's
    """
    row = (
        await session.execute(
            select(Referral, Lead)
            .join(Lead, Lead.id == Referral.lead_id)
            .where(Referral.tenant_id == actor.own_tenant, Referral.id == referral_id)
        )
    ).first()
    if row is None:
        raise _no_referral()
    return row[0], row[1]


async def lock_own_referral(session: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    """Return one of the bank's referrals, locked.

    :raises NotFound: if it is not this bank's
    """
    referral = await lock_referral(session, actor.own_tenant, referral_id)
    if referral is None:
        raise _no_referral()
    return referral


async def lock_referral(
    session: AsyncSession, tenant_id: UUID, referral_id: UUID
) -> Referral | None:
    """Return a referral, locked until the transaction ends."""
    return await session.scalar(
        select(Referral)
        .where(Referral.tenant_id == tenant_id, Referral.id == referral_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_running_referrals(
    session: AsyncSession, *, year: int, after: Place | None, limit: int, now: datetime
) -> list[tuple[Referral, Lead]]:
    """Return referrals past a place whose deadlines run and may lie on a year's days, with their leads, all locked.

    All leads are locked before any referral, each by id: the one order of the lending path. One that was decided while
    its lock was waited for is among them.
    """
    first, last = days_touched(year)
    key = tuple_(Referral.tenant_id, Referral.id)
    running = (
        select(Referral.tenant_id, Referral.id, Referral.lead_id)
        .where(
            Referral.state.in_(_RUNNING),
            Referral.decide_by > now,
            Referral.decide_by >= datetime.combine(first, time(), SHANGHAI),
            Referral.dispatched_at <= datetime.combine(last, time.max, SHANGHAI),
        )
        .order_by(Referral.tenant_id, Referral.id)
        .limit(limit)
    )
    if after is not None:
        running = running.where(key > tuple_(*after))
    places = (await session.execute(running)).all()
    leads = await session.scalars(
        select(Lead)
        .where(Lead.id.in_({place.lead_id for place in places}))
        .order_by(Lead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {lead.id: lead for lead in leads}
    referrals = await session.scalars(
        select(Referral)
        .where(key.in_([(place.tenant_id, place.id) for place in places]))
        .order_by(Referral.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    locked = {(one.tenant_id, one.id): one for one in referrals}
    return [
        (locked[place.tenant_id, place.id], by_id[place.lead_id])
        for place in places
        # Whoever may not change both is given neither.
        if (place.tenant_id, place.id) in locked and place.lead_id in by_id
    ]


async def lock_pool_lead(session: AsyncSession, lead_id: UUID, *, now: datetime) -> Lead | None:
    """Return a lead of the open pool, locked, if it can be claimed now; whoever comes second gets none."""
    return await session.scalar(
        select(Lead).where(_claimable(now), Lead.id == lead_id).with_for_update(skip_locked=True)
    )


async def lock_lead(session: AsyncSession, lead_id: UUID) -> Lead | None:
    """Return a lead, locked until the transaction ends."""
    return await session.scalar(
        select(Lead)
        .where(Lead.id == lead_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def leads_had(
    session: AsyncSession, tenant_id: UUID, lead_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Return of which of these leads the bank has, or once had, a referral: it cannot claim them again."""
    found = await session.scalars(
        select(Referral.lead_id).where(
            Referral.tenant_id == tenant_id, Referral.lead_id.in_(lead_ids)
        )
    )
    return frozenset(found)


async def party_of(session: AsyncSession, lead_id: UUID) -> LeadParty | None:
    """Return who is behind a lead, if the session's actor has a basis to know."""
    return await session.scalar(select(LeadParty).where(LeadParty.lead_id == lead_id))


async def request_behind(session: AsyncSession, lead_id: UUID) -> LoanRequest | None:
    """Return the request behind a lead, if the session's actor has a basis to read it."""
    return await session.scalar(
        select(LoanRequest)
        .join(
            LeadParty,
            (LeadParty.request_id == LoanRequest.id)
            & (LeadParty.subject_id == LoanRequest.subject_id),
        )
        .where(LeadParty.lead_id == lead_id)
    )


def offers_on(tenant_id: UUID, referral_id: UUID) -> Select[Offer]:
    """Return a bank's offers on one referral, newest first."""
    return (
        select(Offer)
        .where(Offer.tenant_id == tenant_id, Offer.referral_id == referral_id)
        .order_by(Offer.id.desc())
    )


async def own_offer(session: AsyncSession, actor: Actor, offer_id: UUID) -> Offer:
    """Return one of the bank's offers.

    :raises NotFound: if it is not this bank's
    """
    offer = await session.scalar(
        select(Offer).where(Offer.tenant_id == actor.own_tenant, Offer.id == offer_id)
    )
    if offer is None:
        raise NotFound(thing_zh="报价", thing_en="offer")
    return offer


async def lock_own_offer(session: AsyncSession, actor: Actor, offer_id: UUID) -> Offer:
    """Return one of the bank's offers, locked.

    :raises NotFound: if it is not this bank's
    """
    offer = await session.scalar(
        select(Offer)
        .where(Offer.tenant_id == actor.own_tenant, Offer.id == offer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if offer is None:
        raise NotFound(thing_zh="报价", thing_en="offer")
    return offer


async def open_offers(session: AsyncSession, request_id: UUID) -> int:
    """Return how many offers on a request may still be chosen."""
    count = await session.scalar(
        select(func.count())
        .select_from(Offer)
        .where(Offer.request_id == request_id, Offer.state == OfferState.OPEN)
    )
    return count or 0


def _claimable(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that no bank holds the lead and it is open.

    A claim that has run out frees its lead when the referral lapses, at the same instant, and not before: never do
    two banks work on one claim.
    """
    return and_(Lead.pool_open, Lead.closes_at > now, Lead.claimed_by.is_(None))


def _no_referral() -> NotFound:
    return NotFound(thing_zh="对接申请", thing_en="referral")
