"""``suxin tenant``: creating the city's operator first, then the others; and from when on a second factor is needed.

Founding the city also loads its area tree and its catalogue of records. The first administrator gets a password that is
shown once and stored only as a hash.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.working_days import SHANGHAI
from suxin.places.commands import load_areas
from suxin.subjects.catalogue import load_catalogue
from suxin.tenancy import commands
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import is_founded, tenants
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_server.faults import Fault
from suxin_server.own_servers import with_own_servers
from suxin_server.settings import Settings
from suxin_tenants import PROFILES

PASSWORD_BYTES: Final = 15
SHORT_NAME_CHARACTERS: Final = 20
NEVER: Final = "never"


class CityNotFounded(Fault):
    """A tenant is asked for in a city that has no operator yet."""

    exit_code = 10

    def __init__(self) -> None:
        super().__init__(
            zh="本市还没有运营机构，请先用 --kind operator 设立",
            en="this city has no operator yet; create it first with --kind operator",
        )


class TenantUnknown(Fault):
    """No tenant has the credit code that was given."""

    exit_code = 10

    def __init__(self) -> None:
        super().__init__(zh="没有该统一社会信用代码的机构", en="no tenant has this credit code")


class DayMalformed(Fault):
    """What was given is neither a day nor ``never``."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            zh="日期应如 2026-12-01，或写 never", en="write a day as 2026-12-01, or never"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTenant:
    """What the command line says about the tenant and its first administrator."""

    kind: TenantKind
    name: str
    short_name: str
    uscc: str
    contact: str
    area_code: str
    admin_name: str
    login: str
    password: str
    sandbox: bool = False


def create_tenant(
    settings: Settings,
    *,
    kind: str,
    name: str,
    uscc: str,
    contact: str,
    area_code: str,
    admin_login: str,
    short_name: str | None = None,
    admin_name: str | None = None,
    sandbox: bool = False,
) -> str:
    """Create a tenant with its first administrator and return what to say about it.

    :raises CityNotFounded: if it is not the operator and there is none yet
    :raises CityFounded: if it is the operator and there is one already (and what the core refuses otherwise)
    :raises NotAvailable: if the database's address is not known
    """
    new = NewTenant(
        kind=TenantKind(kind),
        name=name,
        short_name=short_name or name[:SHORT_NAME_CHARACTERS],
        uscc=uscc,
        contact=contact,
        area_code=area_code,
        admin_name=admin_name or "管理员",
        login=admin_login,
        password=secrets.token_urlsafe(PASSWORD_BYTES),
        sandbox=sandbox,
    )
    tenant_id = asyncio.run(_create(with_own_servers(settings), new))
    return (
        f"已创建 · created: {new.name}（{tenant_id}）\n"
        f"管理员账号 · administrator: {new.login}\n"
        f"初始密码，只显示这一次 · first password, shown only now: {new.password}"
    )


def set_second_factor(settings: Settings, *, uscc: str, day: str, reason: str) -> str:
    """Write from which day on those who commit a tenant need a second factor; ``never`` stands for none.

    :raises TenantUnknown: if no tenant has this credit code
    :raises DayMalformed: if it is neither a day nor ``never``
    :raises NotAvailable: if the database's address is not known
    """
    try:
        moment = (
            None if day == NEVER else datetime.combine(date.fromisoformat(day), time(), SHANGHAI)
        )
    except ValueError:
        raise DayMalformed from None

    async def write() -> str:
        now, actor = datetime.now(UTC), Actor.system("tenant-second-factor")
        database = Database.connect(settings.need("database_url"), pool_size=1)
        try:
            async with database.transaction(actor, now=now) as session:
                tenant = await session.scalar(tenants(search=uscc).limit(1))
                if tenant is None or tenant.uscc != uscc:
                    raise TenantUnknown
                await commands.set_second_factor_from(
                    session, actor, tenant_id=tenant.id, moment=moment, reason=reason, now=now
                )
                return tenant.name
        finally:
            await database.close()

    name = asyncio.run(write())
    if moment is None:
        return f"已设定，不要求动态验证码 · no second factor is asked for: {name}"
    return f"已设定，自 {day} 起要求动态验证码 · a second factor is needed from then on: {name}"


def city_is_founded(settings: Settings) -> bool:
    """Return whether the city has its operator.

    :raises NotAvailable: if the database's address is not known
    """

    async def ask() -> bool:
        database = Database.connect(settings.need("database_url"), pool_size=1)
        try:
            async with database.snapshot(Actor.system("up"), now=datetime.now(UTC)) as session:
                return await is_founded(session)
        finally:
            await database.close()

    return asyncio.run(ask())


async def _create(settings: Settings, new: NewTenant) -> UUID:
    now, actor = datetime.now(UTC), Actor.system("tenant-create")
    database = Database.connect(settings.need("database_url"), pool_size=1)
    try:
        if new.kind is TenantKind.OPERATOR:
            # Doing it again changes nothing, so that it may come first: a city never stands without its areas.
            await _prepare_city(settings, actor, now=now)

        async def work(session: AsyncSession) -> UUID:
            return await _written(session, actor, new, now=now)

        return await database.run(actor, work, now=now)
    finally:
        await database.close()


async def _prepare_city(settings: Settings, actor: Actor, *, now: datetime) -> None:
    batch = Database.connect(settings.need("database_batch_url"), pool_size=1)
    try:
        async with batch.transaction(actor, now=now) as session:
            await load_areas(session)
            await load_catalogue(session)
    finally:
        await batch.close()


async def _written(session: AsyncSession, actor: Actor, new: NewTenant, *, now: datetime) -> UUID:
    if new.kind is TenantKind.OPERATOR:
        founded = await commands.found_city(
            session,
            name=new.name,
            short_name=new.short_name,
            uscc=new.uscc,
            contact=new.contact,
            area_code=new.area_code,
            admin_name=new.admin_name,
            login=new.login,
            password=new.password,
            profiles=PROFILES,
            now=now,
        )
        return founded.tenant_id
    if not await is_founded(session):
        raise CityNotFounded
    tenant_id = await commands.create_tenant(
        session,
        actor,
        kind=new.kind,
        name=new.name,
        short_name=new.short_name,
        uscc=new.uscc,
        contact=new.contact,
        area_code=new.area_code,
        profiles=PROFILES,
        now=now,
        sandbox=new.sandbox,
    )
    await add_staff(
        session,
        actor,
        name=new.admin_name,
        login=new.login,
        password=new.password,
        roles=[RoleGrant(PROFILES[new.kind].first_role)],
        profiles=PROFILES,
        now=now,
        tenant_id=tenant_id,
    )
    return tenant_id
