"""The rules of an order that its content decides: one test for each, named as in docs/api/service-orders.md."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_orders import CEILING_FEN, FUND_FEN, asking, draft

from suxin.kernel.refusals import Refusal
from suxin.perks.orders import refusals, rules
from suxin.perks.orders.rules import Completion, OrderLine, ServiceTerms
from suxin.perks.orders.states import (
    FIELDS,
    ServiceOrderCollectionState,
    ServiceOrderMode,
    ServiceOrderStage,
    ServiceOrderState,
    ServiceOrderStateDescription,
    stage_of,
    way_forward,
)
from suxin.perks.states import RiskFundName

FREE = ServiceTerms(mode=ServiceOrderMode.DEPOSIT_FREE, ceiling_fen=CEILING_FEN, unmanned=False)
LATER = ServiceTerms(mode=ServiceOrderMode.PAY_LATER, ceiling_fen=CEILING_FEN, unmanned=False)
UNMANNED = ServiceTerms(mode=ServiceOrderMode.DEPOSIT_FREE, ceiling_fen=CEILING_FEN, unmanned=True)
LINE = OrderLine(name="骑行费", amount_fen=1)


def refused(check: Any, *args: Any, **named: Any) -> type[Refusal] | None:
    try:
        check(*args, **named)
    except Refusal as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize("number", ["", "a" * 33, "单号", "a b", "a.b", "a\n"])
def test_a_number_has_at_most_32_of_the_allowed_characters(number: str) -> None:
    """Rule Create: out_order_no <= 32 of [0-9A-Za-z_-|*]."""
    assert refused(rules.check_draft, draft(number=number), FREE) is refusals.OrderNumberInvalid
    assert refused(rules.check_draft, draft(number="aZ09_-|*" * 4), FREE) is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"introduction": ""}, "introduction"),
        ({"introduction": "行" * 21}, "introduction"),
        ({"attach": "x" * 257}, "attach"),
    ],
)
def test_an_introduction_has_20_characters_and_an_attachment_256(
    changed: dict[str, str], field: str
) -> None:
    """Rule Create: service_introduction <= 20, attach <= 256."""
    with pytest.raises(refusals.OrderTextInvalid) as error:
        rules.check_draft(draft(**changed), FREE)
    assert error.value.field == field
    assert refused(rules.check_draft, draft(introduction="行" * 20, attach="x" * 256), FREE) is None


@pytest.mark.parametrize("name", RiskFundName)
def test_the_risk_funds_name_belongs_to_the_mode(name: RiskFundName) -> None:
    """Rule risk_fund.name: 先免 DEPOSIT / ADVANCE / CASH_DEPOSIT; 先享 ESTIMATE_ORDER_COST."""
    said = draft(fund_name=name)
    later = name is RiskFundName.ESTIMATE_ORDER_COST
    assert (refused(rules.check_draft, said, LATER) is None) is later
    assert (refused(rules.check_draft, said, FREE) is None) is not later
    assert refused(rules.check_draft, said, FREE if later else LATER) is refusals.RiskFundMismatch


@pytest.mark.parametrize(
    ("fund_fen", "passes"), [(0, False), (CEILING_FEN, True), (CEILING_FEN + 1, False)]
)
def test_the_risk_fund_is_at_most_the_services_ceiling(*, fund_fen: int, passes: bool) -> None:
    """Rule risk_fund.name: amount <= service_id ceiling."""
    outcome = refused(rules.check_draft, draft(fund_fen=fund_fen), FREE)
    assert outcome is (None if passes else refusals.RiskFundOverCeiling)


def test_an_order_has_100_payments_and_30_discounts() -> None:
    """Rule Create: <= 100 post_payments, <= 30 post_discounts."""
    assert refused(rules.check_lines, [LINE] * 100, [LINE] * 30) is None
    assert refused(rules.check_lines, [LINE] * 101, []) is refusals.TooManyOrderLines
    assert refused(rules.check_lines, [LINE], [LINE] * 31) is refusals.TooManyOrderLines


def test_the_time_is_on_acceptance_or_a_range(now: Any) -> None:
    """Rule Create: time_range.start_time OnAccept or a time."""
    backwards = draft(starts_at=now, ends_at=now - timedelta(hours=1))
    assert refused(rules.check_draft, backwards, FREE) is refusals.OrderTimeInvalid
    assert refused(rules.check_draft, draft(ends_at=now), FREE) is None


def test_an_unmanned_device_is_named() -> None:
    """Rule Create: device.start_device_id for unmanned devices."""
    assert refused(rules.check_draft, draft(), UNMANNED) is refusals.DeviceMissing
    assert refused(rules.check_draft, draft(device="pole-7"), UNMANNED) is None


def test_a_user_confirms_unless_it_is_said_otherwise() -> None:
    """Rule Create: need_user_confirm default true."""
    assert draft().need_confirm


@given(
    paid=st.lists(st.integers(0, 30_000), min_size=1, max_size=5),
    less=st.lists(st.integers(0, 30_000), max_size=5),
    mode=st.sampled_from(ServiceOrderMode),
)
def test_a_total_is_payments_less_discounts_within_its_bound(
    paid: list[int], less: list[int], mode: ServiceOrderMode
) -> None:
    """Rule Complete: sum(post_payments) - sum(post_discounts); 先免 <= risk fund, 先享 <= ceiling."""
    asked = Completion(
        payments=tuple(OrderLine(name="费", amount_fen=fen) for fen in paid),
        discounts=tuple(OrderLine(name="惠", amount_fen=fen) for fen in less),
    )
    total, bound = (
        sum(paid) - sum(less),
        FUND_FEN if mode is ServiceOrderMode.DEPOSIT_FREE else CEILING_FEN,
    )
    outcome = refused(
        rules.check_completion, asked, mode=mode, fund_fen=FUND_FEN, ceiling_fen=CEILING_FEN
    )
    assert outcome is (None if 0 <= total <= bound else refusals.OrderOverLimit)


@pytest.mark.parametrize(("to", "passes"), [(999, True), (0, True), (1_000, False), (1_001, False)])
def test_a_total_is_lowered_and_never_raised(*, to: int, passes: bool) -> None:
    """Rule Modify: downwards only."""
    outcome = refused(rules.check_lowered, asking(to), total_fen=1_000)
    assert outcome is (None if passes else refusals.OrderNotLowered)


@pytest.mark.parametrize("reason", ["", "  ", "因" * 31])
def test_a_reason_has_at_most_30_characters(reason: str) -> None:
    """Rule Modify: reason <= 30."""
    check = rules.check_words
    assert refused(check, "reason", reason, rules.MAX_REASON) is refusals.OrderTextInvalid
    assert refused(check, "reason", "因" * 30, rules.MAX_REASON) is None


def test_what_was_paid_elsewhere_was_paid_at_a_time_that_can_be(now: Any) -> None:
    """Rule Sync: Order_Paid with its paid_time."""
    hour = timedelta(hours=1)
    for paid_at in (now - hour, now + hour):
        outcome = refused(rules.check_paid_at, paid_at, opened_at=now, now=now)
        assert outcome is refusals.PaidTimeInvalid
    assert refused(rules.check_paid_at, now, opened_at=now - hour, now=now) is None


@given(paid=st.integers(0, 100), back=st.integers(0, 100), more=st.integers(-5, 105))
def test_refunds_together_are_at_most_what_was_paid(paid: int, back: int, more: int) -> None:
    """Rule Refund: accumulate the refunded amount."""
    outcome = refused(rules.check_refund, more, paid_fen=paid, refunded_fen=back)
    assert outcome is (None if 0 < more <= paid - back else refusals.RefundOverPaid)


@given(
    state=st.sampled_from(ServiceOrderState),
    description=st.sampled_from([None, *ServiceOrderStateDescription]),
    collection=st.sampled_from([None, *ServiceOrderCollectionState]),
)
def test_a_stage_is_read_off_all_three_fields(
    state: ServiceOrderState,
    description: ServiceOrderStateDescription | None,
    collection: ServiceOrderCollectionState | None,
) -> None:
    """States: judged by all three fields together; what is no row of the table is no stage."""
    stage = stage_of(state, description, collection)
    told = (state, description, collection)
    rows = {
        (fields.state, fields.description, fields.collection): one for one, fields in FIELDS.items()
    }
    assert stage is rows.get(told)
    assert stage_of("LOST") is None


@given(stage=st.sampled_from(ServiceOrderStage), told=st.sampled_from(ServiceOrderStage))
def test_what_is_told_late_leads_nowhere(stage: ServiceOrderStage, told: ServiceOrderStage) -> None:
    """States: from a terminal state there is no way, and none back; a way ends where it was told, or is none."""
    way = way_forward(stage, told)
    assert way == () or way[-1] is told
    assert way_forward(told, stage) == () or way == ()
    if stage in (ServiceOrderStage.USER_PAID, ServiceOrderStage.REVOKED, ServiceOrderStage.EXPIRED):
        assert way == ()
