"""A storm of cancellations: wherever a request is broken off, no transaction stays open and no context in the pool."""

import asyncio
import random

import asyncpg
from sqlalchemy import text

STORM = 250
LONGEST_S = 0.03
MINE = (
    "{ viewer { tenant { shortName } } referrals(first: 10) { totalCount edges { node { id } } } }"
)
ALONE = "{ referrals(first: 10) { edges { node { id } } } }"
CONTEXT = (
    "select coalesce(string_agg(name || '=' || setting, ','), '') from"
    " (select unnest(array['app.kind', 'app.tenant_id', 'app.staff_id']) as name) n,"
    " lateral (select nullif(current_setting(n.name, true), '') as setting) s where setting is not null"
)


async def broken_off(caller, body, after_s):
    """Ask, and break off after a while; whether it was broken off."""
    asked = asyncio.create_task(caller.post(body))
    await asyncio.sleep(after_s)
    asked.cancel()
    try:
        await asked
    except asyncio.CancelledError:
        return True
    return False


async def open_transactions(admin: asyncpg.Connection) -> list[str]:
    rows = await admin.fetch(
        "select state, query from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null"
    )
    return [f"{row['state']}: {row['query']}" for row in rows]


async def test_a_storm_leaves_nothing_open_and_nothing_of_a_stranger(
    bank_a, bank_b, case, database, admin
):
    chance = random.Random(20261120)  # noqa: S311 - the same storm each time
    own = {caller.bank.tenant_id: await caller.data(MINE) for caller in (bank_a, bank_b)}
    assert own[bank_a.bank.tenant_id] != own[bank_b.bank.tenant_id]
    storm, hit = [], 0
    for number in range(STORM):
        caller = (bank_a, bank_b)[number % 2]
        body = {"query": MINE if number % 3 else ALONE}
        if number % 5 == 0:
            given = {"referralId": case.referral_id, "idempotencyKey": f"storm-{number}"}
            body = {
                "query": "mutation ($input: AcceptReferralInput!) {"
                " acceptReferral(input: $input) { __typename } }",
                "variables": {"input": given},
            }
        storm.append(broken_off(caller, body, chance.uniform(0, LONGEST_S)))
        if len(storm) == 10:
            hit += sum(await asyncio.gather(*storm))
            storm.clear()
    # Some were answered before they could be broken off.
    assert hit > STORM // 4
    # Connections that were broken off are closed for good by the pool, which the server may see a moment later.
    async with asyncio.timeout(5):
        while found := await open_transactions(admin):
            await asyncio.sleep(0.05)
    assert found == []
    assert database.connections_in_use == 0
    async with database._engine.connect() as one, database._engine.connect() as other:
        for connection in (one, other):
            assert (await connection.execute(text(CONTEXT))).scalar() == ""
    for connection in database._lone._pool._free:
        assert await connection.fetchval(CONTEXT) == ""
    for caller in (bank_a, bank_b) * 3:
        assert (await caller.data(MINE)) == own[caller.bank.tenant_id]
