"""32 tills at once, each on a connection of its own: neither stock nor budget nor anybody's limit is oversold."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from small_city import SmallCity
from small_perks import build_perks

from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin.perks.redeeming import complete_redemption, grant_redemption, hold_redemption
from suxin.perks.redeeming_queue import RedeemingQueue
from suxin_tenants.merchant.till_shapes import shown

TILLS = 32
VALUE = 600


@pytest.mark.parametrize(
    ("limits", "taken", "code"),
    [
        ({"stock": 20}, 20, "PERK_STOCK_EXHAUSTED"),
        ({"budget_fen": 20 * VALUE + VALUE - 1}, 20, "PERK_BUDGET_EXHAUSTED"),
        ({"daily": 20}, 20, "PERK_DAY_LIMIT"),
        ({"person_daily": 20}, 20, "PERK_PERSON_LIMIT"),
    ],
)
async def test_no_more_are_served_than_there_are(
    small_city: SmallCity,
    city: Any,
    admin: asyncpg.Connection,
    limits: dict[str, int],
    taken: int,
    code: str,
) -> None:
    small = await build_perks(small_city)
    programme = await small.published(**limits)
    someone = small_city.person_id if "person_daily" in limits else None
    crowd = Database.connect(city.app, pool_size=TILLS)

    async def till() -> str:
        async def work(session: Any) -> UUID:
            held = await hold_redemption(
                session,
                small.merchant,
                programme_id=programme.id,
                subject_id=someone,
                now=small_city.now,
            )
            await grant_redemption(
                session, small.merchant, redemption_id=held.id, now=small_city.now
            )
            await complete_redemption(
                session, small.merchant, redemption_id=held.id, now=small_city.now
            )
            return held.id

        try:
            await crowd.run(small.merchant, work, now=small_city.now)
        except Refusal as refusal:
            return refusal.code
        return "served"

    try:
        answers = Counter(await asyncio.gather(*(till() for _ in range(TILLS))))
    finally:
        await crowd.close()
    assert answers == {"served": taken, code: TILLS - taken}
    row = await admin.fetchrow(
        "select count(*), sum(used_value_fen) from perk_redemptions where state = 'COMPLETED'"
    )
    assert tuple(row) == (taken, taken * VALUE)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"stock": 20}, "PERK_STOCK_EXHAUSTED"),
        ({"budget_fen": 20 * VALUE + VALUE - 1}, "PERK_BUDGET_EXHAUSTED"),
        ({"stock": 40, "daily": 20}, "PERK_DAY_LIMIT"),
    ],
)
async def test_no_more_are_redeemed_at_once_by_two_processes_than_there_are(
    small_city: SmallCity, admin: asyncpg.Connection, limits: dict[str, int], code: str
) -> None:
    small = await build_perks(small_city)
    programme = await small.published(**limits)
    queues = [RedeemingQueue(small_city.database, small_city.sealer) for _ in range(2)]

    async def till(number: int) -> str:
        try:
            done = await queues[number % 2].redeem(
                small.merchant,
                key=f"till-key-{number}",
                programme_id=programme.id,
                persons=1,
                request={"number": number},
                show=shown,
                now=small_city.now,
            )
        except Refusal as refusal:
            return refusal.code
        return done.result["state"]

    answers = Counter(await asyncio.gather(*(till(number) for number in range(TILLS))))
    for queue in queues:
        await queue.close()
    assert answers == {"COMPLETED": 20, code: TILLS - 20}
    row = await admin.fetchrow(
        "select count(*), sum(used_value_fen), count(stock_hold_id) from perk_redemptions where state = 'COMPLETED'"
    )
    assert tuple(row) == (20, 20 * VALUE, 0)
    moved = await admin.fetchrow(
        "select count(*) filter (where phase <> 'SINGLE'), count(distinct reference) from ledger_transfers where code = 'perk.used'"
    )
    assert tuple(moved) == (0, 20)
    kept = "select (select count(*) from idempotency_keys where operation = 'perks.redeem'), (select count(*) from tenant_events where type = 'perks.redemption.completed'), (select count(*) from audit_entries where action = 'perks.redemption.completed')"
    assert tuple(await admin.fetchrow(kept)) == (20, 20, 20)
