"""Claims through the commands and the ledger: the worked example, gaps, two people with fresh codes, and what follows a payment."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from small_city import SmallCity
from small_claims import DEPOSIT_FEN, MONEY_FEN, PRINCIPAL_FEN, SmallClaims, build_claims
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden
from suxin.lending.loans.states import LoanState
from suxin.lending.models.steps import StepNotPossible
from suxin.risk_pool.agreements import AgreementTerms, Caps, Shares, Unmet
from suxin.risk_pool.claims.commands import draft_claim, submit_claim, withdraw_claim
from suxin.risk_pool.claims.gaps import read_gaps
from suxin.risk_pool.claims.refusals import (
    ApprovedByYourself,
    CheckedByYourself,
    ClaimExists,
    ClaimNotReady,
    NothingPayable,
    PaymentOpen,
    PlaceTaken,
    RecoveryBeyondLoss,
    RecoveryDiffers,
)
from suxin.risk_pool.claims.reviewing import (
    reject_claim,
    return_claim,
)
from suxin.risk_pool.claims.states import ClaimState, Place
from suxin.risk_pool.losses import LimitedBy
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.recoveries.states import RecoveryState
from suxin.tenancy.second_factors import SecondFactorMissing, SecondFactorWrong

POOL_FEN = 53_200_000


@pytest.fixture
async def claims(small_city: SmallCity) -> SmallClaims:
    return await build_claims(small_city)


async def test_the_worked_example_goes_from_draft_to_recovery(claims: SmallClaims) -> None:
    """Outstanding 800,000.00, deposit 40,000.00: the pool bears 532,000.00, and gets 126,000.00 of 180,000.00 back (7:3)."""
    submitted = await claims.submit()
    assert (submitted.loss_fen, submitted.pool_fen, submitted.bank_fen, submitted.unmet_fen) == (
        76_000_000,
        POOL_FEN,
        22_800_000,
        0,
    )
    assert (submitted.state, submitted.round, submitted.trigger_days_left) == (
        ClaimState.SUBMITTED,
        1,
        0,
    )
    reviewed = await claims.passed_on(submitted)
    once = await claims.approve(reviewed, claims.fund, Place.FUND_MANAGER)
    assert once.state is ClaimState.REVIEW
    assert (await claims.book())["custody"] == (MONEY_FEN, POOL_FEN)
    approved = await claims.approve(reviewed, claims.bureau, Place.FINANCE_BUREAU)
    (payment,) = await claims.payments(approved)
    assert (approved.state, payment.state) == (ClaimState.APPROVED, PaymentState.ISSUED)
    assert payment.letter_number == "代偿〔2027〕1号"
    assert (await claims.stored_loan()).state is LoanState.OVERDUE

    claims.now += timedelta(days=1)
    await claims.take(("LS-1", "DBIT", POOL_FEN, "付 代偿[2027]1号 款"))
    paid = await claims.stored(approved)
    assert paid.state is ClaimState.PAID
    assert (await claims.stored_loan()).state is LoanState.COMPENSATED
    book = await claims.book()
    assert book["custody"] == (MONEY_FEN - POOL_FEN, 0)
    assert book["compensated"] == (POOL_FEN, 0)
    assert book["committed"] == (0, 0)
    # Without a counted balance there is no rate, and the stop-loss stays.
    assert await claims.stop_losses() == [(POOL_FEN, "normal")]

    recovery = await claims.recover(paid, 20_000_000, 2_000_000)
    assert (recovery.pool_fen, recovery.bank_fen) == (12_600_000, 5_400_000)
    assert (await claims.stored_loan()).state is LoanState.RECOVERING
    await claims.take(("LS-2", "CRDT", 12_600_000, f"追偿分配 {recovery.number}"))
    assert (await claims.book())["recovered"] == (12_600_000, 0)
    assert (await claims.book())["custody"] == (MONEY_FEN - POOL_FEN + 12_600_000, 0)
    assert (await claims.stored(paid)).state is ClaimState.RECOVERING


async def test_the_rest_coming_back_closes_the_claim_and_settles_the_loan(
    claims: SmallClaims,
) -> None:
    claim, _ = await claims.paid()
    with pytest.raises(RecoveryBeyondLoss) as refused:
        await claims.recover(claim, 76_000_001)
    assert refused.value.facts == {"beyond": "0.01"}
    whole = await claims.recover(claim, 76_100_000, 100_000)
    assert (whole.pool_fen, whole.bank_fen) == (POOL_FEN, 22_800_000)
    assert (await claims.stored(claim)).state is ClaimState.RECOVERING
    await claims.take(("LS-2", "CRDT", POOL_FEN, whole.number))
    assert (await claims.stored(claim)).state is ClaimState.CLOSED
    assert (await claims.stored_loan()).state is LoanState.SETTLED
    assert (await claims.book())["custody"] == (MONEY_FEN, 0)
    with pytest.raises(StepNotPossible):
        await claims.recover(claim, 1, reference="ZS-2")


async def test_costs_above_what_came_back_wait_and_a_report_is_made_once(
    claims: SmallClaims,
) -> None:
    claim, _ = await claims.paid()
    costs = await claims.recover(claim, 0, 1_000_000, reference="ZS-1")
    assert (costs.pool_fen, costs.bank_fen, costs.state) == (0, 0, RecoveryState.CONFIRMED)
    again = await claims.recover(claim, 0, 1_000_000, reference="ZS-1")
    assert again.id == costs.id
    with pytest.raises(RecoveryDiffers):
        await claims.recover(claim, 1, 1_000_000, reference="ZS-1")
    came = await claims.recover(claim, 3_000_000, 0, reference="ZS-2")
    assert (came.pool_fen, came.bank_fen) == (1_400_000, 600_000)


async def test_gaps_are_named_all_at_once_and_days_are_counted(small_city: SmallCity) -> None:
    claims = await build_claims(small_city, overdue_days=60)
    draft = await claims.draft()
    assert [(gap.code.value, gap.n) for gap in read_gaps(draft.gaps)] == [
        ("TRIGGER_DAYS_LEFT", 30),
        ("COLLECTIONS_MISSING", 3),
    ]
    assert (draft.trigger_days_left, draft.overdue_days) == (30, 60)
    await claims.collect(times=2)
    with pytest.raises(ClaimNotReady) as refused:
        await claims.act(submit_claim, claims.bank, claim_id=draft.id)
    assert refused.value.zh_message == (
        "尚不能提交：距代偿触发还有 30 天；还需登记 1 次逾期后的催收"
    )
    assert (await claims.stored(draft)).state is ClaimState.DRAFT
    claims.now += timedelta(days=30)
    await claims.collect(times=1)
    submitted = await claims.act(submit_claim, claims.bank, claim_id=draft.id)
    assert submitted.gaps == []
    assert len(submitted.dossier["collections"]) == 3
    assert submitted.dossier["decision"]["rate_bps"] == 435
    assert len(submitted.dossier["decision"]["snapshot_sha256"]) == 64
    assert submitted.dossier["drawdowns"] == [{"on": "2026-11-20", "amount_fen": PRINCIPAL_FEN}]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"overdue_days": 271}, "WINDOW_PASSED"),
        ({"overdue_days": 0}, "LOAN_NOT_OVERDUE"),
    ],
)
async def test_too_late_and_too_early_are_gaps(
    small_city: SmallCity, change: dict[str, int], code: str
) -> None:
    claims = await build_claims(small_city, **change)
    draft = await claims.draft()
    assert code in {one["code"] for one in draft.gaps}


async def test_a_deposit_above_what_is_owed_leaves_nothing_to_claim(claims: SmallClaims) -> None:
    draft = await claims.draft(deposit_fen=PRINCIPAL_FEN + 1)
    assert "NOTHING_LOST" in {one["code"] for one in draft.gaps}
    assert (draft.loss_fen, draft.pool_fen) == (0, 0)


async def test_an_open_dispute_about_the_loan_holds_a_claim_up(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    await claims.collect()
    await admin.execute(
        "insert into review_cases (subject_id, id, kind, office_id, filed_by, person_id, object_id, item, source, stated,"
        " wanted, reason, state, round, filed_at, clock, clock_from, clock_days, due_at, due_provisional)"
        " values ($1, $2, 'dispute', $3, $4, $4, $5, 'x', 'x', '{}', 'x', 'x', 'SUBMITTED', 1, $6, 'ACCEPT', $6, 3, $6, false)",
        claims.loan.subject_id,
        new_id(),
        claims.city.operator.own_tenant,
        claims.loan.person_id,
        claims.loan.id,
        claims.now,
    )
    draft = await claims.draft()
    assert draft.gaps == [{"code": "DISPUTE_OPEN", "n": 1}]


async def test_a_draft_is_worked_out_anew_and_a_claim_is_made_once(claims: SmallClaims) -> None:
    draft = await claims.draft(deposit_fen=None)
    assert (draft.deposit_fen, draft.pool_fen) == (0, 56_000_000)
    again = await claims.draft()
    assert (again.id, again.deposit_fen, again.pool_fen) == (draft.id, DEPOSIT_FEN, POOL_FEN)
    claim = await claims.submit()
    with pytest.raises(ClaimExists):
        await claims.act(draft_claim, claims.bank, loan_id=claims.loan.id)
    await claims.act(withdraw_claim, claims.bank, claim_id=claim.id)
    assert (await claims.draft()).id != claim.id


async def test_two_different_people_from_two_places_approve_with_fresh_codes(
    claims: SmallClaims,
) -> None:
    claim = await claims.reviewed()
    nobody = replace(claims.fund, staff_id=new_id())
    with pytest.raises(SecondFactorMissing):
        await claims.approve(claim, nobody, Place.FUND_MANAGER, code="000000")
    with pytest.raises(SecondFactorWrong):
        await claims.approve(claim, claims.fund, Place.FUND_MANAGER, code="12345")
    with pytest.raises(CheckedByYourself):
        await claims.approve(claim, claims.checker, Place.FUND_MANAGER)
    code = claims.code(claims.fund)
    await claims.approve(claim, claims.fund, Place.FUND_MANAGER, code=code)
    with pytest.raises(SecondFactorWrong):
        await claims.approve(claim, claims.fund, Place.FINANCE_BUREAU, code=code)
    claims.now += timedelta(seconds=30)
    with pytest.raises(ApprovedByYourself):
        await claims.approve(claim, claims.fund, Place.FINANCE_BUREAU)
    with pytest.raises(PlaceTaken):
        await claims.approve(claim, claims.bureau, Place.FUND_MANAGER)
    assert (await claims.stored(claim)).state is ClaimState.REVIEW
    unqualified = replace(claims.bureau, permissions=frozenset())
    with pytest.raises(Forbidden):
        await claims.approve(claim, unqualified, Place.FINANCE_BUREAU)
    claims.now += timedelta(seconds=30)
    approved = await claims.approve(claim, claims.bureau, Place.FINANCE_BUREAU)
    assert approved.state is ClaimState.APPROVED
    claims.now += timedelta(seconds=30)
    with pytest.raises(PaymentOpen):
        await claims.approve(claim, claims.fund, Place.FUND_MANAGER)


async def test_an_approval_works_the_figures_out_anew_and_leaves_the_dossier_as_it_was_submitted(
    claims: SmallClaims,
) -> None:
    """Who approves may not read what the bank decided by, and must not write over its hash."""
    submitted = await claims.submit()
    assert len(submitted.dossier["decision"]["snapshot_sha256"]) == 64
    await claims.collect(times=1)
    claim, _ = await claims.approve_twice(await claims.passed_on(submitted))
    stored = await claims.stored(claim)
    assert stored.dossier == submitted.dossier


async def test_the_database_keeps_approvers_apart_whatever_the_code_forgets(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    claim = await claims.reviewed()
    await claims.approve(claim, claims.fund, Place.FUND_MANAGER)
    issue = (
        "update pool_payments set state = 'ISSUED', second_place = 'finance_bureau', second_approved_by = $1,"
        " second_shown_at = now(), issued_at = now(), letter_year = 2027, letter_sequence = 1"
    )
    await admin.execute("select set_config('app.staff_id', $1, false)", str(claims.fund.own_staff))
    with pytest.raises(asyncpg.CheckViolationError, match="two_people"):
        await admin.execute(issue, claims.fund.own_staff)
    # The same, as the fund's manager naming somebody who is not there.
    with pytest.raises(DBAPIError, match="no step of this caller"):
        async with claims.city.database.transaction(claims.fund, now=claims.now) as session:
            await session.execute(
                text(issue.replace("$1", ":other")), {"other": claims.bureau.own_staff}
            )
    with pytest.raises(asyncpg.CheckViolationError, match="approved_by_two"):
        await admin.execute("update pool_claims set state = 'APPROVED'")
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="approved"):
        await admin.execute(
            "update pool_claims set state = 'APPROVED', approved_at = now(), first_approved_by = $1,"
            " second_approved_by = $2, payment_id = (select id from pool_payments)",
            claims.fund.own_staff,
            claims.bureau.own_staff,
        )


async def test_returning_and_rejecting_let_go_what_was_held(claims: SmallClaims) -> None:
    claim = await claims.reviewed()
    await claims.approve(claim, claims.fund, Place.FUND_MANAGER)
    returned = await claims.act(
        return_claim, claims.bureau, claim_id=claim.id, note="缺少上门催收记录"
    )
    assert (returned.state, returned.note) == (ClaimState.RETURNED, "缺少上门催收记录")
    assert (await claims.book())["custody"] == (MONEY_FEN, 0)
    (dropped,) = await claims.payments(claim)
    assert dropped.state is PaymentState.DROPPED
    again = await claims.act(submit_claim, claims.bank, claim_id=claim.id)
    assert again.round == 2
    with pytest.raises(StepNotPossible):
        await claims.act(reject_claim, claims.bureau, claim_id=claim.id, note="不符合条件")


async def test_what_waits_is_paid_once_the_pool_can(small_city: SmallCity) -> None:
    """The pool holds 400,000.00 of its share of 532,000.00; 132,000.00 wait, less what comes back meanwhile."""
    claims = await build_claims(small_city, money_fen=40_000_000)
    claim, _ = await claims.paid()
    assert (claim.pool_fen, claim.unmet_fen, claim.limited_by) == (
        40_000_000,
        13_200_000,
        LimitedBy.POOL,
    )
    claims.now += timedelta(seconds=30)
    with pytest.raises(NothingPayable):
        await claims.approve(claim, claims.fund, Place.FUND_MANAGER)
    recovery = await claims.recover(claim, 7_600_000)
    assert recovery.pool_fen == 4_000_000
    await claims.take(("LS-2", "CRDT", 4_000_000, recovery.number))
    claims.now += timedelta(seconds=30)
    _, later = await claims.approve_twice(claim)
    assert later.amount_fen == 4_000_000
    await claims.take(("LS-3", "DBIT", 4_000_000, str(later.letter_number)))
    paid = await claims.stored(claim)
    # A tenth of the loss came back, and with it a tenth of what waited is nobody's any more.
    assert (paid.pool_fen, paid.unmet_fen) == (44_000_000, 7_880_000)
    assert paid.pool_fen + paid.unmet_fen + paid.bank_fen == paid.loss_fen
    assert (await claims.book())["custody"] == (0, 0)


async def test_what_a_cap_leaves_open_is_the_banks_where_it_was_agreed(
    small_city: SmallCity,
) -> None:
    terms = AgreementTerms(
        shares=Shares(pool_bps=7_000, bank_bps=3_000),
        caps=Caps(per_bank_and_year_fen=50_000_000),
        unmet=Unmet.BANK,
    )
    claims = await build_claims(small_city, terms=terms)
    claim = await claims.submit()
    assert (claim.pool_fen, claim.bank_fen, claim.unmet_fen, claim.limited_by) == (
        50_000_000,
        26_000_000,
        0,
        LimitedBy.BANK_AND_YEAR,
    )
