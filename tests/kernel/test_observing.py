"""What the tests themselves rely on: that a change is seen, whoever made it, and that a copy given out again is as good as new."""

import asyncpg
import pytest
from database_copies import CONNECTED, DatabaseCopies
from observing import changed, contents

from suxin_server.postgres import Postgres

TEMPLATE = "suxin_template"
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


@pytest.fixture
async def copies_of_ours(cluster: Postgres):
    """Copies that no other test has a hand in."""
    administrator = await asyncpg.connect(cluster.admin_dsn)
    copies = DatabaseCopies(administrator)
    yield copies
    await copies.drop_left()
    await administrator.close()


async def test_an_unwritten_copy_is_given_out_again_and_a_written_one_never(
    cluster, copies_of_ours
):
    copies = copies_of_ours
    first = await copies.make(TEMPLATE)
    await copies.leave(first)
    again = await copies.make(TEMPLATE)
    assert again == first
    for undone in (True, False):
        name = again if undone else await copies.make(TEMPLATE)
        connection = await connected(cluster, name)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(INSERT)
        await (transaction.rollback() if undone else transaction.commit())
        await connection.close()
        await copies.leave(name)
        following = await copies.make(TEMPLATE)
        assert following != name
        await copies.leave(following)


async def test_a_copy_that_somebody_still_has_is_not_given_out_again(cluster, copies_of_ours):
    copies = copies_of_ours
    first = await copies.make(TEMPLATE)
    connection = await connected(cluster, first)
    assert await connection.fetchval(CONNECTED, first)
    await copies.leave(first)
    following = await copies.make(TEMPLATE)
    await connection.close()
    assert following != first
    await copies.leave(following)
