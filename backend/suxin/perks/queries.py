"""Programmes and redemptions as those who may see them see them, and which benefit applies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import PERK_REDEEM
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.perks.benefits import UNKNOWN, Benefit, Standing, best_for
from suxin.perks.models import Programme, Redeemer, Redemption
from suxin.perks.policies import PROGRAMME_APPROVE, PROGRAMME_READ, REDEMPTION_READ
from suxin.perks.states import Eligible, ProgrammeState, RedemptionState, Sector
from suxin.scoring.queries import tiers_weighed


def own_programmes(actor: Actor, *, state: ProgrammeState | None = None) -> Select[Programme]:
    """Return the actor's tenant's programmes, newest first.

    :raises Forbidden: if he may not look at them
    """
    actor.require(PROGRAMME_READ)
    statement = select(Programme).where(Programme.tenant_id == actor.own_tenant)
    if state is not None:
        statement = statement.where(Programme.state == state)
    return statement.order_by(Programme.id.desc())


def published_programmes(*, sector: Sector | None = None) -> Select[Programme]:
    """Return what anybody may redeem, newest first, perhaps of one sector."""
    statement = select(Programme).where(Programme.state == ProgrammeState.PUBLISHED)
    if sector is not None:
        statement = statement.where(Programme.sector == sector)
    return statement.order_by(Programme.id.desc())


async def scenarios_running(session: AsyncSession) -> int:
    """Return how many scenarios anybody may use now: a scenario at ten merchants is one."""
    running = select(func.count(Programme.scenario_code.distinct())).where(
        Programme.state == ProgrammeState.PUBLISHED
    )
    return await session.scalar(running) or 0


def submitted_programmes(actor: Actor) -> Select[Programme]:
    """Return what waits for the operator's approval, the earliest first.

    :raises Forbidden: if the actor does not approve programmes
    """
    actor.require(PROGRAMME_APPROVE)
    return (
        select(Programme).where(Programme.state == ProgrammeState.SUBMITTED).order_by(Programme.id)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What became of a programme: how many redemptions, persons and uses were completed, and what they cost the funder."""

    redemptions: int
    persons: int
    uses: int
    value_fen: int
    open_now: int
    rolled_back: int


async def results_of(session: AsyncSession, actor: Actor, programme_id: UUID) -> Results:
    """Return what became of one of the tenant's programmes so far.

    :raises Forbidden: if the actor may not look at it
    """
    actor.require(REDEMPTION_READ)
    completed = Redemption.state == RedemptionState.COMPLETED
    opened = Redemption.state.in_((RedemptionState.HELD, RedemptionState.GRANTED))
    sums = (
        func.coalesce(func.sum(column).filter(completed), 0)
        for column in (Redemption.persons, Redemption.uses, Redemption.used_value_fen)
    )
    row = (
        await session.execute(
            select(
                func.count().filter(completed),
                *sums,
                func.count().filter(opened),
                func.count().filter(Redemption.state == RedemptionState.ROLLED_BACK),
            ).where(
                Redemption.tenant_id == actor.own_tenant, Redemption.programme_id == programme_id
            )
        )
    ).one()
    redemptions, persons, uses, value_fen, open_now, rolled_back = map(int, row)
    return Results(
        redemptions=redemptions,
        persons=persons,
        uses=uses,
        value_fen=value_fen,
        open_now=open_now,
        rolled_back=rolled_back,
    )


async def programme_seen(session: AsyncSession, programme_id: UUID) -> Programme:
    """Return a programme that the caller sees: his own, a published one, or one that waits for him.

    :raises NotFound: if he sees none
    """
    return _found(await session.scalar(select(Programme).where(Programme.id == programme_id)))


async def own_programme(session: AsyncSession, actor: Actor, programme_id: UUID) -> Programme:
    """Return one of the tenant's programmes.

    :raises Forbidden: if the actor may not look at them
    :raises NotFound: if it is not this tenant's
    """
    actor.require(PROGRAMME_READ)
    return _found(await session.scalar(_own(actor, programme_id)))


async def lock_own_programme(session: AsyncSession, actor: Actor, programme_id: UUID) -> Programme:
    """Return one of the tenant's programmes, locked.

    :raises NotFound: if it is not this tenant's
    """
    return _found(await session.scalar(_own(actor, programme_id).with_for_update()))


async def lock_programme_seen(session: AsyncSession, programme_id: UUID) -> Programme:
    """Return a programme that the operator decides on, locked.

    :raises NotFound: if he sees none
    """
    statement = select(Programme).where(Programme.id == programme_id).with_for_update()
    found = await session.scalar(statement.execution_options(populate_existing=True))
    return _found(found)


async def share_own_programme(session: AsyncSession, actor: Actor, programme_id: UUID) -> Programme:
    """Return one of the tenant's programmes, kept from changing while it is redeemed; many redeem it at once.

    :raises NotFound: if it is not this tenant's
    """
    return _found(await session.scalar(_own(actor, programme_id).with_for_update(read=True)))


class TierWeighed(Protocol):
    """What is weighed of a tier."""

    @property
    def model_code(self) -> str:
        """Its model."""

    @property
    def place(self) -> int:
        """0 for the best."""

    @property
    def natural_person(self) -> bool:
        """Whether it is a person's."""


async def standing_of(
    session: AsyncSession, actor: Actor, *, subject_id: UUID | None, now: datetime
) -> Standing:
    """Return what the core knows of who redeems at the actor's tenant; nothing without a live basis, and the receipt is noted.

    Source: PIPL art. 6, 13; 国办发〔2020〕49号
    """
    if subject_id is None:
        return UNKNOWN
    tiers = await tiers_weighed(
        session, actor, subject_id=subject_id, purpose=PERK_REDEEM.code, now=now
    )
    return standing_by(tiers)


def standing_by(tiers: Sequence[TierWeighed]) -> Standing:
    """Return what is known of whoever has these tiers; without any, nothing is."""
    if not tiers:
        return UNKNOWN
    person = tiers[0].natural_person
    return Standing(
        eligible=Eligible.PERSON if person else Eligible.ORGANISATION,
        places={tier.model_code: tier.place for tier in tiers},
    )


async def benefit_for(
    session: AsyncSession,
    actor: Actor,
    *,
    programme: Programme,
    subject_id: UUID | None,
    now: datetime,
) -> Benefit:
    """Return the benefit that applies to somebody, a subject or a visitor, at the actor's tenant; always one, and always of one shape."""
    standing = await standing_of(session, actor, subject_id=subject_id, now=now)
    return best_for(programme.offers_read, programme.fallback_read, standing)


def tenant_redemptions(actor: Actor, *, programme_id: UUID | None = None) -> Select[Redemption]:
    """Return what was redeemed at the actor's tenant, newest first, perhaps of one programme.

    :raises Forbidden: if he may not look at it
    """
    actor.require(REDEMPTION_READ)
    statement = select(Redemption).where(Redemption.tenant_id == actor.own_tenant)
    if programme_id is not None:
        statement = statement.where(Redemption.programme_id == programme_id)
    return statement.order_by(Redemption.id.desc())


def own_redemptions(actor: Actor) -> Select[Redemption, Programme]:
    """Return what the acting subject redeemed, newest first, each with its programme.

    :raises Forbidden: if the actor acts for no subject
    """
    return (
        select(Redemption, Programme)
        .join(
            Redeemer,
            (Redeemer.tenant_id == Redemption.tenant_id)
            & (Redeemer.redemption_id == Redemption.id),
        )
        .join(
            Programme,
            (Programme.tenant_id == Redemption.tenant_id)
            & (Programme.id == Redemption.programme_id),
        )
        .where(Redeemer.subject_id == actor.own_subject)
        .order_by(Redemption.id.desc())
    )


async def lock_redemption(
    session: AsyncSession, actor: Actor, redemption_id: UUID
) -> tuple[Redemption, Programme]:
    """Return one of the tenant's redemptions, locked, with its programme.

    :raises NotFound: if it is not this tenant's
    """
    redemption = await session.scalar(
        select(Redemption)
        .where(Redemption.tenant_id == actor.own_tenant, Redemption.id == redemption_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if redemption is None:
        raise NotFound(thing_zh="核销记录", thing_en="redemption")
    return redemption, _found(await session.scalar(_own(actor, redemption.programme_id)))


def _own(actor: Actor, programme_id: UUID) -> Select[Programme]:
    return (
        select(Programme)
        .where(Programme.tenant_id == actor.own_tenant, Programme.id == programme_id)
        .execution_options(populate_existing=True)
    )


THING: Final = {"thing_zh": "权益", "thing_en": "programme"}


def _found(programme: Programme | None) -> Programme:
    if programme is None:
        raise NotFound(**THING)
    return programme
