"""A sandbox's clock: everything of that sandbox goes by it, and nothing of anybody else's."""

from datetime import timedelta

import asyncpg
import pytest
from observing import nothing_written
from small_city import offer_terms
from small_sandbox import Sandbox

from suxin.kernel.idempotency import once
from suxin.kernel.refusals import Forbidden
from suxin.kernel.sandbox_clocks import MAX_AHEAD, ClockBackwards, ClockTooFarAhead
from suxin.lending.commands.offers import make_offer
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.models.steps import StepNotPossible
from suxin.sandboxes.clocks import move_clock
from suxin.sandboxes.models import SandboxOutcome
from suxin.sandboxes.policies import SandboxOnly

HALF_A_YEAR = timedelta(days=180)


async def state_of(admin: asyncpg.Connection, referral_id: object) -> str:
    state: str = await admin.fetchval("select state from referrals where id = $1", referral_id)
    return state


async def test_a_deadline_passes_in_the_sandbox_and_nowhere_else(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    real = await sandbox.city.submit()
    own = (
        "select id, not_before from outbox where sandbox_id is null and done_at is null order by id"
    )
    before = await admin.fetch(own)
    assert before
    asked = await sandbox.trigger(SandboxOutcome.NEVER_ANSWERS)
    assert await state_of(admin, asked.referral_id) == "DISPATCHED"
    await sandbox.trigger(SandboxOutcome.NEVER_ANSWERS)
    moved = await sandbox.as_it_stands()
    assert moved.ahead > timedelta(0)
    await moved.work()
    assert await state_of(admin, asked.referral_id) == "LAPSED"
    for referral in real.referrals:
        assert await state_of(admin, referral.id) == "DISPATCHED"
    kept = await admin.fetch(own)
    assert {row["id"]: row["not_before"] for row in before}.items() >= {
        row["id"]: row["not_before"] for row in kept
    }.items()
    lapsed_at = await admin.fetchval(
        "select occurred_at from tenant_events where tenant_id = $1 and type = 'lending.referral.lapsed'",
        sandbox.bank.tenant_id,
    )
    assert lapsed_at == moved.now


async def test_an_offer_lapses_when_its_time_is_over(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    outcome = SandboxOutcome.LETS_OFFER_LAPSE
    asked = await sandbox.trigger(outcome)
    await sandbox.trigger(outcome)
    await sandbox.act(accept_referral, referral_id=asked.referral_id)
    offer = await sandbox.act(
        make_offer, referral_id=asked.referral_id, terms=offer_terms(valid_days=7)
    )
    await sandbox.trigger(outcome)
    moved = await sandbox.as_it_stands()
    assert moved.ahead == timedelta(days=7, seconds=1)
    await moved.work()
    assert await admin.fetchval("select state from offers where id = $1", offer.id) == "EXPIRED"


async def test_what_is_begun_after_it_was_moved_falls_due_by_it(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    await sandbox.act(move_clock, to=sandbox.now + HALF_A_YEAR)
    moved = await sandbox.as_it_stands()
    assert moved.ahead == HALF_A_YEAR
    asked = await moved.trigger(SandboxOutcome.ACCEPTS_AT_ONCE)
    accept_by = await admin.fetchval(
        "select accept_by from referrals where id = $1", asked.referral_id
    )
    assert moved.now < accept_by < moved.now + timedelta(days=14)
    due = await admin.fetchval(
        "select not_before from outbox where topic = 'lending.referral.accept_due'"
        " and sandbox_id = $1",
        sandbox.bank.tenant_id,
    )
    assert due == accept_by - HALF_A_YEAR
    await moved.act(move_clock, to=accept_by + timedelta(seconds=1))
    later = await moved.as_it_stands()
    await later.work()
    assert await state_of(admin, asked.referral_id) == "LAPSED"
    with pytest.raises(StepNotPossible):
        await later.act(accept_referral, referral_id=asked.referral_id)


async def test_what_guards_the_platform_goes_by_the_machines_clock(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    await sandbox.act(move_clock, to=sandbox.now + HALF_A_YEAR)
    moved, city = await sandbox.as_it_stands(), sandbox.city

    async def nothing() -> dict[str, object]:
        return {}

    async with city.database.transaction(moved.officer, now=moved.now) as session:
        await once(
            session,
            moved.officer,
            key="a-key-of-the-sandbox",
            operation="test",
            request={},
            work=nothing,
            now=moved.now,
        )
    kept = "select created_at from idempotency_keys where key = 'a-key-of-the-sandbox'"
    assert await admin.fetchval(kept) == city.now
    await moved.trigger(SandboxOutcome.ACCEPTS_AT_ONCE)
    latest = await admin.fetchval("select max(at) from audit_entries")
    assert latest == city.now
    posted = await admin.fetchval("select max(created_at) from outbox")
    assert posted == city.now


async def test_it_moves_forwards_only_and_so_far(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    async with nothing_written(admin):
        for moment in (sandbox.now, sandbox.now - timedelta(days=1)):
            with pytest.raises(ClockBackwards):
                await sandbox.act(move_clock, to=moment)
        with pytest.raises(ClockTooFarAhead):
            await sandbox.act(move_clock, to=sandbox.now + MAX_AHEAD + timedelta(days=1))
    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute("update sandbox_clocks set ahead_s = -1")


async def test_nobody_of_the_city_moves_a_clock(
    sandbox: Sandbox, admin: asyncpg.Connection
) -> None:
    city, to = sandbox.city, sandbox.now + HALF_A_YEAR
    async with nothing_written(admin):
        with pytest.raises(SandboxOnly):
            await city.act(move_clock, city.banks[0].officer, to=to)
        for other in (city.applicant, city.operator, sandbox.applicant):
            with pytest.raises(Forbidden):
                await city.act(move_clock, other, to=to)
