"""Who of the demo city acts where the city's money is spent by 信易+, and how a programme on it is opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.together import Together
from suxin.perks.drafts import ProgrammeDraft
from suxin.perks.publishing import approve_programme, draft_programme, submit_programme
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin_server.demo import cast
from suxin_server.demo.office import SYSTEM, people_of

FUNDER: Final = "宿迁市信易+专项资金（演示）"
OFFICE: Final = ("operator.admin", "operator.review")
"""Who approves what the city pays: two people, one after the other."""


async def office_of(database: Database, profiles: Profiles, *, now: datetime) -> Sequence[Actor]:
    """Return those of ``OFFICE`` who are there, in its order."""
    async with database.transaction(SYSTEM, now=now) as session:
        operator = await session.scalar(select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR))
    return (
        [] if operator is None else await people_of(database, profiles, operator, OFFICE, now=now)
    )


async def keeper_of(
    database: Database, profiles: Profiles, log_in: str, *, now: datetime
) -> tuple[Tenant, Actor] | None:
    """Return one of the cast's merchants or attractions with whoever keeps it, by his log-in; nothing where it is not there."""
    name = next(one.name for one in cast.OTHERS if log_in in {who.login for who in one.staff})
    async with database.transaction(SYSTEM, now=now) as session:
        shop = await session.scalar(select(Tenant).where(Tenant.name == name))
    if shop is None:
        return None
    people = await people_of(database, profiles, shop.id, [log_in], now=now)
    return (shop, people[0]) if people else None


async def open_programme(
    one: Together, merchant: Actor, official: Actor, *, draft: ProgrammeDraft, now: datetime
) -> UUID:
    """Let a merchant submit a programme on the city's money, and an official approve it; return its id."""
    async with one.transaction(merchant, now=now) as session:
        drafted = await draft_programme(session, merchant, draft=draft, now=now)
        programme_id = drafted.id
        await submit_programme(session, merchant, programme_id=programme_id, now=now)
    async with one.transaction(official, now=now) as session:
        await approve_programme(session, official, programme_id=programme_id, now=now)
    return programme_id
