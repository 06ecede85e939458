"""Posting: read what the drafts are about, lock the accounts in one order, judge, and write the transfers by one statement.

This is what contexts above stand on. It takes no actor: the row policies show a session its own tenant's book, and whoever
calls has asked who may. Post once in a transaction: locks of a second posting may be out of order with another's, which
then ends as a deadlock that ``Database.run`` tries again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import ARRAY, Uuid, bindparam, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.driver_session import rows_in_session
from suxin.kernel.ids import new_id
from suxin.kernel.single_steps import SingleStep
from suxin.ledger import drafts as drafting
from suxin.ledger.books import AccountState, Books, Transfer
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import LedgerAccount, LedgerTransfer, Phase, Side
from suxin.ledger.postings import judge_chain
from suxin.ledger.refusals import PostingRefused, TooManyTransfers

MAX_TRANSFERS: Final = 2_000
"""How many transfers one call takes: what one statement writes within a second."""

EXPIRE_TOPIC: Final = "ledger.hold.expire"
EXPIRE_CODE: Final = "hold.expired"

Asked = Sequence[tuple[Sequence[TransferDraft], datetime]]
"""Chains, each with the moment as of which it is judged."""

Answer = Sequence[Transfer] | PostingRefused
Added = list[tuple[Transfer, datetime]]


def _of(name: str) -> Any:  # noqa: ANN401 - a parameter of a statement
    return bindparam(name, type_=ARRAY(Uuid()))


_ACCOUNT_COLUMNS: Final = (
    *(getattr(LedgerAccount, name) for name in AccountState.__dataclass_fields__),
)
_TRANSFER_COLUMNS: Final = (
    *(getattr(LedgerTransfer, name) for name in Transfer.__dataclass_fields__),
)

# By id, everywhere: who takes several locks takes them in this order.
_LOCK_ACCOUNTS: Final = SingleStep(
    select(*_ACCOUNT_COLUMNS)
    .where(
        LedgerAccount.tenant_id == bindparam("book", type_=Uuid()),
        LedgerAccount.id == _of("ids").any_(),
    )
    .order_by(LedgerAccount.id)
    .with_for_update(key_share=True)
)
_TRANSFERS: Final = SingleStep(
    select(*_TRANSFER_COLUMNS).where(
        LedgerTransfer.tenant_id == bindparam("book", type_=Uuid()),
        LedgerTransfer.id == _of("ids").any_(),
    )
)
# With what has become of holds and of what is to be reversed; asked once the accounts are locked.
_TRANSFERS_AND_ENDS: Final = SingleStep(
    select(*_TRANSFER_COLUMNS).where(
        LedgerTransfer.tenant_id == bindparam("book", type_=Uuid()),
        or_(
            LedgerTransfer.id == _of("ids").any_(),
            LedgerTransfer.pending_id == _of("about").any_(),
            LedgerTransfer.reverses_id == _of("about").any_(),
        ),
    )
)
_NAMES: Final = ", ".join(Transfer.__dataclass_fields__)
WRITE: Final = SingleStep(
    text(
        f"insert into ledger_transfers (tenant_id, {_NAMES}) select cast(:book as uuid), {_NAMES}"  # noqa: S608 - names of our own table
        " from json_populate_recordset(null::ledger_transfers, cast(:document as json))"
    )
)
"""The statement that writes new transfers into a book, given as ``document_of`` says."""


async def post(
    session: AsyncSession, *, book: UUID, transfers: Sequence[TransferDraft], now: datetime
) -> Sequence[Transfer]:
    """Post transfers that stand or fall together into a tenant's book; the same ones once more are answered as they are.

    :raises TooManyTransfers: if they are more than ``MAX_TRANSFERS``
    :raises PostingRefused: the rule that the first refused one breaks, with its index
    """
    books = await _read(session, book, transfers)
    if not transfers:
        return []
    judged = judge_chain(books, transfers, now=now)
    await _write(session, book, [(one, now) for one in judged.transfers if not judged.existed])
    return judged.transfers


async def post_each(
    session: AsyncSession,
    *,
    book: UUID,
    chains: Sequence[Sequence[TransferDraft]],
    now: datetime,
) -> Sequence[Answer]:
    """Post many chains under one set of locks; each is taken or refused by itself, on what those before it leave.

    :raises TooManyTransfers: if all together are more than ``MAX_TRANSFERS``
    """
    return await post_asked(session, book=book, asked=[(chain, now) for chain in chains])


async def post_asked(session: AsyncSession, *, book: UUID, asked: Asked) -> list[Answer]:
    """Post many chains as ``post_each`` does, each as of the moment at which it was asked for.

    :raises TooManyTransfers: as ``post_each``
    """
    books = await _read(session, book, [draft for chain, _ in asked for draft in chain])
    answers, added = judge_each(books, asked)
    await _write(session, book, added)
    return answers


def judge_each(books: Books, asked: Asked) -> tuple[list[Answer], Added]:
    """Judge chains by themselves, each on what those before it leave; return their answers, and what is new in the book."""
    answers: list[Answer] = []
    added: Added = []
    for chain, now in asked:
        try:
            judged = judge_chain(books, chain, now=now)
        except PostingRefused as refusal:
            answers.append(refusal)
        else:
            answers.append(judged.transfers)
            added += [] if judged.existed else [(one, now) for one in judged.transfers]
    return answers, added


async def try_posting(
    session: AsyncSession, *, book: UUID, transfers: Sequence[TransferDraft], now: datetime
) -> Sequence[Transfer]:
    """Do all that ``post`` does, the writing and what the database says to it included, and take it back.

    :raises TooManyTransfers: as ``post``
    :raises PostingRefused: as ``post``
    """
    async with session.begin_nested() as tried:
        posted = await post(session, book=book, transfers=transfers, now=now)
        await session.flush()
        await tried.rollback()
    return posted


async def expire_hold(
    session: AsyncSession, *, book: UUID, pending_id: UUID, now: datetime
) -> bool:
    """Write down that a hold's time is over, unless it has ended otherwise; return whether that was done."""
    draft = drafting.expire(new_id(now), pending_id=pending_id, code=EXPIRE_CODE)
    books = await _read(session, book, [draft])
    if pending_id not in books.transfers or pending_id in books.ends:
        return False
    judged = judge_chain(books, [draft], now=now)
    await _write(session, book, [(one, now) for one in judged.transfers])
    return True


def state_of(account: LedgerAccount) -> AccountState:
    """Return an account as the rules see it."""
    return AccountState(
        **{name: getattr(account, name) for name in AccountState.__dataclass_fields__}
    )


async def _read(session: AsyncSession, book: UUID, drafts: Sequence[TransferDraft]) -> Books:
    """Read what the drafts are about, and lock the accounts."""
    if len(drafts) > MAX_TRANSFERS:
        raise TooManyTransfers(limit=MAX_TRANSFERS)
    if not drafts:
        return Books(accounts={})
    await session.flush()
    about = sorted({draft.about for draft in drafts if draft.about is not None})
    originals = await _transfers(session, _TRANSFERS, book=book, ids=about) if about else []
    concerned = accounts_of(drafts) | accounts_of(originals)
    locked = await rows_in_session(session, _LOCK_ACCOUNTS, book=book, ids=sorted(concerned))
    # A statement after the locks, so that it sees what those who held them before have written.
    step, asked = (_TRANSFERS_AND_ENDS, {"about": about}) if about else (_TRANSFERS, {})
    ids = sorted({draft.id for draft in drafts} | set(about))
    found = await _transfers(session, step, book=book, ids=ids, **asked)
    return books_of([_account_state(row) for row in locked], found, ids=ids)


def books_of(
    accounts: Iterable[AccountState], transfers: Sequence[Transfer], *, ids: Iterable[UUID]
) -> Books:
    """Return the books as they were read: the accounts, the transfers of these ids, and what ended or reversed some of them."""
    wanted = set(ids)
    return Books(
        accounts={one.id: one for one in accounts},
        transfers={one.id: one for one in transfers if one.id in wanted},
        ends={one.pending_id: one.phase for one in transfers if one.pending_id is not None},
        reversed_ids={one.reverses_id for one in transfers if one.reverses_id is not None},
    )


def accounts_of(things: Iterable[TransferDraft | Transfer]) -> set[UUID]:
    """Return the accounts that drafts or transfers name."""
    sides = ((one.debit_account_id, one.credit_account_id) for one in things)
    return {account_id for pair in sides for account_id in pair if account_id is not None}


async def _transfers(session: AsyncSession, step: SingleStep, **given: object) -> list[Transfer]:
    rows = await rows_in_session(session, step, **given)
    return [Transfer(**{**row, "phase": Phase(row["phase"])}) for row in rows]


def _account_state(row: asyncpg.Record) -> AccountState:
    return AccountState(**{**row, "normal_side": Side(row["normal_side"])})


def document_of(added: Sequence[Transfer]) -> str:
    """Return new transfers as ``WRITE`` takes them."""
    return msgspec.json.encode(added).decode()


async def _write(session: AsyncSession, book: UUID, added: Added) -> None:
    """Write what is new by one statement, and set the clock of each hold."""
    if not added:
        return
    document = document_of([one for one, _ in added])
    await rows_in_session(session, WRITE, book=book, document=document)
    for one, now in added:
        if one.expires_at is not None:
            await outbox.post(
                session,
                EXPIRE_TOPIC,
                {"tenant_id": book, "pending_id": one.id},
                now=now,
                tenant_id=book,
                not_before=one.expires_at,
            )
