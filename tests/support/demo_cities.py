"""Demo cities for tests: one of each moment is built, and whoever asks for one gets a copy of its database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import uuid4

import asyncpg
from database_copies import DatabaseCopies

from suxin.kernel.database import Database
from suxin.kernel.sealing import Keyring, Sealer
from suxin_server.demo import cast
from suxin_server.demo.city import DemoReport, Setting, build_demo_city
from suxin_server.demo.draft import MadeFor
from suxin_server.demo.rated import RatedCity
from suxin_server.demo.villaged import VillagedCity
from suxin_server.postgres import Postgres
from suxin_tenants import PROFILES

KEYRING: Final = Keyring({1: bytes(range(32))})
RECEIVER: Final = "http://127.0.0.1:9/events"
OPENIDS: Final = {applicant.wechat: f"o-{applicant.wechat}" for applicant in cast.APPLICANTS}


@dataclass(frozen=True)
class Built:
    """A built demo city, and a connection that row policies do not bind."""

    database: Database
    admin: asyncpg.Connection
    report: DemoReport
    setting: Setting

    async def column(self, query: str, *arguments: object) -> list[object]:
        """Return the first column of a query."""
        return [row[0] for row in await self.admin.fetch(query, *arguments)]

    async def of(self, table: str, what: str, *, where: str = "true") -> list[object]:
        """Return one expression over the rows of a table."""
        return await self.column(rows_of(table, what, where=where))

    @property
    def villaged(self) -> VillagedCity:
        """What gives it villages."""
        return VillagedCity(self.database, self.setting.made_for.sealer, PROFILES)

    @property
    def rated(self) -> RatedCity:
        """What gives its first village ratings."""
        sealer = self.setting.made_for.sealer
        return RatedCity(self.database, self.setting.batch, sealer, PROFILES)


Filling = Callable[[Built, datetime], Awaitable[bool]]
"""What the worker does in a city soon after its start; tells whether there was anything to do."""


async def villages(built: Built, now: datetime) -> bool:
    """Give the city its villages."""
    return await built.villaged.fill(now=now)


async def ratings(built: Built, now: datetime) -> bool:
    """Rate the households of the first of its villages."""
    return await built.rated.fill(now=now)


def rows_of(table: str, what: str, *, where: str = "true") -> str:
    """Return the query for one expression over the rows of a table."""
    return f"select {what} from {table} t where {where}"  # noqa: S608 - names of our own tables


@dataclass(frozen=True)
class _Kept:
    name: str
    report: DemoReport


@dataclass(frozen=True)
class DemoCities:
    """The cities that were built in this session, by their moments and what they were filled with."""

    cluster: Postgres
    copies: DatabaseCopies
    kept: dict[tuple[object, ...], _Kept] = field(default_factory=dict)

    @asynccontextmanager
    async def city(self, now: datetime, *fillings: Filling) -> AsyncIterator[Built]:
        """Give out a copy of the city of a moment, filled with these one after the other."""
        kept = await self._keep(now, fillings)
        async with self._copy(kept.name) as name, self._reached(name) as (setting, admin):
            yield Built(setting.database, admin, kept.report, setting)

    @asynccontextmanager
    async def built_anew(self, now: datetime) -> AsyncIterator[Built]:
        """Build another city of a moment, whatever was built before."""
        async with self.empty() as name, self._reached(name) as (setting, admin):
            report = await build_demo_city(setting, now=now)
            yield Built(setting.database, admin, report, setting)

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[str]:
        """Make a database without a city; give out its name."""
        async with self._copy("suxin_template") as name:
            yield name

    async def _keep(self, now: datetime, fillings: tuple[Filling, ...]) -> _Kept:
        if found := self.kept.get((now, *fillings)):
            return found
        name = f"suxin_demo_{uuid4().hex}"
        if fillings:
            before = await self._keep(now, fillings[:-1])
            await self.copies.make(before.name, name=name)
            async with self._reached(name) as (setting, admin):
                report = before.report
                assert await fillings[-1](Built(setting.database, admin, report, setting), now)
        else:
            await self.copies.make("suxin_template", name=name)
            async with self._reached(name) as (setting, _):
                report = await build_demo_city(setting, now=now)
        kept = self.kept[now, *fillings] = _Kept(name, report)
        return kept

    @asynccontextmanager
    async def _copy(self, template: str) -> AsyncIterator[str]:
        name = await self.copies.make(template)
        yield name
        await self.copies.leave(name)

    @asynccontextmanager
    async def _reached(self, name: str) -> AsyncIterator[tuple[Setting, asyncpg.Connection]]:
        """Connect to a database for as long as the block runs: nobody may be connected to what is copied."""
        database = Database.connect(self.cluster.dsn("suxin_app", database=name), pool_size=2)
        batch = Database.connect(self.cluster.dsn("suxin_batch", database=name), pool_size=1)
        made_for = MadeFor(
            sealer=Sealer(KEYRING), profiles=PROFILES, openids=OPENIDS, receiver_url=RECEIVER
        )
        admin = await asyncpg.connect(self.cluster.admin_dsn.rsplit("/", 1)[0] + f"/{name}")
        try:
            yield Setting(database=database, batch=batch, made_for=made_for), admin
        finally:
            await admin.close()
            await database.close()
            await batch.close()
