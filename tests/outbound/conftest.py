"""The stand-ins as a process, and clients with short waits that speak to them."""

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from suxin_outbound.guarded import CallLimits, GuardedClient
from suxin_outbound.identity import IdentityClient
from suxin_outbound.payscore_asking import PayAsker
from suxin_outbound.payscore_keys import PayKeys, read_keys
from suxin_outbound.sms import SmsClient
from suxin_outbound.wechat import WeChatClient
from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.payscore_keys import CLIENT, payscore_settings

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
APP_ID = "wx0000000000000000"
SHORT = CallLimits(
    connect_timeout_s=0.5,
    read_timeout_s=0.5,
    total_timeout_s=20.0,
    response_bytes=4096,
    first_pause_s=0.01,
    longest_pause_s=0.02,
)

# Reading the certificates of the machine takes longer than most of these tests.
TLS = ssl.create_default_context()


@dataclass
class StandIns:
    """The addresses, and the steering routes behind them."""

    wechat: str
    identity: str
    sms: str
    repair: str
    tiers: str
    receiver: str
    payscore: str
    town_app: str
    http: httpx.Client

    def steer(self, service: str, route: str, **fields):
        address = f"{getattr(self, service)}/_stand_in/{route}"
        answer = self.http.post(address, json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fail(self, service: str, path: str, **how):
        self.steer(service, "fail", path=path, **how)

    def calls(self, service: str) -> dict[str, int]:
        return self.http.get(f"{getattr(self, service)}/_stand_in/calls").json()

    def messages(self, service: str, **which) -> list[dict]:
        address = f"{getattr(self, service)}/_stand_in/messages"
        return self.http.get(address, params=which).json()["messages"]


@contextmanager
def running_stand_ins(*words: str) -> Iterator[tuple[subprocess.Popen, StandIns]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "suxin_server.stand_ins", *words],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        ready = json.loads(process.stdout.readline())
        assert ready.pop("ready") is True
        with httpx.Client(trust_env=False, verify=TLS) as http:
            yield process, StandIns(**ready, http=http)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def start_stand_ins():
    return running_stand_ins


@pytest.fixture(scope="session")
def started_stand_ins():
    with running_stand_ins() as (_, stand_ins):
        yield stand_ins


@pytest.fixture
def stand_ins(started_stand_ins):
    for service in ("wechat", "identity", "sms", "repair", "tiers", "town_app", "receiver"):
        started_stand_ins.steer(service, "reset")
    return started_stand_ins


@pytest.fixture
async def guarded():
    client = GuardedClient.to_trusted(SHORT, tls=TLS)
    yield client
    await client.close()


@pytest.fixture
def wechat(stand_ins, guarded):
    return WeChatClient(
        base_url=stand_ins.wechat,
        app_id=APP_ID,
        app_secret=stand_in_key("wechat"),
        guarded=guarded,
    )


@pytest.fixture
def identity(stand_ins, guarded):
    return IdentityClient(
        base_url=stand_ins.identity,
        app_id="suxin",
        secret=stand_in_key("identity"),
        guarded=guarded,
    )


@pytest.fixture
def sms(stand_ins, guarded):
    return SmsClient(base_url=stand_ins.sms, api_key=stand_in_key("sms"), guarded=guarded)


@dataclass
class RawServer:
    """A server that misbehaves as told, and what it received."""

    port: int
    received: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Behave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serve_raw(answer: bytes | Behave, *, tls=None) -> AsyncIterator[RawServer]:
    """Give every connection the same bytes, or the same behaviour."""
    state = RawServer(port=0)

    async def serve(reader, writer):
        try:
            state.received.append(await reader.readuntil(b"\r\n\r\n"))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture(scope="session")
def raw_server():
    return serve_raw


@pytest.fixture(scope="session")
def short():
    return SHORT


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def app_id():
    return APP_ID


@pytest.fixture(scope="session")
def payscore_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys between the platform and the stand-in for WeChat Pay Score."""
    folder = tmp_path_factory.mktemp("keys") / "payscore"
    payscore_settings(folder)
    return folder


@pytest.fixture(scope="session")
def pay_keys(payscore_folder: Path) -> PayKeys:
    """The keys by which the platform asks that stand-in."""
    made = payscore_settings(payscore_folder)
    return read_keys(
        mchid=str(made["payscore_mchid"]),
        serial=str(made["payscore_serial"]),
        key_file=payscore_folder / "merchant_key.pem",
        platform_folder=payscore_folder / "platform",
        api_key=stand_in_key("payscore"),
        client_key=stand_in_key(CLIENT),
    )


@pytest.fixture
def asker(payscore: StandIns, pay_keys: PayKeys, guarded: GuardedClient) -> PayAsker:
    """What asks it."""
    return PayAsker(base_url=payscore.payscore, keys=pay_keys, guarded=guarded)


@pytest.fixture(scope="session")
def payscore(payscore_folder: Path) -> Iterator[StandIns]:
    """The stand-ins, one of which has those keys."""
    with running_stand_ins("--payscore-keys", str(payscore_folder)) as (_, running):
        yield running
