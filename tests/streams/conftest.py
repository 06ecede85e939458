"""Subscriptions over real sockets: a server that runs in the test, two banks' people at desks and their systems with tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from code_flow import CALLBACK
from held_clock import HeldClock
from oauth_client import OAuthApp, new_key, public_jwks
from small_city import PASSWORD, Bank, SmallCity
from staff_log_ins import keep_passwords, open_desk
from streaming import Socket, served, socket_at_desk

from suxin.consent.oauth.clients import CLIENT_CREDENTIALS, CODE, ClientDraft, register_client
from suxin.kernel.actor import Actor
from suxin.kernel.announcements import Announcements
from suxin.places.commands import load_areas
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_graphql.http import routes as graphql_routes
from suxin_graphql.streams import running
from suxin_graphql.streams.places import PLACES
from suxin_graphql.streams.tally import ENDED, OPEN
from suxin_oauth.routes import routes as oauth_routes
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_server.processes import free_port
from suxin_tenants import PROFILES
from suxin_web.application import build_app
from suxin_web.document_rules import DocumentRules
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import Runtime

SYSTEM = {"grant_type": "client_credentials"}


@pytest.fixture
def clock(now: datetime) -> HeldClock:
    return HeldClock(now)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def runtime(
    small_city: SmallCity,
    clock: HeldClock,
    replays: ValkeyReplays,
    client_keys: ClientKeySets,
    port: int,
) -> Runtime:
    return Runtime(
        database=small_city.database,
        clock=clock,
        profiles=PROFILES,
        sealer=small_city.sealer,
        wechat=None,  # type: ignore[arg-type] # nobody opens the mini program here
        identity=None,  # type: ignore[arg-type] # nor proves who he is
        messages=None,  # type: ignore[arg-type] # nor is told anything
        limits=RateLimits(None),
        replays=replays,
        client_keys=client_keys,
        providers=None,  # type: ignore[arg-type] # nor logs in by a tenant's provider
        public_url=f"http://127.0.0.1:{port}",
        documents=DocumentRules(ad_hoc=True),
    )


@pytest.fixture
async def url(runtime: Runtime, port: int) -> AsyncIterator[str]:
    """The address of the server; nothing of a stream is left when it stops."""
    app = build_app(runtime, [*oauth_routes, *graphql_routes])
    async with served(app, port=port) as address:
        yield address
        await runtime.database.announcements.stop(within_s=2)
    assert (set(OPEN.values()), PLACES._held.total()) == ({0}, 0)
    assert runtime.database.announcements.listeners == 0


@pytest.fixture
def heard(runtime: Runtime) -> Announcements:
    return runtime.database.announcements


@pytest.fixture
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who listens be looked at all the time, and not every fifteen seconds."""
    monkeypatch.setattr(running, "LOOK_EVERY_S", 0.1)


@pytest.fixture
def ended() -> Callable[[], dict[str, int]]:
    """How many streams ended since the test began, by reason."""
    before = dict(ENDED)
    return lambda: {name: n - before[name] for name, n in ENDED.items() if n != before[name]}


class Cookie(str):
    """The value of a desk's cookie, with whose it is."""

    __slots__ = ("staff_id",)

    staff_id: UUID


Desk = Callable[..., Awaitable[Cookie]]


@pytest.fixture
def desk(small_city: SmallCity) -> Desk:
    """Open a desk for a new staff member of a bank; return the cookie's value."""
    number = 0

    async def opened(
        bank: Bank | None = None, *, roles: Sequence[str] = ("loan_officer",), **reach: Any
    ) -> Cookie:
        nonlocal number
        number += 1
        home = bank or small_city.banks[0]
        staff_id: UUID = await small_city.act(
            add_staff,
            home.officer,
            name="李信贷",
            login=f"officer.{number}.{home.tenant_id.hex[-6:]}",
            password=PASSWORD,
            roles=[RoleGrant(role, **reach) for role in roles],
            profiles=PROFILES,
        )
        await keep_passwords(small_city.database, now=small_city.now)
        async with small_city.database.transaction(home.officer, now=small_city.now) as session:
            begun = await open_desk(session, home.tenant_id, staff_id, now=small_city.now)
        cookie = Cookie(begun.token)
        cookie.staff_id = staff_id
        return cookie

    return opened


@pytest.fixture
def at_desk(url: str) -> Callable[[str], AbstractAsyncContextManager[Socket]]:
    """Open a WebSocket from the page of a desk with this cookie, past its first message."""
    return partial(socket_at_desk, url)


@pytest.fixture
async def areas(small_city: SmallCity) -> None:
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_areas(session)


Register = Callable[..., Awaitable[OAuthApp]]


@pytest.fixture
async def register(small_city: SmallCity, clock: HeldClock, url: str) -> AsyncIterator[Register]:
    """Register a client of a bank and return it ready to call."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as web:

        async def registered(bank: Bank | None = None, **changes: Any) -> OAuthApp:
            key = new_key()
            draft = ClientDraft(
                name="测试银行信贷系统",
                grant_types=(CODE, CLIENT_CREDENTIALS),
                redirect_uris=[CALLBACK],
                scopes=("lending.referral.read", "lending.product.read"),
                detail_types=["credit_record"],
                confidential=True,
                jwks=public_jwks(key),
            )
            client = await small_city.act(
                register_client,
                (bank or small_city.banks[0]).officer,
                draft=replace(draft, **changes),
                profiles=PROFILES,
            )
            return OAuthApp(web, url, clock, client.client_id, key=key)

        yield registered


@pytest.fixture
async def bank_app(register: Register) -> OAuthApp:
    """The first bank's confidential client."""
    return await register()


@pytest.fixture
def shown_by() -> Callable[..., dict[str, str]]:
    """What a client shows in ``connection_init`` with a token."""

    def shown(app: OAuthApp, token: str, **claims: Any) -> dict[str, str]:
        proof = app.proof("GET", f"{app.issuer}/graphql", token=token, **claims)
        return {"authorization": f"DPoP {token}", "dpop": proof}

    return shown
