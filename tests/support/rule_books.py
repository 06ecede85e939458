"""Books without a database, for the rules of posting: a fund, a pool, a loan, points, and a closed account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from suxin.ledger import drafts
from suxin.ledger.books import AccountState, Books
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import Side
from suxin.ledger.postings import Judged, judge_chain
from suxin.ledger.refusals import (
    PostingRefused,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FUND, POOL, LOAN, POINTS, SHUT, NOWHERE = (UUID(int=n) for n in range(1, 7))


def account(account_id: UUID, code: str, side: Side = Side.CREDIT, **changes: Any) -> AccountState:
    values: dict[str, Any] = {
        "asset": "CNY",
        "floor": 0,
        "ceiling": None,
        "posted_debits": 0,
        "posted_credits": 0,
        "pending_debits": 0,
        "pending_credits": 0,
        "moved_at": NOW - HOUR,
        "closed_at": None,
        "closed_before": None,
    }
    return AccountState(id=account_id, code=code, normal_side=side, **{**values, **changes})


def small_books() -> Books:
    """A fund and a loan account that grow by debits, a pool with 100, points, and a closed account."""
    accounts = [
        account(FUND, "fund", Side.DEBIT, posted_debits=100),
        account(POOL, "pool", posted_credits=100, closed_before=NOW - 24 * HOUR),
        account(LOAN, "loan", Side.DEBIT, ceiling=500),
        account(POINTS, "points", asset="POINT:a"),
        account(SHUT, "shut", closed_at=NOW - HOUR),
    ]
    return Books(accounts={one.id: one for one in accounts})


def ident(number: int) -> UUID:
    return UUID(int=1_000 + number)


def move(number: int = 1, **changes: Any) -> TransferDraft:
    """Take one from the pool to the loan, which both lose or gain by it: a debit of each."""
    values: dict[str, Any] = {"debit": POOL, "credit": FUND, "amount": 1, "code": "test.move"}
    return drafts.move(ident(number), **{**values, **changes})


def hold(number: int = 1, **changes: Any) -> TransferDraft:
    values: dict[str, Any] = {"debit": POOL, "credit": FUND, "amount": 40, "code": "test.hold"}
    return drafts.hold(ident(number), **{**values, **changes})


def end(how: Callable[..., TransferDraft], number: int = 2, **changes: Any) -> TransferDraft:
    return how(ident(number), **{"pending_id": ident(1), "code": "test.end", **changes})


def back(number: int = 3, of: int = 1) -> TransferDraft:
    return drafts.reverse(ident(number), reverses_id=ident(of), code="test.back")


def take(books: Books, *chain: TransferDraft, now: datetime = NOW) -> Judged:
    return judge_chain(books, chain, now=now)


def refused(
    books: Books,
    kind: type[PostingRefused],
    *chain: TransferDraft,
    now: datetime = NOW,
    index: int = 0,
) -> dict[str, object]:
    """Assert that the chain is refused by this very name at this index, and that the books are as they were."""
    before = copied(books)
    with pytest.raises(PostingRefused) as refusal:
        judge_chain(books, chain, now=now)
    assert type(refusal.value) is kind
    assert (refusal.value.index, refusal.value.field) == (index, f"transfers.{index}")
    assert books == before
    assert refusal.value.zh_message
    assert refusal.value.en_message
    return refusal.value.facts


def copied(books: Books) -> Books:
    return Books(
        accounts=dict(books.accounts),
        transfers=dict(books.transfers),
        ends=dict(books.ends),
        reversed_ids=set(books.reversed_ids),
    )


def sums(books: Books, account_id: UUID) -> tuple[int, int, int, int]:
    one = books.accounts[account_id]
    return one.posted_debits, one.posted_credits, one.pending_debits, one.pending_credits
