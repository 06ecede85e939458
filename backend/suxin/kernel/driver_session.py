"""Statements of a session that are sent to its driver: compiled once, and in the session's own transaction.

For the few that are sent so often that SQLAlchemy's share of them, several times the database's own, decides how many
there can be in a second.
"""

from collections.abc import Sequence

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.single_steps import SingleStep


async def rows_in_session(
    session: AsyncSession, step: SingleStep, **given: object
) -> Sequence[asyncpg.Record]:
    """Return what a statement finds or returns; ``given`` are the values of its named parameters.

    The session has begun by its row context. What it has not written yet is not seen: flush first.

    :raises DBAPIError: if it fails, as every other statement's error
    """
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is in use has its driver's
    try:
        found: Sequence[asyncpg.Record] = await driver.fetch(step.sql, *step.arguments(given))
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # What was given stays out of its text.
        raise DBAPIError(step.sql, None, error, hide_parameters=True) from error
    return found
