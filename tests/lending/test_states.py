"""Every state × every named step: exactly the listed ones are possible, and each leads where it says."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from suxin.lending.models import (
    LoanProduct,
    LoanRequest,
    Offer,
    OfferState,
    ProductStatus,
    Referral,
    ReferralState,
    RequestState,
    Step,
    StepNotPossible,
)
from suxin.lending.terms import DeclineReason

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ARGUMENTS: dict[str, Any] = {
    "now": NOW,
    "staff_id": uuid4(),
    "reason": DeclineReason.OVER_INDEBTED,
    "note": None,
    "version": 1,
    "step": Step.DECIDE,
}
ALIVE = ("SUBMITTED", "MATCHING", "OPEN", "OFFERED")
WAITING = ("DISPATCHED", "ACCEPTED", "CONTACTED", "DUE_DILIGENCE")

# Step: the states it may leave, and where it leads (None: the state stays).
REQUEST = {
    "require_alive": (ALIVE, None),
    "open_to_banks": (("SUBMITTED", "MATCHING"), "OPEN"),
    "find_no_match": (ALIVE, "UNMATCHED"),
    "receive_offer": (("OPEN", "OFFERED"), "OFFERED"),
    "lose_offers": (("OFFERED",), "OPEN"),
    "accept": (("OFFERED",), "ACCEPTED"),
    "withdraw": (("DRAFT", *ALIVE), "WITHDRAWN"),
    "expire": (ALIVE, "EXPIRED"),
    "sign_contract": (("ACCEPTED",), "CONTRACTED"),
    "cancel_contract": (("CONTRACTED",), "WITHDRAWN"),
    "pay_out": (("CONTRACTED",), "DISBURSED"),
}
REFERRAL = {
    "accept": (("DISPATCHED",), "ACCEPTED"),
    "contact": (("ACCEPTED",), "CONTACTED"),
    "examine": (("CONTACTED",), "DUE_DILIGENCE"),
    "offer": (("ACCEPTED", "CONTACTED", "DUE_DILIGENCE"), "OFFERED"),
    "reopen": (("OFFERED",), "DUE_DILIGENCE"),
    "decline": (WAITING, "DECLINED"),
    "lapse": (WAITING, "LAPSED"),
    "escalate": (WAITING[1:], None),
    "pass_over": ((*WAITING, "OFFERED"), "PASSED"),
}
OFFER = {
    "choose": (("OPEN",), "CHOSEN"),
    "pass_over": (("OPEN",), "PASSED"),
    "expire": (("OPEN",), "EXPIRED"),
    "withdraw": (("OPEN",), "WITHDRAWN"),
}
PRODUCT = {
    "require_draft": (("DRAFT",), None),
    "require_published": (("PUBLISHED",), None),
    "publish": (("DRAFT",), "PUBLISHED"),
    "retire": (("DRAFT", "PUBLISHED"), "RETIRED"),
}
MACHINES = {
    LoanRequest: ("state", RequestState, REQUEST),
    Referral: ("state", ReferralState, REFERRAL),
    Offer: ("state", OfferState, OFFER),
    LoanProduct: ("status", ProductStatus, PRODUCT),
}


def _steps(model: type) -> dict[str, Callable[..., None]]:
    return {
        name: step
        for name, step in vars(model).items()
        if inspect.isfunction(step) and not name.startswith("_")
    }


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.__name__)
def test_every_named_step_is_listed_here(model: type) -> None:
    assert set(_steps(model)) == set(MACHINES[model][2])


@pytest.mark.parametrize(
    ("model", "state", "name"),
    [
        (model, state, name)
        for model, (_, states, steps) in MACHINES.items()
        for state in states
        for name in steps
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_step_leaves_exactly_the_states_it_may(model: type, state: Any, name: str) -> None:
    column, states, steps = MACHINES[model]
    allowed, leads_to = steps[name]
    row = model(**{column: state})
    step = _steps(model)[name]
    wanted = {given: ARGUMENTS[given] for given in list(inspect.signature(step).parameters)[1:]}

    if state.value in allowed:
        step(row, **wanted)
        assert getattr(row, column) is (state if leads_to is None else states(leads_to))
    else:
        with pytest.raises(StepNotPossible) as refused:
            step(row, **wanted)
        assert refused.value.facts["state_zh"] == state.zh
        assert getattr(row, column) is state


@pytest.mark.parametrize("state", RequestState)
def test_a_request_is_alive_exactly_while_banks_may_answer(state: RequestState) -> None:
    assert LoanRequest(state=state).alive is (state.value in ALIVE)


@pytest.mark.parametrize("state", ReferralState)
def test_a_referral_is_answerable_exactly_until_it_ends(state: ReferralState) -> None:
    assert Referral(state=state).answerable is (state.value in (*WAITING, "OFFERED"))


def test_each_step_writes_its_own_moment() -> None:
    request = LoanRequest(state=RequestState.OFFERED)
    request.accept(now=NOW)
    assert request.ended_at == NOW
    referral = Referral(state=ReferralState.DISPATCHED)
    referral.accept(staff_id=ARGUMENTS["staff_id"], now=NOW)
    assert (referral.accepted_at, referral.accepted_by) == (NOW, ARGUMENTS["staff_id"])
    referral.offer(now=NOW)
    assert referral.decided_at == NOW
    referral.reopen()
    assert referral.decided_at is None
    referral.decline(reason=DeclineReason.OTHER_WITH_NOTE, note="另有原因", now=NOW)
    assert (referral.decline_reason, referral.decline_note, referral.decided_at) == (
        DeclineReason.OTHER_WITH_NOTE,
        "另有原因",
        NOW,
    )
    offer = Offer(state=OfferState.OPEN)
    offer.choose(now=NOW)
    assert offer.decided_at == NOW
