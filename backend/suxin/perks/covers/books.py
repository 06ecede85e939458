"""A cover's accounts in the operator's book: what it has, what was put in, paid out, and came back.

What it has holds a floor of zero, so that no code that pays can spend more; what was approved is held there until it is paid.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.ledger import drafts
from suxin.ledger.accounts import AccountDraft, open_in_book
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import CNY, LedgerAccount, LedgerTransfer, Side
from suxin.ledger.posting import post, state_of
from suxin.ledger.refusals import WouldCrossFloor
from suxin.perks.covers.models import Cover
from suxin.perks.covers.refusals import CoverExhausted

PUT_IN_CODE: Final = "cover.put_in"
HOLD_CODE: Final = "cover.hold"
PAID_CODE: Final = "cover.paid"
LET_GO_CODE: Final = "cover.let_go"
RECOVERED_CODE: Final = "cover.recovered"

_ACCOUNTS: Final = {
    "custody_id": ("custody", "账户余额", Side.DEBIT, 0),
    "put_in_id": ("put-in", "注资", Side.CREDIT, 0),
    "paid_id": ("paid", "赔付支出", Side.DEBIT, 0),
    "recovered_id": ("recovered", "追回", Side.CREDIT, 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverBalance:
    """What a cover has, in fen; ``available_fen`` is what nothing is held of."""

    balance_fen: int
    available_fen: int
    put_in_fen: int
    paid_fen: int
    recovered_fen: int


async def open_accounts(
    session: AsyncSession, *, book: UUID, cover_id: UUID, name: str, now: datetime
) -> dict[str, UUID]:
    """Open a cover's accounts; return their ids by the columns that keep them."""
    opened = {}
    for column, (word, zh, side, floor) in _ACCOUNTS.items():
        draft = AccountDraft(
            code=f"cover.{cover_id.hex}.{word}",
            name=f"{name} {zh}",
            asset=CNY,
            normal_side=side,
            floor=floor,
        )
        opened[column] = (await open_in_book(session, book=book, draft=draft, now=now)).id
    return opened


async def balances_of(session: AsyncSession, *covers: Cover) -> dict[UUID, CoverBalance]:
    """Return what covers have, by their ids, as the operator reads it."""
    wanted = [getattr(cover, column) for cover in covers for column in _ACCOUNTS]
    rows = await session.scalars(select(LedgerAccount).where(LedgerAccount.id.in_(wanted)))
    states = {row.id: state_of(row) for row in rows}
    return {
        cover.id: CoverBalance(
            balance_fen=states[cover.custody_id].balance,
            available_fen=states[cover.custody_id].available,
            put_in_fen=states[cover.put_in_id].balance,
            paid_fen=states[cover.paid_id].balance,
            recovered_fen=states[cover.recovered_id].balance,
        )
        for cover in covers
    }


async def is_put_in(session: AsyncSession, cover: Cover, reference: str) -> bool:
    """Return whether a payment into a cover of this reference is in the book."""
    found = await session.scalar(
        select(LedgerTransfer.id)
        .where(
            LedgerTransfer.tenant_id == cover.tenant_id,
            LedgerTransfer.credit_account_id == cover.put_in_id,
            LedgerTransfer.reference == reference,
        )
        .limit(1)
    )
    return found is not None


async def put_in(
    session: AsyncSession, cover: Cover, amount_fen: int, *, reference: str, now: datetime
) -> None:
    """Post what a funder put in."""
    await _post(
        session,
        cover,
        drafts.move(
            new_id(now),
            debit=cover.custody_id,
            credit=cover.put_in_id,
            amount=amount_fen,
            code=PUT_IN_CODE,
            reference=reference,
        ),
        now=now,
    )


async def set_aside(
    session: AsyncSession, cover: Cover, amount_fen: int, *, reference: str, now: datetime
) -> UUID:
    """Hold what was approved until it is paid; return the hold.

    :raises CoverExhausted: if the cover has not so much left
    """
    hold_id = new_id(now)
    draft = drafts.hold(
        hold_id,
        debit=cover.paid_id,
        credit=cover.custody_id,
        amount=amount_fen,
        code=HOLD_CODE,
        reference=reference,
    )
    try:
        await _post(session, cover, draft, now=now)
    except WouldCrossFloor as refusal:
        raise CoverExhausted from refusal
    return hold_id


async def pay_out(
    session: AsyncSession, cover: Cover, hold_id: UUID, *, reference: str, now: datetime
) -> None:
    """Post what was held: it was paid."""
    paid = drafts.post(new_id(now), pending_id=hold_id, code=PAID_CODE, reference=reference)
    await _post(session, cover, paid, now=now)


async def let_go(session: AsyncSession, cover: Cover, hold_id: UUID, *, now: datetime) -> None:
    """Let what was held go: it is not paid."""
    await _post(
        session, cover, drafts.void(new_id(now), pending_id=hold_id, code=LET_GO_CODE), now=now
    )


async def take_back(
    session: AsyncSession, cover: Cover, amount_fen: int, *, reference: str, now: datetime
) -> None:
    """Post what came back of what was paid."""
    await _post(
        session,
        cover,
        drafts.move(
            new_id(now),
            debit=cover.custody_id,
            credit=cover.recovered_id,
            amount=amount_fen,
            code=RECOVERED_CODE,
            reference=reference,
        ),
        now=now,
    )


async def _post(
    session: AsyncSession, cover: Cover, draft: TransferDraft, *, now: datetime
) -> None:
    await post(session, book=cover.tenant_id, transfers=[draft], now=now)
