"""Redeeming at once: in a session and in the queue the same, each key once, nothing written where it is refused."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_perks import SmallPerks, build_perks, give_basis, give_tier

from suxin.kernel.refusals import Refusal
from suxin.perks import redeeming_queue
from suxin.perks.redeeming import redeem_at_once
from suxin.perks.redeeming_queue import RedeemingQueue
from suxin.perks.refusals import PersonLimitReached
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.merchant.till_shapes import shown

LENT = "travel.bike"
ROWS = """
    select r.state, r.uses, r.used_value_fen, r.held_by, r.granted_at, r.use_by, r.ended_at, r.stock_hold_id, r.benefit::text,
      e.type, e.data - 'programme', a.actor_kind, a.staff_id, a.tenant_id, a.detail,
      (select array_agg((t.phase, t.code, t.amount, t.reference = r.id::text) order by t.asset) from ledger_transfers t
       where t.reference = r.id::text)::text
    from perk_redemptions r join tenant_events e on e.object_id = r.id
    join audit_entries a on a.object_id = r.id and a.action = 'perks.redemption.completed' order by r.id"""


@pytest.fixture
async def perks(small_city: SmallCity) -> SmallPerks:
    return await build_perks(small_city)


async def redeemed(queue: RedeemingQueue, perks: SmallPerks, programme: Any, **given: Any) -> Any:
    """Ask for one redemption; a refusal is an answer, by its code."""
    asked = {"key": f"till-{uuid4()}", "persons": 1, **given}
    try:
        return await queue.redeem(
            asked.pop("actor", perks.merchant),
            programme_id=programme.id,
            request={"persons": asked["persons"]},
            show=shown,
            now=perks.city.now,
            **asked,
        )
    except Refusal as refusal:
        return refusal.code


async def test_both_ways_write_the_same(perks, queue, alone, admin: asyncpg.Connection) -> None:
    programme = await perks.published(stock=9, budget_fen=9_000)
    await redeemed(queue, perks, programme, persons=2)
    await perks.city.act(
        redeem_at_once, perks.merchant, programme_id=programme.id, subject_id=None, persons=2
    )
    short, plain = await admin.fetch(ROWS)
    assert alone == []
    assert tuple(short) == tuple(plain)
    assert (short["state"], short["uses"]) == ("COMPLETED", 2)
    # What is over is not looked at again.
    assert not await admin.fetchval(
        "select count(*) from outbox where topic like 'perks.redemption.%'"
    )
    left = "select posted_credits - posted_debits, pending_debits from ledger_accounts where floor = 0 order by asset desc"
    assert [tuple(row) for row in await admin.fetch(left)] == [(5, 0), (9_000 - 4 * 600, 0)]


async def test_a_key_is_answered_once(perks, queue, admin) -> None:
    programme = await perks.published(stock=9)
    first = await redeemed(queue, perks, programme, key="till-key-1")
    async with nothing_written(admin):
        again = await redeemed(queue, perks, programme, key="till-key-1")
        assert (again.result, again.replayed) == (first.result, True)
        assert (
            await redeemed(queue, perks, programme, key="till-key-1", persons=2)
            == "IDEMPOTENCY_KEY_REUSED"
        )
        assert await redeemed(queue, perks, programme, key="short") == "IDEMPOTENCY_KEY_INVALID"
    both = await asyncio.gather(
        *(redeemed(queue, perks, programme, key="till-key-2") for _ in "ab")
    )
    assert sorted(str(getattr(one, "replayed", one)) for one in both) == [
        "False",
        "REQUEST_IN_FLIGHT",
    ]
    assert await admin.fetchval("select count(*) from perk_redemptions") == 2


async def test_two_processes_with_one_key_redeem_once(perks, queue, admin) -> None:
    programme = await perks.published(stock=9)
    other = RedeemingQueue(perks.city.database, perks.city.sealer)
    answers = await asyncio.gather(
        *(redeemed(one, perks, programme, key="till-key-3") for one in (queue, other))
    )
    await other.close()
    assert "False" in {str(getattr(one, "replayed", one)) for one in answers}
    assert await admin.fetchval("select count(*) from perk_redemptions") == 1


async def test_what_is_refused_writes_nothing_and_frees_its_key(
    perks, queue, admin, monkeypatch
) -> None:
    small = await perks.published(stock=1, party_limit=2)
    lent, often = await perks.published(LENT), await perks.published(uses_each=2)
    rivals = await build_perks_of_another(perks)
    async with nothing_written(admin):
        assert await redeemed(queue, perks, small, key="till-key-4", persons=2) == (
            "PERK_STOCK_EXHAUSTED"
        )
        assert await redeemed(queue, perks, small, persons=3) == "PERK_GROUP_TOO_LARGE"
        assert await redeemed(queue, perks, lent) == "PERK_NOT_AT_ONCE"
        assert await redeemed(queue, perks, often) == "PERK_NOT_AT_ONCE"
        assert await redeemed(queue, perks, small, actor=rivals) == "NOT_FOUND"
        assert await redeemed(queue, perks, small, actor=perks.city.operator) == "FORBIDDEN"
        monkeypatch.setattr(redeeming_queue, "MAX_WAITING", 0)
        assert await redeemed(queue, perks, small) == "PERK_TILLS_WAITING"
    monkeypatch.undo()
    assert not (await redeemed(queue, perks, small, key="till-key-4")).replayed


async def build_perks_of_another(perks: SmallPerks) -> Any:
    return (await build_perks(perks.city, TenantKind.ATTRACTION)).merchant


async def test_what_the_short_way_cannot_do_is_done_in_a_session(
    perks, queue, alone, admin, monkeypatch
) -> None:
    programme = await perks.published(stock=9)

    def broken(*_: Any) -> Any:
        message = "the rules see something that they never should"
        raise ValueError(message)

    monkeypatch.setattr(redeeming_queue.short_redeeming, "decide", broken)
    done = await redeemed(queue, perks, programme, key="till-key-5")
    assert (done.result["state"], alone) == ("COMPLETED", ["till-key-5"])
    assert await admin.fetchval("select count(*) from perk_redemptions") == 1


async def test_a_tier_opens_its_benefit_at_once_and_counts_against_the_person(
    perks, admin, small_city: SmallCity
) -> None:
    programme = await perks.published(stock=9, person_daily=1, party_limit=1)
    subject_id = small_city.person_id
    await give_tier(admin, small_city, subject_id, 0)
    await give_basis(admin, small_city, subject_id, perks.merchant.own_tenant)
    given = {"programme_id": programme.id, "subject_id": subject_id}
    done = await small_city.act(redeem_at_once, perks.merchant, **given)
    assert done.benefit_read == programme.offers_read[0].benefit
    assert done.handle is not None
    with pytest.raises(PersonLimitReached):
        await small_city.act(redeem_at_once, perks.merchant, **given)
    row = await admin.fetchrow("select subject_id, persons from perk_redeemers")
    assert tuple(row) == (subject_id, 1)
