"""A loan from its contract to its end: what each step does, and each refusal, after which nothing is written."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_loans import (
    NUMBER,
    PRINCIPAL_FEN,
    accepted,
    contracted,
    days,
    draw,
    drawn,
    plan_of_loan,
    repay,
    repayment,
    stored,
)

from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending.loans import refusals
from suxin.lending.loans.contracts import ContractDraft, cancel_contract, sign_contract
from suxin.lending.loans.ending import RenewalDraft, renew_loan, settle_loan, write_off_loan
from suxin.lending.loans.states import LoanState, RiskClass
from suxin.lending.models import StepNotPossible
from suxin.lending.queries.contracts import RunningContract, running_contracts
from suxin.lending.terms import RepaymentMethod
from suxin_server.judging import judge_all

RENEWAL = RenewalDraft(
    contract=ContractDraft(number="HT-2026-0002"),
    rate_bps=400,
    term_months=6,
    repayment_method=RepaymentMethod.BULLET,
)


async def request_state(admin: asyncpg.Connection) -> str:
    state: str = await admin.fetchval("select state from loan_requests")
    return state


async def told(admin: asyncpg.Connection) -> list[str]:
    rows = await admin.fetch(
        "select type from tenant_events where type like 'lending.loan.%' order by recorded_at, id"
    )
    return [row["type"].removeprefix("lending.loan.") for row in rows]


async def test_a_contract_is_signed_once_on_an_accepted_offer(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await contracted(small_city)
    assert (loan.state, loan.principal_fen, loan.term_months) == (
        LoanState.SIGNED,
        PRINCIPAL_FEN,
        12,
    )
    assert loan.cooling_off_ends_at == small_city.now + days(3)
    assert await request_state(admin) == "CONTRACTED"
    officer, given = small_city.banks[0].officer, {"offer_id": loan.offer_id}
    again = await small_city.act(
        sign_contract, officer, draft=ContractDraft(number=NUMBER), **given
    )
    assert again.id == loan.id
    with pytest.raises(refusals.ContractExists):
        await small_city.act(sign_contract, officer, draft=ContractDraft(number="HT-2"), **given)
    assert await told(admin) == ["signed"]


async def test_no_contract_without_the_applicants_choice(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    offer_id = await accepted(small_city)
    await admin.execute("set session_replication_role = replica")
    await admin.execute("update offers set state = 'OPEN'")
    async with nothing_written(admin):
        with pytest.raises(refusals.OfferNotAccepted):
            await small_city.act(
                sign_contract,
                small_city.banks[0].officer,
                offer_id=offer_id,
                draft=ContractDraft(number=NUMBER),
            )


async def test_a_contract_is_cancelled_within_its_cooling_off_and_not_later(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan, officer = await contracted(small_city), small_city.banks[0].officer
    given = {"loan_id": loan.id, "note": "借款人行使犹豫期权利"}
    async with nothing_written(admin):
        with pytest.raises(refusals.CoolingOffOver):
            await small_city.act(cancel_contract, officer, now=small_city.now + days(3), **given)
    done = await small_city.act(cancel_contract, officer, now=small_city.now + days(2), **given)
    assert done.state is LoanState.CANCELLED
    assert await request_state(admin) == "WITHDRAWN"
    with pytest.raises(StepNotPossible):
        await draw(small_city, loan, 1)


async def test_a_loan_is_drawn_in_parts_and_never_beyond_its_contract(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city, 30_000_000)
    assert (loan.state, await request_state(admin)) == (LoanState.DISBURSED, "DISBURSED")
    again = await draw(small_city, loan, 30_000_000)
    assert again.drawn_fen == 30_000_000
    async with nothing_written(admin):
        with pytest.raises(refusals.DrawnBeyondContract):
            await draw(small_city, loan, 10_000_001, reference="FK-2")
        with pytest.raises(refusals.ReferenceReused):
            await draw(small_city, loan, 10_000_000)
    await draw(small_city, loan, 10_000_000, reference="FK-2", now=small_city.now + days(5))
    plan = await plan_of_loan(small_city, loan)
    assert (len(plan), plan[0].due_on) == (12, date(2026, 12, 20))
    assert sum(one.principal_fen for one in plan) == PRINCIPAL_FEN
    assert await told(admin) == ["signed", "disbursed"]


async def test_repayments_are_known_by_their_references(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    due, later = (await plan_of_loan(small_city, loan))[0], small_city.now + days(30)
    paid = repayment(due.principal_fen + due.interest_fen, due.due_on)
    first, again, other = await repay(
        small_city, paid, paid, replace(paid, amount_fen=1), now=later
    )
    assert first.repayment is not None
    assert (again.repayment, again.known) == (first.repayment, True)
    assert isinstance(other.refusal, refusals.ReferenceReused)
    loan = await stored(small_city, loan)
    assert (loan.principal_paid_fen, loan.interest_paid_fen) == (
        due.principal_fen,
        due.interest_fen,
    )
    assert await admin.fetchval("select count(*) from loan_repayments") == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"contract_number": "HT-none"}, refusals.LoanUnknown),
        ({"paid_on": date(2026, 11, 19)}, refusals.RepaidBeforeDrawn),
        ({"paid_on": date(2026, 11, 21)}, Invalid),
        ({"amount_fen": 0}, Invalid),
        ({"reference": " "}, Invalid),
        ({"principal_fen": 5, "interest_fen": 6}, Invalid),
        ({"prepays": True}, Invalid),
        ({"amount_fen": 50_000_000}, refusals.RepaidBeyondOwed),
        (
            {"amount_fen": PRINCIPAL_FEN + 1, "principal_fen": PRINCIPAL_FEN + 1},
            refusals.RepaidBeyondOwed,
        ),
        (
            {"amount_fen": PRINCIPAL_FEN + 1, "principal_fen": PRINCIPAL_FEN + 1, "prepays": True},
            refusals.PrepaidBeyondAhead,
        ),
    ],
)
async def test_what_cannot_be_repaid_is_refused_by_name(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, Any],
    refusal: type[Exception],
) -> None:
    await drawn(small_city)
    draft = replace(repayment(10, date(2026, 11, 20)), **changes)
    async with nothing_written(admin):
        (outcome,) = await repay(small_city, draft)
    assert type(outcome.refusal) is refusal
    assert outcome.repayment is None


async def test_a_day_missed_is_told_once_and_made_good(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    due = (await plan_of_loan(small_city, loan))[0]

    async def judged(day: date) -> int:
        moment = datetime.combine(day, small_city.now.timetz())
        return await judge_all(small_city.batch, small_city.database, now=moment)

    assert await judged(due.due_on) == 0
    assert await judged(due.due_on + days(1)) == 1
    assert await judged(due.due_on + days(1)) == 0
    assert await judged(due.due_on + days(2)) == 1
    late = await stored(small_city, loan)
    assert (late.state, late.overdue_days, late.risk_class, late.overdue_since) == (
        LoanState.OVERDUE,
        2,
        RiskClass.SPECIAL_MENTION,
        due.due_on,
    )
    assert await told(admin) == ["signed", "disbursed", "overdue"]
    heard = await admin.fetch("select person_id from notices where template = 'loan_overdue'")
    assert [row["person_id"] for row in heard] == [small_city.person_id]
    paid = repayment(due.principal_fen + due.interest_fen, due.due_on)
    await repay(small_city, paid, now=small_city.now + days(33))
    good = await stored(small_city, loan)
    assert (good.state, good.overdue_days, good.overdue_since) == (LoanState.PERFORMING, 0, None)
    assert await told(admin) == ["signed", "disbursed", "overdue", "performing"]


async def test_one_by_one_and_all_together_judge_alike(small_city: SmallCity) -> None:
    """The statement for the whole city says what the plain functions say, on every day of two years."""
    loan = await drawn(small_city)
    plan = await plan_of_loan(small_city, loan)
    await repay(
        small_city,
        repayment(plan[0].principal_fen + plan[0].interest_fen, local_day(small_city.now)),
    )
    for day in range(0, 420, 29):
        moment = small_city.now + timedelta(days=day)
        await judge_all(small_city.batch, small_city.database, now=moment)
        together = await stored(small_city, loan)
        # Known already, so that nothing is reported and the loan is merely looked at again.
        seen = (together.state, together.overdue_since, together.overdue_days, together.risk_class)
        note = repayment(
            1, local_day(small_city.now), reference=f"HK-{day}", principal_fen=0, interest_fen=1
        )
        await repay(small_city, note, now=moment)
        alone = await stored(small_city, loan)
        assert (alone.state, alone.overdue_since, alone.overdue_days, alone.risk_class) == seen


async def test_a_loan_is_settled_when_nothing_is_owed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan, officer = await drawn(small_city), small_city.banks[0].officer
    async with nothing_written(admin):
        with pytest.raises(refusals.NotPaidOff):
            await small_city.act(settle_loan, officer, loan_id=loan.id)
    paid = repayment(
        PRINCIPAL_FEN, local_day(small_city.now), principal_fen=PRINCIPAL_FEN, prepays=True
    )
    await repay(small_city, paid)
    done = await small_city.act(settle_loan, officer, loan_id=loan.id)
    assert (done.state, done.outstanding_fen) == (LoanState.SETTLED, 0)
    (late,) = await repay(small_city, replace(paid, reference="HK-more"))
    assert isinstance(late.refusal, StepNotPossible)
    assert await told(admin) == ["signed", "disbursed", "settled"]


async def test_only_an_overdue_loan_is_written_off_and_its_debt_still_paid(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan, officer = await drawn(small_city), small_city.banks[0].officer
    given = {"loan_id": loan.id, "note": "借款人已破产"}
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(write_off_loan, officer, **given)
    later = small_city.now + days(400)
    await judge_all(small_city.batch, small_city.database, now=later)
    done = await small_city.act(write_off_loan, officer, now=later, **given)
    assert (done.state, done.risk_class) == (LoanState.WRITTEN_OFF, RiskClass.LOSS)
    (outcome,) = await repay(small_city, repayment(500, local_day(later)), now=later)
    assert outcome.repayment is not None
    assert (await stored(small_city, loan)).state is LoanState.WRITTEN_OFF


async def test_a_renewal_is_a_new_loan_that_repays_the_old_one(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan, officer = await drawn(small_city), small_city.banks[0].officer
    renewed = await small_city.act(renew_loan, officer, loan_id=loan.id, draft=RENEWAL)
    old = await stored(small_city, loan)
    assert (old.state, old.outstanding_fen) == (LoanState.SETTLED, 0)
    assert (renewed.state, renewed.renews_id, renewed.outstanding_fen) == (
        LoanState.DISBURSED,
        loan.id,
        PRINCIPAL_FEN,
    )
    assert [one.due_on for one in await plan_of_loan(small_city, renewed)] == [date(2027, 5, 20)]
    assert await told(admin) == ["signed", "disbursed", "settled", "signed", "disbursed"]


async def test_interest_is_paid_before_a_loan_is_renewed(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city, repayment_method=RepaymentMethod.BULLET)
    officer, at_end = small_city.banks[0].officer, small_city.now + days(365)
    given = {"loan_id": loan.id, "draft": RENEWAL, "now": at_end}
    async with nothing_written(admin):
        with pytest.raises(refusals.NotPaidOff):
            await small_city.act(renew_loan, officer, **given)
    (due,) = await plan_of_loan(small_city, loan)
    interest = repayment(
        due.interest_fen, due.due_on, principal_fen=0, interest_fen=due.interest_fen
    )
    await repay(small_city, interest, now=at_end)
    renewed = await small_city.act(renew_loan, officer, **given)
    assert (renewed.outstanding_fen, renewed.first_drawn_on) == (PRINCIPAL_FEN, due.due_on)
    with pytest.raises(refusals.NothingToRenew):
        await small_city.act(
            renew_loan,
            officer,
            loan_id=loan.id,
            draft=replace(RENEWAL, contract=ContractDraft(number="HT-3")),
        )


async def test_what_is_drawn_at_will_is_drawn_again(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await contracted(small_city)
    # No product of the small city offers it.
    await admin.execute("update loans set repayment_method = 'revolving'")
    await draw(small_city, loan, PRINCIPAL_FEN)
    later = small_city.now + days(36)
    back = repayment(10_000_000, local_day(later), principal_fen=10_000_000, prepays=True)
    await repay(small_city, back, now=later)
    async with nothing_written(admin):
        with pytest.raises(refusals.DrawnBeyondContract):
            await draw(small_city, loan, 10_000_001, reference="FK-2", now=later)
    again = await draw(small_city, loan, 10_000_000, reference="FK-2", now=later)
    assert (again.outstanding_fen, again.drawable_fen) == (PRINCIPAL_FEN, 0)
    (due,) = await plan_of_loan(small_city, again)
    # 435 basis points for all 365 days: what was back for no night saves nothing.
    assert due.interest_fen == 1_764_167


async def test_a_contract_runs_until_its_loan_is_settled(small_city: SmallCity) -> None:
    loan, officer = await drawn(small_city), small_city.banks[0].officer
    late = small_city.now + days(3_000)

    async def running() -> list[RunningContract]:
        async with small_city.database.snapshot(small_city.applicant, now=late) as session:
            ids = {"subject_id": small_city.firm_id, "person_id": small_city.person_id}
            return list(await running_contracts(session, **ids, now=late))

    (contract,) = await running()
    assert local_day(contract.until) == date(2027, 11, 20)
    whole = repayment(
        PRINCIPAL_FEN, local_day(small_city.now), principal_fen=PRINCIPAL_FEN, prepays=True
    )
    await repay(small_city, whole)
    await small_city.act(settle_loan, officer, loan_id=loan.id)
    assert await running() == []
