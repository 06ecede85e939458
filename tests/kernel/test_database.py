"""Transactions, snapshots, the row context, borrowed contexts, retries, and the refusal of unsafe roles."""

import asyncio
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

import pytest
from branch_rows import OTHER, SUBJECT, TENANT, actions, branch, names, receipt, staff
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act, note_read
from suxin.kernel.database import (
    MAX_ATTEMPTS,
    Database,
    actor_of,
    sqlstate,
)
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal
from suxin.tenancy.models import Branch


class Nothing(Refusal):
    """A refusal like most: nothing stands."""

    code = "TEST_NOTHING_STANDS"
    zh = "不保留"
    en = "nothing stands"


class Remembered(Refusal):
    """A refusal whose traces must stand."""

    code = "TEST_REMEMBERED"
    commits: ClassVar[bool] = True
    zh = "保留"
    en = "what was written stands"


async def test_a_transaction_commits_at_its_end_and_sets_the_whole_context(database, now):
    actor = staff()
    async with database.transaction(actor, now=now) as session:
        assert actor_of(session) is actor
        row = (
            await session.execute(
                text(
                    "select current_setting('app.kind'), current_setting('app.tenant_id'),"
                    " current_setting('app.tenant_kind'), current_setting('app.subject_id'),"
                    " current_setting('app.person_id'), current_setting('app.purposes'),"
                    " current_setting('app.consent_id'), current_setting('app.now')"
                )
            )
        ).one()
        session.add(branch(TENANT, "one", now))
    assert tuple(row) == (
        "staff",
        str(TENANT),
        "bank",
        "",
        "",
        "loan.match,loan.contract",
        "",
        now.isoformat(),
    )
    assert await names(database, TENANT, now) == ["one"]
    assert await names(database, OTHER, now) == []


async def test_an_exception_rolls_back(database, now):
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(staff(), now=now) as session:
            session.add(branch(TENANT, "one", now))
            await session.flush()
            raise ZeroDivisionError
    assert await names(database, TENANT, now) == []


async def test_a_cancellation_rolls_back_and_gives_the_connection_back(database, now):
    async def slow() -> None:
        async with database.transaction(staff(), now=now) as session:
            session.add(branch(TENANT, "one", now))
            await session.flush()
            await session.execute(text("select pg_sleep(10)"))

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.2)
    assert database.connections_in_use == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert database.connections_in_use == 0
    assert await names(database, TENANT, now) == []


async def test_a_refusal_rolls_back_unless_it_must_be_remembered(database, admin, now):
    for refusal in (Nothing, Remembered):
        with pytest.raises(refusal):
            async with database.transaction(staff(), now=now) as session:
                session.add(branch(TENANT, refusal.code, now))
                note_read(session, receipt())
                raise refusal
    assert await names(database, TENANT, now) == ["TEST_REMEMBERED"]
    assert [row[0] for row in await actions(admin)] == ["data.read"]


async def test_a_remembered_refusal_inside_a_doorway_keeps_what_was_written_on_both_sides(
    database, admin, now
):
    statement = text(
        "insert into log_in_failures (name_index, key_version, failures, expires_at)"
        " values ('zhang', 1, 1, :ends)"
    )
    with pytest.raises(Remembered):
        async with database.transaction(staff(), now=now) as session:
            append_act(session, action="test.before", now=now)
            async with doorway(session):
                await session.execute(statement, {"ends": now})
                append_in_time = session.info["actor"]
                raise Remembered
    assert append_in_time.tenant_id == TENANT
    assert await admin.fetchval("select failures from log_in_failures") == 1
    assert [row[0] for row in await actions(admin)] == ["test.before"]


async def test_the_context_does_not_reach_the_next_caller_of_the_connection(city, now):
    database = Database.connect(city.app, pool_size=1, max_overflow=0)
    async with database.transaction(staff(), now=now) as session:
        pid = await session.scalar(text("select pg_backend_pid()"))
        session.add(branch(TENANT, "one", now))
    with pytest.raises(Nothing):
        async with database.transaction(staff(), now=now) as session, doorway(session):
            raise Nothing
    async with database._engine.connect() as connection:
        row = (
            await connection.execute(
                text(
                    "select pg_backend_pid(), current_user, count(*),"
                    " string_agg(current_setting(name, true), '')"
                    " from unnest(array['app.kind', 'app.tenant_id', 'app.subject_id',"
                    " 'app.person_id', 'app.purposes', 'app.consent_id', 'app.now']) name"
                )
            )
        ).one()
        assert tuple(row) == (pid, "suxin_app", 7, "")
        assert await connection.scalar(text("select count(*) from branches")) == 0
    await database.close()


async def test_now_must_have_a_time_zone(database):
    with pytest.raises(ValueError, match="aware"):
        async with database.transaction(staff(), now=datetime(2026, 11, 20)):
            pytest.fail("entered")


async def test_a_snapshot_is_read_only_and_sees_one_moment(database, now):
    async with database.snapshot(staff(), now=now) as session:
        assert await session.scalar(text("show transaction_isolation")) == "repeatable read"
        assert await session.scalar(text("show transaction_read_only")) == "on"
        assert list(await session.scalars(select(Branch.name))) == []
        async with database.transaction(staff(), now=now) as other:
            other.add(branch(TENANT, "later", now))
        assert list(await session.scalars(select(Branch.name))) == []
    assert await names(database, TENANT, now) == ["later"]
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with database.snapshot(staff(), now=now) as session:
            session.add(branch(TENANT, "never", now))
            await session.flush()
    assert await names(database, TENANT, now) == ["later"]
    async with database.transaction(staff(), now=now) as session:
        assert await session.scalar(text("show transaction_isolation")) == "read committed"
        assert await session.scalar(text("show transaction_read_only")) == "off"


async def test_receipts_of_a_snapshot_are_committed_when_it_closes(database, admin, now):
    async with database.snapshot(staff(), now=now) as session:
        note_read(session, receipt())
        assert await actions(admin) == []
    row = await admin.fetchrow("select * from audit_entries")
    assert (row["action"], row["actor_kind"], row["tenant_id"]) == ("data.read", "staff", TENANT)
    assert (row["subject_id"], row["purpose"]) == (SUBJECT, "loan.match")
    assert (row["categories"], row["fields"], row["row_count"]) == (["tax"], ["amount"], 2)
    assert (row["at"], row["request_id"]) == (now, "r1")


async def test_receipts_are_not_written_when_nothing_is_answered(database, admin, now):
    with pytest.raises(ZeroDivisionError):
        async with database.snapshot(staff(), now=now) as session:
            note_read(session, receipt())
            raise ZeroDivisionError
    assert await actions(admin) == []


async def test_who_reads_his_own_data_leaves_no_receipt(database, admin, now):
    person = uuid4()
    actor = Actor.subject("r1", person_id=person, subject_id=SUBJECT)
    async with database.snapshot(actor, now=now) as session:
        note_read(session, receipt(SUBJECT))
        note_read(session, receipt(person))
    assert await actions(admin) == []


async def test_work_is_tried_again_on_a_serialization_failure_three_times_at_most(database, now):
    tried = 0

    def failing(times: int):
        async def work(session) -> str:
            nonlocal tried
            tried += 1
            session.add(branch(TENANT, f"try {tried}", now))
            await session.flush()
            if tried <= times:
                await session.execute(
                    text("do $$ begin raise exception using errcode = '40001'; end $$")
                )
            return f"done at {tried}"

        return work

    assert await database.run(staff(), failing(MAX_ATTEMPTS - 1), now=now) == "done at 3"
    assert await names(database, TENANT, now) == ["try 3"]
    tried = 0
    with pytest.raises(DBAPIError) as raised:
        await database.run(staff(), failing(MAX_ATTEMPTS), now=now)
    assert (sqlstate(raised.value), tried) == ("40001", 3)
    assert await names(database, TENANT, now) == ["try 3"]


async def test_a_connection_that_the_server_closed_is_opened_anew(database, admin, now):
    ask = text("select pg_backend_pid()")
    async with database.transaction(staff(), now=now) as session:
        before = await session.scalar(ask)
    await admin.execute("select pg_terminate_backend($1)", before)
    # The end of the connection arrives with the loop's next turn, as it does in a server that waits for requests.
    await asyncio.sleep(0.1)

    async with database.transaction(staff(), now=now) as session:
        assert await session.scalar(ask) != before


async def test_two_that_deadlock_both_come_to_their_end(database, now):
    async with database.transaction(staff(), now=now) as session:
        session.add_all([branch(TENANT, "a", now), branch(TENANT, "b", now)])
    both_hold_one = asyncio.Barrier(2)
    tries = 0

    def crossing(first: str, second: str):
        async def work(session) -> None:
            nonlocal tries
            tries += 1
            await session.scalar(select(Branch.id).where(Branch.name == first).with_for_update())
            if tries <= 2:
                await both_hold_one.wait()
            await session.scalar(select(Branch.id).where(Branch.name == second).with_for_update())

        return work

    async with asyncio.timeout(10):
        await asyncio.gather(
            database.run(staff(), crossing("a", "b"), now=now),
            database.run(staff(), crossing("b", "a"), now=now),
        )
    # Who lost may be back at his first row before who waits for it wakes, and cross him once more.
    assert 3 <= tries < 2 * MAX_ATTEMPTS


async def test_two_that_insert_one_key_both_come_to_their_end(database, now):
    key, tries = uuid4(), 0
    both_looked = asyncio.Barrier(2)

    async def insert_unless_there(session) -> str:
        nonlocal tries
        tries += 1
        if await session.get(Branch, (TENANT, key)):
            return "found"
        if tries <= 2:
            await both_looked.wait()
        session.add(Branch(tenant_id=TENANT, id=key, name="x", area_codes=[], created_at=now))
        await session.flush()
        return "inserted"

    async with asyncio.timeout(10):
        answers = await asyncio.gather(
            *(database.run(staff(), insert_unless_there, now=now) for _ in range(2))
        )
    assert sorted(answers) == ["found", "inserted"]
    assert tries == 3


async def test_other_errors_are_not_tried_again(database, now):
    tried = 0

    async def work(session) -> None:
        nonlocal tried
        tried += 1
        session.add(
            Branch(tenant_id=TENANT, id=uuid4(), name=None, area_codes=[], created_at=now)  # type: ignore[arg-type] # the point
        )
        await session.flush()

    with pytest.raises(IntegrityError):
        await database.run(staff(), work, now=now)
    assert tried == 1
