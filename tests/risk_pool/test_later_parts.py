"""What a pool pays later of a part that had to wait, and who bears what then: cases by hand."""

import pytest

from suxin.kernel.money import AmountOutOfRange
from suxin.risk_pool.agreements import AgreementTerms, Caps, Shares, Unmet
from suxin.risk_pool.losses import (
    Compensation,
    Debt,
    Recoveries,
    Room,
    after_guarantor_payment,
    after_later_payment,
    guarantor_owes_fen,
    payable_later_fen,
    share_loss,
    share_recoveries,
    still_owed_fen,
)

NOTHING = Recoveries()
HALF = Recoveries(received_fen=500)
PLENTY = Room(available_fen=10**12)


def waiting(**caps: int) -> tuple[AgreementTerms, Compensation]:
    """Eight parts in ten of a thousand, of which the pool had but three hundred at first."""
    terms = AgreementTerms(shares=Shares(8_000, 2_000), unmet=Unmet.WAITS, caps=Caps(**caps))
    return terms, share_loss(terms, Debt(principal_fen=1_000), Room(available_fen=300))


@pytest.mark.parametrize(
    ("caps", "back", "room", "expected"),
    [
        # All that waited, what is available of it, and what is left of it once half came back.
        ({}, NOTHING, PLENTY, 500),
        ({}, NOTHING, Room(available_fen=120), 120),
        ({}, HALF, PLENTY, 250),
        # A claim's cap counts what was paid at first.
        ({"per_claim_fen": 450}, NOTHING, PLENTY, 150),
        ({"per_claim_fen": 10_000}, NOTHING, PLENTY, 500),
        ({"per_claim_fen": 300}, NOTHING, PLENTY, 0),
        ({"per_claim_fen": 200}, NOTHING, PLENTY, 0),
    ],
)
def test_what_is_payable_later(caps, back, room, expected) -> None:
    terms, _ = waiting(**caps)
    _, shared = waiting()
    assert (shared.pool_fen, shared.unmet_fen, shared.bank_fen) == (300, 500, 200)
    assert payable_later_fen(terms, shared, back, room) == expected


def test_a_room_of_less_than_nothing_is_refused() -> None:
    terms, shared = waiting()
    with pytest.raises(AmountOutOfRange):
        payable_later_fen(terms, shared, NOTHING, Room(available_fen=-1))


@pytest.mark.parametrize(
    ("back", "paid", "expected"),
    [
        # Paid whole, in part, not at all; the pool's, the bank's and what waits.
        (NOTHING, 500, (800, 200, 0)),
        (NOTHING, 120, (420, 200, 380)),
        (NOTHING, 0, (300, 200, 500)),
        # Half came back: of the five hundred two hundred and fifty are owed no more, and stay with the bank.
        (HALF, 250, (550, 450, 0)),
        (HALF, 100, (400, 450, 150)),
        # A payment that was on its way is more than is owed by now.
        (HALF, 400, (700, 300, 0)),
    ],
)
def test_who_bears_what_after_a_later_payment(back, paid, expected) -> None:
    _, shared = waiting()
    after = after_later_payment(shared, back, paid)
    assert (after.pool_fen, after.bank_fen, after.unmet_fen) == expected
    assert sum(expected) == shared.loss_fen


@pytest.mark.parametrize("paid", [-1, 501])
def test_no_more_is_paid_later_than_waited_and_no_less_than_nothing(paid: int) -> None:
    with pytest.raises(AmountOutOfRange) as refused:
        after_later_payment(waiting()[1], NOTHING, paid)
    assert (refused.value.facts["minimum"], refused.value.facts["maximum"]) == ("0.00", "5.00")


def test_what_came_back_is_in_range_wherever_it_is_looked_at() -> None:
    _, shared = waiting()
    wrong = Recoveries(received_fen=-1)
    for look in (share_recoveries, still_owed_fen):
        with pytest.raises(AmountOutOfRange):
            look(shared, wrong)


def test_beyond_the_loss_nothing_waits() -> None:
    assert still_owed_fen(waiting()[1], Recoveries(received_fen=2_000)) == 0


def test_a_guarantor_pays_no_more_than_its_part_whatever_it_agreed_to() -> None:
    terms = AgreementTerms(shares=Shares(4_000, 2_000, 4_000))
    shared = share_loss(terms, Debt(principal_fen=1_000), PLENTY)
    with pytest.raises(AmountOutOfRange) as refused:
        after_guarantor_payment(shared, NOTHING, 401, agreed_fen=900)
    assert (refused.value.facts["minimum"], refused.value.facts["maximum"]) == ("0.01", "4.00")
    for paid in (0, 401):
        with pytest.raises(AmountOutOfRange):
            after_guarantor_payment(shared, NOTHING, paid, agreed_fen=400)
    # Beyond the loss nothing is owed, and what came back is in range here too.
    assert guarantor_owes_fen(shared, Recoveries(received_fen=2_000), agreed_fen=400) == 0
    with pytest.raises(AmountOutOfRange):
        guarantor_owes_fen(shared, Recoveries(received_fen=-1), agreed_fen=400)
    whole = after_guarantor_payment(shared, NOTHING, 400, agreed_fen=900)
    with pytest.raises(AmountOutOfRange):
        after_guarantor_payment(whole, NOTHING, 1, agreed_fen=400)
