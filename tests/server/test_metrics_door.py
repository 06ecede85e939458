"""Who may see the metrics, and that asking again and again costs the database nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from suxin.kernel.sealing import Keyring
from suxin_server.assembly import assemble, opened, routes
from suxin_server.metrics import FRESH, Metrics, may_scrape
from suxin_server.settings import Settings
from suxin_web.application import build_app

NOWHERE = "http://127.0.0.1:9"
TOKEN = "geheim-token"


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_needs_no_token_unless_one_is_set(client):
    assert may_scrape("", {}, client)
    assert not may_scrape(TOKEN, {}, client)
    assert may_scrape(TOKEN, {"authorization": f"Bearer {TOKEN}"}, client)


@pytest.mark.parametrize("client", ["10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1", "web", "", None])
def test_others_need_the_token(client):
    assert not may_scrape("", {}, client)
    assert not may_scrape("", {"authorization": "Bearer "}, client)
    assert not may_scrape(TOKEN, {}, client)
    assert not may_scrape(TOKEN, {"authorization": f"Bearer {TOKEN}x"}, client)
    assert not may_scrape(TOKEN, {"authorization": "Bearer 令牌"}, client)
    assert may_scrape(TOKEN, {"authorization": f"Bearer {TOKEN}"}, client)


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_whoever_comes_through_a_proxy_of_this_machine_is_not_this_machine(header):
    assert not may_scrape("", {header: "127.0.0.1"}, "127.0.0.1")


@asynccontextmanager
async def web(city, valkey, **given: str) -> AsyncIterator[Callable[[str], httpx.AsyncClient]]:
    """A web process, as whoever calls from an address meets it."""
    settings = Settings(
        database_url=city.app,
        redis_url=valkey.url,
        sealing_keys=Keyring.generate().to_text(),
        wechat_base_url=NOWHERE,
        identity_base_url=NOWHERE,
        sms_base_url=NOWHERE,
        **given,
    )
    assembly = assemble(settings)
    async with AsyncExitStack() as callers, opened(assembly):
        app = build_app(assembly.runtime, routes(assembly))

        def caller(address: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, client=(address, 40_000))
            made = httpx.AsyncClient(transport=transport, base_url="http://suxin.test")
            callers.push_async_callback(made.aclose)
            return made

        yield caller


async def test_without_a_token_only_this_machine_is_answered(city, valkey):
    async with web(city, valkey) as caller:
        assert "suxin_outbox_waiting 0.0" in (await caller("127.0.0.1").get("/metrics")).text
        refused = await caller("10.0.0.7").get("/metrics")
    assert refused.status_code == 403
    assert refused.text == (
        "只对本机开放，或设置 SUXIN_METRICS_TOKEN"
        " · only for this machine, or set SUXIN_METRICS_TOKEN\n"
    )


async def test_with_a_token_it_is_needed_and_enough(city, valkey):
    async with web(city, valkey, metrics_token=TOKEN) as caller:
        here, elsewhere = caller("127.0.0.1"), caller("10.0.0.7")
        refused = await here.get("/metrics")
        wrong = await here.get("/metrics", headers={"Authorization": "Bearer other"})
        given = await elsewhere.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (refused.status_code, wrong.status_code) == (401, 401)
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.text == "需要指标令牌 · the metrics token is needed\n"
    assert given.status_code == 200
    assert "suxin_outbox_waiting 0.0" in given.text


async def test_the_database_is_asked_once_a_second_however_many_ask(database, now, monkeypatch):
    metrics, asked = Metrics(), []

    async def scrape(_database, *, now):
        await asyncio.sleep(0.01)
        asked.append(now)
        return f"{len(asked)}".encode()

    monkeypatch.setattr(metrics, "scrape", scrape)
    pages = await asyncio.gather(*(metrics.page(database, now=now) for _ in range(20)))
    assert pages == [b"1"] * 20
    assert await metrics.page(database, now=now + FRESH / 2) == b"1"
    assert await metrics.page(database, now=now + FRESH) == b"2"
    # A clock that was set back does not keep an old answer alive.
    assert await metrics.page(database, now=now - timedelta(hours=1)) == b"3"
    assert len(asked) == 3
