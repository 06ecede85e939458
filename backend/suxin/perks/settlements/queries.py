"""Statements as the merchant and the operator see them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.refusals import NotFound
from suxin.perks.models import Programme
from suxin.perks.settlements.models import Settlement, SettlementLine
from suxin.perks.settlements.policies import SETTLEMENT_APPROVE, SETTLEMENT_READ
from suxin.perks.settlements.states import SettlementState


class ProgrammeSum(NamedTuple):
    """What a statement holds of one programme."""

    programme: Programme
    redemptions: int
    uses: int
    amount_fen: int


def own_settlements(actor: Actor) -> Select[Settlement]:
    """Return the actor's tenant's statements, newest first.

    :raises Forbidden: if he may not look at them
    """
    actor.require(SETTLEMENT_READ)
    return (
        select(Settlement)
        .where(Settlement.tenant_id == actor.own_tenant)
        .order_by(Settlement.id.desc())
    )


def settlements_overseen(
    actor: Actor, *, states: frozenset[SettlementState] = frozenset()
) -> Select[Settlement]:
    """Return every merchant's statements, newest first, perhaps in some states alone.

    :raises Forbidden: if the actor does not approve statements
    """
    actor.require(SETTLEMENT_APPROVE)
    statement = select(Settlement).order_by(Settlement.id.desc())
    return statement.where(Settlement.state.in_(states)) if states else statement


async def settlement_seen(session: AsyncSession, actor: Actor, settlement_id: UUID) -> Settlement:
    """Return a statement of the actor's tenant, or any one to the operator.

    :raises Forbidden: if he may not look at them
    :raises NotFound: if he sees none
    """
    return _found(await session.scalar(_seen(actor, settlement_id)))


async def lock_settlement(session: AsyncSession, actor: Actor, settlement_id: UUID) -> Settlement:
    """Return a statement, locked to be decided on.

    :raises Forbidden: if the actor may not look at it
    :raises NotFound: if he sees none
    """
    statement = _seen(actor, settlement_id).with_for_update()
    return _found(await session.scalar(statement.execution_options(populate_existing=True)))


def lines_of(actor: Actor, settlement_id: UUID) -> Select[SettlementLine, str]:
    """Return the lines of a statement with the names of their programmes, in the order in which they were redeemed.

    :raises Forbidden: if the actor may not look at it
    """
    statement = (
        select(SettlementLine, Programme.name)
        .join(
            Programme,
            (Programme.tenant_id == SettlementLine.tenant_id)
            & (Programme.id == SettlementLine.programme_id),
        )
        .where(SettlementLine.settlement_id == settlement_id)
        .order_by(SettlementLine.redemption_id)
    )
    if _oversees(actor):
        return statement
    return statement.where(SettlementLine.tenant_id == actor.own_tenant)


async def sums_of(session: AsyncSession, actor: Actor, settlement_id: UUID) -> list[ProgrammeSum]:
    """Return what a statement holds of each programme: how many redemptions and uses, and the amount.

    :raises Forbidden: if the actor may not look at it
    """
    lines = lines_of(actor, settlement_id).order_by(None).subquery()
    sums = (
        select(
            lines.c.tenant_id,
            lines.c.programme_id,
            func.count().label("redemptions"),
            func.sum(lines.c.uses).label("uses"),
            func.sum(lines.c.amount_fen).label("amount_fen"),
        )
        .group_by(lines.c.tenant_id, lines.c.programme_id)
        .subquery()
    )
    rows = await session.execute(
        select(Programme, sums.c.redemptions, sums.c.uses, sums.c.amount_fen)
        .join(
            sums, (sums.c.tenant_id == Programme.tenant_id) & (sums.c.programme_id == Programme.id)
        )
        .order_by(Programme.id)
    )
    return [ProgrammeSum(one, int(count), int(uses), int(fen)) for one, count, uses, fen in rows]


def _oversees(actor: Actor) -> bool:
    if actor.kind is ActorKind.OPERATOR:
        actor.require(SETTLEMENT_APPROVE)
        return True
    actor.require(SETTLEMENT_READ)
    return False


def _seen(actor: Actor, settlement_id: UUID) -> Select[Settlement]:
    statement = select(Settlement).where(Settlement.id == settlement_id)
    if _oversees(actor):
        return statement
    return statement.where(Settlement.tenant_id == actor.own_tenant)


def _found(settlement: Settlement | None) -> Settlement:
    if settlement is None:
        raise NotFound(thing_zh="结算单", thing_en="statement")
    return settlement
