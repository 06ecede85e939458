"""What a copy of a database held when it was made, and how it comes to hold that again after a test wrote in it.

To write a test's rows back takes a tenth of what a new copy takes, whose 1,600 files are each made and removed. Only rows are
written back: a copy whose tables, rules or statistics were changed is not as good as new.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

TABLES: Final = """
  select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname = 'public' order by 1
"""
SEQUENCES: Final = (
    "select c.oid::regclass::text as name from pg_class c where c.relkind = 'S' order by 1"
)
RELATIONS: Final = "pg_class"
DECLARATIONS: Final = frozenset(
    {
        *(RELATIONS, "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_inherits"),
        *("pg_trigger", "pg_policy", "pg_rewrite", "pg_proc", "pg_type", "pg_enum", "pg_namespace"),
        *("pg_statistic", "pg_statistic_ext", "pg_default_acl", "pg_largeobject_metadata"),
    }
)
"""Where PostgreSQL keeps what a database declares, and what it counted of rows: each change of it writes in one of these."""
NEXT_TRANSACTION: Final = "select pg_snapshot_xmax(pg_current_snapshot())::text"
"""Whatever writes to any database of the server takes this number, also when it is undone."""
# A row's transaction is compared by its age, as its number alone has no order.
ONE_TABLE: Final = """
  select '{table}' as name, count(*) as rows,
    count(*) filter (where age(xmin) <= age($1::text::xid)) as written
  from {table}
"""
# To empty a table gives it new files, and what is counted of a table is written back: neither is another declaration.
DECLARED: Final = """
  select md5(string_agg((to_jsonb(c) - '{
    relfilenode, relfrozenxid, relminmxid, relpages, reltuples, relallvisible, relallfrozen
  }'::text[])::text, ',' order by oid))
  from pg_class c
"""
COUNTED: Final = "select sum(relpages) as pages, sum(reltuples) as rows, sum(relallvisible) as seen from pg_class"
COUNTS: Final = """
  select array_agg(oid), array_agg(relpages), array_agg(reltuples), array_agg(relallvisible), array_agg(relallfrozen)
  from pg_class
"""
COUNT_AS_THEN: Final = """
  update pg_class set relpages = pages, reltuples = rows, relallvisible = seen, relallfrozen = frozen
  from unnest($1::oid[], $2::int[], $3::real[], $4::int[], $5::int[]) as stood (id, pages, rows, seen, frozen)
  where oid = id
    and (relpages, reltuples, relallvisible, relallfrozen) is distinct from (pages, rows, seen, frozen)
"""
GROWN: Final = """
  select name from unnest($1::text[]) as name
  where pg_relation_size(name::regclass) >= 10 * current_setting('block_size')::int
"""
"""The server plans for ten pages of a table that nobody ever counted: as long as one is smaller, it plans as for a new one."""


@dataclass(frozen=True, slots=True)
class Held:
    """All that a template holds: its tables' rows as the driver copies them, and where its sequences stand."""

    rows: Mapping[str, bytes]
    numbers: Mapping[str, int]
    """How many rows each table has."""
    sequences: Mapping[str, tuple[int, bool]]
    declared: str
    counted: asyncpg.Record
    """What the server counted of all tables and indexes together."""
    counts: asyncpg.Record
    """The same of each of them."""
    check: str
    """The statement that counts each table's rows, and those written since a transaction."""

    def changed(self, found: Sequence[asyncpg.Record]) -> list[str]:
        """Return the tables that hold other rows than then."""
        return [
            row["name"]
            for row in found
            if row["written"] or row["rows"] != self.numbers[row["name"]]
        ]


async def held(connection: asyncpg.Connection) -> Held:
    """Read a template through a superuser's connection."""
    tables = [row["name"] for row in await connection.fetch(TABLES)]
    check = " union all ".join(
        ONE_TABLE.format(table=name) for name in (*sorted(DECLARATIONS), *tables)
    )
    found = await connection.fetch(check, await connection.fetchval(NEXT_TRANSACTION))
    rows = {}
    for name in (row["name"] for row in found if row["rows"] and row["name"] in tables):
        copied = io.BytesIO()
        # What the server makes of other columns is left out by a copy of the table, and made anew by the copy back.
        await connection.copy_from_table(name, output=copied, format="binary")
        rows[name] = copied.getvalue()
    sequences = {
        row["name"]: await _standing(connection, row["name"])
        for row in await connection.fetch(SEQUENCES)
    }
    return Held(
        rows,
        {row["name"]: row["rows"] for row in found},
        sequences,
        await connection.fetchval(DECLARED),
        await connection.fetchrow(COUNTED),
        await connection.fetchrow(COUNTS),
        check,
    )


async def _standing(connection: asyncpg.Connection, sequence: str) -> tuple[int, bool]:
    last, called = await connection.fetchrow(
        f"select last_value, is_called from {sequence}"  # noqa: S608 - a name that PostgreSQL gave
    )
    return last, called


@dataclass(slots=True)
class Keeper:
    """A superuser's connection to one copy, which finds out what was written in it and writes back what it held."""

    connection: asyncpg.Connection
    held: Held
    _check: asyncpg.prepared_stmt.PreparedStatement

    @classmethod
    async def of(cls, connection: asyncpg.Connection, held: Held) -> "Keeper":
        """Prepare what is asked after each test."""
        await connection.execute(
            "set session_replication_role = replica; set plan_cache_mode = force_generic_plan; set jit = off"
        )
        return cls(connection, held, await connection.prepare(held.check))

    async def restore(self, since: str) -> bool:
        """Write back the rows of each table that were written since a transaction; tell whether the copy is as good as new.

        No rule of a table, no trigger and no foreign key has a say in it. Nobody else may be connected.
        """
        changed = self.held.changed(await self._check.fetch(since))
        declared = DECLARATIONS.intersection(changed)
        if declared - {RELATIONS} or (declared and await self._declares_otherwise()):
            return False
        if tables := [name for name in changed if name not in declared]:
            await self._write_back(tables)
        await self._rewind()
        if await self.connection.fetchrow(COUNTED) != self.held.counted:
            await self.connection.execute(COUNT_AS_THEN, *self.held.counts)
        return True

    async def _declares_otherwise(self) -> bool:
        return await self.connection.fetchval(DECLARED) != self.held.declared

    async def _write_back(self, tables: list[str]) -> None:
        emptied = (f"delete from {name}" for name in tables)  # noqa: S608 - names that PostgreSQL gave
        await self.connection.execute(";".join(emptied))
        for grown in await self.connection.fetch(GROWN, tables):
            await self.connection.execute(f"vacuum (index_cleanup on) {grown['name']}")
        async with self.connection.transaction():
            for name in tables:
                if name in self.held.rows:
                    await self.connection.copy_to_table(
                        name, source=io.BytesIO(self.held.rows[name]), format="binary"
                    )

    async def _rewind(self) -> None:
        for name, stood in self.held.sequences.items():
            if stood != await _standing(self.connection, name):
                await self.connection.fetchval(
                    "select setval($1::text::regclass, $2, $3)", name, *stood
                )
