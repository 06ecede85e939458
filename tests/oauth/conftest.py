"""The authorization server over a real database and Valkey, with two banks' clients."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from code_flow import CALLBACK, OFFICER, OTHER_CALLBACK, CodeFlow
from held_clock import HeldClock
from kept_apps import kept_app
from litestar.types import ASGIApp
from oauth_client import OAuthApp, new_key, public_jwks
from small_city import PASSWORD, Bank, SmallCity
from small_provider import CLIENT_ID, small_provider
from sqlalchemy import select
from staff_log_ins import keep_passwords

from suxin.consent.oauth.clients import (
    CLIENT_CREDENTIALS,
    CODE,
    DEVICE,
    REFRESH,
    ClientDraft,
    register_client,
    replace_redirects,
)
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.tables import Table
from suxin.tenancy.one_time_codes import code_of, step_at
from suxin.tenancy.providers.commands import (
    ProviderDraft,
    activate_provider,
    note_provider_tried,
    set_provider,
)
from suxin.tenancy.providers.models import ClientMethod
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.second_factors import begin_enrolment, confirm_enrolment
from suxin.tenancy.staff import add_staff
from suxin_graphql.http import routes as graphql_routes
from suxin_oauth.routes import routes
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_outbound.identity_providers import IdentityProviders
from suxin_tenants import PROFILES
from suxin_tenants.merchant.till_api import routes as till_routes
from suxin_web.application import build_app
from suxin_web.document_rules import DocumentRules
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import Runtime

ORIGIN = "http://suxin.test"
EVERY_GRANT = (CODE, CLIENT_CREDENTIALS, REFRESH, DEVICE)


@pytest.fixture
def clock(now: datetime) -> HeldClock:
    return HeldClock(now)


@pytest.fixture
def runtime(
    small_city: SmallCity,
    clock: HeldClock,
    replays: ValkeyReplays,
    client_keys: ClientKeySets,
    providers: IdentityProviders,
) -> Runtime:
    return Runtime(
        database=small_city.database,
        clock=clock,
        profiles=PROFILES,
        sealer=small_city.sealer,
        wechat=None,  # type: ignore[arg-type] # nobody opens the mini program here
        identity=None,  # type: ignore[arg-type] # nor proves who he is
        messages=None,  # type: ignore[arg-type] # nor is told anything
        limits=RateLimits(None, scale=100),
        replays=replays,
        client_keys=client_keys,
        providers=providers,
        public_url=ORIGIN,
        documents=DocumentRules(ad_hoc=True, introspection=True),
    )


@pytest.fixture
def app(runtime: Runtime) -> ASGIApp:
    return kept_app(
        "oauth", runtime, lambda given: build_app(given, [*routes, *graphql_routes, *till_routes])
    )


@pytest.fixture
async def web(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as web:
        yield web


Register = Callable[..., Awaitable[OAuthApp]]


@pytest.fixture
def register(small_city: SmallCity, web: httpx.AsyncClient, clock: HeldClock) -> Register:
    """Register a client of a bank and return it ready to call."""

    async def registered(
        bank: Bank | None = None,
        *,
        scopes: Sequence[str] = ("lending.product.read", "lending.referral.read"),
        grant_types: Sequence[str] = EVERY_GRANT,
        confidential: bool = True,
        key: Any = None,
        **given: Any,
    ) -> OAuthApp:
        key = key or new_key()
        admin: Actor = (bank or small_city.banks[0]).officer
        registered_client = await small_city.act(
            register_client,
            admin,
            draft=ClientDraft(
                name="测试银行信贷系统",
                grant_types=[
                    kind for kind in grant_types if confidential or kind != CLIENT_CREDENTIALS
                ],
                redirect_uris=[CALLBACK, OTHER_CALLBACK],
                scopes=scopes,
                detail_types=["credit_record", "loan_request"],
                confidential=confidential,
                jwks=public_jwks(key) if confidential else None,
                **given,
            ),
            profiles=PROFILES,
        )
        return OAuthApp(
            web, ORIGIN, clock, registered_client.client_id, key=key if confidential else None
        )

    return registered


@pytest.fixture
async def bank_app(register: Register) -> OAuthApp:
    """The first bank's confidential client."""
    return await register()


@pytest.fixture
async def officer(small_city: SmallCity) -> UUID:
    """A loan officer of the first bank, who logs in as ``officer.one`` with a password that he chose."""
    staff_id: UUID = await small_city.act(
        add_staff,
        small_city.banks[0].officer,
        name="赵客户经理",
        login=OFFICER,
        password=PASSWORD,
        roles=[RoleGrant("loan_officer")],
        profiles=PROFILES,
    )
    await keep_passwords(small_city.database, now=small_city.now)
    return staff_id


@pytest.fixture
async def browser(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """The officer's browser, which shares nothing with the clients' own connections."""
    transport = httpx.ASGITransport(app, client=("192.0.2.2", 4712))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as browser:
        yield browser


@pytest.fixture
async def flow(bank_app: OAuthApp, browser: httpx.AsyncClient, officer: UUID) -> CodeFlow:
    """The first bank's confidential client and the officer's browser."""
    return CodeFlow(bank_app, browser)


@pytest.fixture
async def other_flow(register: Register, browser: httpx.AsyncClient, officer: UUID) -> CodeFlow:
    """A second client of the same bank, before the same browser."""
    return CodeFlow(await register(), browser)


@pytest.fixture
async def public_flow(register: Register, browser: httpx.AsyncClient, officer: UUID) -> CodeFlow:
    """A public client of the same bank, before the same browser."""
    return CodeFlow(await register(confidential=False), browser)


Rows = Callable[[type[Table]], Awaitable[list[Any]]]


@pytest.fixture
def rows(small_city: SmallCity, clock: HeldClock) -> Rows:
    """Every row of one of the authorization server's tables."""

    async def all_of(model: type[Table]) -> list[Any]:
        anyone = Actor.anonymous("test")
        async with (
            small_city.database.snapshot(anyone, now=clock.now()) as session,
            doorway(session),
        ):
            return list((await session.scalars(select(model))).all())

    return all_of


@pytest.fixture
def replace_addresses(
    small_city: SmallCity,
) -> Callable[[OAuthApp, Sequence[str]], Awaitable[None]]:
    """Put other redirect addresses in place of a client's of the first bank."""

    async def replaced(app: OAuthApp, addresses: Sequence[str]) -> None:
        await small_city.act(
            replace_redirects,
            small_city.banks[0].officer,
            client_id=app.client_id,
            redirect_uris=addresses,
        )

    return replaced


@pytest.fixture
def provider(clock):
    with small_provider() as provider:
        provider.now = clock.now().timestamp()
        yield provider


@pytest.fixture
def put_in_force(small_city, provider):
    """Set the provider up for the first bank, tried and in force; return its id."""

    async def done(**changes):
        admin = small_city.banks[0].officer
        usual = {
            "issuer": provider.issuer,
            "client_id": CLIENT_ID,
            "method": ClientMethod.PRIVATE_KEY_JWT,
        }
        draft = ProviderDraft(**(usual | changes))
        row = await small_city.act(set_provider, admin, draft=draft, sealer=small_city.sealer)
        known = {"provider_id": row.id}
        await small_city.act(note_provider_tried, admin, **known, begun_at=small_city.now)
        await small_city.act(activate_provider, admin, **known)
        return row.id

    return done


@pytest.fixture
async def in_force(put_in_force):
    return await put_in_force()


@pytest.fixture
def secret_of(small_city, clock):
    """Give a staff member a second factor; return what makes his codes."""

    async def given(staff_id):
        who = {"tenant_id": small_city.banks[0].tenant_id, "staff_id": staff_id}
        sealer, anyone = small_city.sealer, Actor.anonymous("test")
        async with small_city.database.transaction(anyone, now=clock.now()) as session:
            address = await begin_enrolment(session, **who, sealer=sealer, now=clock.now())
        secret = parse_qs(urlsplit(address).query)["secret"][0]

        def code():
            return code_of(secret, step_at(clock.now()))

        async with small_city.database.transaction(anyone, now=clock.now()) as session:
            await confirm_enrolment(session, **who, code=code(), sealer=sealer, now=clock.now())
        return code

    return given
