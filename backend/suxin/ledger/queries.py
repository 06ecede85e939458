"""A book as its own tenant sees it: accounts, balances as of any two moments, transfers, and what must add up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.ledger.models import (
    MOVING,
    RESOLVING,
    LedgerAccount,
    LedgerClosing,
    LedgerTransfer,
    Phase,
    Side,
)
from suxin.ledger.policies import BOOK_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceThen:
    """What an account had: posted, on its own side, and what was held to go out and to come in."""

    balance: int
    held_out: int
    held_in: int

    @property
    def available(self) -> int:
        """The balance less what was held of it."""
        return self.balance - self.held_out


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """One asset of a book: what its accounts' posted debits and credits come to, which is the same."""

    asset: str
    accounts: int
    posted_debits: int
    posted_credits: int


def own_accounts(actor: Actor) -> Select[LedgerAccount]:
    """Return the accounts of the actor's own book, by code.

    :raises Forbidden: if he may not look into it
    """
    actor.require(BOOK_READ)
    return (
        select(LedgerAccount)
        .where(LedgerAccount.tenant_id == actor.own_tenant)
        .order_by(LedgerAccount.code)
    )


async def own_account(session: AsyncSession, actor: Actor, account_id: UUID) -> LedgerAccount:
    """Return one account of the actor's own book.

    :raises Forbidden: if he may not look into it
    :raises NotFound: if it is none of his book
    """
    return _found(await session.scalar(own_accounts(actor).where(LedgerAccount.id == account_id)))


async def lock_own_account(session: AsyncSession, actor: Actor, account_id: UUID) -> LedgerAccount:
    """Return one account of the actor's own book, locked as it is locked for posting.

    :raises NotFound: if it is none of his book
    """
    statement = (
        select(LedgerAccount)
        .where(LedgerAccount.tenant_id == actor.own_tenant, LedgerAccount.id == account_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return _found(await session.scalar(statement))


async def account_by_code(session: AsyncSession, *, book: UUID, code: str) -> LedgerAccount | None:
    """Return the account of a code in a tenant's book, if the session sees that."""
    return await session.scalar(
        select(LedgerAccount).where(LedgerAccount.tenant_id == book, LedgerAccount.code == code)
    )


def open_accounts(book: UUID) -> Select[UUID]:
    """Return the ids of a book's open accounts, as far as the session sees it."""
    return select(LedgerAccount.id).where(
        LedgerAccount.tenant_id == book, LedgerAccount.closed_at.is_(None)
    )


async def closed_before(session: AsyncSession, *, book: UUID) -> datetime | None:
    """Return up to when a tenant's book is closed, if it ever was."""
    return await session.scalar(
        select(func.max(LedgerClosing.closed_before)).where(LedgerClosing.tenant_id == book)
    )


def own_transfers(actor: Actor, *, account_id: UUID | None = None) -> Select[LedgerTransfer]:
    """Return the transfers of the actor's own book, or of one of its accounts, the last recorded first.

    :raises Forbidden: if he may not look into it
    """
    actor.require(BOOK_READ)
    statement = select(LedgerTransfer).where(LedgerTransfer.tenant_id == actor.own_tenant)
    if account_id is not None:
        statement = statement.where(_touches(account_id))
    return statement.order_by(LedgerTransfer.recorded_at.desc(), LedgerTransfer.id.desc())


async def balance_at(
    session: AsyncSession,
    actor: Actor,
    *,
    account_id: UUID,
    effective_at: datetime,
    recorded_at: datetime,
) -> BalanceThen:
    """Return what an account had by what was effective at one moment, as far as it was recorded at another, both included.

    A hold counts from when it was recorded until its end was. What is recorded may bear a time that is some moments old, until
    its transaction is done.

    :raises Forbidden: if he may not look into it
    :raises NotFound: if it is none of his book
    """
    account = await own_account(session, actor, account_id)
    then = LedgerTransfer.recorded_at <= recorded_at
    end = aliased(LedgerTransfer)
    ended = exists().where(
        end.tenant_id == LedgerTransfer.tenant_id,
        end.pending_id == LedgerTransfer.id,
        end.recorded_at <= recorded_at,
    )
    moved = and_(LedgerTransfer.phase.in_(MOVING), LedgerTransfer.effective_at <= effective_at)
    held = and_(LedgerTransfer.phase == Phase.PENDING, ~ended)
    on_debit = LedgerTransfer.debit_account_id == account_id
    sums = (
        await session.execute(
            select(
                _sum(and_(moved, on_debit)),
                _sum(and_(moved, ~on_debit)),
                _sum(and_(held, on_debit)),
                _sum(and_(held, ~on_debit)),
            ).where(LedgerTransfer.tenant_id == account.tenant_id, _touches(account_id), then)
        )
    ).one()
    debits, credits_, held_debits, held_credits = sums
    if account.normal_side is Side.DEBIT:
        return BalanceThen(balance=debits - credits_, held_out=held_credits, held_in=held_debits)
    return BalanceThen(balance=credits_ - debits, held_out=held_debits, held_in=held_credits)


async def hold_end(session: AsyncSession, *, book: UUID, pending_id: UUID) -> LedgerTransfer | None:
    """Return the transfer that ended a hold in a tenant's book, if it has ended."""
    return await session.scalar(
        select(LedgerTransfer).where(
            LedgerTransfer.tenant_id == book, LedgerTransfer.pending_id == pending_id
        )
    )


async def trial_balance(session: AsyncSession, actor: Actor) -> list[TrialBalance]:
    """Return what the accounts of the actor's own book come to, asset by asset.

    :raises Forbidden: if he may not look into it
    """
    actor.require(BOOK_READ)
    rows = await session.execute(
        select(
            LedgerAccount.asset,
            func.count(),
            func.sum(LedgerAccount.posted_debits),
            func.sum(LedgerAccount.posted_credits),
        )
        .where(LedgerAccount.tenant_id == actor.own_tenant)
        .group_by(LedgerAccount.asset)
        .order_by(LedgerAccount.asset)
    )
    return [
        TrialBalance(
            asset=asset, accounts=count, posted_debits=int(debits), posted_credits=int(credits_)
        )
        for asset, count, debits, credits_ in rows
    ]


async def drifted_accounts(session: AsyncSession, actor: Actor) -> list[LedgerAccount]:
    """Return the accounts of the actor's own book whose sums are not those of their transfers: none, unless somebody wrote by hand.

    :raises Forbidden: if he may not look into it
    """
    actor.require(BOOK_READ)
    held = case(
        (LedgerTransfer.phase == Phase.PENDING, LedgerTransfer.amount),
        (LedgerTransfer.phase.in_(RESOLVING), -LedgerTransfer.pending_amount),
        else_=0,
    )
    posted = case((LedgerTransfer.phase.in_(MOVING), LedgerTransfer.amount), else_=0)
    sides = {
        column: select(
            column.label("account_id"),
            func.sum(posted).label("posted"),
            func.sum(held).label("held"),
        )
        .where(LedgerTransfer.tenant_id == actor.own_tenant)
        .group_by(column)
        .subquery()
        for column in (LedgerTransfer.debit_account_id, LedgerTransfer.credit_account_id)
    }
    debit, credit = sides.values()
    statement = (
        own_accounts(actor)
        .outerjoin(debit, debit.c.account_id == LedgerAccount.id)
        .outerjoin(credit, credit.c.account_id == LedgerAccount.id)
        .where(
            or_(
                LedgerAccount.posted_debits != func.coalesce(debit.c.posted, 0),
                LedgerAccount.pending_debits != func.coalesce(debit.c.held, 0),
                LedgerAccount.posted_credits != func.coalesce(credit.c.posted, 0),
                LedgerAccount.pending_credits != func.coalesce(credit.c.held, 0),
            )
        )
    )
    return list(await session.scalars(statement))


def _touches(account_id: UUID) -> ColumnElement[bool]:
    return or_(
        LedgerTransfer.debit_account_id == account_id,
        LedgerTransfer.credit_account_id == account_id,
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(LedgerTransfer.amount).filter(condition), 0).cast(
        LedgerTransfer.amount.type
    )


def _found(account: LedgerAccount | None) -> LedgerAccount:
    if account is None:
        raise NotFound(thing_zh="账户", thing_en="account")
    return account
