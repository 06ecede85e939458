"""Doorway tables: reached inside the block alone, and the role ends with it however the block ends."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import (
    DateTime,
    Float,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suxin.kernel import driver_pool
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry, append_act
from suxin.kernel.database import sqlstate
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.subjects.models import SubjectDoor

ANYONE = Actor.anonymous("r1")
ROLE = text("select current_user")
ADD_DOOR = SingleStep(
    insert(SubjectDoor)
    .values(blind_index=bindparam("blind_index"), subject_id=bindparam("subject_id"))
    .returning(SubjectDoor.subject_id, literal_column("current_user", Text()))
)
FIND_DOOR = SingleStep(
    select(SubjectDoor.subject_id).where(SubjectDoor.blind_index == bindparam("blind_index"))
)


def door() -> SubjectDoor:
    return SubjectDoor(blind_index=uuid4().bytes, subject_id=uuid4())


async def test_a_doorway_table_is_reached_inside_the_block_alone(database, admin, now):
    async with database.transaction(ANYONE, now=now) as session:
        assert await session.scalar(ROLE) == "suxin_app"
        async with doorway(session) as inside:
            assert inside is session
            assert await session.scalar(ROLE) == "suxin_doorway"
            session.add(door())
        assert await session.scalar(ROLE) == "suxin_app"
    assert await admin.fetchval("select count(*) from subject_doors") == 1
    with pytest.raises(DBAPIError, match="permission denied for table subject_doors"):
        async with database.transaction(ANYONE, now=now) as session:
            await session.scalar(select(func.count()).select_from(SubjectDoor))


async def test_a_doorway_inside_another_closes_with_the_outer_one(database, admin, now):
    async with database.transaction(ANYONE, now=now) as session:
        async with doorway(session):
            with pytest.raises(NotFound):
                async with doorway(session):
                    raise NotFound(thing_zh="行", thing_en="row")
            assert await session.scalar(ROLE) == "suxin_doorway"
            session.add(door())
        assert await session.scalar(ROLE) == "suxin_app"
        async with doorway(session):
            assert await session.scalar(ROLE) == "suxin_doorway"
    assert await admin.fetchval("select count(*) from subject_doors") == 1


async def test_a_protected_table_is_out_of_reach_inside_the_block(database, now):
    with pytest.raises(DBAPIError, match="permission denied for table audit_entries"):
        async with database.transaction(ANYONE, now=now) as session, doorway(session):
            await session.scalar(select(func.count()).select_from(AuditEntry))


async def test_what_was_pending_before_is_written_under_its_own_role(database, admin, now):
    async with database.transaction(ANYONE, now=now) as session:
        append_act(session, action="test.before", now=now)
        async with doorway(session):
            session.add(door())
        append_act(session, action="test.after", now=now)
    written = await admin.fetch("select action from audit_entries order by id")
    assert [row["action"] for row in written] == ["test.before", "test.after"]
    assert await admin.fetchval("select count(*) from subject_doors") == 1


async def test_the_role_ends_with_the_block_also_when_it_raises(database, admin, now):
    async with database.transaction(ANYONE, now=now) as session:
        with pytest.raises(NotFound):
            async with doorway(session):
                session.add(door())
                raise NotFound(thing_zh="人", thing_en="person")
        assert await session.scalar(ROLE) == "suxin_app"
        append_act(session, action="test.after", now=now)
    assert await admin.fetchval("select count(*) from audit_entries") == 1
    assert await admin.fetchval("select count(*) from subject_doors") == 1


async def test_an_error_of_the_database_inside_the_block_comes_out_as_it_is(database, admin, now):
    twice = door()
    with pytest.raises(IntegrityError, match="pk_subject_doors"):
        async with database.transaction(ANYONE, now=now) as session, doorway(session):
            for _ in range(2):
                await session.execute(
                    text("insert into subject_doors (blind_index, subject_id) values (:b, :s)"),
                    {"b": twice.blind_index, "s": twice.subject_id},
                )
    assert await admin.fetchval("select count(*) from subject_doors") == 0


async def test_the_batch_role_has_no_doorway(batch, now):
    with pytest.raises(DBAPIError, match="permission denied to set role"):
        async with batch.transaction(ANYONE, now=now) as session, doorway(session):
            pytest.fail("entered")


async def test_a_single_step_is_at_the_doorway_and_is_written_by_itself(database, admin):
    row = door()
    written = await database.steps.row(
        ADD_DOOR, blind_index=row.blind_index, subject_id=row.subject_id
    )
    assert written == (row.subject_id, "suxin_doorway")
    assert await admin.fetchval("select count(*) from subject_doors") == 1


async def test_a_single_step_reads_as_its_columns_say(database):
    given = {"list": ["a", "b"], "json": {"sum": 1}, "at": datetime(2026, 1, 2, tzinfo=UTC)}
    step = SingleStep(
        select(
            bindparam("list", type_=ARRAY(Text())),
            bindparam("json", type_=JSONB()),
            bindparam("at", type_=DateTime(timezone=True)),
            bindparam("none", type_=Uuid()),
        )
    )
    assert await database.steps.row(step, **given, none=None) == (*given.values(), None)


async def test_a_single_step_that_finds_nothing_gives_none(database):
    found = await database.steps.row(FIND_DOOR, blind_index=b"nobody's")
    assert found is None


async def test_single_steps_reach_no_protected_table(database):
    step = SingleStep(select(func.count()).select_from(AuditEntry))
    with pytest.raises(DBAPIError, match="permission denied for table audit_entries") as refused:
        await database.steps.row(step)
    assert sqlstate(refused.value) == "42501"


async def test_single_steps_wait_for_each_other_and_then_say_that_none_is_free(
    database, monkeypatch
):
    monkeypatch.setattr(driver_pool, "WAIT_S", 0.1)
    few = SingleSteps(database.steps._pool._url, most=1)
    slow = SingleStep(select(func.pg_sleep(bindparam("seconds", type_=Float()))))
    try:
        held = asyncio.create_task(few.row(slow, seconds=0.6))
        await asyncio.sleep(0.05)
        with pytest.raises(PoolTimeout):
            await few.row(slow, seconds=0.0)
        await held
        assert await few.row(slow, seconds=0.0) is not None
    finally:
        await few.close()


async def test_whoever_leaves_in_the_middle_leaves_no_answer_to_the_next(database):
    few = SingleSteps(database.steps._pool._url, most=1)
    slow = SingleStep(select(func.pg_sleep(bindparam("seconds", type_=Float())), literal("slow")))
    try:
        leaving = asyncio.create_task(few.row(slow, seconds=5.0))
        await asyncio.sleep(0.1)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert await few.row(SingleStep(select(literal("next")))) == ("next",)
    finally:
        await few.close()


async def test_a_connection_that_the_server_closed_is_opened_anew(database, admin):
    await database.steps.row(FIND_DOOR, blind_index=b"nobody's")
    kept = len(database.steps._pool._free)
    assert kept > 0
    for connection in database.steps._pool._free:
        await admin.execute("select pg_terminate_backend($1, 1000)", connection.get_server_pid())
    await asyncio.sleep(0.05)
    assert await database.steps.row(FIND_DOOR, blind_index=b"nobody's") is None
    assert len(database.steps._pool._free) == 1


async def test_the_batch_role_makes_no_single_steps(batch):
    with pytest.raises(DBAPIError, match="permission denied to set role"):
        await batch.steps.row(FIND_DOOR, blind_index=b"nobody's")
