"""The rules of posting one by one, without a database: what each takes, and by which name it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rule_books import (
    FUND,
    HOUR,
    LOAN,
    NOW,
    NOWHERE,
    POINTS,
    POOL,
    SHUT,
    account,
    hold,
    ident,
    move,
    refused,
    small_books,
    sums,
    take,
)

from suxin.ledger.books import Books, Transfer
from suxin.ledger.models import MAX_AMOUNT, MAX_CODE, MAX_REFERENCE, Phase, Side
from suxin.ledger.refusals import (
    AccountClosed,
    AccountUnknown,
    AmountOutOfBounds,
    CodeMalformed,
    DifferentUnits,
    EffectiveAhead,
    IdRepeated,
    PeriodClosed,
    ReferenceTooLong,
    SameAccount,
    WouldCrossCeiling,
    WouldCrossFloor,
)


@pytest.fixture
def books() -> Books:
    return small_books()


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
