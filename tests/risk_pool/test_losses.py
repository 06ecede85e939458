"""How a loss and what comes back of it are shared: cases by hand, and what holds for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.money import AmountNotWholeFen, AmountOutOfRange
from suxin.risk_pool.agreements import AgreementTerms, Bearer, Caps, Shares, Unmet
from suxin.risk_pool.losses import (
    Compensation,
    Debt,
    LimitedBy,
    Recoveries,
    Room,
    after_guarantor_payment,
    guarantor_owes_fen,
    share_loss,
    share_recoveries,
    still_owed_fen,
)

SEVENTY = Shares(7_000, 3_000)
EIGHTY = Shares(8_000, 2_000)
FOUR_THREE_TWO = Shares(4_000, 2_000, 4_000)
PLENTY = Room(available_fen=10**12)


def agreed(shares: Shares = EIGHTY, **terms: object) -> AgreementTerms:
    return AgreementTerms(shares=shares, **terms)  # type: ignore[arg-type] # each test names real terms


def told(shared: Compensation) -> tuple[int, int, int, int, LimitedBy | None]:
    parts = (shared.pool_fen, shared.bank_fen, shared.guarantor_fen, shared.unmet_fen)
    return (*parts, shared.limited_by)


def test_the_worked_example() -> None:
    debt = Debt(principal_fen=80_000_000, deposit_fen=4_000_000)
    shared = share_loss(agreed(SEVENTY), debt, PLENTY)
    assert shared.loss_fen == 76_000_000
    assert told(shared) == (53_200_000, 22_800_000, 0, 0, None)
    back = share_recoveries(shared, Recoveries(received_fen=20_000_000, cost_fen=2_000_000))
    assert back.shares == {Bearer.POOL: 12_600_000, Bearer.BANK: 5_400_000, Bearer.GUARANTOR: 0}
    assert back.surplus_fen == 0


@pytest.mark.parametrize(
    ("terms", "debt", "room", "expected"),
    [
        # A plain loss by 8:2, and one that three bear.
        (agreed(), Debt(principal_fen=1_000), PLENTY, (800, 200, 0, 0, None)),
        (agreed(FOUR_THREE_TWO), Debt(principal_fen=1_000), PLENTY, (400, 200, 400, 0, None)),
        # Half and half is the least a pool's partner offers here; a bank may bear it all.
        (agreed(Shares(5_000, 5_000)), Debt(principal_fen=3), PLENTY, (1, 2, 0, 0, None)),
        (agreed(Shares(0, 10_000)), Debt(principal_fen=99), PLENTY, (0, 99, 0, 0, None)),
        # Fen that no share takes whole go to the bank: 0.8 and 0.2 of one fen, of seven, and by three of a hundred and one.
        (agreed(), Debt(principal_fen=1), PLENTY, (0, 1, 0, 0, None)),
        (agreed(), Debt(principal_fen=7), PLENTY, (5, 2, 0, 0, None)),
        (agreed(FOUR_THREE_TWO), Debt(principal_fen=101), PLENTY, (40, 21, 40, 0, None)),
        (
            agreed(Shares(3_333, 3_334, 3_333)),
            Debt(principal_fen=100),
            PLENTY,
            (33, 34, 33, 0, None),
        ),
        # The deposit comes first; one above the debt leaves no loss.
        (agreed(), Debt(principal_fen=1_000, deposit_fen=500), PLENTY, (400, 100, 0, 0, None)),
        (agreed(), Debt(principal_fen=1_000, deposit_fen=1_000), PLENTY, (0, 0, 0, 0, None)),
        (agreed(), Debt(principal_fen=1_000, deposit_fen=5_000), PLENTY, (0, 0, 0, 0, None)),
        # So does what came back before the claim.
        (agreed(), Debt(principal_fen=1_000, recovered_fen=250), PLENTY, (600, 150, 0, 0, None)),
        (
            agreed(),
            Debt(principal_fen=1_000, deposit_fen=100, recovered_fen=950),
            PLENTY,
            (0, 0, 0, 0, None),
        ),
        # Interest counts only where it was agreed on.
        (agreed(), Debt(principal_fen=1_000, interest_fen=100), PLENTY, (800, 200, 0, 0, None)),
        (
            agreed(principal_only=False),
            Debt(principal_fen=1_000, interest_fen=100),
            PLENTY,
            (880, 220, 0, 0, None),
        ),
        # A cap for each claim: what it leaves open waits, or stays with the bank.
        (
            agreed(caps=Caps(per_claim_fen=500)),
            Debt(principal_fen=1_000),
            PLENTY,
            (500, 200, 0, 300, LimitedBy.PER_CLAIM),
        ),
        (
            agreed(caps=Caps(per_claim_fen=500), unmet=Unmet.BANK),
            Debt(principal_fen=1_000),
            PLENTY,
            (500, 500, 0, 0, LimitedBy.PER_CLAIM),
        ),
        (
            agreed(caps=Caps(per_claim_fen=800)),
            Debt(principal_fen=1_000),
            PLENTY,
            (800, 200, 0, 0, None),
        ),
        # A cap for the bank in this year, partly and wholly used, and overdrawn by an agreement that was lowered.
        (
            agreed(caps=Caps(per_bank_and_year_fen=1_000)),
            Debt(principal_fen=1_000),
            Room(available_fen=10**9, paid_to_bank_this_year_fen=900),
            (100, 200, 0, 700, LimitedBy.BANK_AND_YEAR),
        ),
        (
            agreed(caps=Caps(per_bank_and_year_fen=1_000)),
            Debt(principal_fen=1_000),
            Room(available_fen=10**9, paid_to_bank_this_year_fen=1_000),
            (0, 200, 0, 800, LimitedBy.BANK_AND_YEAR),
        ),
        (
            agreed(caps=Caps(per_bank_and_year_fen=1_000)),
            Debt(principal_fen=1_000),
            Room(available_fen=10**9, paid_to_bank_this_year_fen=1_700),
            (0, 200, 0, 800, LimitedBy.BANK_AND_YEAR),
        ),
        # A pool that holds less than its share, and one that holds nothing.
        (
            agreed(),
            Debt(principal_fen=1_000),
            Room(available_fen=799),
            (799, 200, 0, 1, LimitedBy.POOL),
        ),
        (
            agreed(unmet=Unmet.BANK),
            Debt(principal_fen=1_000),
            Room(available_fen=0),
            (0, 1_000, 0, 0, LimitedBy.POOL),
        ),
        # Of several limits the tightest is named.
        (
            agreed(caps=Caps(per_claim_fen=600, per_bank_and_year_fen=1_000)),
            Debt(principal_fen=1_000),
            Room(available_fen=700, paid_to_bank_this_year_fen=500),
            (500, 200, 0, 300, LimitedBy.BANK_AND_YEAR),
        ),
        # The guarantor's share is its own matter: a pool's cap does not raise it.
        (
            agreed(FOUR_THREE_TWO, caps=Caps(per_claim_fen=100)),
            Debt(principal_fen=1_000),
            PLENTY,
            (100, 200, 400, 300, LimitedBy.PER_CLAIM),
        ),
    ],
)
def test_a_loss_is_shared(
    terms: AgreementTerms, debt: Debt, room: Room, expected: tuple[object, ...]
) -> None:
    assert told(share_loss(terms, debt, room)) == expected


SHARED = share_loss(agreed(), Debt(principal_fen=1_000), PLENTY)
SHORT = share_loss(agreed(), Debt(principal_fen=1_000), Room(available_fen=300))
BY_THREE = share_loss(agreed(FOUR_THREE_TWO), Debt(principal_fen=1_000), PLENTY)
PAID_BY_THREE = after_guarantor_payment(BY_THREE, Recoveries(), 400, agreed_fen=400)
NO_LOSS = share_loss(agreed(), Debt(principal_fen=1_000, deposit_fen=1_000), PLENTY)


@pytest.mark.parametrize(
    ("shared", "recoveries", "expected"),
    [
        # Costs first; costs above what came back leave nothing, and wait for the next.
        (SHARED, Recoveries(received_fen=100, cost_fen=0), (80, 20, 0, 0)),
        (SHARED, Recoveries(received_fen=100, cost_fen=50), (40, 10, 0, 0)),
        (SHARED, Recoveries(received_fen=100, cost_fen=100), (0, 0, 0, 0)),
        (SHARED, Recoveries(received_fen=100, cost_fen=130), (0, 0, 0, 0)),
        (SHARED, Recoveries(received_fen=200, cost_fen=130), (56, 14, 0, 0)),
        # Fen left over go to the bank.
        (SHARED, Recoveries(received_fen=1), (0, 1, 0, 0)),
        (PAID_BY_THREE, Recoveries(received_fen=101), (40, 21, 40, 0)),
        # Until the guarantor pays, nobody but the bank is out of its part.
        (BY_THREE, Recoveries(received_fen=101), (40, 61, 0, 0)),
        # By what each actually bore: the bank is out of what the pool could not pay.
        (SHORT, Recoveries(received_fen=100), (30, 70, 0, 0)),
        # More than the whole loss is no loss: it is the borrower's, or interest.
        (SHARED, Recoveries(received_fen=1_500), (800, 200, 0, 500)),
        (NO_LOSS, Recoveries(received_fen=10), (0, 0, 0, 10)),
    ],
)
def test_what_comes_back_is_shared(
    shared: Compensation, recoveries: Recoveries, expected: tuple[int, ...]
) -> None:
    back = share_recoveries(shared, recoveries)
    assert (*(back.shares[bearer] for bearer in Bearer), back.surplus_fen) == expected


@pytest.mark.parametrize(
    ("shared", "received_fen", "owed_fen"),
    [(SHARED, 0, 0), (SHORT, 0, 500), (SHORT, 100, 450), (SHORT, 1_000, 0), (SHORT, 2_000, 0)],
)
def test_what_a_pool_still_owes_falls_with_what_comes_back(
    shared: Compensation, received_fen: int, owed_fen: int
) -> None:
    assert still_owed_fen(shared, Recoveries(received_fen=received_fen)) == owed_fen


@pytest.mark.parametrize(
    ("agreed_fen", "received_fen", "paid_fen", "owed_fen", "after"),
    [
        # All of it at once, and a part with the rest still owed.
        (400, 0, 400, 400, (400, 200, 400, 400)),
        (400, 0, 100, 400, (400, 200, 400, 100)),
        # It agreed to less than the arithmetic gives by now: no more is owed, and the bank bears the difference.
        (300, 0, 300, 300, (400, 300, 300, 300)),
        # What came back lessens what is owed; a payment that was on its way may be more.
        (400, 500, 200, 200, (400, 400, 200, 200)),
        (400, 500, 250, 200, (400, 350, 250, 250)),
        (400, 1_000, 1, 0, (400, 599, 1, 1)),
    ],
)
def test_what_a_guarantor_pays(
    agreed_fen: int, received_fen: int, paid_fen: int, owed_fen: int, after: tuple[int, ...]
) -> None:
    back = Recoveries(received_fen=received_fen)
    assert guarantor_owes_fen(BY_THREE, back, agreed_fen=agreed_fen) == owed_fen
    paid = after_guarantor_payment(BY_THREE, back, paid_fen, agreed_fen=agreed_fen)
    assert (paid.pool_fen, paid.bank_fen, paid.guarantor_fen, paid.guarantor_paid_fen) == after
    assert paid.pool_fen + paid.bank_fen + paid.guarantor_fen == paid.loss_fen
    assert sum(paid.borne.values()) == paid.loss_fen


@pytest.mark.parametrize("paid_fen", [-1, 0, 401])
def test_a_guarantor_pays_something_and_no_more_than_it_agreed_to(paid_fen: int) -> None:
    with pytest.raises(AmountOutOfRange):
        after_guarantor_payment(BY_THREE, Recoveries(), paid_fen, agreed_fen=400)


def test_what_is_paid_in_two_parts_is_paid_once() -> None:
    once = after_guarantor_payment(BY_THREE, Recoveries(), 100, agreed_fen=400)
    assert guarantor_owes_fen(once, Recoveries(), agreed_fen=400) == 300
    twice = after_guarantor_payment(once, Recoveries(), 300, agreed_fen=400)
    assert twice == PAID_BY_THREE
    assert guarantor_owes_fen(twice, Recoveries(received_fen=500), agreed_fen=400) == 0


def test_of_several_recoveries_each_gives_the_difference() -> None:
    before = share_recoveries(SHARED, Recoveries(received_fen=3))
    after = share_recoveries(SHARED, Recoveries(received_fen=10))
    assert before.shares == {Bearer.POOL: 2, Bearer.BANK: 1, Bearer.GUARANTOR: 0}
    now = after.since(before)
    # One of ten fen gives the pool eight: of the last seven it gets six.
    assert now.shares == {Bearer.POOL: 6, Bearer.BANK: 1, Bearer.GUARANTOR: 0}
    assert now.surplus_fen == 0


@pytest.mark.parametrize(
    ("amounts", "field"),
    [
        (Debt(principal_fen=-1), "principal_fen"),
        (Debt(principal_fen=1, recovered_fen=-1), "recovered_fen"),
        (Debt(principal_fen=10**13 + 1), "principal_fen"),
    ],
)
def test_an_amount_out_of_range_is_refused(amounts: Debt, field: str) -> None:
    with pytest.raises(AmountOutOfRange) as refused:
        share_loss(agreed(), amounts, PLENTY)
    assert refused.value.field == field


def test_an_amount_that_is_no_whole_number_of_fen_is_refused() -> None:
    with pytest.raises(AmountNotWholeFen):
        share_loss(agreed(), Debt(principal_fen=1.5), PLENTY)  # type: ignore[arg-type] # what is tested
    with pytest.raises(AmountOutOfRange):
        share_loss(agreed(), Debt(principal_fen=1), Room(available_fen=-1))
    with pytest.raises(AmountOutOfRange):
        share_recoveries(SHARED, Recoveries(received_fen=1, cost_fen=-1))
    with pytest.raises(AmountOutOfRange):
        still_owed_fen(SHORT, Recoveries(received_fen=-1))


amounts = st.integers(0, 10**10)
shares = st.tuples(st.integers(0, 8_000), st.integers(0, 8_000)).filter(lambda two: sum(two) <= 8_000).map(
    lambda two: Shares(two[0], 10_000 - sum(two), two[1])
)  # fmt: skip
agreements = st.builds(
    agreed,
    shares,
    principal_only=st.booleans(),
    unmet=st.sampled_from(Unmet),
    caps=st.builds(
        Caps,
        per_claim_fen=st.none() | st.integers(1, 10**9),
        per_bank_and_year_fen=st.none() | st.integers(1, 10**9),
    ),
)
debts = st.builds(
    Debt, principal_fen=amounts, interest_fen=amounts, deposit_fen=amounts, recovered_fen=amounts
)
rooms = st.builds(Room, available_fen=amounts, paid_to_bank_this_year_fen=amounts)


@given(agreements, debts, rooms)
def test_parts_add_up_to_the_loss_and_a_pool_pays_no_more_than_it_may(
    terms: AgreementTerms, debt: Debt, room: Room
) -> None:
    shared = share_loss(terms, debt, room)
    assert sum(shared.borne.values()) == shared.loss_fen
    assert min(told(shared)[:4]) >= 0
    assert shared.pool_fen <= room.available_fen
    assert shared.pool_fen * 10_000 <= shared.loss_fen * terms.shares.pool_bps
    assert shared.pool_fen <= (terms.caps.per_claim_fen or 10**13)
    if terms.caps.per_bank_and_year_fen is not None and shared.pool_fen:
        paid = room.paid_to_bank_this_year_fen + shared.pool_fen
        assert paid <= terms.caps.per_bank_and_year_fen
    assert shared.bank_fen * 10_000 >= shared.loss_fen * terms.shares.bank_bps


@given(agreements, debts, rooms, st.lists(st.tuples(amounts, amounts), max_size=5))
def test_recoveries_give_as_much_one_by_one_as_at_once_and_nobody_more_than_he_bore(
    terms: AgreementTerms, debt: Debt, room: Room, came: list[tuple[int, int]]
) -> None:
    shared = share_loss(terms, debt, room)
    given_so_far, last, sum_of_all = Recoveries(), share_recoveries(shared, Recoveries()), 0
    for received_fen, cost_fen in came:
        given_so_far = Recoveries(
            received_fen=given_so_far.received_fen + received_fen,
            cost_fen=given_so_far.cost_fen + cost_fen,
        )
        total = share_recoveries(shared, given_so_far)
        sum_of_all += sum(total.since(last).shares.values()) + total.since(last).surplus_fen
        last = total
    assert sum_of_all == given_so_far.net_fen
    assert sum(last.shares.values()) + last.surplus_fen == given_so_far.net_fen
    assert all(last.shares[bearer] <= shared.borne[bearer] for bearer in Bearer)
