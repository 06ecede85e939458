"""Staging: a chunk of rows is copied beside the records and taken over from there, in one transaction.

COPY does not work into a table under row policies; INSERT … SELECT does, as the batch role. What is new goes in by one
statement; only where rows were left over are the others looked at: what has no subject or item, what the batch had before,
and what a record says otherwise.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.identifiers import check_uscc
from suxin.kernel.refusals import Refusal
from suxin.subjects.ingestion.models import StagedRecord
from suxin.subjects.ingestion.refusals import NotInCatalogue, NotOfPersons, Reject, RowRepeated
from suxin.subjects.mandates import SubjectUnknown

COLUMNS: Final = (
    "line",
    "id",
    "uscc",
    "item_code",
    "source_ref",
    "occurred_on",
    "published_until",
    "valid_until",
    "polarity",
    "status",
    "amount_fen",
    "content",
)

_MAY_BE_OF: Final = "(c.of_persons or s.kind not in ('person', 'household'))"
_MATCHED: Final = f"""
    from staged_records r
    join subjects s on s.uscc = r.uscc and s.sandbox_id is null
    join catalogue_items c on c.code = r.item_code and c.retired_in is null and {_MAY_BE_OF}
"""
# What is about a natural person is never published, whatever its item (PIPL art. 25).
_PUBLISHED_UNTIL: Final = """
    case when s.kind not in ('person', 'household') then
        coalesce(r.published_until,
                 cast(r.occurred_on + make_interval(months => cast(c.publication_months as int)) as date))
    end
"""
_VALID_UNTIL: Final = """
    coalesce(r.valid_until,
             cast(r.occurred_on + make_interval(months => cast(c.validity_months as int)) as date))
"""

# As emptying it will, so that two chunks never wait for each other.
_HOLD: Final = text("lock table staged_records in access exclusive mode")
_EMPTY: Final = text("truncate staged_records")

_ADD: Final = text(
    f"""
    insert into credit_records
        (subject_id, id, item_code, category, channel, natural_person, source, source_ref,
         occurred_on, published_until, valid_until, polarity, status, amount_fen, content,
         self_declared, loaded_at, batch_id, batch_line)
    select s.id, r.id, c.code, c.category, c.channel, s.kind in ('person', 'household'), :source,
           r.source_ref, r.occurred_on, {_PUBLISHED_UNTIL}, {_VALID_UNTIL}, r.polarity, r.status,
           r.amount_fen, r.content, false, :now, :batch_id, r.line
    {_MATCHED}
    on conflict (subject_id, source, source_ref) do nothing
    """
)

_UNMATCHED: Final = text(
    f"""
    select r.line, r.uscc, s.id is null as subject_unknown, c.code is null as item_unknown
    from staged_records r
    left join subjects s on s.uscc = r.uscc and s.sandbox_id is null
    left join catalogue_items c on c.code = r.item_code and c.retired_in is null
    where s.id is null or c.code is null or not {_MAY_BE_OF}
    order by r.line
    """  # noqa: S608 - all of it is declared here
)

_KEPT: Final = (
    "kept.subject_id = s.id and kept.source = :source and kept.source_ref = r.source_ref"
    " and kept.id <> r.id"
)

_REPEATED: Final = text(
    f"select r.line {_MATCHED} join credit_records kept on {_KEPT}"
    " where kept.batch_id = :batch_id order by r.line"
)

_CHANGE: Final = text(
    f"""
    update credit_records kept
    set item_code = c.code, category = c.category, channel = c.channel,
        occurred_on = r.occurred_on, published_until = {_PUBLISHED_UNTIL},
        valid_until = {_VALID_UNTIL}, polarity = r.polarity, amount_fen = r.amount_fen,
        content = r.content,
        -- A file that still says active does not lift a dispute, an exemption or a repair.
        status = case when r.status = 'active' then kept.status else r.status end,
        loaded_at = :now, batch_id = :batch_id, batch_line = r.line
    {_MATCHED}
    where {_KEPT} and kept.batch_id is distinct from :batch_id
      and ((kept.item_code, kept.occurred_on, kept.published_until, kept.valid_until,
            kept.polarity, kept.amount_fen, kept.content)
           is distinct from
           (c.code, r.occurred_on, {_PUBLISHED_UNTIL}, {_VALID_UNTIL}, r.polarity, r.amount_fen,
            r.content)
        or r.status not in ('active', kept.status))
    """  # noqa: S608 - all of it is declared here
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows that are good in themselves, as COPY takes them, with what was refused among them.

    ``read`` counts both; ``last_line`` is where the next chunk goes on, ``bytes_read`` how much of the file that is.
    """

    content: bytes
    staged: int
    read: int
    last_line: int
    bytes_read: int
    late: int
    rejects: tuple[Reject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a chunk's staged rows."""

    added: int
    changed: int = 0
    unchanged: int = 0
    rejects: tuple[Reject, ...] = field(default=())


async def take_over(
    session: AsyncSession, chunk: Chunk, *, source: str, batch_id: UUID, now: datetime
) -> Taken:
    """Write a chunk's rows as records, as the batch role; return what became of them.

    Chunks take turns: the staging is held from here to the end of the transaction, and left empty.
    """
    if not chunk.staged:
        return Taken(added=0)
    await session.execute(_HOLD)
    await _copy(session, chunk.content)
    taken = await _taken(session, chunk, source=source, batch_id=batch_id, now=now)
    await session.execute(_EMPTY)
    return taken


async def _taken(
    session: AsyncSession, chunk: Chunk, *, source: str, batch_id: UUID, now: datetime
) -> Taken:
    given = {"source": source, "batch_id": batch_id, "now": now}
    added = await _count(session, _ADD, given)
    left = chunk.staged - added
    if not left:
        return Taken(added=added)
    unmatched = [_unmatched(*row) for row in await session.execute(_UNMATCHED)]
    named = {"source": source, "batch_id": batch_id}
    repeated = [Reject(line, RowRepeated()) for line in await session.scalars(_REPEATED, named)]
    rejects = (*unmatched, *repeated)
    changed = 0 if left == len(rejects) else await _count(session, _CHANGE, given)
    return Taken(
        added=added,
        changed=changed,
        unchanged=left - len(rejects) - changed,
        rejects=rejects,
    )


async def _copy(session: AsyncSession, content: bytes) -> None:
    """Stream rows into the staging by the driver itself, in the session's transaction."""
    connection = await session.connection()
    driver: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    await driver.copy_to_table(
        StagedRecord.__tablename__, source=pieces(), columns=COLUMNS, format="csv"
    )


async def _count(session: AsyncSession, statement: TextClause, given: dict[str, object]) -> int:
    result = await session.execute(statement, given)
    return int(getattr(result, "rowcount", 0))


def _unmatched(line: int, uscc: str, subject_unknown: bool, item_unknown: bool) -> Reject:  # noqa: FBT001 - a row
    if subject_unknown:
        return Reject(line, _unknown_subject(uscc))
    return Reject(line, NotInCatalogue(field="itemCode") if item_unknown else NotOfPersons())


def _unknown_subject(uscc: str) -> Refusal:
    """Say what is wrong with a code that nobody has: its check character, or that nobody has it."""
    try:
        check_uscc(uscc, field="uscc")
    except Refusal as refusal:
        return refusal
    return SubjectUnknown(field="uscc")
