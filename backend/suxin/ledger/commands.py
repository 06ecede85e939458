"""What a tenant's people do about its book: accounts, transfers by hand, closing a period."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.ledger import queries
from suxin.ledger.accounts import AccountDraft, open_in_book, take_turn
from suxin.ledger.books import Transfer
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import LedgerAccount, LedgerClosing
from suxin.ledger.policies import ACCOUNT_MANAGE, PERIOD_CLOSE, TRANSFER_POST
from suxin.ledger.posting import post, state_of
from suxin.ledger.refusals import (
    AccountClosed,
    AccountNotEmpty,
    LimitsCrossed,
    PeriodAlreadyClosed,
    PeriodNotOver,
    WouldCrossCeiling,
    WouldCrossFloor,
)


async def open_account(
    session: AsyncSession, actor: Actor, *, draft: AccountDraft, now: datetime
) -> LedgerAccount:
    """Open an empty account in the actor's own book.

    :raises Forbidden: if the actor may not keep accounts
    :raises Refusal: what ``accounts.open_in_book`` refuses it for
    """
    actor.require(ACCOUNT_MANAGE)
    account = await open_in_book(session, book=actor.own_tenant, draft=draft, now=now)
    _record(session, "ledger.account.opened", account, now=now)
    return account


async def change_limits(
    session: AsyncSession,
    actor: Actor,
    *,
    account_id: UUID,
    floor: int | None,
    ceiling: int | None,
    now: datetime,
) -> LedgerAccount:
    """Set an account's bounds, which what it has must meet already, counting holds.

    :raises Forbidden: if the actor may not keep accounts
    :raises NotFound: if it is none of his book
    :raises AccountClosed: if it is closed
    :raises LimitsCrossed: if the floor lies above the ceiling
    :raises WouldCrossFloor: if it has less available than the floor
    :raises WouldCrossCeiling: if more is expected on it than the ceiling
    """
    actor.require(ACCOUNT_MANAGE)
    account = await _lock_open(session, actor, account_id)
    if floor is not None and ceiling is not None and floor > ceiling:
        raise LimitsCrossed
    state = state_of(account)
    if floor is not None and state.available < floor:
        raise WouldCrossFloor(field="floor", account=account.code, missing=floor - state.available)
    if ceiling is not None and state.expected > ceiling:
        raise WouldCrossCeiling(
            field="ceiling", account=account.code, excess=state.expected - ceiling
        )
    account.floor, account.ceiling = floor, ceiling
    _record(session, "ledger.account.limited", account, now=now)
    return account


async def close_account(
    session: AsyncSession, actor: Actor, *, account_id: UUID, now: datetime
) -> LedgerAccount:
    """Close an account that has neither a balance nor holds; it stays so, and is read as before.

    :raises Forbidden: if the actor may not keep accounts
    :raises NotFound: if it is none of his book
    :raises AccountClosed: if it is closed
    :raises AccountNotEmpty: if something is on it, or held
    """
    actor.require(ACCOUNT_MANAGE)
    account = await _lock_open(session, actor, account_id)
    state = state_of(account)
    if state.balance or state.held_in or state.held_out:
        raise AccountNotEmpty(account=account.code)
    account.closed_at = now
    _record(session, "ledger.account.closed", account, now=now)
    return account


async def post_transfers(
    session: AsyncSession, actor: Actor, *, transfers: Sequence[TransferDraft], now: datetime
) -> Sequence[Transfer]:
    """Post transfers by hand into the actor's own book, all or none.

    :raises Forbidden: if the actor may not post by hand
    :raises TooManyTransfers: if they are more than one statement takes
    :raises PostingRefused: the rule that the first refused one breaks, with its index
    """
    actor.require(TRANSFER_POST)
    posted = await post(session, book=actor.own_tenant, transfers=transfers, now=now)
    if not posted:
        return posted
    append_act(
        session,
        action="ledger.transfers.posted",
        now=now,
        object_type="ledger_transfer",
        object_id=posted[0].id,
        detail={"transfers": len(posted)},
    )
    return posted


async def close_period(
    session: AsyncSession, actor: Actor, *, closed_before: datetime, now: datetime
) -> LedgerClosing:
    """Close the actor's own book for what is effective before a moment; what was wrong is put right afterwards by reversal.

    :raises Forbidden: if the actor may not close periods
    :raises PeriodNotOver: if the moment has not come
    :raises PeriodAlreadyClosed: if the book is closed up to it
    """
    actor.require(PERIOD_CLOSE)
    book = actor.own_tenant
    if closed_before > now:
        raise PeriodNotOver(field="closedBefore")
    await take_turn(session, book)
    before = await queries.closed_before(session, book=book)
    if before is not None and before >= closed_before:
        raise PeriodAlreadyClosed(field="closedBefore", before=before.isoformat())
    # Each account says itself up to when it is closed: whoever posts has locked it, and so needs no other lock.
    open_accounts = queries.open_accounts(book).order_by(LedgerAccount.id)
    await session.execute(open_accounts.with_for_update(key_share=True))
    await session.execute(
        update(LedgerAccount)
        .where(LedgerAccount.tenant_id == book, LedgerAccount.closed_at.is_(None))
        .values(closed_before=closed_before)
    )
    closing = LedgerClosing(
        tenant_id=book,
        id=new_id(now),
        closed_before=closed_before,
        closed_at=now,
        staff_id=actor.own_staff,
    )
    session.add(closing)
    append_act(
        session,
        action="ledger.period.closed",
        now=now,
        object_type="ledger_closing",
        object_id=closing.id,
        detail={"closed_before": closed_before.isoformat()},
    )
    return closing


async def _lock_open(session: AsyncSession, actor: Actor, account_id: UUID) -> LedgerAccount:
    account = await queries.lock_own_account(session, actor, account_id)
    if account.closed_at is not None:
        raise AccountClosed(account=account.code)
    return account


def _record(session: AsyncSession, action: str, account: LedgerAccount, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="ledger_account",
        object_id=account.id,
        detail={"code": account.code, "floor": account.floor, "ceiling": account.ceiling},
    )
