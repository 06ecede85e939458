"""Putting up a year's budget: proposed by one, confirmed by another, and posted into the village's book."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.shop import accounts, queries
from suxin.shop.models import ShopBudget
from suxin.shop.policies import BUDGET_CONFIRM, BUDGET_PROPOSE
from suxin.shop.recording import record
from suxin.shop.refusals import BudgetByAnother, BudgetOpen
from suxin.shop.states import BudgetState
from suxin.shop.texts import checked_number, checked_words
from suxin.shop.turns import take_shop

MAX_BUDGET_FEN: Final = 1_000_000_000
"""How much one amount may be: ten million yuan. Proposed."""


async def propose_budget(
    session: AsyncSession,
    actor: Actor,
    *,
    year: int,
    amount_fen: int,
    source: str,
    now: datetime,
) -> ShopBudget:
    """Propose an amount for this year's budget or the next's; ``source`` says where the money comes from.

    :raises Forbidden: without the right to propose a budget
    :raises Invalid: if the year, the amount or the source cannot be right
    :raises BudgetOpen: if another amount for the year waits
    """
    actor.require(BUDGET_PROPOSE)
    this_year = local_day(now).year
    checked_number(year, field="year", least=this_year, most=this_year + 1)
    checked_number(amount_fen, field="amount", least=1, most=MAX_BUDGET_FEN)
    said = checked_words(source, field="source", least=2, most=60)
    await take_shop(session, actor.own_tenant)
    open_id = await session.scalar(
        select(ShopBudget.id).where(
            ShopBudget.tenant_id == actor.own_tenant,
            ShopBudget.year == year,
            ShopBudget.state == BudgetState.PROPOSED,
        )
    )
    if open_id is not None:
        raise BudgetOpen(year=year)
    budget = ShopBudget(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        year=year,
        amount_fen=amount_fen,
        source=said,
        state=BudgetState.PROPOSED,
        proposed_by=actor.own_staff,
        proposed_at=now,
    )
    session.add(budget)
    await session.flush()
    _record(session, budget, "proposed", now=now)
    return budget


async def confirm_budget(
    session: AsyncSession, actor: Actor, *, budget_id: UUID, now: datetime
) -> ShopBudget:
    """Confirm an amount that another person proposed; from now on it may be used.

    :raises Forbidden: without the right to confirm a budget
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it does not wait
    :raises BudgetByAnother: if the actor proposed it
    """
    actor.require(BUDGET_CONFIRM)
    budget = await queries.lock_budget(session, actor, budget_id)
    if budget.state is BudgetState.PROPOSED and budget.proposed_by == actor.own_staff:
        raise BudgetByAnother
    transfer_id = new_id(now)
    budget.confirm(by=actor.own_staff, transfer_id=transfer_id, now=now)
    await accounts.put_up(
        session,
        transfer_id,
        book=budget.tenant_id,
        year=budget.year,
        amount_fen=budget.amount_fen,
        now=now,
    )
    _record(session, budget, "confirmed", now=now)
    return budget


async def drop_budget(
    session: AsyncSession, actor: Actor, *, budget_id: UUID, now: datetime
) -> ShopBudget:
    """Let nothing come of an amount that waits.

    :raises Forbidden: without the right to propose a budget
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it does not wait
    """
    actor.require(BUDGET_PROPOSE)
    budget = await queries.lock_budget(session, actor, budget_id)
    budget.drop(by=actor.own_staff, now=now)
    _record(session, budget, "dropped", now=now)
    return budget


def _record(session: AsyncSession, budget: ShopBudget, step: str, *, now: datetime) -> None:
    record(
        session,
        f"budget.{step}",
        tenant_id=budget.tenant_id,
        of=("shop_budget", budget.id),
        now=now,
        year=budget.year,
        amount_fen=budget.amount_fen,
    )
