"""Lone readings: one statement under one row context in one round trip, and nothing of it is left on the connection."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Integer, Text, bindparam, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.lone_readings import PREPARED
from suxin.kernel.row_context import SETTINGS, row_context
from suxin.kernel.single_steps import SingleStep
from suxin.tenancy.models import Branch

TENANT, OTHER = uuid4(), uuid4()
NAMES = SingleStep(select(Branch.name).order_by(Branch.name))
PURPOSES = SingleStep(text("select coalesce(current_setting('app.purposes', true), '')"))
FAILS = SingleStep(select(func.div(1, bindparam("by", type_=Integer())).cast(Text())))


def staff(tenant_id: UUID = TENANT, **more: object) -> Actor:
    known = {"tenant_id": tenant_id, "tenant_kind": "bank", "staff_id": uuid4(), **more}
    return Actor(kind=ActorKind.STAFF, request_id="r1", **known)


@pytest.fixture
async def branches(database: Database, now: datetime) -> None:
    for tenant_id, name in ((TENANT, "东支行"), (OTHER, "西支行")):
        async with database.transaction(staff(tenant_id), now=now) as session:
            session.add(
                Branch(tenant_id=tenant_id, id=new_id(), name=name, area_codes=[], created_at=now)
            )


async def raw(database: Database) -> list[str]:
    """What is set on the connections that lie in the pool, seen without any context."""
    found = [
        await connection.fetchval("select current_setting($1, true)", f"app.{name}")
        for connection in database._lone._pool._free
        for name in SETTINGS
    ]
    return [one for one in found if one]


def test_what_is_set_is_all_of_a_row_context(now):
    assert tuple(row_context(staff(), now)) == SETTINGS


@pytest.mark.usefixtures("branches")
async def test_each_sees_the_rows_of_his_own_tenant(database, now):
    asked = [staff(tenant_id) for tenant_id in (TENANT, OTHER) * 10]
    found = await asyncio.gather(*(database.read_alone(one, NAMES, {}, now=now) for one in asked))
    assert [[row["name"] for row in rows] for rows in found] == [["东支行"], ["西支行"]] * 10
    assert database.connections_in_use == 0
    assert await raw(database) == []


async def test_a_context_may_hold_any_text_but_nul(database, now):
    given = "a'b\\c{}$1\n信"
    rows = await database.read_alone(staff(purposes=(given,)), PURPOSES, {}, now=now)
    assert rows[0][0] == given
    with pytest.raises(ValueError, match="NUL"):
        await database.read_alone(staff(purposes=("a\0b",)), PURPOSES, {}, now=now)
    assert database.connections_in_use == 0


@pytest.mark.usefixtures("branches")
async def test_nothing_is_written_by_one(database, now):
    change = SingleStep(text("update branches set name = 'x'"))
    with pytest.raises(DBAPIError, match="read-only"):
        await database.read_alone(staff(), change, {}, now=now)


@pytest.mark.usefixtures("branches")
async def test_an_error_is_told_without_what_was_given_and_leaves_the_connection_clean(
    database, now
):
    await database.read_alone(staff(), NAMES, {}, now=now)
    (kept,) = database._lone._pool._free
    with pytest.raises(DBAPIError, match="division by zero") as failed:
        await database.read_alone(staff(), FAILS, {"by": 0}, now=now)
    assert failed.value.params is None
    assert [kept] == database._lone._pool._free
    assert await raw(database) == []
    assert len(await database.read_alone(staff(OTHER), NAMES, {}, now=now)) == 1


async def test_a_value_that_cannot_be_sent_takes_the_connection_with_it(database, now):
    step = SingleStep(select(bindparam("number", type_=Branch.id.type)))
    await database.read_alone(staff(), PURPOSES, {}, now=now)
    with pytest.raises(DBAPIError):
        await database.read_alone(staff(), step, {"number": "no uuid"}, now=now)
    # Its context was sent and not yet ended.
    assert database._lone._pool._free == []


async def test_whoever_leaves_in_the_middle_leaves_no_context_to_the_next(database, admin, now):
    slow = SingleStep(select(func.pg_sleep(30)))
    leaving = asyncio.create_task(database.read_alone(staff(), slow, {}, now=now))
    await asyncio.sleep(0.2)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert database.connections_in_use == 0
    assert database._lone._pool._free == []


async def test_json_within_a_row_is_read_as_json(database, now):
    step = SingleStep(
        select(func.row(literal({"sum": 1}, JSONB), literal(None, JSONB), literal("a")))
    )
    (row,) = await database.read_alone(staff(), step, {}, now=now)
    assert tuple(row[0]) == ({"sum": 1}, None, "a")


async def test_no_connection_remembers_more_statements_than_it_may(database, admin, now):
    often = SingleStep(text("select 'often'"))
    for number in range(PREPARED + 5):
        step = SingleStep(text(f"select {number}"))
        assert (await database.read_alone(staff(), step, {}, now=now))[0][0] == number
        await database.read_alone(staff(), often, {}, now=now)
    (connection,) = database._lone._pool._free
    await connection.fetchval("select 1")
    held = await connection.fetchval("select count(*) from pg_prepared_statements")
    # Beside them: what sets the context, two by which the driver learnt of types, and the two that ask here.
    assert held <= PREPARED + 5
    assert often.sql in connection._ready
