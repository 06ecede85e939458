"""Stop-losses as they stand: counted by the day, judged by the agreement's levels, lifted by two people, kept and told."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_loans import NUMBER, drawn
from small_pools import SmallPool, another, build_pool

from suxin.kernel.actor import Actor
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.filings.refusals import FilingSuspended
from suxin.risk_pool.pools.refusals import SecondPersonNeeded
from suxin.risk_pool.signing.states import RateBasis
from suxin.risk_pool.stop_loss import CompensationRate
from suxin.risk_pool.stopping.judging import note_compensation, rate_of
from suxin.risk_pool.stopping.lifting import LiftNotAsked, NotSuspended, ask_lift, lift_stop_loss
from suxin.risk_pool.stopping.models import PoolStopLoss
from suxin_server.pool_keeping import keep_pools

LOAN_FEN = 40_000_000
SYSTEM = Actor.system("test")


async def filed(city: SmallCity) -> tuple[SmallPool, PoolFiling]:
    small = await build_pool(city)
    await drawn(city)
    (outcome,) = await small.file(NUMBER)
    assert outcome.filing is not None
    return small, outcome.filing


async def compensated(
    city: SmallCity, filing: PoolFiling, principal_fen: int, *, now: datetime | None = None
) -> None:
    moment = now or city.now
    async with city.database.transaction(SYSTEM, now=moment) as session:
        await note_compensation(session, filing, principal_fen=principal_fen, now=moment)


async def stands(admin: asyncpg.Connection) -> dict[str, Any]:
    return dict(await admin.fetchrow("select * from pool_stop_losses"))


async def test_days_are_counted_once_and_a_year_begins_anew(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    _, filing = await filed(city)
    for days in (0, 0, 1):
        await keep_pools(city.batch, city.database, now=city.now + timedelta(days=days))
    row = await stands(admin)
    assert (row["balance_fen"], row["days_fen"], row["days"]) == (LOAN_FEN, 2 * LOAN_FEN, 2)
    assert row["opening_fen"] == 0
    await compensated(city, filing, 1_000)
    await keep_pools(city.batch, city.database, now=city.now + timedelta(days=50))
    row = await stands(admin)
    assert (row["year"], row["opening_fen"], row["days"], row["compensated_fen"]) == (
        2027,
        LOAN_FEN,
        1,
        0,
    )


async def test_a_rate_at_a_level_stops_filings_and_never_a_claim(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small, filing = await filed(city)
    await keep_pools(city.batch, city.database, now=city.now)
    # Three in a hundred warn, five suspend.
    await compensated(city, filing, 1_200_000 - 1)
    assert (await stands(admin))["state"] == "normal"
    await compensated(city, filing, 1)
    assert (await stands(admin))["state"] == "warn"
    await compensated(city, filing, 800_000)
    assert (await stands(admin))["state"] == "suspended"
    await admin.execute("update loans set contract_number = 'HT-other'")
    await admin.execute("delete from pool_filings")
    (outcome,) = await small.file("HT-other")
    assert isinstance(outcome.refusal, FilingSuspended)
    # What is owed already is compensated in any state, and counted.
    await compensated(city, filing, 2_000_000)
    assert (await stands(admin))["state"] == "terminated"
    changes = await admin.fetch("select before, after from pool_stop_loss_changes order by id")
    assert [tuple(row) for row in changes] == [
        ("normal", "warn"),
        ("warn", "suspended"),
        ("suspended", "terminated"),
    ]
    told = await admin.fetch(
        "select tenant_id, count(*) from notices where template = 'pool_stop_loss_changed' group by 1"
    )
    assert {row[0]: row[1] for row in told} == {
        city.operator.tenant_id: 3,
        city.banks[0].tenant_id: 3,
    }
    events = await admin.fetch(
        "select data->>'state' from tenant_events where type = 'risk_pool.stop_loss.changed' order by id"
    )
    assert [row[0] for row in events] == ["warn", "suspended", "terminated"]


async def test_a_suspension_is_lifted_by_two_people_until_the_rate_rises_above(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    _, filing = await filed(city)
    await keep_pools(city.batch, city.database, now=city.now)
    stop_loss_id = (await stands(admin))["id"]
    about, second = {"stop_loss_id": stop_loss_id}, another(city.operator)
    with pytest.raises(NotSuspended):
        await city.act(ask_lift, city.operator, **about, reason="行业恢复")
    await compensated(city, filing, 2_000_000)
    with pytest.raises(LiftNotAsked):
        await city.act(lift_stop_loss, second, **about)
    await city.act(ask_lift, city.operator, **about, reason="行业恢复")
    with pytest.raises(SecondPersonNeeded):
        await city.act(lift_stop_loss, city.operator, **about)
    await city.act(lift_stop_loss, second, **about)
    assert (await stands(admin))["state"] == "warn"
    await keep_pools(city.batch, city.database, now=city.now)
    assert (await stands(admin))["state"] == "warn"
    await compensated(city, filing, 1)
    assert (await stands(admin))["state"] == "suspended"
    row = await admin.fetchrow("select * from pool_stop_loss_changes where lifted_by is not null")
    assert (row["asked_by"], row["lifted_by"], row["reason"]) == (
        city.operator.staff_id,
        second.staff_id,
        "行业恢复",
    )


def test_the_rate_is_over_the_balance_that_the_agreement_names() -> None:
    stop_loss = PoolStopLoss(
        compensated_fen=5, opening_fen=100, days_fen=600, days=3, balance_fen=900
    )
    assert rate_of(stop_loss, RateBasis.OPENING) == CompensationRate(5, 100)
    assert rate_of(stop_loss, RateBasis.AVERAGE) == CompensationRate(5, 200)
    stop_loss.days = 0
    assert rate_of(stop_loss, RateBasis.AVERAGE) == CompensationRate(5, 900)


async def test_warnings_are_told_once_until_they_are_over(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """The pool holds a twentieth of its size, and one loan takes most of its capacity."""
    city = small_city
    small = await build_pool(city, money_fen=4_500_000)
    await drawn(city)
    await admin.execute("update pool_partners set due_on = '2026-11-19'")
    for _ in range(2):
        await keep_pools(city.batch, city.database, now=city.now)
    assert await warned(admin) == {"pool_low": 1, "pool_pledge_late": 1}
    await admin.execute("update risk_pools set required_fen = 1000")
    (outcome,) = await small.file(NUMBER)
    assert outcome.refusal is None
    for _ in range(2):
        await keep_pools(city.batch, city.database, now=city.now)
    # The capacity is told to the bank too.
    assert await warned(admin) == {"pool_low": 1, "pool_pledge_late": 1, "pool_capacity": 2}
    await admin.execute("update risk_pools set required_fen = 100000000")
    await keep_pools(city.batch, city.database, now=city.now)
    assert (await warned(admin))["pool_low"] == 2


async def warned(admin: asyncpg.Connection) -> dict[str, int]:
    rows = await admin.fetch(
        "select template, count(*) from notices where template like 'pool%'"
        " and template not like 'pool_agreement%' group by 1"
    )
    return {row[0]: row[1] for row in rows}
