"""Whether this process is alive, and whether it can serve: database, role, migrations, Valkey.

The reports go to whoever asks without a log-in, so they say what is wrong but never an address or an account; the log
has the rest.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from redis.asyncio import Redis
from sqlalchemy import text

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database, RoleUnsafe

CHECK_TIMEOUT_S: Final = 1.5
_HEALTH: Final = Actor.anonymous("health")
_MIGRATED: Final = text("select to_regclass('alembic_version')::text")
_REVISIONS: Final = text("select version_num from alembic_version")

log = structlog.get_logger("suxin.health")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``problem`` is empty when it is well."""

    name: str
    problem: str
    took_ms: int

    @property
    def well(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, in a fixed order."""

    checks: tuple[Check, ...]

    @property
    def well(self) -> bool:
        """Whether every check is well."""
        return all(check.well for check in self.checks)

    def as_json(self) -> dict[str, object]:
        """Return the report as the health pages answer it."""
        return {
            "status": "ok" if self.well else "unavailable",
            "checks": {
                check.name: {"status": check.problem or "ok", "tookMs": check.took_ms}
                for check in self.checks
            },
        }


class Unwell(Exception):
    """A check found something wrong; the message is fit for everyone's eyes."""


def liveness() -> Report:
    """Report that the process answers; a process that hangs does not get here."""
    return Report((Check("process", "", 0),))


async def readiness(
    database: Database, broker: Redis, *, heads: frozenset[str], now: datetime
) -> Report:
    """Report whether requests can be served; ``heads`` are the revisions the database should have."""

    async def migrations() -> None:
        found = await revisions_of(database, now=now)
        if found != heads:
            known = ", ".join(sorted(found)) or "none"
            raise Unwell(f"the database is at revision {known}, not {', '.join(sorted(heads))}")

    async def valkey() -> None:
        await broker.ping()

    checks = (
        ("database", lambda: _answers(database, now)),
        ("role", lambda: _role(database)),
        ("migrations", migrations),
        ("valkey", valkey),
    )
    return Report(tuple(await asyncio.gather(*(_check(name, work) for name, work in checks))))


async def revisions_of(database: Database, *, now: datetime) -> frozenset[str]:
    """Return the revisions a database is at; none where nothing was migrated yet."""
    async with database.snapshot(_HEALTH, now=now) as session:
        # Asking a table that is not there would fill the server's log while it is being migrated.
        if await session.scalar(_MIGRATED) is None:
            return frozenset()
        return frozenset(await session.scalars(_REVISIONS))


async def _answers(database: Database, now: datetime) -> None:
    async with database.snapshot(_HEALTH, now=now) as session:
        await session.execute(text("select 1"))


async def _role(database: Database) -> None:
    try:
        await database.require_safe_role()
    except RoleUnsafe as unsafe:
        log.warning("unsafe role", why=str(unsafe))
        raise Unwell("the database role could step around row-level security") from None


async def _check(name: str, work: Callable[[], Awaitable[None]]) -> Check:
    began = time.monotonic()
    problem = ""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await work()
    except Unwell as found:
        problem = str(found)
    except TimeoutError:
        problem = "no answer in time"
    except Exception as error:  # noqa: BLE001 - whatever it is, the process is not ready
        log.warning("check failed", check=name, why=f"{type(error).__name__}: {error}"[:500])
        problem = "not reachable"
    return Check(name, problem, round((time.monotonic() - began) * 1000))
