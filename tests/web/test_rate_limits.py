"""Rate limits: who waits, how long, and what holds while Valkey is away."""

import asyncio
import hashlib

import httpx
import pytest
from code_flow import fields
from redis.asyncio import Redis

from suxin_web import callers, rate_limits
from suxin_web.application import build_app
from suxin_web.rate_limits import (
    LOG_IN_BY_ADDRESS,
    LOG_IN_BY_NAME,
    MAX_LOCAL_BUCKETS,
    Limit,
    RateLimits,
)
from suxin_web.refusals import TooManyRequests

THREE = Limit(name="test.three", burst=3, per_minute=6)
SECRET = Limit(name="test.secret", burst=3, per_minute=6, guards_secrets=True)


async def passes(limits, limit, caller="a", times=1):
    passed = 0
    for _ in range(times):
        try:
            await limits.take(limit, caller)
        except TooManyRequests:
            continue
        passed += 1
    return passed


async def pass_time(valkey, limit, caller, seconds):
    """Let time go by for one bucket: its arrival lies that much nearer, or farther for a negative time."""
    key = f"limit:{limit.name}:{hashlib.sha256(caller.encode()).hexdigest()[:32]}"
    broker = Redis.from_url(valkey.url, decode_responses=True)
    await broker.set(key, str(int(await broker.get(key)) - seconds * 1_000_000), px=3_600_000)
    await broker.aclose()


@pytest.fixture
async def away():
    """Limits whose Valkey does not answer."""
    limits = RateLimits.connect("redis://127.0.0.1:1/0")
    yield limits
    await limits.close()


async def test_a_caller_has_his_burst_and_then_waits(limits):
    assert await passes(limits, THREE, times=3) == 3
    with pytest.raises(TooManyRequests) as refused:
        await limits.take(THREE, "a")
    # Six a minute leave ten seconds between two, of which the test itself takes some.
    assert 8 <= refused.value.facts["retry_after_seconds"] <= 10


async def test_callers_and_limits_do_not_share_a_bucket(limits):
    assert await passes(limits, THREE, "a", times=4) == 3
    assert await passes(limits, THREE, "b", times=4) == 3
    assert await passes(limits, SECRET, "a", times=4) == 3


async def test_a_refused_request_does_not_make_the_wait_longer(limits, valkey):
    slow = Limit(name="test.slow", burst=2, per_minute=1)
    assert await passes(limits, slow, times=20) == 2
    await pass_time(valkey, slow, "a", 61)
    assert await passes(limits, slow, times=20) == 1


async def test_processes_share_the_buckets(limits, valkey):
    other = RateLimits.connect(valkey.url)
    assert await passes(limits, THREE, times=2) + await passes(other, THREE, times=5) == 3
    await other.close()


async def test_many_at_once_are_counted_one_by_one(limits):
    taken = await asyncio.gather(*(passes(limits, THREE) for _ in range(40)))
    assert sum(taken) == 3


async def test_valkey_sees_no_address_and_no_name_and_forgets(limits, valkey):
    await limits.take(LOG_IN_BY_NAME, "zhang.san")
    broker = Redis.from_url(valkey.url, decode_responses=True)
    keys = await broker.keys("*")
    lives = [await broker.pttl(key) for key in keys]
    await broker.aclose()
    assert [key.rsplit(":", 1)[0] for key in keys] == ["limit:log_in.name"]
    assert "zhang" not in keys[0]
    assert all(0 < life <= 6_001 for life in lives)


async def test_the_scale_multiplies_every_figure(valkey, limits):
    wide = RateLimits.connect(valkey.url, scale=10)
    assert await passes(wide, THREE, "scaled", times=40) == 30
    await wide.close()


async def test_without_valkey_capacity_is_shared_out_to_all(away):
    assert await passes(away, THREE, times=10) == 10


async def test_without_valkey_guessing_is_still_slow(away):
    assert await passes(away, SECRET, times=10) == 3
    with pytest.raises(TooManyRequests) as refused:
        await away.take(SECRET, "a")
    assert refused.value.facts == {"retry_after_seconds": 10}
    assert await passes(away, SECRET, "b", times=10) == 3


async def test_an_outage_is_waited_for_once_and_not_each_time(away, monkeypatch):
    monkeypatch.setattr(rate_limits, "PAUSE_S", 3_600)
    asked, script = [], away._script

    async def ask(**given):
        asked.append(given)
        return await script(**given)

    monkeypatch.setattr(away, "_script", ask)
    assert await passes(away, THREE, times=200) == 200
    assert len(asked) == 1


async def test_local_buckets_stay_bounded(away):
    for number in range(MAX_LOCAL_BUCKETS + 50):
        away._ask_local(f"caller {number}", 1.0, 5)
    assert len(away._local) == MAX_LOCAL_BUCKETS


async def test_no_valkey_at_all_is_an_outage_too():
    limits = RateLimits(None)
    assert await passes(limits, THREE, times=5) == 5
    assert await passes(limits, SECRET, times=5) == 3
    await limits.close()


async def test_log_ins_from_one_address_are_limited_over_http(web, limits, valkey):
    form = await web.get("/desk/log-in", follow_redirects=True)
    await passes(limits, LOG_IN_BY_ADDRESS, "192.0.2.1", times=30)
    # As if half a minute's log-ins had come at once, so that none fits in while this one is under way.
    await pass_time(valkey, LOG_IN_BY_ADDRESS, "192.0.2.1", -30)
    sent = {**fields(form.text), "login": "nobody", "password": "wrong"}
    refused = await web.post("/oauth/log-in", data=sent)
    assert refused.status_code == 429
    assert 20 <= int(refused.headers["retry-after"]) <= 32
    assert "操作过于频繁" in refused.text


async def test_guesses_at_one_name_are_limited_from_every_address(web, limits, valkey):
    form = await web.get("/desk/log-in", follow_redirects=True)
    await passes(limits, LOG_IN_BY_NAME, "chufeng.loan", times=10)
    await pass_time(valkey, LOG_IN_BY_NAME, "chufeng.loan", -30)
    # Spelling the name otherwise is no way around.
    sent = {**fields(form.text), "login": " ChuFeng.LOAN ", "password": "wrong"}
    assert (await web.post("/oauth/log-in", data=sent)).status_code == 429


async def test_an_api_caller_over_his_limit_gets_a_problem(runtime, routes, monkeypatch):
    # Hundreds of requests take a busy machine so long that all of them fit; three do not.
    monkeypatch.setattr(callers, "READS", Limit(name="test.reads", burst=3, per_minute=1))
    app = build_app(runtime, routes)
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://suxin.test") as web:
        answers = await asyncio.gather(*(web.get("/mp/v1/public") for _ in range(5)))
        neighbour = httpx.ASGITransport(app, client=("192.0.2.8", 1))
        async with httpx.AsyncClient(transport=neighbour, base_url="http://suxin.test") as other:
            beside = await other.get("/mp/v1/public")
    refused = [answer for answer in answers if answer.status_code == 429]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 429, 429]
    assert 0 < int(refused[0].headers["retry-after"]) <= 60
    assert refused[0].json()["code"] == "TOO_MANY_REQUESTS"
    assert refused[0].json()["retryable"] is True
    assert beside.status_code == 200
