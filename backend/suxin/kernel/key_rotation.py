"""Key rotation: everything that is sealed or indexed under an older key is made anew under the current one.

How far it has come stands in the rows themselves: an envelope names its key, and so does the column beside a blind
index. A rotation that was killed therefore begins again and passes over what is done. Runs as the batch role, a chunk a
transaction; readers open either version meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.sealed_columns import IndexColumn, SealedColumn, index_columns, sealed_columns
from suxin.kernel.sealing import SealBroken, Sealer
from suxin.kernel.tables import Table

CHUNK: Final = 500
_HEADER_BYTES: Final = 4

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """How many rows of a column rest on a key version; ``passing`` if they end by themselves and are not rotated."""

    column: str
    key_version: int
    rows: int
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """How many rows a chunk made anew, and the key after which the next one begins; none when it was the last."""

    rows: int
    following: Key | None


async def usages(session: AsyncSession) -> list[Usage]:
    """Return how many rows of every declared column rest on which key version."""
    found = []
    for sealed in sealed_columns():
        version, known = _version_of(sealed.column), sealed.column.is_not(None)
        rows = await session.execute(select(version, func.count()).where(known).group_by(version))
        found += [Usage(sealed.name, row[0], row[1]) for row in rows]
    for index in index_columns():
        version, known = index.key_version, index.key_version.is_not(None)
        rows = await session.execute(select(version, func.count()).where(known).group_by(version))
        passing = index.of is None
        found += [Usage(index.name, row[0], row[1], passing=passing) for row in rows]
    return sorted(found, key=lambda usage: (usage.column, usage.key_version))


async def require_fitting(session: AsyncSession, sealer: Sealer) -> None:
    """Check that the keyring opens what there is: one value of every sealed column and key version.

    :raises SealBroken: if one does not open
    """
    known = await usages(session)
    for sealed in sealed_columns():
        for usage in known:
            if usage.column != sealed.name:
                continue
            sample = await session.execute(
                select(sealed.row, sealed.column)
                .where(_version_of(sealed.column) == usage.key_version)
                .limit(1)
            )
            for row, blob in sample:
                sealer.open(blob, purpose=sealed.purpose, row=row)


def sealed_tables() -> Mapping[type[Table], Sequence[SealedColumn]]:
    """Return the tables that have sealed columns, each with them."""
    tables: dict[type[Table], list[SealedColumn]] = {}
    for sealed in sealed_columns():
        tables.setdefault(sealed.model, []).append(sealed)
    return tables


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to make anew: how many rows of it wait, and a chunk of them."""

    name: str
    left: Callable[[AsyncSession, Sealer], Awaitable[int]]
    chunk: Callable[[AsyncSession, Sealer, Key | None], Awaitable[Chunk]]


def parts() -> list[Part]:
    """Return everything that is made anew: each table's sealed columns, then the blind indexes made of them."""
    found = [
        *(_sealed_part(model) for model in sealed_tables()),
        *(_index_part(index, index.of) for index in index_columns() if index.of is not None),
    ]
    if not found:
        message = "no table is imported, so that nothing would be sealed anew and nothing said"
        raise RuntimeError(message)
    return found


def _sealed_part(model: type[Table]) -> Part:
    async def left(session: AsyncSession, sealer: Sealer) -> int:
        return await left_to_seal(session, sealer, model)

    async def chunk(session: AsyncSession, sealer: Sealer, after: Key | None) -> Chunk:
        return await seal_anew(session, sealer, model, after=after)

    return Part(model.__tablename__, left, chunk)


def _index_part(index: IndexColumn, of: SealedColumn) -> Part:
    async def left(session: AsyncSession, sealer: Sealer) -> int:
        return await left_to_index(session, sealer, index, of)

    async def chunk(session: AsyncSession, sealer: Sealer, _after: Key | None) -> Chunk:
        # What is done falls out of the condition by itself.
        return await index_anew(session, sealer, index, of)

    return Part(index.name, left, chunk)


async def left_to_seal(session: AsyncSession, sealer: Sealer, model: type[Table]) -> int:
    """Return how many rows of a table hold something that the current key did not seal."""
    waiting = _sealed_otherwise(sealed_tables()[model], sealer.current_header)
    count = await session.scalar(select(func.count()).select_from(model).where(waiting))
    return count or 0


async def seal_anew(
    session: AsyncSession, sealer: Sealer, model: type[Table], *, after: Key | None
) -> Chunk:
    """Seal a chunk of a table's rows under the current key, those past ``after`` in the order of their keys.

    :raises SealBroken: if one does not open; nothing of the chunk is changed
    """
    columns, header = sealed_tables()[model], sealer.current_header
    key = list(model.__table__.primary_key)
    # Locked, so that what a command writes meanwhile is not overwritten by what was read before.
    waiting = (
        select(*key, *{one.row.name: one.row for one in columns}.values(), *_blobs(columns))
        .where(_sealed_otherwise(columns, header))
        .order_by(*key)
        .limit(CHUNK)
        .with_for_update()
    )
    if after is not None:
        waiting = waiting.where(tuple_(*key) > tuple_(*after))
    rows = (await session.execute(waiting)).mappings().all()
    if not rows:
        return Chunk(0, None)
    await _write(
        session,
        model,
        [
            {f"k_{part.name}": row[part] for part in key}
            | {f"v_{one.column.name}": _anew(sealer, one, row) for one in columns}
            for row in rows
        ],
        {one.column.name for one in columns},
    )
    last = tuple(rows[-1][part] for part in key)
    return Chunk(len(rows), last if len(rows) == CHUNK else None)


async def left_to_index(
    session: AsyncSession, sealer: Sealer, index: IndexColumn, sealed: SealedColumn
) -> int:
    """Return how many rows of a column of blind indexes an older key made, whose values are sealed and so can be read."""
    waiting = _indexed_otherwise(index, sealer).where(_value_of(index, sealed))
    return await session.scalar(waiting) or 0


async def indexes_without_values(session: AsyncSession, sealer: Sealer) -> int:
    """Return how many blind indexes an older key made of values that nobody has kept: they wait for their values.

    Whom departments alone have told of is made known anew when he proves himself or is told of again; until then the
    older key stays on the ring.
    """
    found = [
        await session.scalar(_indexed_otherwise(index, sealer).where(~_value_of(index, index.of)))
        for index in index_columns()
        if index.of is not None
    ]
    return sum(count or 0 for count in found)


def _indexed_otherwise(index: IndexColumn, sealer: Sealer) -> Select[int]:
    waiting = index.key_version != sealer.keyring.current
    return select(func.count()).select_from(index.model).where(waiting)


def _value_of(index: IndexColumn, sealed: SealedColumn) -> ColumnElement[bool]:
    """Return the condition that the sealed value is there that an index was made of."""
    table, source = index.model.__table__, _values(sealed)
    return exists().where(
        source.c[index.link] == table.c[index.link], source.c[sealed.column.name].is_not(None)
    )


def _values(sealed: SealedColumn) -> FromClause:
    """Return the table of sealed values under a name of its own: an index may stand in the very same table."""
    return sealed.model.__table__.alias("sealed_values")


async def index_anew(
    session: AsyncSession, sealer: Sealer, index: IndexColumn, sealed: SealedColumn
) -> Chunk:
    """Make a chunk of blind indexes anew under the current key, out of the sealed values they are of.

    :raises SealBroken: if a sealed value does not open or is not the one the index was made of; nothing is changed
    """
    current = sealer.keyring.current
    table, source = index.model.__table__, _values(sealed)
    key, value_of = list(table.primary_key), source.c[sealed.column.name]
    waiting = (
        select(
            *key, index.column, source.c[sealed.row.name].label("row_id"), value_of.label("blob")
        )
        .join_from(table, source, table.c[index.link] == source.c[index.link])
        .where(index.key_version != current, value_of.is_not(None))
        .limit(CHUNK)
        .with_for_update(of=table)
    )
    rows = (await session.execute(waiting)).mappings().all()
    if not rows:
        return Chunk(0, None)
    changes = []
    for row in rows:
        value = sealer.open(row["blob"], purpose=sealed.purpose, row=row["row_id"])
        if row[index.column] not in sealer.blind_indexes(value, purpose=index.purpose):
            raise SealBroken(f"a value of {index.name} was not made of its {sealed.name}")
        anew = sealer.blind_index(value, purpose=index.purpose)
        changes.append(
            {f"k_{part.name}": row[part] for part in key}
            | {
                f"v_{index.column.name}": anew.digest,
                f"v_{index.key_version.name}": anew.key_version,
            }
        )
    await _write(session, index.model, changes, {index.column.name, index.key_version.name})
    return Chunk(len(rows), () if len(rows) == CHUNK else None)


async def _write(
    session: AsyncSession,
    model: type[Table],
    changes: Sequence[Mapping[str, Any]],
    columns: set[str],
) -> None:
    """Write a chunk's values in one round trip to the database."""
    statement = update(model).values({name: bindparam(f"v_{name}") for name in columns})
    for part in model.__table__.primary_key:
        statement = statement.where(part == bindparam(f"k_{part.name}"))
    connection = await session.connection()
    await connection.execute(statement, list(changes))


def _anew(sealer: Sealer, sealed: SealedColumn, row: Mapping[Any, Any]) -> bytes | None:
    blob: bytes | None = row[sealed.column]
    if blob is None or not sealer.needs_rotation(blob):
        return blob
    value = sealer.open(blob, purpose=sealed.purpose, row=row[sealed.row])
    return sealer.seal(value, purpose=sealed.purpose, row=row[sealed.row])


def _blobs(columns: Sequence[SealedColumn]) -> list[ColumnElement[bytes]]:
    return [one.column for one in columns]


def _sealed_otherwise(columns: Sequence[SealedColumn], header: bytes) -> ColumnElement[bool]:
    return or_(*(func.substr(one.column, 1, _HEADER_BYTES) != literal(header) for one in columns))


def _version_of(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the SQL expression of the key version that an envelope names, its third and fourth byte."""
    return cast(func.get_byte(column, 2) * 256 + func.get_byte(column, 3), Integer)
