"""A league table as people read it: banks with their figures, for the operator's desk and for theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.lending.league import queries
from suxin.lending.league.measures import DAY_HUNDREDTHS, Measure
from suxin.lending.league.models import LeagueLine, LeagueTable
from suxin.lending.league.quarters import Quarter
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants
from suxin_tenants.visits import Visit
from suxin_web.formats import percent

VERSION_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class BankLines:
    """One bank's lines of a table, by measure."""

    name: str
    lines: Mapping[Measure, LeagueLine]

    def said(self, measure: Measure) -> str:
        """Return a figure as people read it."""
        line = self.lines.get(measure)
        return "—" if line is None or line.value is None else value_words(measure, line.value)


def value_words(measure: Measure, value: int) -> str:
    """Write a measure's value: per cent, or working days."""
    if measure.in_days:
        days, part = divmod(value, DAY_HUNDREDTHS)
        return f"{days}.{part // 10} 天"
    return percent(value)


def of_banks(lines: Iterable[LeagueLine], banks: Mapping[UUID, Tenant]) -> list[BankLines]:
    """Return the lines bank by bank, in the order of the banks given."""
    by_bank: dict[UUID, dict[Measure, LeagueLine]] = {}
    for line in lines:
        by_bank.setdefault(line.tenant_id, {})[line.measure] = line
    return [
        BankLines(bank.short_name, by_bank[bank_id])
        for bank_id, bank in banks.items()
        if bank_id in by_bank
    ]


async def banks_by_id(session: AsyncSession) -> dict[UUID, Tenant]:
    """Return the city's banks by their ids, by name."""
    found = await session.scalars(tenants(kind=TenantKind.BANK, city_alone=True))
    return {bank.id: bank for bank in found}


async def table_asked(session: AsyncSession, visit: Visit) -> LeagueTable | None:
    """Return the counted table that the address asks for: the latest where it names none.

    :raises NotFound: if it asks for one that is not there
    """
    asked = visit.request.query_params
    found = queries.tables(visit.actor)
    if "quarter" in asked:
        quarter = Quarter.parse(asked["quarter"])
        found = found.where(LeagueTable.quarter == (date.min if quarter is None else quarter.first))
    if "version" in asked:
        version = asked["version"]
        found = found.where(LeagueTable.version == _number(version))
    table = await session.scalar(found.limit(1))
    if table is None and ("quarter" in asked or "version" in asked):
        raise NotFound(thing_zh="季度榜", thing_en="league table")
    return table


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= VERSION_DIGITS else 0
