"""Whatever anybody does about a claim, in any order, beside a small model: what the model forbids is refused, and after each step all holds.

On the real database, each run with a city of its own. ``SUXIN_CLAIM_RUNS`` makes it deeper: the default takes some seconds.
"""

import asyncio
import os

import pytest
from claim_machine import POOL_FEN, SHORT_FEN, TOP_UP_FEN, Claims
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Run
from hypothesis.stateful import run_state_machine_as_test

from suxin.risk_pool.claims.states import ClaimState, Ending, Place

RUNS = int(os.environ.get("SUXIN_CLAIM_RUNS", "4"))
STEPS = 20


@pytest.fixture
def stateful_city(cluster, built_city):
    """What every run copies, reached from a loop of their own: Hypothesis is not asynchronous."""
    loop = asyncio.new_event_loop()
    Claims.loop, Claims.city, Claims.cluster = loop, built_city, cluster
    yield
    loop.close()


def test_a_claim_is_what_the_model_says_whatever_is_done_to_it(stateful_city) -> None:
    run_state_machine_as_test(
        Claims,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="SUXIN_CLAIM_RUNS" not in os.environ,
            phases=[Run.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_model_follows_the_whole_way(stateful_city) -> None:
    """Paid, reversed, claimed anew by other people, paid again, and recovered of: what chance seldom comes to."""
    claims = Claims()
    claims.build(5, short=False)
    way = [ClaimState.RETURNED, ClaimState.SUBMITTED, ClaimState.MATERIAL_CHECK, ClaimState.REVIEW]
    try:
        assert claims.state is ClaimState.PAID
        claims.is_reversed(1)
        for state in [*way, ClaimState.REVIEW, ClaimState.APPROVED, ClaimState.PAID]:
            assert claims.state is state
            claims.all_of_it_holds()
            claims.goes_on()
        claims.recovers(1_000_000, 100_000)
        assert claims.state is ClaimState.RECOVERING
        claims.all_of_it_holds()
    finally:
        claims.teardown()


def test_the_model_follows_what_is_paid_in_parts_and_what_was_rejected(stateful_city) -> None:
    """Rejected, claimed anew, paid as far as the pool has it, recovered of while a part is under way, and paid on as partners pay in."""
    claims = Claims()
    claims.build(3, short=True)
    try:
        claims.rejects(0, twice=True)
        assert claims.state is ClaimState.REJECTED
        claims.all_of_it_holds()
        for state in (
            ClaimState.SUBMITTED,
            ClaimState.MATERIAL_CHECK,
            ClaimState.REVIEW,
            ClaimState.REVIEW,
            ClaimState.APPROVED,
            ClaimState.PAID,
        ):
            claims.goes_on()
            assert claims.state is state
            claims.all_of_it_holds()
        assert (claims.paid, claims.unmet_fen) == ([SHORT_FEN], POOL_FEN - SHORT_FEN)
        claims.tops_up()
        claims.asks_to_end(1, Ending.WRITE_OFF)
        claims.approves(1, Place.FUND_MANAGER)
        claims.drops_the_ending(1)
        for _ in range(2):
            claims.goes_on()
        assert claims.under_way_fen == TOP_UP_FEN
        claims.recovers(1_000_000, 0)
        claims.goes_on()
        assert claims.paid == [SHORT_FEN, TOP_UP_FEN]
        claims.all_of_it_holds()
        for _ in range(9):
            claims.goes_on()
        assert (len(claims.paid), claims.unmet_fen) == (4, 0)
        claims.all_of_it_holds()
    finally:
        claims.teardown()


def test_a_payment_under_way_while_something_comes_back_is_taken(stateful_city) -> None:
    """More was on its way than is owed by now: the custodian has paid it, and the claim says so."""
    claims = Claims()
    claims.build(5, short=True)
    try:
        for _ in range(3):
            claims.tops_up()
        for who in (1, 2):
            claims.approves(who, list(Place)[who - 1])
        assert claims.under_way_fen == claims.unmet_fen
        claims.recovers(1_000_000, 0)
        claims.shows_a_line(short=False)
        assert (claims.paid, claims.unmet_fen) == ([SHORT_FEN, POOL_FEN - SHORT_FEN], 0)
        claims.all_of_it_holds()
    finally:
        claims.teardown()
