"""The servers that the settings name: each is asked once before anything starts.

An address that is wrong would otherwise show as a part that dies again and again, or as a page that is never ready.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from suxin_server.faults import NotAvailable
from suxin_server.logs import redact_text
from suxin_server.settings import Settings

PATIENCE_S: Final = 5.0
_NO_ANSWER: Final = (
    OSError,
    TimeoutError,
    ValueError,
    RedisError,
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)


def try_given_servers(settings: Settings) -> None:
    """Ask each PostgreSQL and Valkey address that is set for one answer, at most ``PATIENCE_S`` seconds each.

    Call it where no event loop runs: it runs one of its own.

    :raises NotAvailable: if one does not answer or does not let us in, naming its variable and the reason
    """
    asyncio.run(_try_all(settings))


async def _try_all(settings: Settings) -> None:
    for name in ("database_url", "database_owner_url", "database_batch_url"):
        await _try(name, getattr(settings, name), _ask_database)
    await _try("redis_url", settings.redis_url, _ask_broker)


async def _try(name: str, address: SecretStr | None, ask: Callable[[str], Awaitable[None]]) -> None:
    if address is None:
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ask(address.get_secret_value())
    except _NO_ANSWER as error:
        variable, reason = name.upper(), redact_text(str(error).strip() or "no answer")
        raise NotAvailable(
            zh=f"{variable} 指明的服务器无法使用：{reason}",
            en=f"the server at {variable} cannot be used: {reason}",
        ) from None


async def _ask_database(url: str) -> None:
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))
    finally:
        await engine.dispose()


async def _ask_broker(url: str) -> None:
    broker = Redis.from_url(url)
    try:
        await broker.ping()
    finally:
        await broker.aclose()
