"""A founded city with two banks, each with an administrator who has logged in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import pytest
from staff_log_ins import SEALER, keep_passwords, log_in_to_desk

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.tenancy.actors import staff_actor
from suxin.tenancy.commands import create_tenant, found_city
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

PASSWORD = "correct-horse-9"
USCCS = ("9144030071526726XG", "91330100799655058B")


@dataclass(frozen=True)
class TwoBanks:
    """The operator and the administrators of two banks, as actors."""

    operator: Actor
    first: Actor
    second: Actor

    @property
    def first_id(self) -> UUID:
        return self.first.own_tenant

    @property
    def second_id(self) -> UUID:
        return self.second.own_tenant


class Tokens:
    """Logs staff in with the common password, and asks whom a token stands for."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database = database
        self._now = now

    async def fresh(
        self, login: str = "admin1", at: datetime | None = None, password: str = PASSWORD
    ) -> str:
        moment = at or self._now
        async with self._database.transaction(Actor.anonymous("test"), now=moment) as session:
            found = await log_in_to_desk(
                session, login=login, password=password, sealer=SEALER, now=moment
            )
        return found.token

    async def actor(self, token: str, at: datetime | None = None, **admitted: bool) -> Actor:
        return await staff_actor(
            self._database.steps,
            token=token,
            profiles=PROFILES,
            request_id="test",
            now=at or self._now,
            **admitted,
        )

    async def keep(self) -> None:
        """Let everybody keep the password that was set for him."""
        await keep_passwords(self._database, now=self._now)


@pytest.fixture
def tokens(database: Database, now: datetime) -> Tokens:
    return Tokens(database, now)


@pytest.fixture
async def operator(database: Database, tokens: Tokens, now: datetime) -> Actor:
    async with database.transaction(Actor.system("test"), now=now) as session:
        await found_city(
            session,
            name="宿迁市信用办（测试）",
            short_name="信用办",
            uscc="12321300MBTE5T0617",
            contact="0527-00000000",
            area_code="321300",
            admin_name="管理员",
            login="operator",
            password=PASSWORD,
            profiles=PROFILES,
            now=now,
        )
    await tokens.keep()
    return await tokens.actor(await tokens.fresh("operator"))


@pytest.fixture
async def two_banks(database: Database, operator: Actor, tokens: Tokens, now: datetime) -> TwoBanks:
    admins = []
    for number, uscc in enumerate(USCCS, start=1):
        async with database.transaction(operator, now=now) as session:
            tenant_id = await create_tenant(
                session,
                operator,
                kind=TenantKind.BANK,
                name=f"第{number}银行（测试）",
                short_name=f"{number}行",
                uscc=uscc,
                contact="95000",
                area_code="320100",
                profiles=PROFILES,
                now=now,
            )
            await add_staff(
                session,
                operator,
                name=f"管理员{number}",
                login=f"admin{number}",
                password=PASSWORD,
                roles=[RoleGrant("bank_admin")],
                profiles=PROFILES,
                now=now,
                tenant_id=tenant_id,
            )
        await tokens.keep()
        admins.append(await tokens.actor(await tokens.fresh(f"admin{number}")))
    return TwoBanks(operator, admins[0], admins[1])


@pytest.fixture
def counted(admin: asyncpg.Connection):
    """Count the rows of tables as they truly are, around every policy."""

    async def count(*tables: str) -> tuple[int, ...]:
        return tuple(
            [await admin.fetchval(f"select count(*) from {table}") for table in tables]  # noqa: S608 - names in tests
        )

    return count
