"""The desks over a real database: staff of every role, each with a browser of his own."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from counter_visits import Terminal
from held_clock import HeldClock
from kept_apps import kept_app
from litestar.types import ASGIApp
from small_city import PASSWORD, Bank, SmallCity
from staff_log_ins import keep_passwords, log_in_to_desk
from stdnum.cn.uscc import calc_check_digit

from suxin.kernel.actor import Actor
from suxin.places.commands import load_areas
from suxin.subjects.catalogue import load_catalogue
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_outbound.identity_providers import IdentityProviders
from suxin_tenants import PROFILES
from suxin_tenants.desk import routes
from suxin_tenants.visits import desk_frame
from suxin_web.application import build_app
from suxin_web.csrf import token_for
from suxin_web.document_rules import DocumentRules
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import Runtime

ORIGIN = "http://suxin.test"


class Page(HTMLParser):
    """What a page consists of, as far as the tests mind."""

    VOID = frozenset({"input", "meta", "link", "br", "img", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.unlabelled: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.posts_without_token = 0
        self.lang: str | None = None
        self._open: list[str] = []
        self._controls: list[tuple[dict[str, str | None], bool]] = []
        self._form: str | None = None
        self.feed(text)
        self.close()
        self.unlabelled = [
            attributes
            for attributes, wrapped in self._controls
            if not wrapped
            and attributes.get("id") not in self.labelled
            and "aria-label" not in attributes
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in self.VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(tag)
        if tag == "script" and "src" not in given:
            self.inline.append(tag)
        if tag == "h1":
            self.headings.append("")
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"] or "")
        self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "form" and given.get("method") == "post":
            self.posts_without_token += 1
        if tag == "input" and given.get("name") == "_csrf":
            self.posts_without_token -= 1
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self._controls.append((given, "label" in self._open))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "h1":
            self.headings[-1] += data.strip()


@dataclass
class Desk:
    """One staff member's browser."""

    client: httpx.AsyncClient
    token: str
    tenant_id: UUID
    staff_id: UUID

    async def get(self, path: str, *, status: int = 200) -> str:
        """Return a page's text."""
        answer = await self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-600:])
        return answer.text

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form as its page would: with its token and with a key of its own."""
        sent = {"_csrf": token_for(self.token), "idempotencyKey": str(uuid4()), **fields}
        return await self.client.post(
            path, data={name: value for name, value in sent.items() if value is not None}
        )

    async def upload(
        self, path: str, files: dict[str, tuple[str, bytes, str]], **fields: Any
    ) -> httpx.Response:
        """Send a form with files, as its page would."""
        sent = {"_csrf": token_for(self.token), "idempotencyKey": str(uuid4()), **fields}
        return await self.client.post(path, data=sent, files=files)

    async def done(self, path: str, **fields: Any) -> str:
        """Send a form that is carried out; return the page it leads to, with its message."""
        answer = await self.post(path, **fields)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-600:])
        return await self.get(answer.headers["location"])


@dataclass
class Desks:
    """The desks of a small city."""

    app: ASGIApp
    city: SmallCity
    clock: HeldClock
    stack: AsyncExitStack
    terminal: Terminal
    serial: list[int] = field(default_factory=lambda: [0])

    async def of(
        self, role: str, tenant_id: UUID | None = None, *, temporary: bool = False, **bounds: Any
    ) -> Desk:
        """Return the desk of a new staff member in a role; of the first bank unless said otherwise."""
        home = tenant_id or self.city.banks[0].tenant_id
        self.serial[0] += 1
        login, city = f"staff.{self.serial[0]}", self.city
        elsewhere = None if home == city.operator.tenant_id else home
        async with city.database.transaction(city.operator, now=city.now) as session:
            staff_id = await add_staff(
                session,
                city.operator,
                name=f"员工{self.serial[0]}",
                login=login,
                password=PASSWORD,
                roles=[RoleGrant(role, **bounds)],
                profiles=PROFILES,
                now=city.now,
                tenant_id=elsewhere,
            )
        if not temporary:
            await keep_passwords(city.database, now=city.now)
        return await self.logged_in(login, home, staff_id)

    async def logged_in(
        self, login: str, tenant_id: UUID, staff_id: UUID, *, password: str = PASSWORD
    ) -> Desk:
        """Return the desk of somebody who logs in now."""
        moment = self.clock.moment
        async with self.city.database.transaction(Actor.anonymous("test"), now=moment) as session:
            found = await log_in_to_desk(
                session, login=login, password=password, sealer=self.city.sealer, now=moment
            )
        token = found.token
        transport = httpx.ASGITransport(self.app, client=("192.0.2.1", 4711))
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        client.cookies.set("suxin_desk", token)
        await self.stack.enter_async_context(client)
        return Desk(client, token, tenant_id, staff_id)

    async def officer(self, bank: Bank | None = None) -> Desk:
        """Return the desk of a bank's loan officer."""
        return await self.of("loan_officer", (bank or self.city.banks[0]).tenant_id)

    async def operator(self, role: str = "operator_admin") -> Desk:
        """Return a desk of the operator."""
        return await self.of(role, self.city.operator.tenant_id)

    async def tenant(self, kind: TenantKind) -> UUID:
        """Create a tenant of a kind."""
        city = self.city
        stem = f"91321302MA9{len(kind.value):06d}"
        async with city.database.transaction(city.operator, now=city.now) as session:
            return await create_tenant(
                session,
                city.operator,
                kind=kind,
                name=f"宿迁测试{kind.value}",
                short_name=kind.value,
                uscc=stem + calc_check_digit(stem),
                contact="0527-1",
                area_code="321302",
                profiles=PROFILES,
                now=city.now,
            )

    async def referred(self, *, consented: bool = False, **asked: Any) -> UUID:
        """Have the firm ask, and perhaps consent to the first bank; return that bank's referral."""
        submitted = await self.city.submit(**asked)
        if consented:
            await self.city.consent(submitted.request.id, self.city.banks[0])
        return await self.city.referral_to(submitted, self.city.banks[0])


@pytest.fixture
def rules() -> DocumentRules:
    """What the installation opens of GraphQL: the explorer, so that every page there may be is there."""
    return DocumentRules(explorer=True)


@pytest.fixture
async def desks(
    small_city: SmallCity,
    rules: DocumentRules,
    replays: ValkeyReplays,
    client_keys: ClientKeySets,
    providers: IdentityProviders,
) -> AsyncIterator[Desks]:
    clock, terminal = HeldClock(small_city.now), Terminal()
    runtime = Runtime(
        database=small_city.database,
        clock=clock,
        profiles=PROFILES,
        sealer=small_city.sealer,
        wechat=None,  # type: ignore[arg-type] # no desk reaches outside
        identity=terminal,
        messages=None,  # type: ignore[arg-type] # no desk reaches outside
        limits=RateLimits(None),
        replays=replays,
        client_keys=client_keys,
        providers=providers,
        public_url=ORIGIN,
        documents=rules,
    )
    async with AsyncExitStack() as stack:
        app = kept_app(
            "desks", runtime, lambda given: build_app(given, routes, desk_frame=desk_frame)
        )
        yield Desks(app, small_city, clock, stack, terminal)


@pytest.fixture
async def places(small_city: SmallCity) -> None:
    """The city's areas and the catalogue of records."""
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_areas(session)
        await load_catalogue(session)


@pytest.fixture
def page_of() -> type[Page]:
    """Take a page apart."""
    return Page


@pytest.fixture
def words() -> Any:
    """Return a page's visible words, without tags and with single blanks."""

    def read(text: str) -> str:
        body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", text)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).strip()

    return read
