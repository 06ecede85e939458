"""What may be claimed, from when until when, and how what comes back is shared."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.money import AmountOutOfRange
from suxin.kernel.refusals import Refusal
from suxin.perks.covers.refusals import (
    CoverNotClaimable,
    CoverOverBound,
    CoverOverCap,
    CoverTooEarly,
    CoverTooLate,
)
from suxin.perks.covers.rules import (
    OrderFacts,
    Returned,
    check_asked,
    check_granted,
    check_time,
    claimable,
    part_of_cover,
)
from suxin.perks.covers.states import CoverGround
from suxin.perks.orders.states import ServiceOrderStage as Stage

DUE = datetime(2026, 6, 1, 4, tzinfo=UTC)
BACK = datetime(2026, 6, 3, 4, tzinfo=UTC)


def facts(stage: Stage, **changed: object) -> OrderFacts:
    return OrderFacts(**{"stage": stage, "fund_fen": 20_000} | changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ground", "order", "due_at", "bound_fen"),
    [
        ("UNPAID", facts(Stage.USER_PAYING, total_fen=18_000, completed_at=DUE), DUE, 18_000),
        ("UNPAID", facts(Stage.USER_PAYING, total_fen=30_000, completed_at=DUE), DUE, 20_000),
        ("NOT_RETURNED", facts(Stage.USER_CONFIRM, ends_at=BACK), BACK, 20_000),
        (
            "NOT_RETURNED",
            facts(Stage.USER_PAID, paid_fen=5_000, refunded_fen=1_000, completed_at=DUE),
            DUE,
            16_000,
        ),
    ],
)
def test_a_claim_is_bounded_by_the_risk_fund_less_what_was_paid(
    ground: str, order: OrderFacts, due_at: datetime, bound_fen: int
) -> None:
    found = claimable(order, CoverGround(ground))
    assert (found.due_at, found.bound_fen) == (due_at, bound_fen)
    check_asked(bound_fen, bound_fen=found.bound_fen)
    for wrong in (0, -1, bound_fen + 1):
        with pytest.raises(CoverOverBound):
            check_asked(wrong, bound_fen=found.bound_fen)


@pytest.mark.parametrize(
    ("ground", "order"),
    [
        *(("UNPAID", facts(one, completed_at=DUE)) for one in Stage),
        *(
            ("NOT_RETURNED", facts(one, ends_at=BACK))
            for one in (Stage.CREATED, Stage.REVOKED, Stage.EXPIRED)
        ),
        ("NOT_RETURNED", facts(Stage.USER_CONFIRM)),
        ("NOT_RETURNED", facts(Stage.USER_PAID, paid_fen=20_000, completed_at=DUE)),
    ],
)
def test_where_nothing_was_lost_nothing_is_claimed(ground: str, order: OrderFacts) -> None:
    with pytest.raises(CoverNotClaimable):
        claimable(order, CoverGround(ground))


@pytest.mark.parametrize(
    ("days", "refused"),
    [(29, CoverTooEarly), (30, None), (209, None), (210, CoverTooLate)],
)
def test_a_claim_waits_and_has_a_time(days: int, refused: type[Refusal] | None) -> None:
    now = DUE + timedelta(days=days)
    if refused is None:
        check_time(DUE, wait_days=30, within_days=180, now=now)
        return
    with pytest.raises(refused):
        check_time(DUE, wait_days=30, within_days=180, now=now)


@pytest.mark.parametrize(
    ("fen", "refused"),
    [
        (0, AmountOutOfRange),
        (1, None),
        (8_000, None),
        (8_001, CoverOverCap),
        (12_001, AmountOutOfRange),
    ],
)
def test_what_is_granted_keeps_to_the_caps(fen: int, refused: type[Refusal] | None) -> None:
    rules = {"asked_fen": 12_000, "per_claim_fen": 10_000, "year_left_fen": 8_000}
    if refused is None:
        check_granted(fen, **rules)
        return
    with pytest.raises(refused):
        check_granted(fen, **rules)


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), max_size=6),
    st.integers(1, 20_000),
    st.integers(1, 20_000),
)
def test_recoveries_pay_costs_first_and_never_more_than_was_paid(
    parts: list[tuple[int, int]], loss_fen: int, paid: int
) -> None:
    paid_fen = min(paid, loss_fen)
    received = cost = given_fen = 0
    for one, spent in parts:
        received, cost = received + one, cost + spent
        due = part_of_cover(
            Returned(received_fen=received, cost_fen=cost), loss_fen=loss_fen, paid_fen=paid_fen
        )
        given_fen += max(0, due - given_fen)
        assert 0 <= due <= paid_fen
        assert due <= max(0, received - cost)
    whole = Returned(received_fen=received, cost_fen=cost)
    if whole.net_fen >= loss_fen:
        assert part_of_cover(whole, loss_fen=loss_fen, paid_fen=paid_fen) == paid_fen
