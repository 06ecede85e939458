"""What the tests themselves rely on: that a database and a connection which are given out again are as good as new ones."""

from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from database_copies import DatabaseCopies
from kept_connections import CONNECT_ANEW, KeptConnections
from observing import contents

from suxin_server.postgres import Postgres

EMPTY = "suxin_template"
INSERT = "insert into audit_heads (day, seq, hash) values ('2026-11-01', 1, '\\x78')"
UNRULED = "set session_replication_role = replica"
SEQUENCE = "staged_records_line_seq"
STANDS = "select last_value, is_called from staged_records_line_seq"
COUNTED = "select oid::regclass::text, relpages, reltuples, relallvisible from pg_class order by 1"
MANY = """
  insert into audit_heads (day, seq, hash)
  select '2027-01-01'::date + i, i, sha256(i::text::bytea) || sha256(i::text::bytea) from generate_series(1, 2000) i
"""
PAGES = "select pg_relation_size('audit_heads') / current_setting('block_size')::int"


class Copies:
    """Copies of a template of two rows, that no other test has a hand in."""

    def __init__(
        self, server: Postgres, copies: DatabaseCopies, kept: KeptConnections, template: str
    ) -> None:
        self._kept = kept
        self._address = server.admin_dsn.rsplit("/", 1)[0]
        self.copies = copies
        self.template = template
        self.made = [template]

    def address(self, name: str) -> str:
        return f"{self._address}/{name}"

    @asynccontextmanager
    async def connected(self, name: str):
        connection = await self._kept.connect(self.address(name))
        await connection.execute(UNRULED)
        yield connection
        await self._kept.close(connection)

    async def make(self) -> str:
        self.made.append(await self.copies.make(self.template))
        return self.made[-1]

    async def do(self, name: str, *statements: str) -> None:
        async with self.connected(name) as connection:
            for statement in statements:
                await connection.execute(statement)

    async def all_of(self, name: str) -> tuple:
        """Everything that a test could find there, and what the server plans by."""
        async with self.connected(name) as connection:
            rows = await contents(connection)
            stands = await connection.fetchrow(STANDS)
            return rows, stands, await connection.fetch(COUNTED)


@pytest.fixture
async def ours(cluster: Postgres):
    administrator = await asyncpg.connect(cluster.admin_dsn)
    kept = KeptConnections()
    copies = DatabaseCopies(cluster, administrator, kept)
    ours = Copies(cluster, copies, kept, f"suxin_{uuid4().hex}")
    await copies.make(EMPTY, name=ours.template)
    await ours.do(ours.template, INSERT, INSERT.replace("-01'", "-02'"))
    yield ours
    await copies.close()
    for row in await administrator.fetch(
        "select datname from pg_database where datname = any($1)", ours.made
    ):
        await administrator.execute(f"drop database {row['datname']} with (force)")
    await administrator.close()


WRITTEN = {
    "a row more": (INSERT.replace("-01'", "-03'"),),
    "a row less": ("delete from audit_heads where day = '2026-11-01'",),
    "another row": ("update audit_heads set seq = 7 where day = '2026-11-02'",),
    "one for another": (
        "delete from audit_heads where day = '2026-11-01'",
        INSERT.replace("-01'", "-03'"),
    ),
    "no row": ("truncate audit_heads, staged_records",),
    "numbers drawn": (f"select nextval('{SEQUENCE}')", INSERT.replace("-01'", "-03'")),
    "rows counted": (MANY, "vacuum audit_heads", "delete from audit_heads"),
}


@pytest.mark.parametrize("statements", WRITTEN.values(), ids=WRITTEN)
async def test_a_copy_whose_rows_were_written_is_given_out_again_and_holds_what_it_held(
    ours, statements
):
    name = await ours.make()
    before = await ours.all_of(name)
    for _ in range(2):
        await ours.do(name, *statements)
        assert await ours.all_of(name) != before
        await ours.copies.leave(name)
        assert await ours.make() == name
        assert await ours.all_of(name) == before


async def test_a_copy_keeps_no_pages_of_the_rows_that_were_in_it(ours):
    name = await ours.make()
    before = await ours.all_of(name)
    await ours.do(name, MANY)
    async with ours.connected(name) as connection:
        assert await connection.fetchval(PAGES) > 10
    await ours.copies.leave(name)
    assert await ours.make() == name
    assert await ours.all_of(name) == before
    async with ours.connected(name) as connection:
        assert await connection.fetchval(PAGES) == 1


DECLARED = {
    "a table": "create table more (id int)",
    "a table's name": "alter table audit_heads rename to elsewhere",
    "a table that is gone": "drop table alembic_version",
    "a column": "alter table audit_heads add column more int",
    "a column's default": "alter table audit_heads alter column seq set default 1",
    "a column's rights": "grant update (seq) on audit_heads to suxin_app",
    "a table's rights": "grant delete on audit_heads to suxin_app",
    "a table's owner": "alter table audit_heads owner to suxin_batch",
    "a constraint less": "alter table audit_heads drop constraint {constraint}",
    "a column that may be empty": "alter table audit_heads alter column hash drop not null",
    "an index": "create index more on audit_heads (seq)",
    "a trigger that rests": "alter table {triggered} disable trigger user",
    "no row policies": "alter table audit_heads disable row level security",
    "a row policy": "create policy more on audit_heads",
    "a function": "create function more() returns int language sql return 1",
    "a type": "create type more as enum ('one')",
    "a schema": "create schema more",
    "what is counted of its columns": "analyze audit_heads",
    "rights to come": "alter default privileges grant select on tables to suxin_app",
}


@pytest.mark.parametrize("statement", DECLARED.values(), ids=DECLARED)
async def test_a_copy_in_which_anything_was_declared_is_never_given_out_again(ours, statement):
    name = await ours.make()
    async with ours.connected(name) as connection:
        constraint = await connection.fetchval(
            "select conname from pg_constraint where conrelid = 'audit_heads'::regclass and contype in ('p', 'c') limit 1"
        )
        triggered = await connection.fetchval(
            "select tgrelid::regclass::text from pg_trigger where not tgisinternal limit 1"
        )
        await connection.execute(statement.format(constraint=constraint, triggered=triggered))
    await ours.copies.leave(name)
    assert await ours.make() != name


async def test_an_unwritten_copy_is_given_out_again(ours):
    name = await ours.make()
    async with ours.connected(name) as connection:
        assert await connection.fetchval("select count(*) from audit_heads") == 2
    await ours.copies.leave(name)
    assert await ours.make() == name
    assert await ours.make() != name


@pytest.mark.parametrize("written", [False, True])
async def test_a_copy_that_somebody_still_has_is_not_given_out_again(ours, written):
    name = await ours.make()
    connection = await CONNECT_ANEW(ours.address(name))
    if written:
        await ours.do(name, INSERT.replace("-01'", "-03'"))
    await ours.copies.leave(name)
    assert await ours.make() != name
    await connection.close()


@pytest.fixture
async def kept(city):
    kept = KeptConnections()
    database = city.app.rsplit("/", 1)[1]
    kept.keep(database)
    yield kept
    await kept.give_up(database)


async def pid_of(connection: asyncpg.Connection) -> int:
    return await connection.fetchval("select pg_backend_pid()")


async def test_a_connection_given_out_again_remembers_nothing(kept, city):
    first = await kept.connect(city.batch)
    pid = await pid_of(first)
    plain = await first.fetch("select name, setting from pg_settings")
    await first.execute(
        "select set_config('app.tenant_id', 'somebody', false), pg_advisory_lock(7)"
    )
    await first.execute(
        "set statement_timeout = 60000; set role suxin_batch; prepare mine as select 1"
    )
    await first.execute("create temporary table mine (id int)")
    prepared = await first.prepare("select 2")
    await kept.close(first)
    assert first.is_closed()
    with pytest.raises(asyncpg.InterfaceError):
        await prepared.fetchval()
    with pytest.raises(asyncpg.InterfaceError):
        await first.fetchval("select 1")
    again = await kept.connect(city.batch)
    assert again is not first
    assert await pid_of(again) == pid
    assert await again.fetch("select name, setting from pg_settings") == plain
    for left in (
        "select nullif(current_setting('app.tenant_id', true), '')",
        "select to_regclass('pg_temp.mine')",
        "select name from pg_prepared_statements where name = 'mine'",
        "select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
    ):
        assert await again.fetchval(left) is None
    await kept.close(again)


async def test_who_connects_in_another_way_gets_another_connection(kept, city):
    first = await kept.connect(city.app)
    pid = await pid_of(first)
    await kept.close(first)
    for given in ({"dsn": city.batch}, {"dsn": city.app, "server_settings": {"jit": "off"}}):
        other = await kept.connect(**given)
        assert await pid_of(other) != pid
        await kept.close(other)
    again = await kept.connect(city.app)
    assert await pid_of(again) == pid
    await kept.close(again)


async def test_what_was_never_closed_is_broken_off(kept, city):
    database = city.app.rsplit("/", 1)[1]
    first, other = await kept.connect(city.app), await kept.connect(city.batch)
    await kept.close(other)
    assert kept.take_back(database) == 1
    assert first.is_closed()
    assert kept.take_back(database) == 0
    assert len(kept.waiting(database)) == 1


async def begin(connection: asyncpg.Connection) -> None:
    await connection.execute("begin")


async def listen(connection: asyncpg.Connection) -> None:
    await connection.add_listener("told", print)


@pytest.mark.parametrize("leave", [begin, listen])
async def test_what_is_left_in_the_middle_is_closed(kept, city, leave):
    first = await kept.connect(city.app)
    pid = await pid_of(first)
    await leave(first)
    await kept.close(first)
    assert first.is_closed()
    assert kept.waiting(city.app.rsplit("/", 1)[1]) == []
    other = await kept.connect(city.app)
    assert await pid_of(other) != pid
    await kept.close(other)
