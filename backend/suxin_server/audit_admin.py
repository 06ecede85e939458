"""``suxin audit``: replay the chain and say what was found; tell whose data was read by whom in a time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import click

from suxin.consent.breaches import Concerned, report_breach_scope
from suxin.kernel import audit_chain
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_server.faults import Fault
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


def scope(
    settings: Settings, *, tenants: Sequence[UUID], clients: Sequence[str], since: str, until: str
) -> None:
    """Print whose data tenants and clients read in a time, one subject a line.

    :raises TimeUnreadable: if a time is none, or has no time zone
    :raises NotAvailable: if the batch role's address is missing
    """
    span = _moment(since), _moment(until)
    found = asyncio.run(_scope(settings.need("database_batch_url"), tenants, clients, span))
    click.echo(f"涉及主体 · subjects concerned: {len(found)}")
    for one in found:
        click.echo(
            f"{one.subject_id}  {one.reads} 次 · reads, {one.rows} 条 · rows"
            f"  {one.first_at.isoformat()} – {one.last_at.isoformat()}  {','.join(one.categories)}"
        )


class TimeUnreadable(Fault):
    """A time is not ISO 8601 with a time zone."""

    exit_code = 2

    def __init__(self, given: str) -> None:
        super().__init__(
            zh=f"{given} 不是带时区的 ISO 8601 时间", en=f"{given} is no time with a time zone"
        )


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise TimeUnreadable(given) from None
    if moment.tzinfo is None:
        raise TimeUnreadable(given)
    return moment


async def _scope(
    url: str, tenants: Sequence[UUID], clients: Sequence[str], span: tuple[datetime, datetime]
) -> list[Concerned]:
    database, actor, now = (
        Database.connect(url, pool_size=1),
        Actor.system("audit-scope"),
        datetime.now(UTC),
    )
    try:
        async with database.transaction(actor, now=now) as session:
            return await report_breach_scope(
                session,
                actor,
                tenant_ids=tenants,
                client_ids=clients,
                since=span[0],
                until=span[1],
                now=now,
            )
    finally:
        await database.close()


async def _verify(url: str) -> audit_chain.Verification:
    database = Database.connect(url, pool_size=1)
    try:
        actor = Actor.system("audit-verify")
        async with database.snapshot(actor, now=datetime.now(UTC)) as session:
            return await audit_chain.verify(session)
    finally:
        await database.close()
