"""Submitting, matching, permitting, withdrawing: what happens, and what a stranger gets."""

from datetime import timedelta

import pytest
from small_city import SmallCity
from sqlalchemy import func, select

from suxin.consent.models import Consent, ConsentState
from suxin.kernel.audit import AuditEntry
from suxin.kernel.bases import AccessBasis
from suxin.kernel.notices import Notice
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.commands.requests import (
    ProductNotOffered,
    TooManyLoanRequests,
    withdraw_request,
)
from suxin.lending.models import (
    DispatchMode,
    Lead,
    LeadParty,
    LoanRequest,
    MatchResult,
    Referral,
    ReferralState,
    RequestState,
    StepNotPossible,
)
from suxin.lending.terms import LoanTermOutOfRange


async def test_a_recommended_request_reaches_both_banks_blind(small_city: SmallCity) -> None:
    submitted = await small_city.submit()

    assert submitted.request.state is RequestState.OPEN
    assert {referral.tenant_id for referral in submitted.referrals} == {
        bank.tenant_id for bank in small_city.banks
    }
    for bank in small_city.banks:
        async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
            lead = (await session.scalars(select(Lead))).one()
            assert (lead.subject_kind, lead.county_code, lead.industry_section) == (
                "firm",
                "321302",
                "C",
            )
            assert (lead.amount_band, lead.term_band, lead.grade, lead.first_loan) == (
                "from_50_wan",
                "up_to_12",
                "unrated",
                None,
            )
            assert (await session.scalars(select(LeadParty))).all() == []
            assert (await session.scalars(select(LoanRequest))).all() == []
            notice = (await session.scalars(select(Notice))).one()
            assert notice.title == "收到新的贷款线索"


async def test_every_product_is_answered_and_the_cheaper_ranks_first(small_city: SmallCity) -> None:
    submitted = await small_city.submit()

    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        results = (
            await session.scalars(
                select(MatchResult)
                .where(MatchResult.request_id == submitted.request.id)
                .order_by(MatchResult.rank)
            )
        ).all()
    assert [result.product_id for result in results] == [
        small_city.banks[1].product_id,
        small_city.banks[0].product_id,
    ]
    assert all(sum(result.contributions.values()) == result.score for result in results)


async def test_a_request_nothing_fits_ends_unmatched_with_every_reason(
    small_city: SmallCity,
) -> None:
    submitted = await small_city.submit(amount_fen=900_000_000)

    assert submitted.request.state is RequestState.UNMATCHED
    assert submitted.referrals == ()
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        results = (await session.scalars(select(MatchResult))).all()
    assert len(results) == 2
    assert [[reason["code"] for reason in result.reasons] for result in results] == [
        ["AMOUNT_WITHIN"],
        ["AMOUNT_WITHIN"],
    ]
    assert "900万元" in results[0].reasons[0]["zh"]


async def test_a_named_request_goes_to_that_bank_alone(small_city: SmallCity) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit(
        mode=DispatchMode.NAMED, product=(bank.tenant_id, bank.product_id)
    )
    assert [referral.tenant_id for referral in submitted.referrals] == [bank.tenant_id]


@pytest.mark.parametrize(
    ("amount_fen", "code"),
    [
        (0, "LOAN_TERM_OUT_OF_RANGE"),
        (-1, "LOAN_TERM_OUT_OF_RANGE"),
        (10**15, "LOAN_TERM_OUT_OF_RANGE"),
    ],
)
async def test_amounts_out_of_bounds_are_refused_and_nothing_is_written(
    small_city: SmallCity, amount_fen: int, code: str
) -> None:
    with pytest.raises(LoanTermOutOfRange) as refused:
        await small_city.submit(amount_fen=amount_fen)
    assert refused.value.code == code
    assert refused.value.field == "amountFen"
    await _assert_no_requests(small_city)


async def test_a_product_that_is_not_offered_is_refused(small_city: SmallCity) -> None:
    bank, other = small_city.banks
    with pytest.raises(ProductNotOffered):
        await small_city.submit(mode=DispatchMode.NAMED, product=(bank.tenant_id, other.product_id))
    await _assert_no_requests(small_city)


async def test_a_named_mode_without_product_is_refused(small_city: SmallCity) -> None:
    with pytest.raises(Invalid) as refused:
        await small_city.submit(mode=DispatchMode.NAMED)
    assert refused.value.field == "product"
    await _assert_no_requests(small_city)


async def test_a_fourth_running_request_is_refused(small_city: SmallCity) -> None:
    for _ in range(3):
        await small_city.submit()
    with pytest.raises(TooManyLoanRequests):
        await small_city.submit()
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        assert await session.scalar(select(func.count()).select_from(LoanRequest)) == 3


async def test_consent_lifts_the_blind_for_that_bank_and_no_other(small_city: SmallCity) -> None:
    submitted = await small_city.submit()
    permitted, other = small_city.banks
    granted = await small_city.consent(submitted.request.id, permitted)

    assert granted.cuts == ()
    async with small_city.database.snapshot(permitted.officer, now=small_city.now) as session:
        party = (await session.scalars(select(LeadParty))).one()
        assert party.subject_id == small_city.firm_id
        request = (await session.scalars(select(LoanRequest))).one()
        assert request.id == submitted.request.id
    async with small_city.database.snapshot(other.officer, now=small_city.now) as session:
        assert (await session.scalars(select(LeadParty))).all() == []
        assert (await session.scalars(select(LoanRequest))).all() == []


async def test_an_earlier_basis_does_not_lift_the_blind_of_a_later_request(
    small_city: SmallCity,
) -> None:
    first = await small_city.submit()
    bank = small_city.banks[0]
    await small_city.consent(first.request.id, bank)
    second = await small_city.submit()

    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        requests = (await session.scalars(select(LoanRequest.id))).all()
    assert second.request.id not in requests
    assert requests == [first.request.id]


async def test_consent_to_a_bank_without_referral_is_refused(small_city: SmallCity) -> None:
    bank, other = small_city.banks
    submitted = await small_city.submit(
        mode=DispatchMode.NAMED, product=(bank.tenant_id, bank.product_id)
    )
    with pytest.raises(NotFound):
        await small_city.consent(submitted.request.id, other)
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        assert (await session.scalars(select(Consent))).all() == []
        assert (await session.scalars(select(AccessBasis))).all() == []


async def test_withdrawing_passes_everything_over_and_ends_permissions(
    small_city: SmallCity,
) -> None:
    submitted = await small_city.submit()
    bank = small_city.banks[0]
    await small_city.consent(submitted.request.id, bank)
    later = small_city.now + timedelta(minutes=5)
    async with small_city.database.transaction(small_city.applicant, now=later) as session:
        await withdraw_request(
            session, small_city.applicant, request_id=submitted.request.id, now=later
        )

    async with small_city.database.snapshot(small_city.applicant, now=later) as session:
        request = (await session.scalars(select(LoanRequest))).one()
        assert (request.state, request.ended_at) == (RequestState.WITHDRAWN, later)
        referrals = (await session.scalars(select(Referral))).all()
        assert {referral.state for referral in referrals} == {ReferralState.PASSED}
        consent = (await session.scalars(select(Consent))).one()
        assert (consent.state, consent.end_reason) == (ConsentState.REVOKED, "申请已撤回")
    async with small_city.database.snapshot(bank.officer, now=later) as session:
        assert (await session.scalars(select(LoanRequest))).all() == []

    with pytest.raises(StepNotPossible):
        async with small_city.database.transaction(small_city.applicant, now=later) as session:
            await withdraw_request(
                session, small_city.applicant, request_id=submitted.request.id, now=later
            )


async def test_a_stranger_finds_nothing_of_it(small_city: SmallCity) -> None:
    submitted = await small_city.submit()
    with pytest.raises(NotFound):
        async with small_city.database.transaction(
            small_city.stranger, now=small_city.now
        ) as session:
            await withdraw_request(
                session, small_city.stranger, request_id=submitted.request.id, now=small_city.now
            )
    async with small_city.database.snapshot(small_city.stranger, now=small_city.now) as session:
        for table in (LoanRequest, Lead, LeadParty, Referral, MatchResult, AuditEntry):
            assert (await session.scalars(select(table))).all() == []


async def _assert_no_requests(city: SmallCity) -> None:
    async with city.database.snapshot(city.applicant, now=city.now) as session:
        for table in (LoanRequest, Lead, Referral, MatchResult, AuditEntry):
            assert (await session.scalars(select(table))).all() == []
