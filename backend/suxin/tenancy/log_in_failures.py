"""Wrong passwords are counted by log-in name, whether anybody has the name or not.

A name that exists and one that does not are counted, locked and forgotten alike, so that neither the answers nor the
moment of the lock tell them apart. Whoever tries a name waits until the one before him is done: guesses made at once
count one by one. Names are kept as keyed hashes, found under whichever key of the ring made one, so that a count and a
lock go on when keys rotate. A count is forgotten ``FORGOTTEN_AFTER`` its last wrong password, and every wrong password
clears some of what is forgotten away, so that a flood of made-up names does not stay.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import BlindIndex, Sealer
from suxin.tenancy.models import LOG_IN_NAME, LogInFailure

MAX_LOG_IN_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(hours=1)
CLEARED_AT_ONCE: Final = 20
"""How many forgotten counts one wrong password clears away; more than the one it may add."""

_NO_NAME: Final = "-"


@dataclass(frozen=True, slots=True)
class Count:
    """The count of one name, which nobody else counts until the transaction ends; ``names`` are its hashes by each key."""

    name: BlindIndex
    names: tuple[bytes, ...]
    failures: int
    locked_until: datetime | None


def normal_login(login: str) -> str:
    """Return a log-in name in its one spelling: half-width, lower case, no blanks around it."""
    return unicodedata.normalize("NFKC", login).strip().lower()


async def lock_count(session: AsyncSession, *, login: str, sealer: Sealer, now: datetime) -> Count:
    """Return the count of a log-in name (in its one spelling), locked until the transaction ends."""
    name = sealer.blind_index(login or _NO_NAME, purpose=LOG_IN_NAME)
    names = sealer.blind_indexes(login or _NO_NAME, purpose=LOG_IN_NAME)
    # The oldest key is the one that a process which does not know the newest yet waits by as well.
    turn = int.from_bytes(names[-1][:8], signed=True)
    async with doorway(session):
        await session.execute(select(func.pg_advisory_xact_lock(turn)))
        row = (
            await session.execute(
                select(
                    func.coalesce(func.sum(LogInFailure.failures), 0),
                    func.max(LogInFailure.locked_until),
                ).where(LogInFailure.name_index.in_(names), LogInFailure.expires_at > now)
            )
        ).one()
    return Count(name, names, row[0], row[1])


async def count_failure(session: AsyncSession, count: Count, *, now: datetime) -> bool:
    """Count one more wrong password; return whether the name is locked by it."""
    failures = count.failures + 1
    locks = failures >= MAX_LOG_IN_FAILURES
    await forget_failures(session, count)
    async with doorway(session):
        await session.execute(
            insert(LogInFailure).values(
                name_index=count.name.digest,
                key_version=count.name.key_version,
                failures=0 if locks else failures,
                locked_until=now + LOCKED_FOR if locks else None,
                expires_at=now + FORGOTTEN_AFTER,
            )
        )
        forgotten = (
            select(LogInFailure.name_index)
            .where(LogInFailure.expires_at <= now)
            .order_by(LogInFailure.expires_at)
            .limit(CLEARED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        await session.execute(
            delete(LogInFailure)
            .where(LogInFailure.name_index.in_(forgotten.scalar_subquery()))
            .execution_options(synchronize_session=False)
        )
    return locks


async def forget_failures(session: AsyncSession, count: Count) -> None:
    """Start the count of a name anew: its password was right, or is another one now."""
    async with doorway(session):
        await session.execute(
            delete(LogInFailure)
            .where(LogInFailure.name_index.in_(count.names))
            .execution_options(synchronize_session=False)
        )
