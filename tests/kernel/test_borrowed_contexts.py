"""Borrowed row contexts and the step from an anonymous session to a known caller."""

from uuid import uuid4

import pytest
from branch_rows import OTHER, SUBJECT, TENANT, actions, branch, names, receipt, staff
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act, note_read
from suxin.kernel.database import act_for, actor_of, continue_as
from suxin.kernel.refusals import NotFound
from suxin.tenancy.models import Branch

REFUSAL = NotFound(thing_zh="物", thing_en="thing")


async def test_acting_for_another_tenant_is_audited_and_ends_with_the_block(database, admin, now):
    actor = staff()
    async with database.transaction(actor, now=now) as session:
        async with act_for(session, reason="dispatch", tenant_id=OTHER):
            session.add(branch(OTHER, "theirs", now))
        assert actor_of(session) is actor
        session.add(branch(TENANT, "ours", now))
    assert await names(database, OTHER, now) == ["theirs"]
    assert await names(database, TENANT, now) == ["ours"]
    assert await actions(admin) == [
        ("kernel.act_for", "staff", OTHER, None, '{"reason": "dispatch"}')
    ]


async def test_a_borrowed_tenant_lends_neither_purposes_nor_kind(database, now):
    setting = text("select current_setting('app.purposes'), current_setting('app.tenant_kind')")
    async with database.transaction(staff(), now=now) as session:
        async with act_for(session, reason="dispatch", tenant_id=OTHER):
            assert tuple((await session.execute(setting)).one()) == ("", "")
        assert tuple((await session.execute(setting)).one()) == ("loan.match,loan.contract", "bank")


async def test_borrowed_contexts_nest_and_each_ends_where_it_began(database, admin, now):
    where = text("select current_setting('app.tenant_id'), current_setting('app.subject_id')")
    third = uuid4()
    seen = []

    async with database.transaction(staff(), now=now) as session:

        async def look() -> None:
            seen.append(tuple((await session.execute(where)).one()))

        async with act_for(session, reason="outer", tenant_id=OTHER):
            await look()
            async with act_for(session, reason="inner", tenant_id=third, subject_id=SUBJECT):
                await look()
            await look()
            session.add(branch(OTHER, "outer again", now))
        await look()
    assert seen == [
        (str(OTHER), ""),
        (str(third), str(SUBJECT)),
        (str(OTHER), ""),
        (str(TENANT), ""),
    ]
    assert await names(database, OTHER, now) == ["outer again"]
    assert [(row[2], row[3], row[4]) for row in await actions(admin)] == [
        (OTHER, None, '{"reason": "outer"}'),
        (third, SUBJECT, '{"reason": "inner"}'),
    ]


async def test_a_borrowed_context_ends_also_when_its_block_raises(database, admin, now):
    async with database.transaction(staff(), now=now) as session:
        with pytest.raises(NotFound):
            async with act_for(session, reason="dispatch", tenant_id=OTHER):
                raise REFUSAL
        session.add(branch(TENANT, "ours", now))
        with pytest.raises(DBAPIError, match="row-level security"):
            async with session.begin_nested():
                session.add(branch(OTHER, "theirs", now))
    assert await names(database, TENANT, now) == ["ours"]
    assert await names(database, OTHER, now) == []
    with pytest.raises(NotFound):
        async with (
            database.transaction(staff(), now=now) as session,
            act_for(session, reason="in vain", tenant_id=OTHER),
        ):
            session.add(branch(OTHER, "theirs", now))
            raise REFUSAL
    # The whole transaction is gone, and with it the note that the context was borrowed.
    assert await names(database, OTHER, now) == []
    assert [row[4] for row in await actions(admin)] == ['{"reason": "dispatch"}']


async def test_an_anonymous_session_goes_on_as_whom_a_doorway_shows(database, admin, now):
    known = staff()
    async with database.transaction(Actor.anonymous("r1"), now=now) as session:
        assert list(await session.scalars(select(Branch.id))) == []
        await continue_as(session, known)
        assert actor_of(session) is known
        session.add(branch(TENANT, "ours", now))
        append_act(session, action="test.done", now=now)
        note_read(session, receipt())
    assert await names(database, TENANT, now) == ["ours"]
    assert [row[:3] for row in await actions(admin)] == [
        ("test.done", "staff", TENANT),
        ("data.read", "staff", TENANT),
    ]


async def test_receipts_of_a_snapshot_name_whom_it_went_on_as(database, admin, now):
    async with database.snapshot(Actor.anonymous("r1"), now=now) as session:
        await continue_as(session, staff())
        note_read(session, receipt())
    assert [row[:3] for row in await actions(admin)] == [("data.read", "staff", TENANT)]


@pytest.mark.parametrize(
    "actor", [staff(), Actor.system("r1"), Actor.subject("r1", person_id=TENANT, subject_id=TENANT)]
)
async def test_a_known_actor_is_never_swapped(database, now, actor):
    async with database.transaction(actor, now=now) as session:
        with pytest.raises(RuntimeError, match="only an anonymous session"):
            await continue_as(session, staff(OTHER))
        assert actor_of(session) is actor


async def test_act_for_leaves_the_audited_actor_as_he_is(database, admin, now):
    async with (
        database.transaction(staff(), now=now) as session,
        act_for(session, reason="dispatch", tenant_id=OTHER),
    ):
        append_act(session, action="test.done", now=now)
    kinds = await admin.fetch("select action, actor_kind, tenant_id from audit_entries order by id")
    assert [tuple(row) for row in kinds] == [
        ("kernel.act_for", "staff", OTHER),
        ("test.done", "staff", TENANT),
    ]
    assert await admin.fetchval("select count(distinct staff_id) from audit_entries") == 1
