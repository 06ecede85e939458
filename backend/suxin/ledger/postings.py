"""The rules of posting, as plain functions over what was read and locked: which transfer a draft becomes, or why none.

Nothing here reads or writes. The books hold the accounts concerned, move with every transfer that is taken, and go back
to where they were when one of a chain is refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from suxin.ledger.books import AccountState, Books, Transfer
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import (
    CODE_PATTERN,
    MAX_AMOUNT,
    MAX_CODE,
    MAX_REFERENCE,
    MOVING,
    RESOLVING,
    Phase,
)
from suxin.ledger.refusals import (
    AccountClosed,
    AccountUnknown,
    AlreadyPosted,
    AlreadyReversed,
    AmountExceedsPending,
    AmountOutOfBounds,
    CodeMalformed,
    DifferentUnits,
    EffectiveAhead,
    ExistsWithDifferentAmount,
    ExistsWithDifferentCode,
    ExistsWithDifferentCreditAccount,
    ExistsWithDifferentDebitAccount,
    ExistsWithDifferentEffectiveTime,
    ExistsWithDifferentExpiry,
    ExistsWithDifferentPending,
    ExistsWithDifferentPhase,
    ExistsWithDifferentReference,
    ExistsWithDifferentReversal,
    ExpiryPassed,
    IdRepeated,
    NothingToReverse,
    NotPending,
    PendingAlreadyPosted,
    PendingAlreadyVoided,
    PendingExpired,
    PendingNotExpired,
    PendingUnknown,
    PeriodClosed,
    PostingRefused,
    ReferenceTooLong,
    ReversedUnknown,
    SameAccount,
    WouldCrossCeiling,
    WouldCrossFloor,
)

_CODE: Final = re.compile(CODE_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a chain: the transfers in the order of their drafts, and whether they were in the book before."""

    transfers: Sequence[Transfer]
    existed: bool


def judge_chain(books: Books, chain: Sequence[TransferDraft], *, now: datetime) -> Judged:
    """Take drafts that stand or fall together, each on what the ones before it leave.

    The same chain once more is answered with what is in the book. On a refusal the books are what they were.

    :raises PostingRefused: the rule that the first refused draft breaks, with its index
    """
    drafts = [_completed(books, draft) for draft in chain]
    existing = _existing(books, drafts)
    if existing:
        return Judged(existing, existed=True)
    taken: list[tuple[Transfer, AccountState, AccountState]] = []
    for index, draft in enumerate(drafts):
        try:
            transfer = judge(books, draft, chain_id=drafts[0].id, now=now)
            taken.append((transfer, *books.take(transfer)))
            refuse_if_crossed(books, transfer)
        except PostingRefused as refusal:
            for done, debit, credit in reversed(taken):
                books.give_back(done, debit, credit)
            raise refusal.at(index) from None
    return Judged([transfer for transfer, _, _ in taken], existed=False)


def _existing(books: Books, drafts: Sequence[TransferDraft]) -> list[Transfer]:
    """Return the transfers that the drafts became when they were posted before, if they were."""
    seen: set[UUID] = set()
    existing: list[int] = []
    for index, draft in enumerate(drafts):
        if draft.id in seen:
            raise IdRepeated().at(index)
        seen.add(draft.id)
        if draft.id in books.transfers:
            refuse_if_different(books.transfers[draft.id], draft, index)
            existing.append(index)
    if existing and len(existing) < len(drafts):
        raise AlreadyPosted().at(existing[0])
    return [books.transfers[drafts[index].id] for index in existing]


def _completed(books: Books, draft: TransferDraft) -> TransferDraft:
    """Return the draft with the accounts and the amount of what it ends or reverses.

    That may be a draft before it in the same chain, which is not taken yet: then it is completed when it is judged.
    """
    original = books.transfers.get(draft.about) if draft.about else None
    if original is None:
        return draft
    mirrored = draft.reverses_id is not None
    return replace(
        draft,
        debit_account_id=original.credit_account_id if mirrored else original.debit_account_id,
        credit_account_id=original.debit_account_id if mirrored else original.credit_account_id,
        amount=original.amount if draft.amount is None else draft.amount,
    )


def refuse_if_different(known: Transfer, draft: TransferDraft, index: int) -> None:
    """Refuse a draft whose id is taken by a transfer that says something else; what the draft leaves open is not compared.

    :raises PostingRefused: the first field that differs
    """
    compared: tuple[tuple[type[PostingRefused], object, object], ...] = (
        (ExistsWithDifferentPhase, known.phase, draft.phase),
        (ExistsWithDifferentPending, known.pending_id, draft.pending_id),
        (ExistsWithDifferentReversal, known.reverses_id, draft.reverses_id),
        (ExistsWithDifferentDebitAccount, known.debit_account_id, draft.debit_account_id),
        (ExistsWithDifferentCreditAccount, known.credit_account_id, draft.credit_account_id),
        (ExistsWithDifferentAmount, known.amount, draft.amount),
        (ExistsWithDifferentCode, known.code, draft.code),
        (ExistsWithDifferentReference, known.reference, draft.reference),
        (ExistsWithDifferentExpiry, known.expires_at, draft.expires_at),
        (
            ExistsWithDifferentEffectiveTime,
            known.effective_at,
            known.effective_at if draft.effective_at is None else draft.effective_at,
        ),
    )
    for refusal, stored, asked in compared:
        if stored != asked:
            raise refusal().at(index)


def judge(books: Books, draft: TransferDraft, *, chain_id: UUID, now: datetime) -> Transfer:
    """Return the transfer that a new draft becomes; whether it crosses a limit is asked once it is taken.

    :raises PostingRefused: the first rule that it breaks
    """
    _check_form(draft)
    original = _original(books, draft, now=now)
    completed = _completed(books, draft)
    amount = _checked_amount(completed)
    if original is not None and amount > original.amount:
        raise AmountExceedsPending(held=original.amount)
    debit = _account(books, completed.debit_account_id, zh="借方", en="debit")
    credit = _account(books, completed.credit_account_id, zh="贷方", en="credit")
    if debit.id == credit.id:
        raise SameAccount
    if debit.asset != credit.asset:
        raise DifferentUnits(debit=debit.asset, credit=credit.asset)
    # An account's transfers are recorded in the order in which they moved it, whichever clock their callers go by.
    recorded_at = max(now, debit.moved_at, credit.moved_at)
    effective_at = _effective_at(completed, (debit, credit), recorded_at)
    return Transfer(
        id=completed.id,
        debit_account_id=debit.id,
        credit_account_id=credit.id,
        asset=debit.asset,
        amount=amount,
        phase=completed.phase,
        code=completed.code,
        reference=completed.reference,
        effective_at=effective_at,
        recorded_at=recorded_at,
        expires_at=completed.expires_at,
        pending_id=completed.pending_id,
        pending_amount=original.amount if original and completed.pending_id else None,
        reverses_id=completed.reverses_id,
        chain_id=chain_id,
    )


def check_code(code: str) -> None:
    """Refuse a code that is not lower-case words with points between them.

    :raises CodeMalformed: if it is not
    """
    if len(code) > MAX_CODE or not _CODE.fullmatch(code):
        raise CodeMalformed(limit=MAX_CODE)


def _check_form(draft: TransferDraft) -> None:
    check_code(draft.code)
    if draft.reference is not None and len(draft.reference) > MAX_REFERENCE:
        raise ReferenceTooLong(limit=MAX_REFERENCE)


def _checked_amount(draft: TransferDraft) -> int:
    amount = draft.amount
    # A bool is an int to Python, and a float that is whole would pass a comparison.
    if type(amount) is not int or not 1 <= amount <= MAX_AMOUNT:
        raise AmountOutOfBounds(limit=MAX_AMOUNT)
    return amount


def _original(books: Books, draft: TransferDraft, *, now: datetime) -> Transfer | None:
    if draft.phase in RESOLVING:
        return _held(books, draft, now=now)
    if draft.reverses_id is not None:
        return _reversible(books, draft.reverses_id)
    if draft.expires_at is not None and draft.expires_at <= now:
        raise ExpiryPassed
    return None


def _held(books: Books, draft: TransferDraft, *, now: datetime) -> Transfer:
    """Return the hold that a draft ends, if it may still end so."""
    pending = books.transfers.get(draft.pending_id) if draft.pending_id else None
    if pending is None:
        raise PendingUnknown
    if pending.phase is not Phase.PENDING:
        raise NotPending
    ended = books.ends.get(pending.id)
    if ended is not None:
        raise _ENDED[ended]
    over = pending.expires_at is not None and pending.expires_at <= now
    if draft.phase is Phase.EXPIRED:
        if not over:
            raise PendingNotExpired
    elif over:
        raise PendingExpired
    return pending


_ENDED: Final[Mapping[Phase, type[PostingRefused]]] = {
    Phase.POSTED: PendingAlreadyPosted,
    Phase.VOIDED: PendingAlreadyVoided,
    Phase.EXPIRED: PendingExpired,
}


def _reversible(books: Books, reverses_id: UUID) -> Transfer:
    original = books.transfers.get(reverses_id)
    if original is None:
        raise ReversedUnknown
    if original.phase not in MOVING:
        raise NothingToReverse
    if reverses_id in books.reversed_ids:
        raise AlreadyReversed
    return original


def _account(books: Books, account_id: UUID | None, *, zh: str, en: str) -> AccountState:
    account = books.accounts.get(account_id) if account_id else None
    if account is None:
        raise AccountUnknown(side_zh=zh, side_en=en)
    if account.closed_at is not None:
        raise AccountClosed(account=account.code)
    return account


def _effective_at(
    draft: TransferDraft, accounts: Iterable[AccountState], recorded_at: datetime
) -> datetime:
    effective_at = draft.effective_at or recorded_at
    if effective_at > recorded_at:
        raise EffectiveAhead
    for account in accounts:
        if account.closed_before is not None and effective_at < account.closed_before:
            raise PeriodClosed(before=account.closed_before.isoformat())
    return effective_at


def refuse_if_crossed(books: Books, transfer: Transfer) -> None:
    """Refuse a transfer that has just been taken if one of its accounts is now beyond a limit, at the worst of its holds.

    :raises WouldCrossFloor: if what is available falls below the floor
    :raises WouldCrossCeiling: if what is expected rises above the ceiling
    """
    for account_id in (transfer.debit_account_id, transfer.credit_account_id):
        account = books.accounts[account_id]
        if account.floor is not None and account.available < account.floor:
            raise WouldCrossFloor(account=account.code, missing=account.floor - account.available)
        if account.ceiling is not None and account.expected > account.ceiling:
            raise WouldCrossCeiling(account=account.code, excess=account.expected - account.ceiling)
