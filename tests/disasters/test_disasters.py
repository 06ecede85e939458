"""Declared disasters: two people, what follows from one, each bank's own loans, and a wrong one that leaves nothing half done."""

import asyncio
from datetime import date

import pytest
from observing import changed, contents
from repairs import add_penalty
from small_disasters import confirmed, declare, follow, work_off
from small_loans import drawn, stored
from small_relief import relieve
from small_scores import official
from sqlalchemy import select

from suxin.disasters import proposing
from suxin.disasters.commands import decide_disaster, revoke_disaster, withdraw_disaster
from suxin.disasters.models import RenewalProposal
from suxin.disasters.refusals import DisasterNotHere, DisasterSecondPerson, RenewalNotHere
from suxin.disasters.renewals import decide_renewal
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.loans.contracts import ContractDraft
from suxin.lending.loans.ending import RenewalDraft, renew_loan
from suxin.lending.loans.states import LoanState
from suxin.lending.terms import RepaymentMethod
from suxin.relief.commands import decide_notice


async def test_nothing_is_proposed_before_another_has_confirmed(small_city, admin):
    await drawn(small_city, term_months=6)
    disaster = await declare(small_city)
    by_whom = {"disaster_id": disaster.id, "granted": True, "answer": "一致"}
    before = await contents(admin)
    with pytest.raises(DisasterSecondPerson):
        await small_city.act(decide_disaster, official(small_city, 0), **by_whom)
    await work_off(small_city, admin)
    assert await changed(admin, before) == set()

    await small_city.act(decide_disaster, official(small_city, 1), **by_whom)
    await work_off(small_city, admin)
    (notice,) = await admin.fetch("select source, filed_by, state, title from disaster_notices")
    assert tuple(notice) == (disaster.source, None, "PROPOSED", disaster.title)
    (proposed,) = await admin.fetch("select tenant_id, state from renewal_proposals")
    assert tuple(proposed) == (small_city.banks[0].tenant_id, "PROPOSED")
    with pytest.raises(DisasterNotHere):
        await small_city.act(decide_disaster, official(small_city, 2), **by_whom)


async def test_a_record_is_exempted_and_a_loan_renewed_by_people_alone(small_city, admin):
    """The bank's agreeing changes no loan; the contract that the borrower signs is reported as any renewal."""
    record_id = await add_penalty(small_city, occurred_on=date(2026, 10, 3))
    loan = await drawn(small_city, term_months=6)
    await confirmed(small_city)
    await work_off(small_city, admin)
    status = "select status from credit_records where id = $1"
    assert await relieve(small_city) == 0
    assert await admin.fetchval(status, record_id) == "active"
    notice_id = await admin.fetchval("select notice_id from declared_disasters")
    decided = {"notice_id": notice_id, "granted": True, "answer": "属实"}
    await small_city.act(decide_notice, official(small_city, 1), **decided)
    assert await relieve(small_city) == 1
    assert await admin.fetchval(status, record_id) == "exempted"

    await _decide(small_city, admin, granted=True)
    assert (await stored(small_city, loan)).state is LoanState.DISBURSED
    contract = RenewalDraft(
        contract=ContractDraft(number="HT-续-1"),
        rate_bps=385,
        term_months=12,
        repayment_method=RepaymentMethod.EQUAL_INSTALMENT,
    )
    await small_city.act(renew_loan, small_city.banks[0].officer, loan_id=loan.id, draft=contract)
    assert (await stored(small_city, loan)).state is LoanState.SETTLED


async def test_the_borrower_is_told_once_of_each_step(small_city, admin):
    await drawn(small_city, term_months=6)
    await confirmed(small_city)
    await work_off(small_city, admin)
    assert [await follow(small_city) for _ in range(2)] == [1, 0]
    await _decide(small_city, admin, granted=False, note="经营已恢复")
    assert [await follow(small_city) for _ in range(2)] == [1, 0]
    told = await admin.fetch(
        "select person_id, title, body from notices where template = 'disaster_renewal' order by id"
    )
    assert {row["person_id"] for row in told} == {small_city.person_id}
    assert [row["title"] for row in told] == ["可与银行商量无还本续贷", "银行未同意无还本续贷"]
    assert "经营已恢复" in told[1]["body"]


async def test_loans_that_it_does_not_concern_are_not_proposed(small_city, admin):
    late = await drawn(small_city, term_months=6)
    elsewhere = {"areas": ["321324"]}
    await confirmed(small_city, **elsewhere)
    await work_off(small_city, admin)
    await admin.execute("update loans set ends_on = '2027-10-10' where id = $1", late.id)
    await confirmed(small_city)
    await work_off(small_city, admin)
    overdue = "update loans set ends_on = '2027-10-09', state = 'OVERDUE', overdue_days = 3, overdue_since = '2026-11-01'"
    await admin.execute(overdue)
    await confirmed(small_city)
    await work_off(small_city, admin)
    assert await admin.fetchval("select count(*) from renewal_proposals") == 0
    assert await admin.fetchval("select count(*) from disaster_notices") == 3


async def test_a_loan_is_proposed_once_however_many_disasters_there_are(
    small_city, admin, monkeypatch
):
    monkeypatch.setattr(proposing, "CHUNK", 1)
    await drawn(small_city, term_months=6)
    for _ in range(2):
        await confirmed(small_city)
    await work_off(small_city, admin)
    assert await admin.fetchval("select count(*) from renewal_proposals") == 1
    assert await admin.fetchval("select count(*) from disaster_notices") == 2


async def test_a_wrong_declaration_leaves_nothing_half_done(small_city, admin):
    await drawn(small_city, term_months=6)
    disaster = await confirmed(small_city)
    await work_off(small_city, admin)
    wrong = {"disaster_id": disaster.id, "reason": "误录乡镇"}
    await small_city.act(revoke_disaster, official(small_city, 0), **wrong)
    with pytest.raises(RenewalNotHere):
        await _decide(small_city, admin, granted=True)
    await work_off(small_city, admin)
    assert await admin.fetchval("select state from disaster_notices") == "WITHDRAWN"
    assert await admin.fetchval("select state from renewal_proposals") == "WITHDRAWN"
    assert await follow(small_city) == 1
    with pytest.raises(DisasterNotHere):
        await small_city.act(revoke_disaster, official(small_city, 1), **wrong)


async def test_revoked_before_the_platform_proposed_nothing_is(small_city, admin):
    await drawn(small_city, term_months=6)
    disaster = await confirmed(small_city)
    await small_city.act(
        revoke_disaster, official(small_city, 1), disaster_id=disaster.id, reason="误录"
    )
    await work_off(small_city, admin)
    assert await admin.fetch("select 1 from disaster_notices") == []
    assert await admin.fetch("select 1 from renewal_proposals") == []


async def test_revoked_later_a_notice_in_force_waits_for_a_second_person(small_city, admin):
    """What a bank has decided stays its own; the notice is asked to end, and whoever revoked does not end it."""
    await drawn(small_city, term_months=6)
    disaster = await confirmed(small_city)
    await work_off(small_city, admin)
    await _decide(small_city, admin, granted=True)
    await relieve(small_city)
    notice_id = await admin.fetchval("select id from disaster_notices")
    decided = {"notice_id": notice_id, "granted": True, "answer": "属实"}
    await small_city.act(decide_notice, official(small_city, 1), **decided)
    await small_city.act(
        revoke_disaster, official(small_city, 0), disaster_id=disaster.id, reason="认定撤销"
    )
    await work_off(small_city, admin)
    found = await admin.fetchrow("select state, ending_by, ending_reason from disaster_notices")
    assert tuple(found) == ("IN_FORCE", official(small_city, 0).staff_id, "认定撤销")
    assert await admin.fetchval("select state from renewal_proposals") == "AGREED"


async def test_two_at_once_one_confirms(small_city, admin):
    disaster = await declare(small_city)
    given = {"disaster_id": disaster.id, "granted": True, "answer": "一致"}
    answers = await asyncio.gather(
        *(small_city.act(decide_disaster, official(small_city, who), **given) for who in (1, 2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in answers) == ["DeclaredDisaster", "DisasterNotHere"]
    assert await admin.fetchval("select count(*) from outbox where topic like 'disasters.%'") == 1


async def test_two_at_once_one_of_the_bank_decides(small_city, admin):
    await drawn(small_city, term_months=6)
    await confirmed(small_city)
    await work_off(small_city, admin)
    given = {
        "proposal_id": await admin.fetchval("select id from renewal_proposals"),
        "note": "研究过",
    }
    answers = await asyncio.gather(
        *(
            small_city.act(decide_renewal, small_city.banks[0].officer, granted=granted, **given)
            for granted in (True, False)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in answers) == ["RenewalNotHere", "RenewalProposal"]


async def test_a_bank_reads_and_decides_its_own_loans_alone(small_city, admin):
    await drawn(small_city, term_months=6)
    await confirmed(small_city)
    await work_off(small_city, admin)
    with pytest.raises(NotFound):
        await _decide(small_city, admin, granted=True, bank=1)
    for actor, many in (
        (small_city.banks[0].officer, 1),
        (small_city.banks[1].officer, 0),
        (small_city.operator, 0),
        (small_city.applicant, 1),
    ):
        async with small_city.database.snapshot(actor, now=small_city.now) as session:
            assert len((await session.scalars(select(RenewalProposal))).all()) == many


async def test_a_proposal_lapses_with_its_loan(small_city, admin):
    loan = await drawn(small_city, term_months=6)
    await confirmed(small_city)
    await work_off(small_city, admin)
    await follow(small_city)
    await admin.execute(
        "update loans set state = 'SETTLED', ended_at = $2 where id = $1", loan.id, small_city.now
    )
    assert await follow(small_city) == 1
    assert await admin.fetchval("select state from renewal_proposals") == "LAPSED"
    with pytest.raises(RenewalNotHere):
        await _decide(small_city, admin, granted=True)


async def test_the_office_reads_counts_in_whole_fives(small_city, admin):
    await drawn(small_city, term_months=6)
    await confirmed(small_city)
    await work_off(small_city, admin)
    row = await admin.fetchrow("select loans, agreed, renewals_at from declared_disasters")
    assert tuple(row) == (None, None, small_city.now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document_number": " "}, "documentNumber"),
        ({"title": ""}, "title"),
        ({"areas": ["999999"]}, "areas"),
        ({"categories": []}, "categories"),
        ({"to_on": date(2026, 12, 31)}, "toOn"),
    ],
    ids=str,
)
async def test_what_cannot_be_proposed_is_not_declared(small_city, admin, changes, field):
    with pytest.raises(Invalid) as refused:
        await declare(small_city, **changes)
    assert refused.value.field == field
    assert await admin.fetch("select 1 from declared_disasters") == []


async def test_whoever_declared_takes_it_back(small_city, admin):
    disaster = await declare(small_city)
    taken = {"disaster_id": disaster.id}
    await small_city.act(withdraw_disaster, official(small_city, 0), **taken)
    assert await admin.fetchval("select state from declared_disasters") == "WITHDRAWN"
    with pytest.raises(DisasterNotHere):
        await small_city.act(withdraw_disaster, official(small_city, 0), **taken)


async def _decide(city, admin, *, granted, note="同意续贷一年", bank=0):
    proposal_id = await admin.fetchval("select id from renewal_proposals")
    return await city.act(
        decide_renewal,
        city.banks[bank].officer,
        proposal_id=proposal_id,
        granted=granted,
        note=note,
    )
