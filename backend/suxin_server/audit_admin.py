"""``suxin audit verify``: replay the audit chain and say what was found."""

import asyncio
from datetime import UTC, datetime

import click

from suxin.kernel import audit
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_server.settings import Settings


def verify(settings: Settings) -> int:
    """Replay the chain, print the result and return 0 when it is whole, 1 when it is broken.

    :raises NotAvailable: if the batch role's address is missing
    """
    found = asyncio.run(_verify(settings.need("database_batch_url")))
    click.echo(f"已封存条目 · sealed entries: {found.sealed}")
    click.echo(f"链首哈希 · head: {found.head.hex()}")
    click.echo(f"未封存条目 · unsealed tail: {found.unsealed}")
    if found.broken_at is None:
        click.echo("审计链完整 · the chain is whole")
        return 0
    entry = found.broken_id or "缺失 · missing"
    click.echo(f"审计链在第 {found.broken_at} 条断开 · broken at entry {found.broken_at}: {entry}")
    return 1


async def _verify(url: str) -> audit.Verification:
    database = Database.connect(url, pool_size=1)
    try:
        actor = Actor.system("audit-verify")
        async with database.snapshot(actor, now=datetime.now(UTC)) as session:
            return await audit.verify(session)
    finally:
        await database.close()
