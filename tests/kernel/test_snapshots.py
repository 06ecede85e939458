"""Open snapshots: one read-only transaction under a row context, read by statements or a session, given back clean."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.single_steps import SingleStep
from suxin.tenancy.models import Branch

TENANT, OTHER = uuid4(), uuid4()
NAMES = SingleStep(select(Branch.name).order_by(Branch.name))
PURPOSES = SingleStep(text("select coalesce(current_setting('app.purposes', true), '')"))
SLEEP = SingleStep(text("select pg_sleep(30)"))


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


@pytest.mark.usefixtures("branches")
async def test_statements_and_the_session_see_the_same_rows_of_one_tenant(database, now):
    async with database.reading(staff(), now=now) as snapshot:
        assert [row["name"] for row in await snapshot.rows(NAMES)] == ["东支行"]
        async with database.transaction(staff(), now=now) as session:
            session.add(
                Branch(tenant_id=TENANT, id=new_id(), name="南支行", area_codes=[], created_at=now)
            )
        # What was committed since is not in it, by whichever way it is read.
        assert (await snapshot.session().scalars(select(Branch.name))).all() == ["东支行"]
        assert [row["name"] for row in await snapshot.rows(NAMES)] == ["东支行"]
    async with database.reading(staff(), now=now) as snapshot:
        assert len(await snapshot.rows(NAMES)) == 2


@pytest.mark.usefixtures("branches")
async def test_a_database_that_lets_nobody_in_is_told_of_as_by_every_other_statement(cluster, now):
    nowhere = Database.connect(cluster.dsn("suxin_app", database="nowhere"), pool_size=1)
    try:
        with pytest.raises(DBAPIError, match='database "nowhere" does not exist'):
            async with nowhere.reading(staff(), now=now):
                pass
    finally:
        await nowhere.close()


async def test_nothing_is_written_in_it(database, now):
    change = SingleStep(text("update branches set name = 'x'"))
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.reading(staff(), now=now) as snapshot:
            await snapshot.rows(change)
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.reading(staff(), now=now) as snapshot:
            await snapshot.session().execute(text("update branches set name = 'x'"))


@pytest.mark.parametrize(
    "purpose", ["it's", "back\\slash", "a'); drop table branches; --", "\\'; select 1; --"]
)
async def test_what_stands_in_the_row_context_is_a_value_and_nothing_else(database, now, purpose):
    async with database.reading(staff(purposes=(purpose,)), now=now) as snapshot:
        assert (await snapshot.rows(PURPOSES))[0][0] == purpose


async def test_a_row_context_with_nul_is_refused_and_gives_its_connection_back(database, now):
    with pytest.raises(ValueError, match="NUL"):
        async with database.reading(staff(purposes=("a\0b",)), now=now):
            pass
    assert database.connections_in_use == 0


@pytest.mark.usefixtures("branches")
async def test_a_connection_carries_nothing_to_whoever_has_it_next(city, now):
    database = Database.connect(city.app, pool_size=1, max_overflow=0)
    async with database.reading(staff(purposes=("loan.match",)), now=now) as snapshot:
        snapshot.session()
        first = (await snapshot.rows(SingleStep(text("select pg_backend_pid()"))))[0][0]
    async with database.transaction(staff(OTHER), now=now) as session:
        assert await session.scalar(text("select pg_backend_pid()")) == first
        assert await session.scalar(text("select current_setting('app.purposes', true)")) == ""
        assert (await session.scalars(select(Branch.name))).all() == ["西支行"]
        # A transaction of its own is one, and can write.
        assert await session.scalar(text("show transaction_read_only")) == "off"
    await database.close()


async def test_whoever_is_cancelled_gives_his_connection_back(city, now):
    database = Database.connect(city.app, pool_size=1, max_overflow=0)

    async def read() -> None:
        async with database.reading(staff(), now=now) as snapshot:
            await snapshot.rows(SLEEP)

    for _ in range(3):
        reader = asyncio.create_task(read())
        await asyncio.sleep(0.1)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
    async with asyncio.timeout(5), database.reading(staff(), now=now) as snapshot:
        assert (await snapshot.rows(PURPOSES))[0][0] == ""
    assert database.connections_in_use == 0
    await database.close()


async def test_a_connection_that_died_is_told_and_not_given_to_another(city, admin, now):
    database = Database.connect(city.app, pool_size=1, max_overflow=0)
    with pytest.raises(DBAPIError):
        async with database.reading(staff(), now=now) as snapshot:
            pid = (await snapshot.rows(SingleStep(text("select pg_backend_pid()"))))[0][0]
            await admin.execute("select pg_terminate_backend($1)", pid)
            await asyncio.sleep(0.1)
            await snapshot.rows(PURPOSES)
    async with database.reading(staff(), now=now) as snapshot:
        assert (await snapshot.rows(SingleStep(text("select pg_backend_pid()"))))[0][0] != pid
    assert database.connections_in_use == 0
    await database.close()


async def test_what_was_read_before_a_connection_died_still_stands(city, admin, now):
    database = Database.connect(city.app, pool_size=1, max_overflow=0)
    async with database.reading(staff(), now=now) as snapshot:
        pid = (await snapshot.rows(SingleStep(text("select pg_backend_pid()"))))[0][0]
        await admin.execute("select pg_terminate_backend($1)", pid)
        await asyncio.sleep(0.1)
    async with database.reading(staff(), now=now) as snapshot:
        assert (await snapshot.rows(PURPOSES))[0][0] == ""
    await database.close()


async def test_a_session_that_is_cut_off_takes_its_connection_along_and_no_other(city, now):
    database = Database.connect(city.app, pool_size=1, max_overflow=0)
    async with database.reading(staff(), now=now) as snapshot:
        asking = asyncio.create_task(snapshot.session().execute(text("select pg_sleep(30)")))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    async with asyncio.timeout(5), database.reading(staff(), now=now) as snapshot:
        assert await snapshot.session().scalar(text("select 1")) == 1
    assert database.connections_in_use == 0
    await database.close()
