"""Guarantees from the bank's request to their end: who sees whom, two people, limits, the contract that waits for them."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_guarantees import LETTER_FEN, SmallGuarantor, build_guarantor, guaranteed
from small_loans import NUMBER, draw
from sqlalchemy import select

from suxin.consent.commands import revoke_consent
from suxin.consent.requests import ConsentExists
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Job
from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Refusal
from suxin.ledger.models import LedgerAccount
from suxin.ledger.posting import state_of
from suxin.lending.guarantees import jobs, refusals
from suxin.lending.guarantees.asking import LAPSE_TOPIC, ask_guarantor, withdraw_guarantee
from suxin.lending.guarantees.deciding import (
    ask_applicant,
    decline_guarantee,
    send_guarantee_back,
)
from suxin.lending.guarantees.ending import FORGET_TOPIC, follow_loans
from suxin.lending.guarantees.limits import LimitDraft, account_code, commit_guarantee, set_limits
from suxin.lending.guarantees.models import GuaranteeRequest, GuarantorLimit
from suxin.lending.guarantees.queries import limit_use, requests_shown, shown_request
from suxin.lending.guarantees.states import (
    GuaranteeDecline,
    GuaranteeRelease,
    GuaranteeState,
    GuarantorForm,
)
from suxin.lending.loans.contracts import ContractDraft, sign_contract
from suxin.lending.loans.ending import RenewalDraft, renew_loan, settle_loan
from suxin.lending.loans.models import Loan
from suxin.lending.loans.reporting import RepaymentDraft, report_repayment
from suxin.lending.models import Lead, LeadParty, StepNotPossible
from suxin.lending.terms import GuaranteeMode


async def sign(city: SmallCity, offer_id: Any, number: str = NUMBER) -> Loan:
    loan: Loan = await city.act(
        sign_contract, city.banks[0].officer, offer_id=offer_id, draft=ContractDraft(number=number)
    )
    return loan


async def committed_fen(city: SmallCity, guarantor: SmallGuarantor) -> int:
    """Return what the operator's book says that a guarantor answers for."""
    async with city.database.snapshot(city.operator, now=city.now) as session:
        account = (
            await session.scalars(
                select(LedgerAccount).where(
                    LedgerAccount.code == account_code(guarantor.tenant_id, "committed")
                )
            )
        ).one()
        return state_of(account).balance


async def seen(city: SmallCity, actor: Actor, model: Any) -> list[Any]:
    async with city.database.snapshot(actor, now=city.now) as session:
        return list(await session.scalars(select(model)))


async def standing(city: SmallCity, request: GuaranteeRequest) -> GuaranteeRequest:
    async with city.database.snapshot(Actor.system("test"), now=city.now) as session:
        return await session.get_one(GuaranteeRequest, (request.tenant_id, request.id))


async def pass_time(
    city: SmallCity,
    request: GuaranteeRequest,
    *,
    after: timedelta = timedelta(),
    topic: str = LAPSE_TOPIC,
) -> None:
    now = city.now + after
    payload = {"tenant_id": str(request.tenant_id), "request_id": str(request.id)}
    job = Job(id=request.id, topic=topic, payload=payload, tenant_id=None, now=now)
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        await jobs.handlers()[topic](session, job)


async def test_a_guaranteed_contract_waits_for_the_guarantor(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    guarantor = await build_guarantor(small_city)
    offer_id = await guaranteed(small_city)
    async with nothing_written(admin):
        with pytest.raises(refusals.GuaranteeMissing):
            await sign(small_city, offer_id)
    request = await guarantor.asked(offer_id)
    with pytest.raises(refusals.GuaranteeMissing):
        await sign(small_city, offer_id)
    await guarantor.permitted(request)
    await guarantor.underwritten(request)
    done = await guarantor.approved(request)
    assert (done.state, done.letter_fen, done.committed_fen) == (
        GuaranteeState.APPROVED,
        LETTER_FEN,
        LETTER_FEN,
    )
    assert await committed_fen(small_city, guarantor) == LETTER_FEN
    assert (await sign(small_city, offer_id)).guarantee is GuaranteeMode.GUARANTEE_COMPANY


async def test_the_guarantor_is_asked_blind_and_learns_who_it_is_on_his_consent_alone(
    small_city: SmallCity,
) -> None:
    guarantor = await build_guarantor(small_city)
    other = await build_guarantor(small_city, number=1)
    request = await guarantor.asked()
    shown = await seen(small_city, guarantor.underwriter, GuaranteeRequest)
    assert [(one.county_code, one.industry_section) for one in shown] == [("321302", "C")]
    assert await seen(small_city, guarantor.underwriter, LeadParty) == []
    assert await seen(small_city, guarantor.underwriter, Lead) == []
    with pytest.raises(refusals.GuaranteeConsentMissing):
        await guarantor.underwritten(request)
    consent_id = await guarantor.permitted(request)
    with pytest.raises(ConsentExists):
        await guarantor.act(ask_applicant, guarantor.underwriter, request_id=request.id)
    assert [one.subject_id for one in await seen(small_city, guarantor.approver, LeadParty)] == [
        small_city.firm_id
    ]
    await guarantor.underwritten(request)
    await small_city.act(revoke_consent, small_city.applicant, consent_id=consent_id, reason=None)
    with pytest.raises(refusals.GuaranteeConsentMissing):
        await guarantor.approved(request)
    for actor in (other.underwriter, small_city.banks[1].officer, small_city.stranger):
        assert await seen(small_city, actor, GuaranteeRequest) == []
    assert len(await seen(small_city, small_city.applicant, GuaranteeRequest)) == 1
    assert len(await seen(small_city, small_city.operator, GuaranteeRequest)) == 1


async def test_two_people_of_the_guarantor_answer_by_command_and_by_the_database(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    guarantor = await build_guarantor(small_city)
    request = await guarantor.asked()
    await guarantor.permitted(request)
    with pytest.raises(StepNotPossible):
        await guarantor.approved(request)
    await guarantor.underwritten(request)
    with pytest.raises(refusals.UnderwrittenByYourself):
        await guarantor.approved(request, by=guarantor.underwriter)
    await guarantor.act(
        send_guarantee_back, guarantor.approver, request_id=request.id, note="请补充反担保情况"
    )
    await guarantor.underwritten(request)
    await guarantor.approved(request)
    with pytest.raises(asyncpg.CheckViolationError, match="two_people"):
        await admin.execute("update guarantee_requests set approved_by = underwritten_by")
    with pytest.raises(StepNotPossible):
        await guarantor.act(
            decline_guarantee,
            guarantor.underwriter,
            request_id=request.id,
            reason=GuaranteeDecline.OTHER,
            note="晚了",
        )


async def test_a_bank_asks_one_guarantor_at_a_time_about_its_own_accepted_offer(
    small_city: SmallCity,
) -> None:
    guarantor = await build_guarantor(small_city)
    other = await build_guarantor(small_city, number=1)
    request = await guarantor.asked()
    ask = {"offer_id": request.offer_id, "guarantor_id": other.tenant_id, "share_bps": 5_000}
    with pytest.raises(refusals.GuaranteeAsked):
        await small_city.act(ask_guarantor, small_city.banks[0].officer, **ask)
    with pytest.raises(NotFound):
        await small_city.act(ask_guarantor, small_city.banks[1].officer, **ask)
    with pytest.raises(Forbidden):
        await small_city.act(ask_guarantor, other.underwriter, **ask)
    with pytest.raises(NotFound):
        await small_city.act(
            ask_guarantor,
            small_city.banks[0].officer,
            **(ask | {"guarantor_id": small_city.banks[1].tenant_id}),
        )
    with pytest.raises(Invalid):
        await small_city.act(
            ask_guarantor, small_city.banks[0].officer, **(ask | {"share_bps": 8_001})
        )
    await guarantor.act(
        decline_guarantee,
        guarantor.underwriter,
        request_id=request.id,
        reason=GuaranteeDecline.RISK_TOO_HIGH,
        note="负债偏高",
    )
    second = await small_city.act(ask_guarantor, small_city.banks[0].officer, **ask)
    assert second.state is GuaranteeState.REQUESTED
    with pytest.raises(NotFound):
        async with small_city.database.snapshot(guarantor.underwriter, now=small_city.now) as one:
            await shown_request(one, guarantor.underwriter, second.id)


async def test_the_consent_ends_with_the_answer_that_is_no(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(small_city)
    request = await guarantor.asked()
    await guarantor.permitted(request)
    assert len(await seen(small_city, guarantor.underwriter, LeadParty)) == 1
    await guarantor.act(
        decline_guarantee,
        guarantor.underwriter,
        request_id=request.id,
        reason=GuaranteeDecline.OTHER,
        note="不在本机构业务范围",
    )
    await pass_time(small_city, request, topic=FORGET_TOPIC)
    assert await seen(small_city, guarantor.underwriter, LeadParty) == []


async def test_what_is_taken_back_or_lapses_commits_nothing(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(small_city)
    request = await guarantor.committed()
    officer = small_city.banks[0].officer
    taken = await guarantor.act(withdraw_guarantee, officer, request_id=request.id, note="改用抵押")
    assert (taken.state, taken.committed_fen) == (GuaranteeState.WITHDRAWN, 0)
    assert await committed_fen(small_city, guarantor) == 0
    await pass_time(small_city, request, topic=FORGET_TOPIC)
    assert await seen(small_city, guarantor.underwriter, LeadParty) == []
    again = await guarantor.committed(request.offer_id)
    await pass_time(small_city, again, after=timedelta(days=59))
    assert (await standing(small_city, again)).state is GuaranteeState.APPROVED
    await pass_time(small_city, again, after=timedelta(days=61))
    assert (await standing(small_city, again)).state is GuaranteeState.LAPSED
    assert await committed_fen(small_city, guarantor) == 0
    unanswered = await guarantor.asked(request.offer_id)
    await pass_time(small_city, unanswered, after=timedelta(days=8))
    assert (await standing(small_city, unanswered)).state is GuaranteeState.LAPSED


async def test_a_signed_contract_keeps_its_commitment_until_the_loan_ends(
    small_city: SmallCity,
) -> None:
    guarantor = await build_guarantor(small_city)
    officer = small_city.banks[0].officer
    request = await guarantor.committed()
    loan = await draw(small_city, await sign(small_city, request.offer_id), 40_000_000)
    with pytest.raises(refusals.GuaranteeInUse):
        await guarantor.act(withdraw_guarantee, officer, request_id=request.id, note="撤回")
    await pass_time(small_city, request, after=timedelta(days=61))
    assert (await standing(small_city, request)).state is GuaranteeState.APPROVED
    await _prepay(small_city, loan, principal_fen=10_000_000)
    assert await _follow(small_city) == 1
    assert await committed_fen(small_city, guarantor) == 24_000_000
    assert await _follow(small_city) == 0
    await _prepay(small_city, loan, principal_fen=30_000_000)
    await small_city.act(settle_loan, officer, loan_id=loan.id)
    assert await _follow(small_city) == 1
    ended = await standing(small_city, request)
    assert (ended.state, ended.release) == (GuaranteeState.RELEASED, GuaranteeRelease.SETTLED)
    assert await committed_fen(small_city, guarantor) == 0


async def test_a_guaranteed_loan_is_not_renewed_on_the_old_commitment(
    small_city: SmallCity,
) -> None:
    guarantor = await build_guarantor(small_city)
    request = await guarantor.committed()
    loan = await draw(small_city, await sign(small_city, request.offer_id), 40_000_000)
    renewal = RenewalDraft(
        contract=ContractDraft(number="HT-renewal"),
        rate_bps=400,
        term_months=12,
        repayment_method=loan.repayment_method,
    )
    with pytest.raises(refusals.GuaranteeMissing):
        await small_city.act(
            renew_loan, small_city.banks[0].officer, loan_id=loan.id, draft=renewal
        )


async def test_no_more_is_committed_than_the_limits_allow(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(small_city, limit=_limit(net_assets_fen=310_000_000))
    request = await guarantor.asked()
    await guarantor.permitted(request)
    await guarantor.underwritten(request)
    with pytest.raises(refusals.GuaranteeClientLimitReached) as one:
        await guarantor.approved(request)
    assert "10,000.00" in one.value.zh_message
    await _set(small_city, guarantor, _limit(net_assets_fen=320_000_000, multiple=1))
    await guarantor.approved(request)
    async with small_city.database.snapshot(guarantor.approver, now=small_city.now) as session:
        use = await limit_use(session, guarantor.approver)
    assert use is not None
    assert (use.committed_fen, use.free_fen, use.used_bps) == (LETTER_FEN, 288_000_000, 1_000)


async def test_of_two_approvals_at_once_one_finds_the_limit_reached(small_city: SmallCity) -> None:
    """One client's two letters of 320,000 yuan, where a tenth of net assets is 400,000."""
    guarantor = await build_guarantor(small_city)
    other = await guarantor.another_approver()
    requests = [await guarantor.asked() for _ in range(2)]
    for request in requests:
        await guarantor.permitted(request)
        await guarantor.underwritten(request)
    found = await asyncio.gather(
        guarantor.approved(requests[0]),
        guarantor.approved(requests[1], by=other),
        return_exceptions=True,
    )
    refused = [one for one in found if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [refusals.GuaranteeClientLimitReached]
    assert await committed_fen(small_city, guarantor) == LETTER_FEN


async def test_ten_clients_fill_the_limit_in_all(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(
        small_city, limit=_limit(net_assets_fen=320_000_000, multiple=1)
    )
    request = await guarantor.asked()
    await guarantor.permitted(request)
    await guarantor.underwritten(request)
    for number in range(11):
        async with small_city.database.transaction(small_city.operator, now=small_city.now) as one:
            limit = (await one.scalars(select(GuarantorLimit))).one()
            letter = await one.get_one(GuaranteeRequest, (request.tenant_id, request.id))
            given = {"subject_id": new_id(), "now": small_city.now}
            if number < 10:
                await commit_guarantee(one, limit, letter, **given)
                continue
            with pytest.raises(refusals.GuaranteeLimitReached) as full:
                await commit_guarantee(one, limit, letter, **given)
            assert "320,000.00" in full.value.zh_message
    assert await committed_fen(small_city, guarantor) == 320_000_000


async def test_who_may_set_limits_and_which(small_city: SmallCity) -> None:
    guarantor = await build_guarantor(small_city)
    with pytest.raises(Forbidden):
        await small_city.act(
            set_limits, guarantor.approver, guarantor_id=guarantor.tenant_id, draft=_limit()
        )
    for change, field in (
        ({"multiple": 16}, "multiple"),
        ({"client_bps": 1_001}, "clientBps"),
        ({"net_assets_fen": 0}, "netAssetsFen"),
    ):
        with pytest.raises(Refusal) as one:
            await _set(small_city, guarantor, _limit(**change))
        assert one.value.field == field
    async with small_city.database.snapshot(guarantor.approver, now=small_city.now) as session:
        rows = (await session.execute(requests_shown(guarantor.approver))).all()
    assert rows == []


def _limit(**changes: Any) -> LimitDraft:
    values: dict[str, Any] = {
        "form": GuarantorForm.GUARANTEE_COMPANY,
        "net_assets_fen": 400_000_000,
    }
    return LimitDraft(**(values | changes))


async def _set(city: SmallCity, guarantor: SmallGuarantor, draft: LimitDraft) -> None:
    await city.act(set_limits, city.operator, guarantor_id=guarantor.tenant_id, draft=draft)


async def _prepay(city: SmallCity, loan: Loan, *, principal_fen: int) -> None:
    draft = RepaymentDraft(
        contract_number=loan.contract_number,
        reference=f"HK-{principal_fen}",
        paid_on=city.now.date(),
        amount_fen=principal_fen,
        principal_fen=principal_fen,
        interest_fen=0,
        fee_fen=0,
        prepays=True,
    )
    await city.act(report_repayment, city.banks[0].officer, draft=draft)


async def _follow(city: SmallCity) -> int:
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        return await follow_loans(session, now=city.now)
