"""The mini program's API over a real database, real Valkey and the real stand-in processes.

Every answer that a test gets is compared with the OpenAPI document: its status, its body, its refusal code.
"""

import json
import re
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from held_clock import HeldClock
from jsonschema import Draft202012Validator
from kept_apps import kept_app
from litestar.types import ASGIApp
from oauth_client import OAuthApp
from phones import PREFIX, Phone
from small_city import SmallCity
from sqlalchemy import update

from suxin.consent import jobs as consent_jobs
from suxin.consent.oauth.own_clients import MINI_PROGRAM_CLIENT
from suxin.kernel import performing
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.doors import uscc_door
from suxin.subjects.jobs import handlers
from suxin.subjects.models import SubjectDoor, WeChatAccount
from suxin_mini_program.openapi import document
from suxin_mini_program.preview import DemoPerson, StandInCodes, demo_routes
from suxin_mini_program.routes import routes
from suxin_oauth.routes import routes as oauth_routes
from suxin_outbound.channels import OutboundChannel
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_outbound.guarded import CallLimits, GuardedClient
from suxin_outbound.identity import IdentityClient
from suxin_outbound.sms import SmsClient
from suxin_outbound.wechat import WeChatClient
from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.wechat import openid_of
from suxin_server.valkey import Valkey
from suxin_tenants import PROFILES
from suxin_web.application import build_app
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import Runtime

APP_ID = "wx0000000000000000"
ORIGIN = "http://suxin.test"
SHORT = CallLimits(read_timeout_s=2.0, total_timeout_s=4.0, first_pause_s=0.01, attempts=2)
TLS = ssl.create_default_context()
GENEROUS = 1_000
"""Limits are shared by everyone at one address; those of rate_limits have tests of their own."""

CAST = (
    DemoPerson(
        code="demo-xiaoming",
        name="王小明",
        resident_id="321302199001010012",
        phone="19900000001",
        uscc="91321302MATE5T017A",
        subject_name="宿迁市沭河木业有限公司",
        story="木材加工企业",
    ),
)


@dataclass(frozen=True)
class StandIns:
    """The addresses of the stand-ins, and the way to plant a fault in one."""

    http: httpx.Client
    wechat: str
    identity: str
    sms: str
    repair: str
    tiers: str
    receiver: str
    payscore: str
    town_app: str

    def steer(self, service: str, route: str, **fields: object) -> None:
        address = f"{getattr(self, service)}/_stand_in/{route}"
        answer = self.http.post(address, json=fields)
        assert answer.status_code == 200, answer.text

    def fail(self, service: str, path: str, **how: object) -> None:
        self.steer(service, "fail", path=path, **how)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def started_stand_ins() -> Iterator[StandIns]:
    process = subprocess.Popen(
        [sys.executable, "-m", "suxin_server.stand_ins"], stdout=subprocess.PIPE, text=True
    )
    try:
        ready = json.loads(process.stdout.readline())
        assert ready.pop("ready") is True
        with httpx.Client(trust_env=False, verify=TLS) as http:
            yield StandIns(http, **ready)
    finally:
        process.terminate()
        process.wait(timeout=5)
        process.stdout.close()


@pytest.fixture
def stand_ins(started_stand_ins: StandIns) -> StandIns:
    """The stand-ins, with nothing left in them by the test before."""
    for service in ("wechat", "identity", "sms", "repair"):
        started_stand_ins.steer(service, "reset")
    return started_stand_ins


@pytest.fixture(scope="session")
async def guarded() -> AsyncIterator[GuardedClient]:
    client = GuardedClient.to_trusted(SHORT, tls=TLS)
    yield client
    await client.close()


@pytest.fixture
def clock(now: datetime) -> HeldClock:
    return HeldClock(now)


@pytest.fixture
async def limits(valkey: Valkey) -> AsyncIterator[RateLimits]:
    limits = RateLimits.connect(valkey.url, scale=GENEROUS)
    yield limits
    await limits.close()


@pytest.fixture
def runtime(
    small_city: SmallCity,
    clock: HeldClock,
    limits: RateLimits,
    stand_ins: StandIns,
    guarded: GuardedClient,
    replays: ValkeyReplays,
    client_keys: ClientKeySets,
) -> Runtime:
    wechat = WeChatClient(
        base_url=stand_ins.wechat,
        app_id=APP_ID,
        app_secret=stand_in_key("wechat"),
        guarded=guarded,
    )
    sms = SmsClient(base_url=stand_ins.sms, api_key=stand_in_key("sms"), guarded=guarded)
    return Runtime(
        database=small_city.database,
        clock=clock,
        profiles=PROFILES,
        sealer=small_city.sealer,
        wechat=wechat,
        identity=IdentityClient(
            base_url=stand_ins.identity,
            app_id="suxin",
            secret=stand_in_key("identity"),
            guarded=guarded,
        ),
        messages=OutboundChannel(wechat=wechat, sms=sms),
        limits=limits,
        replays=replays,
        client_keys=client_keys,
        providers=None,  # type: ignore[arg-type] # nobody logs in by a tenant's provider here
        public_url=ORIGIN,
        demo=True,
    )


@pytest.fixture
async def app(
    runtime: Runtime, small_city: SmallCity, stand_ins: StandIns, guarded: GuardedClient
) -> ASGIApp:
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_catalogue(session)
        session.add(
            SubjectDoor(blind_index=uscc_door("91321302MATE5T017A"), subject_id=small_city.firm_id)
        )

    def build(given: Runtime) -> ASGIApp:
        demo = demo_routes(CAST, StandInCodes(stand_ins.sms, guarded))
        return build_app(given, [*routes, *oauth_routes, *demo])

    return kept_app("mini_program", runtime, build)


class Conformity:
    """Compares answers with the OpenAPI document."""

    def __init__(self) -> None:
        self._document = document()
        self._validators: dict[str, Draft202012Validator] = {}
        self._patterns = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations)
            for path, operations in self._document["paths"].items()
        ]

    async def check(self, response: httpx.Response) -> None:
        operation = self._operation(response)
        if operation is None:
            return
        status = str(response.status_code)
        where = f"{response.request.method} {response.request.url} -> {status}"
        content = await response.aread()
        assert status in operation["responses"], f"{where} is not documented: {content!r}"
        shapes = operation["responses"][status].get("content", {})
        if not shapes:
            assert content == b"", where
            return
        media_type = response.headers["content-type"].split(";")[0]
        if media_type == "text/html":
            assert content.startswith(b"<!doctype html>"), where
            return
        validator = self._validator(shapes[media_type]["schema"])
        errors = [error.message for error in validator.iter_errors(json.loads(content))]
        assert not errors, f"{where}: {errors} in {content!r}"

    def _validator(self, shape: dict[str, Any]) -> Draft202012Validator:
        name = json.dumps(shape, sort_keys=True)
        if name not in self._validators:
            whole = {**shape, "components": self._document["components"]}
            self._validators[name] = Draft202012Validator(whole)
        return self._validators[name]

    def _operation(self, response: httpx.Response) -> dict[str, Any] | None:
        path = response.request.url.path.removeprefix(PREFIX)
        for pattern, operations in self._patterns:
            found = operations.get(response.request.method.lower())
            if pattern.fullmatch(path) and found is not None:
                return found
        return None


CONFORMITY = Conformity()


@pytest.fixture
async def web(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(
        transport=transport,
        base_url=ORIGIN,
        event_hooks={"response": [CONFORMITY.check]},
    ) as client:
        yield client


@pytest.fixture
def new_phone(web: httpx.AsyncClient, clock: HeldClock) -> Callable[[], Phone]:
    """Return a way to have another phone, on which the mini program was never opened."""
    return lambda: Phone(OAuthApp(web, ORIGIN, clock, MINI_PROGRAM_CLIENT, key=None))


@pytest.fixture
def nobody(new_phone: Callable[[], Phone]) -> Phone:
    """A phone on which the mini program was never opened."""
    return new_phone()


async def opened(phone: Phone, name: str) -> Phone:
    answer = await phone.open(f"demo-{name}")
    assert answer.status_code == 200, answer.text
    return phone


async def proved(phone: Phone, city: SmallCity, name: str, person_id: UUID) -> Phone:
    await opened(phone, name)
    async with (
        city.database.transaction(Actor.anonymous("test"), now=city.now) as session,
        doorway(session),
    ):
        await session.execute(
            update(WeChatAccount)
            .where(WeChatAccount.openid == openid_of(APP_ID, name))
            .values(person_id=person_id)
        )
    return phone


@pytest.fixture
async def guest(new_phone: Callable[[], Phone]) -> Phone:
    """The phone of someone who opened the mini program and proved nothing."""
    return await opened(new_phone(), "guest")


@pytest.fixture
async def applicant(new_phone: Callable[[], Phone], small_city: SmallCity) -> Phone:
    """The phone of the person who acts for his firm."""
    phone = await proved(new_phone(), small_city, "xiaoming", small_city.person_id)
    phone.subject = small_city.firm_id
    return phone


@pytest.fixture
async def stranger(new_phone: Callable[[], Phone], small_city: SmallCity) -> Phone:
    """The phone of another person who acts for another firm."""
    phone = await proved(new_phone(), small_city, "lisi", small_city.stranger_id)
    phone.subject = small_city.stranger_firm_id
    return phone


@pytest.fixture
def send_messages(small_city: SmallCity, runtime: Runtime) -> Callable[[datetime], Any]:
    """Return what a worker does: carry out the jobs that are due and reach people."""

    async def work(now: datetime) -> None:
        database = small_city.database
        known = {
            **consent_jobs.handlers(runtime.sealer),
            **handlers(runtime.sealer, runtime.messages),
        }
        async with database.transaction(Actor.system("test"), now=now) as session:
            claimed = await performing.claim(session, now=now)
        for row in claimed:
            try:
                await performing.perform(database, row.id, known, now=now)
            except performing.TopicUnknown:
                continue

    return work


@pytest.fixture
def new_request() -> dict[str, object]:
    """What the applicant asks for: 500,000 yuan over a year."""
    return {
        "amountFen": 50_000_000,
        "termMonths": 12,
        "purpose": "working_capital",
        "guarantee": "credit",
        "mode": "recommended",
        "firstLoan": True,
        "note": "采购木材",
    }
