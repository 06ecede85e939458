"""The rules of posting one by one, without a database: what each takes, and by which name it refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from suxin.ledger import drafts
from suxin.ledger.books import AccountState, Books, Transfer
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import MAX_AMOUNT, MAX_CODE, MAX_REFERENCE, Phase, Side
from suxin.ledger.postings import Judged, judge_chain
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


@pytest.fixture
def books() -> Books:
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
    before = _copied(books)
    with pytest.raises(PostingRefused) as refusal:
        judge_chain(books, chain, now=now)
    assert type(refusal.value) is kind
    assert (refusal.value.index, refusal.value.field) == (index, f"transfers.{index}")
    assert books == before
    assert refusal.value.zh_message
    assert refusal.value.en_message
    return refusal.value.facts


def _copied(books: Books) -> Books:
    return Books(
        accounts=dict(books.accounts),
        transfers=dict(books.transfers),
        ends=dict(books.ends),
        reversed_ids=set(books.reversed_ids),
    )


def sums(books: Books, account_id: UUID) -> tuple[int, int, int, int]:
    one = books.accounts[account_id]
    return one.posted_debits, one.posted_credits, one.pending_debits, one.pending_credits


def test_a_transfer_is_written_down_whole(books):
    given = move(amount=7, reference="编号 1", effective_at=NOW - HOUR)
    (transfer,) = take(books, given).transfers
    assert transfer == Transfer(
        id=ident(1),
        debit_account_id=POOL,
        credit_account_id=FUND,
        asset="CNY",
        amount=7,
        phase=Phase.SINGLE,
        code="test.move",
        reference="编号 1",
        effective_at=NOW - HOUR,
        recorded_at=NOW,
        expires_at=None,
        pending_id=None,
        pending_amount=None,
        reverses_id=None,
        chain_id=ident(1),
    )
    assert sums(books, POOL) == (7, 100, 0, 0)
    assert sums(books, FUND) == (100, 7, 0, 0)
    assert {books.accounts[one].moved_at for one in (POOL, FUND)} == {NOW}


def test_what_an_account_has_is_on_its_own_side():
    debit = account(
        FUND,
        "x",
        Side.DEBIT,
        posted_debits=9,
        posted_credits=2,
        pending_debits=3,
        pending_credits=4,
    )
    assert (debit.balance, debit.held_in, debit.held_out) == (7, 3, 4)
    assert (debit.available, debit.expected) == (3, 10)
    credit = account(
        POOL, "x", posted_debits=2, posted_credits=9, pending_debits=3, pending_credits=4
    )
    assert (credit.balance, credit.held_in, credit.held_out) == (7, 4, 3)
    assert (credit.available, credit.expected) == (4, 11)


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1, 1.0, True, "1", None])
def test_an_amount_is_a_positive_whole_number_in_bounds(books, amount):
    assert refused(books, AmountOutOfBounds, move(amount=amount)) == {"limit": MAX_AMOUNT}


def test_the_bounds_of_an_amount_are_in_bounds(books):
    books.accounts[POOL] = replace(books.accounts[POOL], floor=None)
    books.accounts[FUND] = replace(books.accounts[FUND], floor=None)
    assert not take(books, move(1, amount=1), move(2, amount=MAX_AMOUNT)).existed


@pytest.mark.parametrize(
    "code", ["", "A", "a b", "a..b", "a.", ".a", "1a", "积分", "a\n", "x" * (MAX_CODE + 1)]
)
def test_a_code_is_lower_case_words_with_points_between(books, code):
    assert refused(books, CodeMalformed, move(code=code)) == {"limit": MAX_CODE}


@pytest.mark.parametrize("code", ["a", "pool.2026.claim-paid", "x" * MAX_CODE])
def test_such_codes_are_taken(books, code):
    assert take(books, move(code=code)).transfers[0].code == code


def test_a_reference_is_kept_up_to_its_length(books):
    assert take(books, move(reference="x" * MAX_REFERENCE)).transfers
    facts = refused(books, ReferenceTooLong, move(2, reference="x" * (MAX_REFERENCE + 1)))
    assert facts == {"limit": MAX_REFERENCE}


def test_both_accounts_are_in_the_book_and_open_and_two(books):
    assert refused(books, AccountUnknown, move(debit=NOWHERE))["side_en"] == "debit"
    assert refused(books, AccountUnknown, move(credit=NOWHERE))["side_en"] == "credit"
    assert refused(books, AccountClosed, move(credit=SHUT)) == {"account": "shut"}
    assert refused(books, AccountClosed, move(debit=SHUT)) == {"account": "shut"}
    refused(books, SameAccount, move(credit=POOL))


def test_units_never_mix(books):
    assert refused(books, DifferentUnits, move(credit=POINTS)) == {
        "debit": "CNY",
        "credit": "POINT:a",
    }


def test_an_id_is_there_once_in_a_chain(books):
    refused(books, IdRepeated, move(), move(), index=1)
    refused(books, IdRepeated, move(), move(2), move(amount=5), index=2)


def test_a_transfer_takes_effect_when_it_is_recorded_at_the_latest(books):
    refused(books, EffectiveAhead, move(effective_at=NOW + timedelta(microseconds=1)))
    assert take(books, move(effective_at=NOW)).transfers[0].effective_at == NOW


@pytest.mark.parametrize(
    "sides", [{"debit": POOL, "credit": FUND}, {"debit": FUND, "credit": POOL}]
)
def test_nothing_is_posted_into_a_closed_period(books, sides):
    closed = NOW - 24 * HOUR
    early = closed - timedelta(microseconds=1)
    facts = refused(books, PeriodClosed, move(effective_at=early, **sides))
    assert facts == {"before": closed.isoformat()}
    assert take(books, move(effective_at=closed, **sides)).transfers[0].effective_at == closed


def test_an_account_is_recorded_in_order(books):
    for ahead in (POOL, FUND):
        later = NOW + timedelta(seconds=ahead.int)
        books.accounts[ahead] = replace(books.accounts[ahead], moved_at=later)
        (transfer,) = take(books, move(ahead.int)).transfers
        assert transfer.recorded_at == transfer.effective_at == max(later, transfer.recorded_at)
        assert transfer.recorded_at >= later


def test_a_floor_holds_against_what_is_posted_and_what_is_held(books):
    assert refused(books, WouldCrossFloor, move(amount=101)) == {"account": "pool", "missing": 1}
    take(books, hold(), move(2, amount=60))
    assert refused(books, WouldCrossFloor, move(3)) == {"account": "pool", "missing": 1}
    assert refused(books, WouldCrossFloor, hold(3, amount=1)) == {"account": "pool", "missing": 1}


def test_what_is_held_to_come_is_not_there_yet(books):
    take(books, hold(debit=FUND, credit=POOL, amount=50))
    assert refused(books, WouldCrossFloor, move(2, amount=101)) == {"account": "pool", "missing": 1}
    assert books.accounts[POOL].available == 100


def test_a_floor_of_a_debit_account_holds_against_its_credits(books):
    books.accounts[POOL] = replace(books.accounts[POOL], floor=None)
    assert refused(books, WouldCrossFloor, move(amount=101)) == {"account": "fund", "missing": 1}
    books.accounts[FUND] = replace(books.accounts[FUND], floor=-10)
    take(books, move(amount=110))
    assert refused(books, WouldCrossFloor, move(2)) == {"account": "fund", "missing": 1}


def test_a_ceiling_holds_against_what_is_posted_and_what_is_held_to_come(books):
    grows: dict[str, Any] = {"debit": LOAN, "credit": POOL}
    assert refused(books, WouldCrossCeiling, move(amount=501, **grows)) == {
        "account": "loan",
        "excess": 1,
    }
    take(books, hold(amount=300, **grows), move(2, amount=200, **grows))
    assert refused(books, WouldCrossCeiling, move(3, **grows)) == {"account": "loan", "excess": 1}
    # What may go does not make room before it goes.
    take(books, hold(4, debit=FUND, credit=LOAN, amount=100))
    assert refused(books, WouldCrossCeiling, move(5, **grows)) == {"account": "loan", "excess": 1}


def test_an_account_without_limits_has_none(books):
    free = replace(books.accounts[POOL], floor=None, ceiling=None)
    books.accounts[POOL], books.accounts[FUND] = free, replace(books.accounts[FUND], floor=None)
    take(books, move(amount=1_000), move(2, debit=FUND, credit=POOL, amount=5_000))
    assert books.accounts[POOL].balance == 4_100


def test_zero_is_a_ceiling(books):
    books.accounts[LOAN] = replace(books.accounts[LOAN], ceiling=0)
    facts = refused(books, WouldCrossCeiling, move(debit=LOAN, credit=POOL))
    assert facts == {"account": "loan", "excess": 1}


def test_a_hold_sets_aside_until_it_ends(books):
    (held,) = take(books, hold(expires_at=NOW + HOUR)).transfers
    assert (held.phase, held.expires_at, held.pending_amount) == (Phase.PENDING, NOW + HOUR, None)
    assert sums(books, POOL) == (0, 100, 40, 0)
    assert sums(books, FUND) == (100, 0, 0, 40)
    refused(books, ExpiryPassed, hold(2, expires_at=NOW))


def test_a_hold_is_posted_in_whole_or_in_part(books):
    take(books, hold())
    assert refused(books, AmountExceedsPending, end(drafts.post, amount=41)) == {"held": 40}
    (posted,) = take(books, end(drafts.post, amount=30)).transfers
    assert (posted.amount, posted.pending_amount, posted.pending_id) == (30, 40, ident(1))
    assert (posted.debit_account_id, posted.credit_account_id) == (POOL, FUND)
    assert sums(books, POOL) == (30, 100, 0, 0)
    take(books, hold(5))
    (whole,) = take(books, end(drafts.post, 6, pending_id=ident(5))).transfers
    assert whole.amount == 40
    assert sums(books, FUND) == (100, 70, 0, 0)


@pytest.mark.parametrize(
    ("how", "later", "phase"),
    [(drafts.void, NOW, Phase.VOIDED), (drafts.expire, NOW + HOUR, Phase.EXPIRED)],
)
def test_a_hold_that_is_let_go_moves_nothing(books, how, later, phase):
    take(books, hold(expires_at=NOW + HOUR))
    (ended,) = take(books, end(how), now=later).transfers
    assert (ended.phase, ended.amount, ended.pending_amount) == (phase, 40, 40)
    assert sums(books, POOL) == (0, 100, 0, 0)
    assert sums(books, FUND) == (100, 0, 0, 0)


@pytest.mark.parametrize("again", [drafts.post, drafts.void, drafts.expire])
@pytest.mark.parametrize(
    ("first", "later", "kind"),
    [
        (drafts.post, NOW, PendingAlreadyPosted),
        (drafts.void, NOW, PendingAlreadyVoided),
        (drafts.expire, NOW + HOUR, PendingExpired),
    ],
)
def test_a_hold_ends_once(books, first, later, kind, again):
    take(books, hold(expires_at=NOW + HOUR))
    take(books, end(first), now=later)
    refused(books, kind, end(again, 3), now=later)


def test_a_holds_time_is_over_at_its_moment(books):
    take(books, hold(expires_at=NOW + HOUR))
    just_before = NOW + HOUR - timedelta(microseconds=1)
    refused(books, PendingNotExpired, end(drafts.expire), now=just_before)
    for how in (drafts.post, drafts.void):
        refused(books, PendingExpired, end(how), now=NOW + HOUR)
    assert take(books, end(drafts.post), now=just_before).transfers


def test_a_hold_without_a_time_does_not_expire(books):
    take(books, hold())
    refused(books, PendingNotExpired, end(drafts.expire), now=NOW + 9_000 * HOUR)
    assert take(books, end(drafts.void), now=NOW + 9_000 * HOUR).transfers


def test_only_a_hold_is_ended(books):
    refused(books, PendingUnknown, end(drafts.post, pending_id=ident(9)))
    take(books, move())
    for how in (drafts.post, drafts.void, drafts.expire):
        refused(books, NotPending, end(how))


def test_a_reversal_takes_the_whole_amount_back_once(books):
    take(books, move(amount=30))
    (reversal,) = take(books, back()).transfers
    assert (reversal.debit_account_id, reversal.credit_account_id) == (FUND, POOL)
    assert (reversal.amount, reversal.phase, reversal.reverses_id) == (30, Phase.SINGLE, ident(1))
    assert (reversal.pending_id, reversal.pending_amount) == (None, None)
    assert sums(books, POOL) == (30, 130, 0, 0)
    refused(books, AlreadyReversed, back(4))
    # What was reversed by mistake is had again by reversing that.
    assert take(books, back(5, of=3)).transfers[0].debit_account_id == POOL


def test_a_posted_hold_is_reversed_and_what_moved_nothing_is_not(books):
    take(books, hold(), hold(7))
    refused(books, NothingToReverse, back())
    take(books, end(drafts.post, amount=30), end(drafts.void, 8, pending_id=ident(7)))
    assert take(books, back(of=2)).transfers[0].amount == 30
    refused(books, NothingToReverse, back(4))
    refused(books, NothingToReverse, back(4, of=8))
    refused(books, ReversedUnknown, back(4, of=9))


def test_a_reversal_keeps_to_the_floors_as_well(books):
    take(books, move(debit=FUND, credit=POOL, amount=50), move(2, amount=150))
    assert refused(books, WouldCrossFloor, back()) == {"account": "pool", "missing": 50}


def test_the_same_once_more_is_the_same(books):
    chain = [hold(expires_at=NOW + HOUR), end(drafts.post, amount=3), back(3, of=2)]
    first = take(books, *chain)
    before = _copied(books)
    again = take(books, *chain, now=NOW + HOUR)
    assert (again.transfers, again.existed, first.existed) == (first.transfers, True, False)
    assert books == before


OTHER = {
    ExistsWithDifferentDebitAccount: move(debit=LOAN),
    ExistsWithDifferentCreditAccount: move(credit=LOAN),
    ExistsWithDifferentAmount: move(amount=2),
    ExistsWithDifferentCode: move(code="test.other"),
    ExistsWithDifferentReference: move(reference="x"),
    ExistsWithDifferentEffectiveTime: move(effective_at=NOW - HOUR),
    ExistsWithDifferentPhase: hold(amount=1, code="test.move"),
}


@pytest.mark.parametrize("kind", OTHER, ids=lambda kind: kind.__name__)
def test_the_same_id_with_another_body_is_refused_by_what_differs(books, kind):
    take(books, move())
    refused(books, kind, OTHER[kind])
    refused(books, kind, move(2, amount=1), OTHER[kind], index=1)


def test_another_expiry_hold_or_reversed_transfer_is_refused_as_such(books):
    take(books, hold(expires_at=NOW + HOUR), hold(5, amount=1), move(7), move(8))
    refused(books, ExistsWithDifferentExpiry, hold(expires_at=NOW + 2 * HOUR))
    take(books, end(drafts.void), back(9, of=7))
    refused(books, ExistsWithDifferentPending, end(drafts.void, pending_id=ident(5)))
    refused(books, ExistsWithDifferentReversal, back(9, of=8))


def test_part_of_a_chain_that_exists_is_no_part_of_a_new_one(books):
    take(books, move(2))
    refused(books, AlreadyPosted, move(1), move(2), move(3), index=1)
    refused(books, AlreadyPosted, move(2), move(3), index=0)


def test_a_chain_falls_together_with_its_first_refused(books):
    refused(books, WouldCrossFloor, move(1, amount=60), hold(2), move(3), index=2)
    refused(
        books,
        PendingAlreadyVoided,
        hold(1),
        end(drafts.void),
        end(drafts.post, 3),
        move(4, amount=999),
        index=2,
    )
    refused(books, AlreadyReversed, move(1), back(2), back(3), index=2)


def test_a_chain_stands_together_each_on_what_the_ones_before_leave(books):
    chain = [move(1, debit=FUND, credit=POOL, amount=50), move(2, amount=150), move(3, amount=1)]
    refused(books, WouldCrossFloor, *chain, index=2)
    taken = take(books, *chain[:2]).transfers
    assert [one.chain_id for one in taken] == [ident(1), ident(1)]
    assert sums(books, POOL) == (150, 150, 0, 0)
