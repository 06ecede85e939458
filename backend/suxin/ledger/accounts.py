"""Opening accounts in a book, for its tenant's people and for the contexts above that keep their own accounts there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.ledger import queries
from suxin.ledger.models import ASSET_PATTERN, LedgerAccount, Side
from suxin.ledger.postings import check_code
from suxin.ledger.refusals import AccountCodeTaken, AssetUnknown, LimitsCrossed

_ASSET: Final = re.compile(ASSET_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """An account to be opened; ``floor`` and ``ceiling`` bound its balance on its normal side, none for no bound."""

    code: str
    name: str
    asset: str
    normal_side: Side
    floor: int | None = 0
    ceiling: int | None = None


async def open_in_book(
    session: AsyncSession, *, book: UUID, draft: AccountDraft, now: datetime
) -> LedgerAccount:
    """Open an empty account in a tenant's book, for a context that keeps its own accounts there.

    :raises CodeMalformed: if the code is not words of lower-case letters with points between them
    :raises AssetUnknown: if what it counts is neither CNY, points nor stock
    :raises LimitsCrossed: if zero is not within its bounds
    :raises AccountCodeTaken: if the book has an account of that code
    """
    (account,) = await open_all_in_book(session, book=book, drafts=[draft], now=now)
    return account


async def open_all_in_book(
    session: AsyncSession, *, book: UUID, drafts: Sequence[AccountDraft], now: datetime
) -> Sequence[LedgerAccount]:
    """Open several empty accounts in a tenant's book at once, as ``open_in_book`` does one.

    :raises Refusal: as ``open_in_book``
    """
    for draft in drafts:
        _check(draft)
    await take_turn(session, book)
    codes = [draft.code for draft in drafts]
    taken = await session.scalar(
        select(LedgerAccount.code)
        .where(LedgerAccount.tenant_id == book, LedgerAccount.code.in_(codes))
        .limit(1)
    )
    if taken is not None:
        raise AccountCodeTaken(account=taken)
    closed = await queries.closed_before(session, book=book)
    opened = [_opened(draft, book, closed, now=now) for draft in drafts]
    session.add_all(opened)
    await session.flush()
    return opened


def _check(draft: AccountDraft) -> None:
    check_code(draft.code)
    if not _ASSET.fullmatch(draft.asset):
        raise AssetUnknown
    if (draft.floor or 0) > 0 or (draft.ceiling is not None and draft.ceiling < 0):
        raise LimitsCrossed


def _opened(
    draft: AccountDraft, book: UUID, closed_before: datetime | None, *, now: datetime
) -> LedgerAccount:
    return LedgerAccount(
        tenant_id=book,
        id=new_id(now),
        code=draft.code,
        name=draft.name,
        asset=draft.asset,
        normal_side=draft.normal_side,
        floor=draft.floor,
        ceiling=draft.ceiling,
        posted_debits=0,
        posted_credits=0,
        pending_debits=0,
        pending_credits=0,
        opened_at=now,
        moved_at=now,
        closed_before=closed_before,
    )


async def opened_once(
    session: AsyncSession, *, book: UUID, draft: AccountDraft, now: datetime
) -> LedgerAccount:
    """Return the book's account of the draft's code, opened if there is none; of two who ask at once one opens it.

    :raises Refusal: what ``open_in_book`` refuses a new one for
    """
    known = await queries.account_by_code(session, book=book, code=draft.code)
    if known is None:
        await take_turn(session, book)
        known = await queries.account_by_code(session, book=book, code=draft.code)
    return known or await open_in_book(session, book=book, draft=draft, now=now)


async def take_turn(session: AsyncSession, book: UUID) -> None:
    """Let one open an account or close a period of a book at a time: a new account is closed as far as its book is."""
    key = func.hashtextextended(f"ledger:{book}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
