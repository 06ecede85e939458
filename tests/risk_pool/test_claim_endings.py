"""How a claim that was paid ends: written off or reversed by two people; and what its borrower is told."""

from datetime import timedelta

import asyncpg
import pytest
from small_city import SmallCity
from small_claims import MONEY_FEN, SmallClaims, build_claims

from suxin.lending.loans.states import LoanState
from suxin.risk_pool.claims.commands import submit_claim
from suxin.risk_pool.claims.ending import ask_to_end, confirm_ending, drop_ending
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.refusals import (
    EndingAsked,
    EndingAskedByYourself,
    RecoveriesBefore,
)
from suxin.risk_pool.claims.states import ClaimState, Ending
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.statements.states import LineState

POOL_FEN = 53_200_000


@pytest.fixture
async def claims(small_city: SmallCity) -> SmallClaims:
    return await build_claims(small_city)


async def test_a_write_off_takes_two_people_and_leaves_the_debt(claims: SmallClaims) -> None:
    claim, _ = await claims.paid()
    given = {"claim_id": claim.id, "sealer": claims.city.sealer}
    asked = {"ending": Ending.WRITE_OFF, "reason": "破产终结", **given}
    await claims.act(ask_to_end, claims.fund, code=claims.code(claims.fund), **asked)
    claims.now += timedelta(seconds=30)
    with pytest.raises(EndingAskedByYourself):
        await claims.act(confirm_ending, claims.fund, code=claims.code(claims.fund), **given)
    with pytest.raises(EndingAsked):
        await claims.act(ask_to_end, claims.bureau, code=claims.code(claims.bureau), **asked)
    with pytest.raises(EndingAsked):
        await claims.recover(claim, 1)
    claims.now += timedelta(seconds=30)
    ended = await claims.act(
        confirm_ending, claims.bureau, code=claims.code(claims.bureau), **given
    )
    assert ended.state is ClaimState.WRITTEN_OFF
    loan = await claims.stored_loan()
    assert (loan.state, loan.end_note) == (LoanState.WRITTEN_OFF, "破产终结")


async def test_a_payment_is_reversed_by_a_second_person_and_the_line_that_shows_it_back(
    claims: SmallClaims,
) -> None:
    claim, _ = await claims.paid()
    given = {"claim_id": claim.id, "sealer": claims.city.sealer}
    asked = {"ending": Ending.REVERSE, "reason": "合同编号填写有误", **given}
    await claims.act(ask_to_end, claims.fund, code=claims.code(claims.fund), **asked)
    await claims.act(drop_ending, claims.bureau, claim_id=claim.id)
    claims.now += timedelta(seconds=30)
    await claims.act(ask_to_end, claims.fund, code=claims.code(claims.fund), **asked)
    await claims.take(("LS-9", "CRDT", POOL_FEN, "退回"))
    line = (await claims.lines(LineState.OPEN))[0]
    reopened = await claims.act(
        confirm_ending, claims.bureau, code=claims.code(claims.bureau), line_id=line.id, **given
    )
    assert reopened.state is ClaimState.RETURNED
    assert (await claims.stored_loan()).state is LoanState.OVERDUE
    assert (await claims.book())["custody"] == (MONEY_FEN, 0)
    assert (await claims.book())["compensated"] == (0, 0)
    assert [fen for fen, _ in await claims.stop_losses()] == [0]
    (payment,) = await claims.payments(claim)
    assert payment.state is PaymentState.REVERSED
    again = await claims.act(submit_claim, claims.bank, claim_id=claim.id)
    assert (again.state, again.pool_fen) == (ClaimState.SUBMITTED, POOL_FEN)


async def test_the_borrower_is_told_and_sees_his_own(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    submitted = await claims.submit()
    city = claims.city
    async with city.database.snapshot(city.applicant, now=claims.now) as session:
        assert await session.get(PoolClaim, (submitted.tenant_id, submitted.id)) is None
    reviewed = await claims.passed_on(submitted)
    _, payment = await claims.approve_twice(reviewed)
    await claims.take(("LS-1", "DBIT", POOL_FEN, str(payment.letter_number)))
    (told,) = await admin.fetch(
        "select person_id, body from notices where template = 'loan_compensated'"
    )
    assert told["person_id"] == city.person_id
    assert "还款责任不因代偿而免除" in told["body"]
    async with city.database.snapshot(city.applicant, now=claims.now) as session:
        assert await session.get(PoolClaim, (submitted.tenant_id, submitted.id)) is not None
    async with city.database.snapshot(city.stranger, now=claims.now) as session:
        assert await session.get(PoolClaim, (submitted.tenant_id, submitted.id)) is None


async def test_what_was_recovered_of_is_not_reversed(claims: SmallClaims) -> None:
    claim, _ = await claims.paid()
    await claims.recover(claim, 100)
    with pytest.raises(RecoveriesBefore):
        await claims.act(
            ask_to_end,
            claims.fund,
            claim_id=claim.id,
            ending=Ending.REVERSE,
            reason="x",
            code=claims.code(claims.fund),
            sealer=claims.city.sealer,
        )
