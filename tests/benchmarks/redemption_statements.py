"""How many statements the database carries out for one piece of work: told by its own log, while nothing else is asked."""

from collections.abc import Awaitable, Callable

import asyncpg

from suxin_server.postgres import Postgres

TIMES = 10
# What the row context, BEGIN and COMMIT cost is counted as well: each is a statement, and most are a round trip.
_SAID = (b" LOG:  statement: ", b" LOG:  execute ")


async def statements_each(postgres: Postgres, work: Callable[[], Awaitable[None]]) -> float:
    """Carry ``work`` out some times, one after the other; return how many statements each one takes."""
    await _log_statements(postgres, "all")
    began = postgres.log.stat().st_size
    for _ in range(TIMES):
        await work()
    with postgres.log.open("rb") as log:
        log.seek(began)
        said = log.read()
    await _log_statements(postgres, "none")
    return sum(said.count(one) for one in _SAID) / TIMES


async def _log_statements(postgres: Postgres, which: str) -> None:
    admin = await asyncpg.connect(postgres.admin_dsn)
    await admin.execute(f"alter system set log_statement = '{which}'")
    await admin.execute("select pg_reload_conf()")
    await admin.execute("select pg_sleep(0.5)")
    await admin.close()
