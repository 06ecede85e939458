"""``suxin calendar``: load a year's published arrangement of holidays, and show what is known about a year."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import calendars
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.arrangement_files import read_arrangement, write_arrangement
from suxin.kernel.calendars import Loading, Standing, YearKnown
from suxin.kernel.database import Database
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants
from suxin_server.faults import Fault
from suxin_server.settings import Settings

Result = TypeVar("Result")

_REQUEST: Final = "calendar-load"
_LOADED: Final = {
    Loading.ADDED: "已载入 · loaded",
    Loading.CORRECTED: "已更正 · corrected",
    Loading.UNCHANGED: "内容相同，未改动 · the same as before, nothing was changed",
}
_STANDING: Final = {
    Standing.LOADED: "已载入 · loaded",
    Standing.BUILT_IN: "内置 · built in",
    Standing.PROVISIONAL: "暂定，尚未载入 · provisional, nothing was loaded",
}


class FileNotText(Fault):
    """The file is no text in UTF-8; nothing was written."""

    exit_code = 2


class OperatorMissing(Fault):
    """The calendar is the operator's, and the city has none yet."""

    exit_code = 10


def load_calendar(settings: Settings, path: Path) -> None:
    """Load the arrangement that a CSV file holds, as the operator, and say what became of it.

    :raises FileNotText: if it is no text in UTF-8
    :raises OperatorMissing: if the city has no operator yet
    :raises ArrangementFileInvalid: if it is no such file (and what the core refuses otherwise)
    :raises NotAvailable: if the database's address is missing
    """
    try:
        arrangement = read_arrangement(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise FileNotText(
            zh=f"{path} 不是 UTF-8 编码的文本", en=f"{path} is no text in UTF-8"
        ) from None
    now = datetime.now(UTC)

    async def load(session: AsyncSession) -> Loading:
        actor = session.info["actor"]
        return await calendars.load_arrangement(session, actor, arrangement=arrangement, now=now)

    async def work(database: Database) -> Loading:
        actor = await _operator(database, now=now)
        return await database.run(actor, load, now=now)

    loading = asyncio.run(_with_database(settings, work))
    click.echo(f"{arrangement.year}: {_LOADED[loading]}")


def show_calendar(settings: Settings, year: int) -> None:
    """Print what is known about a year, and the loaded arrangement as a file holds it.

    :raises NotAvailable: if the database's address is missing
    """

    async def work(database: Database) -> YearKnown:
        actor = Actor.system("calendar-show")
        async with database.snapshot(actor, now=datetime.now(UTC)) as session:
            found = await calendars.years_known(session, [year])
        return next(known for known in found if known.year == year)

    known = asyncio.run(_with_database(settings, work))
    click.echo(f"{year}: {_STANDING[known.standing]}")
    if known.loaded is not None:
        click.echo(write_arrangement(known.loaded.arrangement), nl=False)


async def _operator(database: Database, *, now: datetime) -> Actor:
    """Return the operator as whoever sits at the server acts for it: with this one right."""
    async with database.snapshot(Actor.system(_REQUEST), now=now) as session:
        operator = await session.scalar(tenants(kind=TenantKind.OPERATOR))
    if operator is None:
        raise OperatorMissing(
            zh="本市还没有运营机构，请先用 suxin tenant create --kind operator 设立",
            en="this city has no operator yet; create it first with `suxin tenant create`",
        )
    return Actor(
        kind=ActorKind.OPERATOR,
        request_id=_REQUEST,
        tenant_id=operator.id,
        tenant_kind=TenantKind.OPERATOR.value,
        permissions=frozenset({calendars.CALENDAR_MANAGE}),
    )


async def _with_database(
    settings: Settings, work: Callable[[Database], Awaitable[Result]]
) -> Result:
    database = Database.connect(settings.need("database_url"), pool_size=1)
    try:
        return await work(database)
    finally:
        await database.close()
