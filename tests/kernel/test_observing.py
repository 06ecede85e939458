"""What the tests themselves rely on: that a change is seen, whoever made it."""

import asyncpg
import pytest
from observing import changed, contents

from suxin_server.postgres import Postgres

INSERT = "insert into audit_heads (day, seq, hash) values ('2026-11-01', 1, '\\x78')"
DELETE = "delete from audit_heads"
UNRULED = "set session_replication_role = replica"


async def connected(cluster: Postgres, name: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(f"{cluster.admin_dsn.rsplit('/', 1)[0]}/{name}")
    await connection.execute(UNRULED)
    return connection


@pytest.fixture
async def other(cluster: Postgres, city, admin):
    """Somebody else's connection to the test's database; no rule of a table holds for either."""
    await admin.execute(UNRULED)
    connection = await connected(cluster, city.app.rsplit("/", 1)[1])
    yield connection
    await connection.close()


async def test_what_is_committed_is_seen_and_what_was_taken_back_is_not(admin, other):
    before = await contents(admin)
    tables = await admin.fetch("select tablename from pg_tables where schemaname = 'public'")
    assert set(before) == {row["tablename"] for row in tables}
    assert await changed(admin, before) == set()
    await other.execute(INSERT)
    assert await changed(admin, before) == {"audit_heads"}
    filled = await contents(admin)
    await other.execute("update audit_heads set seq = 2")
    assert await changed(admin, filled) == {"audit_heads"}
    await other.execute(DELETE)
    assert await changed(admin, filled) == {"audit_heads"}
    assert await changed(admin, before) == set()


async def test_what_is_undone_changes_nothing(admin, other):
    before = await contents(admin)
    transaction = other.transaction()
    await transaction.start()
    await other.execute(INSERT)
    assert await changed(admin, before) == set()
    await transaction.rollback()
    assert await changed(admin, before) == set()


async def test_what_began_before_and_is_committed_after_is_seen(admin, other):
    async with other.transaction():
        await other.execute(INSERT)
        before = await contents(admin)
        assert await changed(admin, before) == set()
    assert await changed(admin, before) == {"audit_heads"}


async def test_what_a_step_within_did_is_undone_with_the_whole(admin, other):
    before = await contents(admin)
    whole = other.transaction()
    await whole.start()
    async with other.transaction():
        await other.execute(INSERT)
    await whole.rollback()
    assert await changed(admin, before) == set()
    async with other.transaction(), other.transaction():
        await other.execute(INSERT)
    assert await changed(admin, before) == {"audit_heads"}
