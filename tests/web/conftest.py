"""The web application over a real database and a real Valkey, with a clock that the test holds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from held_clock import HeldClock
from kept_apps import kept_app
from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ASGIApp
from msgspec import Meta, Struct
from redis.asyncio import Redis
from staff_log_ins import SEALER, keep_passwords, log_in_to_desk
from stdnum.cn.uscc import calc_check_digit
from unreachable import Unreachable

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Keyring, Sealer
from suxin.tenancy.actors import staff_actor
from suxin.tenancy.commands import create_tenant, found_city
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_oauth.routes import routes as oauth_routes
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_server.valkey import Valkey
from suxin_tenants import PROFILES
from suxin_web.application import build_app
from suxin_web.bodies import json_only
from suxin_web.callers import AnyRequest, GivenActor, anyone, staff
from suxin_web.flash import see_other
from suxin_web.pages import NavItem, Pages, shell_of
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import GivenRuntime, Runtime

PASSWORD = "Chu-Feng-2026-xin"
ORIGIN = "http://suxin.test"


class OfferStale(Refusal):
    code = "TEST_OFFER_STALE"
    zh = "报价已于 {days} 天前失效"
    en = "The offer lapsed {days} days ago"


class ServiceBusy(Refusal):
    code = "TEST_SERVICE_BUSY"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "对方系统繁忙"
    en = "The other system is busy"


class Guarantor(Struct, rename="camel", forbid_unknown_fields=True):
    legal_name: Annotated[str, Meta(min_length=2, max_length=20)]


class NewThing(Struct, rename="camel", forbid_unknown_fields=True):
    amount_fen: Annotated[int, Meta(gt=0)]
    guarantor: Guarantor | None = None
    guarantors: list[Guarantor] = []


@get("/whoami")
async def whoami(actor: GivenActor) -> dict[str, object]:
    return {
        "kind": actor.kind.value,
        "tenant": str(actor.tenant_id),
        "staff": str(actor.staff_id),
        "request": actor.request_id,
    }


@post("/things")
async def make_thing(actor: GivenActor, data: JSONBody[NewThing]) -> dict[str, object]:
    return {"amountFen": data.amount_fen, "by": str(actor.staff_id)}


@post("/open-things")
async def make_open_thing(data: JSONBody[NewThing]) -> dict[str, object]:
    return {"amountFen": data.amount_fen}


@get("/public")
async def public_things(actor: GivenActor, first: FromQuery[int] = 10) -> dict[str, object]:
    return {"kind": actor.kind.value, "first": first}


@get("/refused/{how:str}")
async def refused(how: FromPath[str]) -> None:
    made = {
        "stale": lambda: OfferStale(days=3, field="offerId"),
        "busy": ServiceBusy,
        "defect": lambda: ZeroDivisionError("the bank account 6222020200001234567 of 张三"),
        "personal": lambda: ZeroDivisionError("张三 321302199001010012 138 0013 8000 13800138000"),
        "outage": lambda: ConnectionRefusedError("postgresql://suxin_app:secret@db"),
    }[how]
    raise made()


PAGES = Pages()


@get("/desk/sample", include_in_schema=False)
async def sample_page(
    request: AnyRequest, actor: GivenActor, runtime: GivenRuntime
) -> Response[bytes]:
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        shell = await shell_of(session, actor, desk_zh="银行工作台", nav=NAV)
        return PAGES.render(request, "base.html", {"shell": shell})


@post("/desk/sample", include_in_schema=False, status_code=200)
async def sample_form(request: AnyRequest, actor: GivenActor) -> Response[bytes]:
    return see_other(request, "/desk/sample", flash=f"已保存 <b>{actor.tenant_kind}</b>")


@get("/desk/refused/{how:str}", include_in_schema=False)
async def refused_page(how: FromPath[str]) -> None:
    await refused.fn(how)


NAV = (
    NavItem(zh="待办", href="/desk/sample", icon="inbox", count=3),
    NavItem(zh="产品", href="/desk/products", icon="product"),
)
ROUTES = (
    Router(
        "/mp/v1",
        route_handlers=[whoami, make_thing],
        dependencies={"actor": Provide(staff)},
        guards=[json_only],
    ),
    Router(
        "/mp/v1",
        route_handlers=[public_things, refused, make_open_thing],
        dependencies={"actor": Provide(anyone)},
        guards=[json_only],
    ),
    Router("/", route_handlers=[sample_page, sample_form], dependencies={"actor": Provide(staff)}),
    refused_page,
)


@dataclass(frozen=True)
class Desk:
    """A bank with one loan officer, and the operator over it."""

    operator: Actor
    tenant_id: UUID
    staff_id: UUID
    login: str
    token: str


@pytest.fixture
def clock(now: datetime) -> HeldClock:
    return HeldClock(now)


@pytest.fixture
async def limits(valkey: Valkey) -> AsyncIterator[RateLimits]:
    async with Redis.from_url(valkey.url) as broker:
        await broker.flushall()
    limits = RateLimits.connect(valkey.url)
    yield limits
    await limits.close()


@pytest.fixture
def runtime(
    database: Database,
    clock: HeldClock,
    limits: RateLimits,
    replays: ValkeyReplays,
    client_keys: ClientKeySets,
) -> Runtime:
    outside = Unreachable()
    return Runtime(
        database=database,
        clock=clock,
        profiles=PROFILES,
        sealer=Sealer(Keyring.generate()),
        wechat=outside,
        identity=outside,
        messages=outside,
        limits=limits,
        replays=replays,
        client_keys=client_keys,
        providers=None,  # type: ignore[arg-type] # nobody logs in by a tenant's provider here
        public_url=ORIGIN,
    )


@pytest.fixture
def routes() -> tuple[object, ...]:
    """The sample routes of an API and of a desk, and the authorization server."""
    return (*ROUTES, *oauth_routes)


@pytest.fixture
def app(runtime: Runtime) -> ASGIApp:
    return kept_app("web", runtime, lambda given: build_app(given, (*ROUTES, *oauth_routes)))


def browser(app: ASGIApp, **given: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, **given)


@pytest.fixture
async def web(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A caller without cookies or tokens."""
    async with browser(app) as client:
        yield client


def uscc(serial: int) -> str:
    stem = f"91321302MA{serial:07d}"
    return stem + calc_check_digit(stem)


@pytest.fixture
async def desk(database: Database, now: datetime) -> Desk:
    common = {"contact": "演示", "area_code": "321302", "profiles": PROFILES, "now": now}
    system = Actor.system("seed")
    async with database.transaction(system, now=now) as session:
        await found_city(
            session,
            name="宿迁市信用办",
            short_name="信用办",
            uscc=uscc(1),
            admin_name="周主任",
            login="city.admin",
            password=PASSWORD,
            **common,
        )
    await keep_passwords(database, now=now)
    operator = await actor_of_log_in(database, "city.admin", now)
    async with database.transaction(operator, now=now) as session:
        tenant_id = await create_tenant(
            session,
            operator,
            kind=TenantKind.BANK,
            name="宿迁楚风农商银行（演示）",
            short_name="楚风农商银行",
            uscc=uscc(2),
            **common,
        )
        staff_id = await add_staff(
            session,
            operator,
            name="李信贷",
            login="chufeng.loan",
            password=PASSWORD,
            roles=[RoleGrant("loan_officer")],
            profiles=PROFILES,
            now=now,
            tenant_id=tenant_id,
        )
    await keep_passwords(database, now=now)
    async with database.transaction(Actor.anonymous("seed"), now=now) as session:
        token = await log_in_to_desk(
            session, login="chufeng.loan", password=PASSWORD, sealer=SEALER, now=now
        )
    return Desk(operator, tenant_id, staff_id, "chufeng.loan", token.token)


async def actor_of_log_in(database: Database, login: str, now: datetime) -> Actor:
    async with database.transaction(Actor.anonymous("seed"), now=now) as session:
        token = await log_in_to_desk(
            session, login=login, password=PASSWORD, sealer=SEALER, now=now
        )
    return await staff_actor(
        database.steps, token=token.token, profiles=PROFILES, request_id="seed", now=now
    )
