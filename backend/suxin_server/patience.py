"""Waiting for a database that does not answer yet: a program may be started before its database is."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

AGAIN_S: Final = 0.1

log = structlog.get_logger("suxin.patience")

_T = TypeVar("_T")


class NotYet(Exception):
    """The database answers, but what is wanted of it is not there yet."""


NO_ANSWER: Final = (OSError, DBAPIError, asyncpg.PostgresError, NotYet)
"""What a database that starts, or is being prepared, may be met with."""


async def once_it_answers(ask: Callable[[], Awaitable[_T]], *, patience_s: float) -> _T:
    """Return what the database answers; one that does not answer yet is asked again for so many seconds.

    Whatever is not ``NO_ANSWER``, and that too once the seconds are over, is raised as it is.
    """
    until = time.monotonic() + patience_s
    told = False
    while True:
        try:
            return await ask()
        except NO_ANSWER as error:
            if time.monotonic() >= until:
                raise
            if not told:
                log.info("waiting for the database", why=f"{type(error).__name__}: {error}"[:500])
                told = True
        await asyncio.sleep(AGAIN_S)
