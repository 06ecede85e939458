"""Ledgers and what came of them: for the bank its own, for the operator what is about its pools."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.risk_pool.bank_ledgers.measures import Measure
from suxin.risk_pool.bank_ledgers.models import BankLedger, BankLedgerDay, BankLedgerDifference
from suxin.risk_pool.bank_ledgers.policies import BANK_LEDGER_SEND
from suxin.risk_pool.claims.policies import STATEMENT_READ

MAX_DAYS: Final = 92
"""How long a period one answer is about: a quarter."""
MAX_DIFFERENCES: Final = 500
"""How many differences are listed; the sums by the day say whether there are more."""


def own_ledgers(actor: Actor) -> Select[BankLedger]:
    """Return the bank's ledgers, the latest first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(BANK_LEDGER_SEND)
    return (
        select(BankLedger)
        .where(BankLedger.tenant_id == actor.own_tenant)
        .order_by(BankLedger.id.desc())
    )


async def own_ledger(session: AsyncSession, actor: Actor, ledger_id: UUID) -> BankLedger:
    """Return one of the bank's ledgers.

    :raises Forbidden: if the actor may not look at them
    :raises NotFound: if it is none of its
    """
    ledger = await session.scalar(own_ledgers(actor).where(BankLedger.id == ledger_id))
    if ledger is None:
        raise NotFound(thing_zh="台账", thing_en="ledger")
    return ledger


async def own_days(
    session: AsyncSession, actor: Actor, *, first: date, last: date
) -> Sequence[BankLedgerDay]:
    """Return the sums of the bank's days in a period, the latest day first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(BANK_LEDGER_SEND)
    return await _days(session, BankLedgerDay.tenant_id == actor.own_tenant, first, last)


async def own_differences(
    session: AsyncSession, actor: Actor, *, first: date, last: date
) -> Sequence[BankLedgerDifference]:
    """Return what differs of the bank's loans in a period, the latest day first.

    :raises Forbidden: if the actor may not look at them
    """
    actor.require(BANK_LEDGER_SEND)
    own = BankLedgerDifference.tenant_id == actor.own_tenant
    return await _differences(session, own, first, last)


async def days_of_pools(
    session: AsyncSession, actor: Actor, *, bank_id: UUID, first: date, last: date
) -> Sequence[BankLedgerDay]:
    """Return of a bank's days in a period the sums that are about the operator's pools, the latest day first.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    of_bank = (BankLedgerDay.operator_id == actor.own_tenant) & (BankLedgerDay.tenant_id == bank_id)
    return await _days(session, of_bank, first, last)


async def differences_of_pools(
    session: AsyncSession, actor: Actor, *, bank_id: UUID, first: date, last: date
) -> Sequence[BankLedgerDifference]:
    """Return what differs of a bank's loans in the operator's pools in a period, the latest day first.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    of_bank = (BankLedgerDifference.operator_id == actor.own_tenant) & (
        BankLedgerDifference.tenant_id == bank_id
    )
    return await _differences(session, of_bank, first, last)


async def banks_with_ledgers(session: AsyncSession, actor: Actor) -> Sequence[UUID]:
    """Return which banks have sent ledgers that are about the operator's pools.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    found = await session.scalars(
        select(BankLedgerDay.tenant_id)
        .where(BankLedgerDay.operator_id == actor.own_tenant)
        .distinct()
        .order_by(BankLedgerDay.tenant_id)
    )
    return found.all()


async def _days(
    session: AsyncSession, whose: ColumnElement[bool], first: date, last: date
) -> Sequence[BankLedgerDay]:
    rows = await session.scalars(
        select(BankLedgerDay)
        .where(whose, BankLedgerDay.day.between(first, last))
        .order_by(BankLedgerDay.day.desc())
    )
    order = list(Measure)
    return sorted(rows, key=lambda row: (-row.day.toordinal(), order.index(row.measure)))


async def _differences(
    session: AsyncSession, whose: ColumnElement[bool], first: date, last: date
) -> Sequence[BankLedgerDifference]:
    rows = await session.scalars(
        select(BankLedgerDifference)
        .where(
            whose,
            BankLedgerDifference.day.between(first, last),
            BankLedgerDifference.settled_at.is_(None),
        )
        .order_by(
            BankLedgerDifference.day.desc(),
            BankLedgerDifference.measure,
            BankLedgerDifference.contract_number,
        )
        .limit(MAX_DIFFERENCES)
    )
    return rows.all()
