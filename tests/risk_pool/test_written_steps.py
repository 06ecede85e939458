"""Every change of state of pools, payments, agreements and filings that anyone could write: the declared steps, and no other."""

from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_loans import NUMBER, drawn
from small_pools import build_pool
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.risk_pool.filings.states import FilingState
from suxin.risk_pool.pools.states import FundingState, PoolState
from suxin.risk_pool.signing.states import AgreementState

REFUSED = {"23514", "42501"}
Steps = set[tuple[str, str]]
# Each with what the table's own checks want beside the state.
ASSIGNED = {
    "risk_pools": "state = cast({to} as text), closed_at = case when cast({to} as text) = 'CLOSED' then opened_at end",
    "pool_fundings": "state = cast({to} as text), settled_at = case when cast({to} as text) <> 'RECORDED' then recorded_at end",
    "pool_agreements": "state = cast({to} as text), ended_at = case when cast({to} as text) in"
    " ('DECLINED', 'WITHDRAWN', 'ENDED') then drafted_at end",
    "pool_filings": "state = cast({to} as text), committed_fen = case when cast({to} as text) = 'FILED' then committed_fen else 0 end,"
    " released_at = case when cast({to} as text) = 'RELEASED' then filed_at end,"
    " release = case when cast({to} as text) = 'RELEASED' then 'settled' end",
}
STATES: dict[str, Any] = {
    "risk_pools": PoolState,
    "pool_fundings": FundingState,
    "pool_agreements": AgreementState,
    "pool_filings": FilingState,
}
OPERATORS: dict[str, Steps] = {
    "risk_pools": {("OPEN", "PAUSED"), ("PAUSED", "OPEN"), ("PAUSED", "CLOSED")},
    "pool_fundings": {("RECORDED", "CONFIRMED"), ("RECORDED", "REJECTED")},
    "pool_agreements": {
        ("DRAFT", "SIGNED_ONCE"),
        ("SIGNED_ONCE", "SIGNED"),
        ("DRAFT", "WITHDRAWN"),
        ("SIGNED_ONCE", "WITHDRAWN"),
        ("SIGNED", "WITHDRAWN"),
        ("IN_FORCE", "ENDED"),
    },
    "pool_filings": {("FILED", "RELEASED")},
}
# A bank moves none of what is the operator's, and what it filed stays filed by its own word.
BANKS: dict[str, Steps] = {
    "risk_pools": set(),
    "pool_fundings": set(),
    "pool_agreements": {
        ("SIGNED", "IN_FORCE"),
        ("SIGNED", "DECLINED"),
        ("IN_FORCE", "ENDED"),
    },
    "pool_filings": set(),
}
PLATFORMS: dict[str, Steps] = {
    "risk_pools": set(),
    "pool_fundings": {("RECORDED", "CONFIRMED")},
    "pool_agreements": {("IN_FORCE", "ENDED")},
    "pool_filings": {("FILED", "RELEASED")},
}


async def test_the_database_takes_exactly_the_declared_steps(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_pool(small_city)
    await drawn(small_city)
    await small.file(NUMBER)
    writers = {
        "operator": small_city.operator,
        "bank": small_city.banks[0].officer,
        "platform": Actor.system("test"),
        "rival": small_city.banks[1].officer,
        "applicant": small_city.applicant,
    }
    found = {
        name: {table: await steps(small_city, admin, table, actor) for table in ASSIGNED}
        for name, actor in writers.items()
    }
    nothing: dict[str, Steps] = {table: set() for table in ASSIGNED}
    assert found == {
        "operator": OPERATORS,
        "bank": BANKS,
        "platform": PLATFORMS,
        "rival": nothing,
        "applicant": nothing,
    }


async def steps(city: SmallCity, admin: asyncpg.Connection, table: str, actor: Actor) -> Steps:
    """The changes that this caller's statement makes, each tried from each state and taken back."""
    found: Steps = set()
    write = ASSIGNED[table].format(to=":to")
    statement = text(f"update {table} set {write} returning state")  # noqa: S608 - our own words
    for before in STATES[table]:
        await admin.execute("set session_replication_role = replica")
        await admin.execute(f"update {table} set {ASSIGNED[table].format(to='$1')}", before.value)  # noqa: S608 - our own words
        await admin.execute("set session_replication_role = origin")
        for to in STATES[table]:
            if to is not before and await written(city, actor, statement, to.value):
                found.add((before.value, to.value))
    return found


async def written(city: SmallCity, actor: Actor, statement: Any, to: str) -> bool:
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(statement, {"to": to})).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) not in REFUSED:
            raise
        return False
    return len(rows) == 1


@pytest.mark.parametrize(
    ("table", "state"),
    [("pool_agreements", "IN_FORCE"), ("pool_fundings", "CONFIRMED"), ("risk_pools", "CLOSED")],
)
async def test_a_row_begins_only_in_its_first_state(
    small_city: SmallCity, table: str, state: str
) -> None:
    await build_pool(small_city)
    again = text(
        f"insert into {table} select (jsonb_populate_record(t, jsonb_build_object("  # noqa: S608 - our own words
        f"'id', gen_random_uuid(), 'state', '{state}'))).* from {table} t"
    )
    with pytest.raises(DBAPIError, match="no step of this caller leads there"):
        async with small_city.database.transaction(
            small_city.operator, now=small_city.now
        ) as session:
            await session.execute(again)
