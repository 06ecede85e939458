"""Doorways: the few tables that must be searched before a tenant or a subject is known.

Log-ins, sessions, clients, blind indexes, the outbox and idempotency keys cannot sit behind a row policy, because the
policy's context is what they give. They are listed by ``__doorway__`` on the table, granted to a role of their own,
and reached only here, by ``SET LOCAL ROLE`` for the length of a block inside the running transaction, and by
``suxin.kernel.single_steps``, whose connections have the role from their start, for single statements before any transaction.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.readers import DOORWAY_ROLE

_ENTER: Final = "set local role suxin_doorway"
_LEAVE: Final = "set local role none"
_OPEN = text(_ENTER)
_CLOSE = text(_LEAVE)

ENTERED: Final = f"set_config('role', '{DOORWAY_ROLE}', true)"
"""What a statement says so that those after it reach doorway tables; for the few whose round trips are counted."""

LEFT: Final = "set_config('role', 'none', true)"
"""What such a later one says: it still reaches them, and none after it does."""
_WAITING = "waits_outside"
"""What is to be added to protected tables once the doorway that is open has closed; absent while none is."""


@asynccontextmanager
async def doorway(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """Reach doorway tables, and only them, until the block ends.

    Pending changes are written before the role changes and again before it changes back, so that no row is written
    under the wrong role; also when the block ends by a refusal, whose writes may stand (``Refusal.commits``). A doorway
    inside another is the same one, which closes with the outer block: several steps through it then cost one.
    """
    if _WAITING in session.info:
        yield session
        return
    await session.flush()
    await session.execute(_OPEN)
    session.info[_WAITING] = []
    try:
        yield session
    except Exception:
        # Where this fails, the transaction is lost anyway.
        with suppress(SQLAlchemyError):
            await _close(session)
        raise
    await _close(session)


async def write_at_once(session: AsyncSession, statement: str) -> None:
    """Carry out one statement over doorway tables, without parameters (``as_literal``), in one round trip.

    No doorway is open. A failure leaves the transaction lost, and with it the role.
    """
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is in use has its driver's
    try:
        await driver.execute(f"{_ENTER}; {statement}; {_LEAVE}")
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DBAPIError(None, None, error, hide_parameters=True) from error


def add_outside(session: AsyncSession, row: object) -> None:
    """Add a row of a protected table: now, or as soon as the doorway that is open has closed."""
    waiting: list[object] | None = session.info.get(_WAITING)
    if waiting is None:
        session.add(row)
    else:
        waiting.append(row)


async def _close(session: AsyncSession) -> None:
    waiting: list[object] = session.info.pop(_WAITING)
    await session.flush()
    await session.execute(_CLOSE)
    session.add_all(waiting)
