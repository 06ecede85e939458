"""Staging: a chunk of rows is copied beside the records and taken over from there, in one transaction.

COPY does not work into a table under row policies; INSERT … SELECT does, as the batch role. What is new goes in by one
statement; only where rows were left over are the others looked at: what has no subject or item, what the batch had before,
and what a record says otherwise.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.identifiers import check_uscc
from suxin.kernel.refusals import Refusal
from suxin.kernel.tables import Table
from suxin.subjects.ingestion import persons
from suxin.subjects.ingestion.models import StagedPerson, StagedRecord
from suxin.subjects.ingestion.persons import ChunkPersons, forget_persons, open_doors
from suxin.subjects.ingestion.refusals import NotInCatalogue, NotOfPersons, Reject, RowRepeated
from suxin.subjects.mandates import SubjectUnknown

COLUMNS: Final = (
    "line",
    "id",
    "person",
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

_MAY_BE_OF: Final = f"({persons.OF_PERSONS} or s.kind not in ('person', 'household'))"
_ORGANISATIONS: Final = "join subjects s on s.uscc = r.uscc and s.sandbox_id is null"
# A keyed index leads to persons alone. Said again of the subject it would mislead the planner while the city has none.
_PERSONS: Final = """
    join staged_persons p on p.person = r.person
    join subject_doors d on d.blind_index = p.blind_index
    join subjects s on s.id = d.subject_id
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

# Organisations that are not known, and items that may not be recorded of whom a row is about; a person's door was made before.
_UNMATCHED: Final = text(
    f"""
    select r.line, r.uscc, r.person is null and s.id is null as subject_unknown,
           c.code is null as item_unknown
    from staged_records r
    left join subjects s on s.uscc = r.uscc and s.sandbox_id is null
    left join catalogue_items c on c.code = r.item_code and c.retired_in is null
    where c.code is null
       or case when r.person is null then s.id is null or not {_MAY_BE_OF} else not {persons.OF_PERSONS} end
    order by r.line
    """  # noqa: S608 - all of it is declared here
)

_KEPT: Final = (
    "kept.subject_id = s.id and kept.source = :source and kept.source_ref = r.source_ref"
    " and kept.id <> r.id"
)
_TAKEN: Final = f"""
    insert into credit_records
        (subject_id, id, item_code, category, channel, natural_person, source, source_ref,
         occurred_on, published_until, valid_until, polarity, status, amount_fen, content,
         self_declared, loaded_at, batch_id, batch_line)
    select {{whose}}, r.id, c.code, c.category, c.channel, {{natural_person}},
           :source, r.source_ref, r.occurred_on, {{published_until}}, {_VALID_UNTIL},
           r.polarity, r.status, r.amount_fen, r.content, false, :now, :batch_id, r.line
"""
# Of persons that this very transaction has made: nobody has a record of theirs, and no two rows of a chunk have one number.
# Looking for what can be neither there nor repeated would be a third of the work.
_ADD_OF_NEW: Final = text(
    f"""
    {_TAKEN.format(whose="p.id", natural_person="true", published_until="cast(null as date)")}
    from staged_records r
    join staged_persons p on p.person = r.person and p.id is not null
    join catalogue_items c on c.code = r.item_code and c.retired_in is null and {persons.OF_PERSONS}
    """
)
# Every row has its person, which the planner does not know: it would look for each by itself.
_NO_LOOPS: Final = text("set local enable_nestloop = off")
_LOOPS: Final = text("set local enable_nestloop = on")


class _TakeOver(NamedTuple):
    """What takes over the rows about organisations, or those about persons."""

    add: TextClause
    repeated: TextClause
    change: TextClause


def _take_over_of(subjects: str) -> _TakeOver:
    matched = f"""
        from staged_records r
        {subjects}
        join catalogue_items c on c.code = r.item_code and c.retired_in is null and {_MAY_BE_OF}
    """
    added = _TAKEN.format(
        whose="s.id",
        natural_person="s.kind in ('person', 'household')",
        published_until=_PUBLISHED_UNTIL,
    )
    return _TakeOver(
        add=text(
            f"""
            {added}
            {matched}
            -- Neighbours in the indexes are written one after the other.
            order by s.id, r.source_ref, r.line
            on conflict (subject_id, source, source_ref) do nothing
            """
        ),
        repeated=text(
            f"select r.line {matched} join credit_records kept on {_KEPT}"
            " where kept.batch_id = :batch_id order by r.line"
        ),
        change=text(
            f"""
            update credit_records kept
            set item_code = c.code, category = c.category, channel = c.channel,
                occurred_on = r.occurred_on, published_until = {_PUBLISHED_UNTIL},
                valid_until = {_VALID_UNTIL}, polarity = r.polarity, amount_fen = r.amount_fen,
                content = r.content,
                -- A file that still says active does not lift a dispute, an exemption or a repair.
                status = case when r.status = 'active' then kept.status else r.status end,
                loaded_at = :now, batch_id = :batch_id, batch_line = r.line
            {matched}
            where {_KEPT} and kept.batch_id is distinct from :batch_id
              and ((kept.item_code, kept.occurred_on, kept.published_until, kept.valid_until,
                    kept.polarity, kept.amount_fen, kept.content)
                   is distinct from
                   (c.code, r.occurred_on, {_PUBLISHED_UNTIL}, {_VALID_UNTIL}, r.polarity,
                    r.amount_fen, r.content)
                or r.status not in ('active', kept.status))
            """  # noqa: S608 - all of it is declared here
        ),
    )


_OF_ORGANISATIONS: Final = _take_over_of(_ORGANISATIONS)
_OF_PERSONS: Final = _take_over_of(_PERSONS)
_OF_NEW_PERSONS: Final = _OF_PERSONS._replace(add=_ADD_OF_NEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows that are good in themselves, as COPY takes them, with what was refused among them.

    ``read`` counts both; ``last_line`` is where the next chunk goes on, ``bytes_read`` how much of the file that is.
    ``of_persons`` of the ``staged`` rows are about natural persons, who are ``persons``.
    """

    content: bytes
    staged: int
    of_persons: int
    persons: ChunkPersons | None
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

    :raises KeyringStale: if a person is not found, and doors were made with a key that the chunk was not indexed by
    """
    if not chunk.staged:
        return Taken(added=0)
    await session.execute(_HOLD)
    await _copy(session, StagedRecord, COLUMNS, chunk.content)
    ways = [_OF_ORGANISATIONS] * (chunk.staged > chunk.of_persons)
    if chunk.persons is not None:
        await _copy(session, StagedPerson, persons.COLUMNS, chunk.persons.content)
        all_new = await open_doors(session, chunk.persons, now=now)
        ways.append(_OF_NEW_PERSONS if all_new else _OF_PERSONS)
    taken = await _taken(session, chunk, ways, source=source, batch_id=batch_id, now=now)
    await session.execute(_EMPTY)
    if chunk.persons is not None:
        await forget_persons(session)
    return taken


async def _taken(
    session: AsyncSession,
    chunk: Chunk,
    ways: Sequence[_TakeOver],
    *,
    source: str,
    batch_id: UUID,
    now: datetime,
) -> Taken:
    given = {"source": source, "batch_id": batch_id, "now": now}
    added = sum([await _added(session, way, given) for way in ways])
    left = chunk.staged - added
    if not left:
        return Taken(added=added)
    unmatched = [_unmatched(*row) for row in await session.execute(_UNMATCHED)]
    named = {"source": source, "batch_id": batch_id}
    repeated = [
        Reject(line, RowRepeated())
        for way in ways
        for line in await session.scalars(way.repeated, named)
    ]
    rejects = (*unmatched, *repeated)
    changed = 0
    if left > len(rejects):
        changed = sum([await _count(session, way.change, given) for way in ways])
    return Taken(
        added=added,
        changed=changed,
        unchanged=left - len(rejects) - changed,
        rejects=rejects,
    )


async def _added(session: AsyncSession, way: _TakeOver, given: dict[str, object]) -> int:
    if way is not _OF_NEW_PERSONS:
        return await _count(session, way.add, given)
    await session.execute(_NO_LOOPS)
    added = await _count(session, way.add, given)
    await session.execute(_LOOPS)
    return added


async def _copy(
    session: AsyncSession, model: type[Table], columns: Sequence[str], content: bytes
) -> None:
    """Stream rows into a staging by the driver itself, in the session's transaction."""
    connection = await session.connection()
    driver: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    await driver.copy_to_table(model.__tablename__, source=pieces(), columns=columns, format="csv")


async def _count(session: AsyncSession, statement: TextClause, given: dict[str, object]) -> int:
    result = await session.execute(statement, given)
    return int(getattr(result, "rowcount", 0))


def _unmatched(line: int, uscc: str | None, subject_unknown: bool, item_unknown: bool) -> Reject:  # noqa: FBT001 - a row
    if subject_unknown:
        return Reject(line, _unknown_subject(uscc or ""))
    return Reject(line, NotInCatalogue(field="itemCode") if item_unknown else NotOfPersons())


def _unknown_subject(uscc: str) -> Refusal:
    """Say what is wrong with a code that nobody has: its check character, or that nobody has it."""
    try:
        check_uscc(uscc, field="uscc")
    except Refusal as refusal:
        return refusal
    return SubjectUnknown(field="uscc")
