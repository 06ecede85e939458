"""Alembic's entry: migrations run over asyncpg as the owner of the database, one process at a time."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

MIGRATION_LOCK = 0x4D494752


def _is_modelled(
    thing: Any,
    name: str | None,
    kind: str,
    reflected: bool,  # noqa: FBT001 - as Alembic calls it
    model: object,
) -> bool:
    """Leave the parts of divided tables out of comparisons, and what PostgreSQL itself makes of a key to a divided table.

    The parts are made with their table's grants.
    """
    if not reflected or model is not None:
        return True
    if kind == "foreign_key_constraint":
        return not any(_is_part(key.target_fullname.split(".")[0]) for key in thing.elements)
    return not (kind == "table" and _is_part(name or ""))


def _is_part(table: str) -> bool:
    metadata = context.config.attributes.get("metadata")
    whole, part, _ = table.rpartition("_p")
    return bool(part) and metadata is not None and whole in metadata.tables


def _run(connection: Connection) -> None:
    # Held by the session: each migration is a transaction of its own. It ends with the connection.
    connection.execute(text(f"select pg_advisory_lock({MIGRATION_LOCK})"))
    connection.commit()
    context.configure(
        connection=connection,
        # Only who compares the models with a database brings them: an upgrade does without half a second of loading.
        target_metadata=context.config.attributes.get("metadata"),
        transaction_per_migration=True,
        compare_type=True,
        include_object=_is_modelled,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _migrate(url: str) -> None:
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


if "connection" in context.config.attributes:
    _run(context.config.attributes["connection"])
else:
    asyncio.run(_migrate(context.config.get_main_option("sqlalchemy.url") or ""))
