"""Covers and claims: caps, two people, a hold in the ledger, a clock that escalates, and what flows back."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_covers import DRAFT, PAPER, WAITED, SmallCover, build_cover
from small_orders import LOCAL_CODE, opened
from small_perks import build_perks

from suxin.kernel.actor import Actor
from suxin.kernel.outbox import Job
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.sealed_documents import DocumentTypeRefused, SentFile, opened_content
from suxin.lending.models.steps import StepNotPossible
from suxin.perks.covers import clocks, jobs, queries
from suxin.perks.covers.books import CoverBalance, balances_of
from suxin.perks.covers.claiming import add_paper, withdraw_claim
from suxin.perks.covers.deciding import (
    check_claim,
    decide_claim,
    note_cover_payment,
    release_claim,
)
from suxin.perks.covers.models import DOCUMENT, DOCUMENT_KEY
from suxin.perks.covers.opening import close_cover, fund_cover, open_cover
from suxin.perks.covers.recovering import RecoveryDraft, confirm_recovery, report_recovery
from suxin.perks.covers.refusals import (
    CoverClaimExists,
    CoverClosed,
    CoverExhausted,
    CoverExists,
    CoverMissing,
    CoverOrderSettled,
    CoverOverBound,
    CoverOverCap,
    CoverRecoveryBeyond,
    CoverReferenceUsed,
    CoverSecondPerson,
    CoverTooEarly,
    CoverTooManyPapers,
)
from suxin.perks.covers.states import CoverClaimState, CoverRecoveryState
from suxin.perks.orders.commands import sync_order

SYSTEM = Actor.system("test")


@pytest.fixture
async def small(small_city: SmallCity) -> SmallCover:
    return await build_cover(await build_perks(small_city))


async def balance(small: SmallCover) -> CoverBalance:
    async with small.city.database.snapshot(small.city.operator, now=small.city.now) as session:
        return (await balances_of(session, small.cover))[small.cover.id]


def job(payload: dict[str, Any], small: SmallCover) -> Job:
    return Job(id=uuid4(), topic="x", tenant_id=None, payload=payload, now=small.city.now)


async def refused(small: SmallCover, admin: asyncpg.Connection, *said: Any, **more: Any) -> type:
    async with nothing_written(admin):
        with pytest.raises(Refusal) as caught:
            await small.city.act(*said, **more)
    return caught.type


async def test_a_claim_goes_from_filed_to_paid_by_two_people(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    claim = await small.claim(await small.unpaid())
    city, operator, now = small.city, small.city.operator, small.city.now + WAITED
    about: dict[str, Any] = {"claim_id": claim.id, "now": now}
    assert (claim.state, claim.bound_fen) == (CoverClaimState.SUBMITTED, 18_000)
    decided = await city.act(decide_claim, operator, granted_fen=12_000, answer="属实", **about)
    assert decided.state is CoverClaimState.DECIDED
    same = await refused(small, admin, check_claim, operator, upheld=True, **about)
    assert same is CoverSecondPerson
    approved = await city.act(check_claim, small.second, upheld=True, **about)
    assert (approved.state, (await balance(small)).available_fen) == (
        CoverClaimState.APPROVED,
        88_000,
    )
    paying = {"paid_on": now.date(), "reference": "P-1", **about}
    for wrong in ({"reference": " "}, {"paid_on": now.date() + timedelta(days=1)}):
        assert (
            await refused(small, admin, note_cover_payment, operator, **paying | wrong) is Invalid
        )
    paid = await city.act(note_cover_payment, operator, **paying)
    assert (paid.state, paid.reference) == (CoverClaimState.PAID, "P-1")
    assert await balance(small) == CoverBalance(
        balance_fen=88_000,
        available_fen=88_000,
        put_in_fen=100_000,
        paid_fen=12_000,
        recovered_fen=0,
    )


async def test_a_claim_waits_is_bounded_and_stands_alone(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    order, now = await small.unpaid(), small.city.now
    for wrong, refusal in (
        ({"now": now + timedelta(days=29)}, CoverTooEarly),
        ({"amount_fen": 18_001}, CoverOverBound),
        ({"reason": " "}, Invalid),
        ({"paper": SentFile(name="x.exe", content=b"MZ")}, DocumentTypeRefused),
    ):
        async with nothing_written(admin):
            with pytest.raises(refusal):
                await small.claim(order, **wrong)
    first = await asyncio.gather(small.claim(order), small.claim(order), return_exceptions=True)
    assert sorted(type(one).__name__ for one in first) == ["CoverClaim", "CoverClaimExists"]
    claim = next(one for one in first if not isinstance(one, BaseException))
    await small.city.act(withdraw_claim, small.perks.merchant, claim_id=claim.id)
    again = await small.claim(order)
    assert again.id != claim.id
    with pytest.raises(CoverClaimExists):
        await small.claim(order)


async def test_without_a_cover_nothing_is_claimed(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    walk_in = await opened(small.city, small.perks.merchant, number="W-1", service_code=LOCAL_CODE)
    order = await small.unpaid()
    async with nothing_written(admin):
        with pytest.raises(CoverMissing):
            await small.claim(walk_in)
    operator, about = small.city.operator, {"cover_id": small.cover.id}
    await small.city.act(close_cover, operator, **about)
    with pytest.raises(CoverMissing):
        await small.claim(order)
    funding = {"amount_fen": 1, "reference": "F-2", **about}
    assert await refused(small, admin, fund_cover, operator, **funding) is CoverClosed


async def test_a_cover_is_opened_and_a_payment_noted_once(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    operator = small.city.operator
    assert await refused(small, admin, open_cover, operator, draft=DRAFT) is CoverExists
    own = replace(DRAFT, name="单独账户", programme_id=small.programme.id)
    both = await asyncio.gather(
        *(small.city.act(open_cover, operator, draft=own) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Cover", "CoverExists"]
    made = next(one for one in both if not isinstance(one, BaseException))
    # A programme's own cover stands before its funder's.
    assert (await small.claim(await small.unpaid())).cover_id == made.id
    again = {"cover_id": small.cover.id, "amount_fen": 5, "reference": "F-1"}
    assert await refused(small, admin, fund_cover, operator, **again) is CoverReferenceUsed
    narrow = replace(own, per_claim_fen=3, merchant_year_fen=2, funder_name="另一方")
    with pytest.raises(Refusal):
        await small.city.act(open_cover, operator, draft=narrow)


async def test_caps_hold_for_a_claim_and_for_a_merchants_year(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    first, second = [await small.claim(await small.unpaid(one), 18_000) for one in ("A-1", "A-2")]
    operator, now = small.city.operator, small.city.now + WAITED
    deciding: dict[str, Any] = {"claim_id": first.id, "answer": "属实", "now": now}
    over = await refused(small, admin, decide_claim, operator, granted_fen=15_001, **deciding)
    assert over is CoverOverCap
    await small.approved(first, 15_000)
    deciding["claim_id"] = second.id
    over = await refused(small, admin, decide_claim, operator, granted_fen=5_001, **deciding)
    assert over is CoverOverCap
    await small.approved(second, 5_000)
    next_year = now + timedelta(days=120)
    third = await small.claim(await small.unpaid("A-3"), 10_000, now=next_year)
    decided = await small.city.act(
        decide_claim, operator, **deciding | {"claim_id": third.id, "now": next_year}, granted_fen=10_000
    )  # fmt: skip
    assert decided.granted_fen == 10_000


async def test_an_empty_cover_pays_nothing(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_cover(await build_perks(small_city), funded_fen=11_999)
    claim, now = await small.claim(await small.unpaid()), small_city.now + WAITED
    about: dict[str, Any] = {"claim_id": claim.id, "now": now}
    await small_city.act(
        decide_claim, small_city.operator, granted_fen=12_000, answer="属实", **about
    )
    found = await refused(small, admin, check_claim, small.second, upheld=True, **about)
    assert found is CoverExhausted


async def test_what_was_paid_meanwhile_is_not_paid_by_the_cover(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    order = await small.unpaid()
    claim, now = await small.claim(order), small.city.now + WAITED
    await small.approved(claim)
    await small.city.act(sync_order, small.perks.merchant, order_id=order.id, paid_at=now, now=now)
    operator, about = small.city.operator, {"claim_id": claim.id, "now": now}
    paying = {"paid_on": now.date(), "reference": "P-1", **about}
    found = await refused(small, admin, note_cover_payment, operator, **paying)
    assert found is CoverOrderSettled
    released = await small.city.act(release_claim, operator, answer="用户已支付", **about)
    assert (released.state, released.granted_fen) == (CoverClaimState.REJECTED, 0)
    assert (await balance(small)).available_fen == 100_000


async def test_a_second_person_sends_back_and_a_no_takes_two(small: SmallCover) -> None:
    claim, now = await small.claim(await small.unpaid()), small.city.now + WAITED
    act, operator = small.city.act, small.city.operator
    about: dict[str, Any] = {"claim_id": claim.id, "now": now}
    await act(decide_claim, operator, granted_fen=0, answer="材料不足", **about)
    with pytest.raises(Invalid):
        await act(check_claim, small.second, upheld=False, **about)
    back = await act(check_claim, small.second, upheld=False, reason="材料已齐", **about)
    assert (back.state, back.granted_fen) == (CoverClaimState.SUBMITTED, None)
    await act(decide_claim, operator, granted_fen=0, answer="不属实", **about)
    with pytest.raises(StepNotPossible):
        await act(withdraw_claim, small.perks.merchant, **about)
    done = await act(check_claim, small.second, upheld=True, **about)
    assert (done.state, (await balance(small)).available_fen) == (CoverClaimState.REJECTED, 100_000)


async def test_the_clock_reminds_escalates_once_and_follows_the_calendar(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    claim = await small.claim(await small.unpaid())
    rows = await admin.fetch(
        "select topic, not_before from outbox where topic like 'perks.cover_claim.%' order by not_before"
    )
    assert [row["topic"] for row in rows] == [clocks.REMIND_TOPIC, clocks.DUE_TOPIC]
    assert rows[1]["not_before"] == claim.due_at
    which = {"tenant_id": claim.tenant_id, "claim_id": claim.id, "due_at": claim.due_at}

    async def run(moment: Any) -> list[str]:
        async with small.city.database.transaction(SYSTEM, now=moment) as session:
            await clocks.remind(session, **which, now=moment)
            await clocks.escalate(session, **which, now=moment)
        told = await admin.fetch(
            "select title from notices where template = 'perk_cover' order by created_at, title"
        )
        return [row["title"].removeprefix("先行赔付：") for row in told]

    before = await run(claim.due_at - timedelta(days=1))
    assert before == ["新的赔付申请", "即将逾期"]
    late = await run(claim.due_at)
    assert sorted(late[2:]) == ["办理逾期", "已逾期", "逾期升级"]
    assert await run(claim.due_at + timedelta(hours=1)) == late
    async with small.city.database.transaction(SYSTEM, now=small.city.now) as session:
        payload: dict[str, Any] = {"year": 2026}
        await jobs.redate(session, job(payload, small))
    kept = await admin.fetchval("select due_at from perk_cover_claims")
    assert kept == claim.due_at


async def test_what_comes_back_is_shared_costs_first(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    claim = await small.paid(await small.claim(await small.unpaid(), 18_000))
    merchant, now = small.perks.merchant, small.city.now + WAITED
    back = RecoveryDraft(received_fen=3_900, cost_fen=900, recovered_on=now.date(), number="R-1")
    about: dict[str, Any] = {"claim_id": claim.id, "now": now}
    first = await small.city.act(report_recovery, merchant, draft=back, **about)
    # 30 yuan are left after costs, of which the cover bore 120 of 180.
    assert (first.cover_fen, first.state) == (2_000, CoverRecoveryState.REPORTED)
    again = await small.city.act(report_recovery, merchant, draft=back, **about)
    assert again.id == first.id
    dear = replace(back, received_fen=0, cost_fen=100, number="R-2")
    spent = await small.city.act(report_recovery, merchant, draft=dear, **about)
    assert (spent.cover_fen, spent.state) == (0, CoverRecoveryState.CONFIRMED)
    beyond = replace(back, received_fen=15_101, cost_fen=0, number="R-3")
    found = await refused(small, admin, report_recovery, merchant, draft=beyond, **about)
    assert found is CoverRecoveryBeyond
    whole = replace(beyond, received_fen=15_100)
    last = await small.city.act(report_recovery, merchant, draft=whole, **about)
    assert first.cover_fen + last.cover_fen == 12_000
    arrived = {"arrived_on": now.date(), "reference": "B-1", "now": now}
    for one in (first, last):
        await small.city.act(confirm_recovery, small.city.operator, recovery_id=one.id, **arrived)
    found = await balance(small)
    assert (found.recovered_fen, found.available_fen) == (12_000, 100_000)
    with pytest.raises(StepNotPossible):
        await small.city.act(confirm_recovery, small.city.operator, recovery_id=last.id, **arrived)


async def test_papers_are_sealed_limited_and_erased(
    small: SmallCover, admin: asyncpg.Connection
) -> None:
    claim, merchant = await small.claim(await small.unpaid()), small.perks.merchant
    adding: dict[str, Any] = {"claim_id": claim.id, "paper": PAPER, "sealer": small.city.sealer}
    for _ in range(4):
        await small.city.act(add_paper, merchant, **adding)
    with pytest.raises(CoverTooManyPapers):
        await small.city.act(add_paper, merchant, **adding)
    async with small.city.database.snapshot(small.city.operator, now=small.city.now) as session:
        first, *_ = await queries.papers_of(session, small.city.operator, claim.id)
        paper = await queries.paper_seen(
            session, small.city.operator, claim_id=claim.id, paper_id=first.id
        )
        content = opened_content(
            small.city.sealer, paper, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY
        )
    assert content == PAPER.content
    assert b"not returned" not in (paper.content or b"")
    await small.city.act(withdraw_claim, merchant, claim_id=claim.id)
    async with small.city.database.transaction(SYSTEM, now=small.city.now) as session:
        payload = {"tenant_id": str(claim.tenant_id), "claim_id": str(claim.id)}
        await jobs.kept_long_enough(session, job(payload, small))
    left = await admin.fetchval("select count(*) from perk_cover_papers where content is not null")
    assert left == 0
