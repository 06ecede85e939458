"""The rules about holds, reversals, repeats and chains, without a database."""

from datetime import timedelta

import pytest
from rule_books import (
    FUND,
    HOUR,
    LOAN,
    NOW,
    POOL,
    back,
    copied,
    end,
    hold,
    ident,
    move,
    refused,
    small_books,
    sums,
    take,
)

from suxin.ledger import drafts
from suxin.ledger.books import Books
from suxin.ledger.models import Phase
from suxin.ledger.refusals import (
    AlreadyPosted,
    AlreadyReversed,
    AmountExceedsPending,
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
    NothingToReverse,
    NotPending,
    PendingAlreadyPosted,
    PendingAlreadyVoided,
    PendingExpired,
    PendingNotExpired,
    PendingUnknown,
    ReversedUnknown,
    WouldCrossFloor,
)


@pytest.fixture
def books() -> Books:
    return small_books()


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
    before = copied(books)
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
