"""What a test sees around every policy, through a superuser's connection: rows, messages, acts, and that nothing moved."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import md5
from typing import Any, Final
from uuid import UUID

import asyncpg
from small_city import SmallCity

from suxin.consent import jobs as consent_jobs
from suxin.kernel import performing
from suxin.kernel.actor import Actor
from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC
from suxin.lending import jobs as lending_jobs

NO_ROWS: Final = md5(b"", usedforsecurity=False).hexdigest()
ALL_UNDONE: Final = """
  select coalesce(bool_and(pg_xact_status(id::text::xid8) = 'aborted'), true)
  from (
    select pg_snapshot_xip($1::text::pg_snapshot)::text::bigint
    union all
    select generate_series(
      pg_snapshot_xmax($1::text::pg_snapshot)::text::bigint,
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1
    )
  ) as since (id)
"""
"""Whether every transaction since that wrote anything at all, or locked a row, was undone: then no row is another one.

To ask is a hundred times cheaper than to read all rows, and most refusals write nothing.
"""

HANDLERS = {**lending_jobs.handlers(), CALENDAR_CHANGED_TOPIC: lending_jobs.redate}


class Contents(dict[str, str]):
    """A digest of the rows of every table, by its name, and which transactions it knows of."""

    def __init__(self, digests: dict[str, str], known: str) -> None:
        super().__init__(digests)
        self.known: Final = known


async def contents(admin: asyncpg.Connection) -> Contents:
    """Return a digest of every row of every table."""
    # Asked first: what is committed while the rows are read may be looked at once more, and is never missed.
    known = await admin.fetchval("select pg_current_snapshot()::text")
    tables = await admin.fetch(
        "select relname, relkind = 'p' or pg_relation_size(oid) > 0 as filled from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname"
    )
    # A table whose file is empty has no rows, and most have none.
    names = [row["relname"] for row in tables if row["filled"]]
    digests = ", ".join(
        f"(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {name} t)"  # noqa: S608 - names of our own tables
        for name in names
    )
    row = await admin.fetchrow(f"select {digests}")
    filled = dict(zip(names, row, strict=True))
    return Contents({row["relname"]: filled.get(row["relname"], NO_ROWS) for row in tables}, known)


async def changed(admin: asyncpg.Connection, before: Contents) -> set[str]:
    """Return the names of the tables whose rows are no longer those of before."""
    if await admin.fetchval(ALL_UNDONE, before.known):
        return set()
    after = await contents(admin)
    return {name for name in after if after[name] != before.get(name)}


@asynccontextmanager
async def nothing_written(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Assert that the block, which usually ends in a refusal, leaves every row of every table as it was."""
    before = await contents(admin)
    assert len(before) > 30
    yield
    assert await changed(admin, before) == set()


async def posted(admin: asyncpg.Connection, topic: str) -> list[asyncpg.Record]:
    """Return the outbox rows of a topic, the oldest first."""
    return await admin.fetch(
        "select id, tenant_id, payload::jsonb as payload, not_before, done_at, error from outbox"
        " where topic = $1 order by id",
        topic,
    )


async def acts(admin: asyncpg.Connection, prefix: str, since: UUID | None = None) -> list[str]:
    """Return the actions on the audit stream that begin with the prefix, the oldest first."""
    rows = await admin.fetch(
        "select action from audit_entries where action like $1 || '%' and ($2::uuid is null or id > $2)"
        " order by id",
        prefix,
        since,
    )
    return [row["action"] for row in rows]


async def told(admin: asyncpg.Connection, recipient: UUID) -> list[str]:
    """Return the titles in the inbox of a tenant or a person, the oldest first."""
    rows = await admin.fetch(
        "select title from notices where $1 in (tenant_id, person_id) order by id", recipient
    )
    return [row["title"] for row in rows]


async def one(admin: asyncpg.Connection, statement: str, *arguments: Any) -> dict[str, Any]:
    """Return the one row of a statement."""
    rows = await admin.fetch(statement, *arguments)
    assert len(rows) == 1, statement
    return dict(rows[0])


async def carry_out(
    city: SmallCity, admin: asyncpg.Connection, topic: str, *, now: datetime
) -> int:
    """Carry out every row of a topic that is due and not done, as a worker does; return how many."""
    rows = await admin.fetch(
        "select id from outbox where topic = $1 and done_at is null and not_before <= $2 order by id",
        topic,
        now,
    )
    handlers = {**HANDLERS, **consent_jobs.handlers(city.sealer)}
    for row in rows:
        assert await performing.perform(city.database, row["id"], handlers, now=now)
    return len(rows)


async def as_platform(
    city: SmallCity, duty: Callable[..., Awaitable[Any]], *, now: datetime, **arguments: Any
) -> None:
    """Carry out one of the platform's own duties, as a job does."""
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        await duty(session, **arguments, now=now)
