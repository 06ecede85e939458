"""Whoever logs out at his tenant's own provider is logged out here, and nobody else is (Back-Channel Logout 1.0)."""

import asyncio
from collections import Counter

import httpx
import pytest
from code_flow import OFFICER, fields
from httpx import ASGITransport
from joserfc.jwk import ECKey
from observing import acts, nothing_written
from provider_log_ins import ORIGIN, answered, assert_refused, entered, linked, to_provider
from small_city import PASSWORD

from suxin.consent.oauth.models import LogInSession, OAuthGrant, UsedAssertion
from suxin.tenancy.models import DeskSession
from suxin.tenancy.providers.commands import suspend_provider
from suxin_oauth import provider_log_outs
from suxin_server import pruning
from suxin_web.rate_limits import Limit, RateLimits


@pytest.fixture
async def tell(web, in_force, provider):
    """Send the provider's word, as it would; return the answer, which nobody may keep."""

    async def told(token=None, **claims):
        form = {"logout_token": provider.log_out_token(**claims) if token is None else token}
        answer = await web.post(f"/oauth/log-in/with/{in_force}/log-out", data=form)
        assert answer.headers["cache-control"] == "no-store"
        return answer

    return told


@pytest.fixture
async def at_desk(browser, provider, in_force, officer):
    """The officer is at his desk, by his provider's session ``s-1``."""
    await linked(browser, provider, in_force)
    browser.cookies.clear()
    await entered(browser, provider, in_force, sid="s-1")


@pytest.fixture
def live(rows):
    """How many log-ins by a provider, grants and desk sessions there are that have not ended."""

    async def counted() -> tuple[int, int, int]:
        log_ins = [one for one in await rows(LogInSession) if one.provider_session is not None]
        return (
            sum(one.ended_at is None for one in log_ins),
            sum(one.ended_at is None for one in await rows(OAuthGrant)),
            sum(one.revoked_at is None for one in await rows(DeskSession)),
        )

    return counted


@pytest.mark.parametrize(
    "said",
    [{"sid": "s-1"}, {"sub": "u-1001"}, {"sid": "s-1", "sub": "u-1001"}],
    ids=("session", "subject", "both"),
)
async def test_a_desk_ends_with_its_log_in_at_the_provider(at_desk, tell, live, rows, admin, said):
    assert await live() == (1, 1, 1)
    answer = await tell(**said)
    assert (answer.status_code, answer.content) == (200, b"")
    assert await live() == (0, 0, 0)
    (grant,) = await rows(OAuthGrant)
    assert grant.end_reason == "logged_out_by_provider"
    assert await acts(admin, "tenancy.log_out.by") == ["tenancy.log_out.by_provider"]


@pytest.mark.parametrize(
    "said",
    [{"sid": "s-2"}, {"sub": "u-2"}, {"sid": "s-2", "sub": "u-1001"}, {"sid": "s-1", "sub": "u-2"}],
    ids=str,
)
async def test_another_log_out_is_taken_and_ends_nothing_of_this_one(at_desk, tell, live, said):
    """Somebody who is not known is logged out already (§2.7)."""
    assert (await tell(**said)).status_code == 200
    assert await live() == (1, 1, 1)


async def test_a_log_in_of_no_known_session_ends_with_any_of_its_subjects(
    browser, provider, in_force, officer, tell, rows
):
    await linked(browser, provider, in_force)
    assert (await tell(sid="s-9", sub="u-1001")).status_code == 200
    (log_in,) = await rows(LogInSession)
    assert (log_in.provider_subject, log_in.provider_session) == ("u-1001", None)
    assert log_in.ended_at is not None


async def test_a_log_in_by_password_goes_on(browser, at_desk, tell, rows, app):
    transport = ASGITransport(app, client=("192.0.2.3", 4713))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as other:
        shown = await other.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
        known = {"login": OFFICER, "password": PASSWORD}
        await other.post("/oauth/log-in", data={**fields(shown.text), **known})
    assert (await tell(sub="u-1001")).status_code == 200
    stands = [one.provider_id for one in await rows(LogInSession) if one.ended_at is None]
    assert stands == [None]


async def test_whoever_waits_to_be_linked_begins_anew(
    browser, provider, in_force, officer, tell, rows
):
    location = await to_provider(browser, in_force)
    page = await answered(browser, provider.decide(location, sid="s-1"))
    assert 'data-testid="provider-link"' in page.text
    assert (await tell(sid="s-1")).status_code == 200
    known = {"login": OFFICER, "password": PASSWORD}
    path = f"/oauth/log-in/with/{in_force}/link"
    answer = await browser.post(path, data={**fields(page.text), **known})
    assert_refused(answer, "PROVIDER_FLOW_OVER")
    assert await rows(LogInSession) == []


async def test_a_word_that_is_not_one_is_refused(at_desk, tell, admin, live):
    async with nothing_written(admin):
        answer = await tell(sub="u-1001", nonce="n")
    assert answer.status_code == 400, answer.text
    said = answer.json()
    assert (said["error"], said["code"]) == ("invalid_request", "LOG_OUT_TOKEN_INVALID")
    assert "it has a nonce" in said["error_description"]
    assert await live() == (1, 1, 1)


async def test_a_word_that_another_signed_is_refused(at_desk, tell, provider, live):
    for wrong in ("stranger", "unsigned"):
        setattr(provider, wrong, True)
        answer = await tell(sub="u-1001")
        assert (answer.status_code, answer.json()["code"]) == (400, "LOG_OUT_TOKEN_INVALID")
        setattr(provider, wrong, False)
    provider.key = ECKey.generate_key("P-256")
    assert (await tell(sub="u-1001")).status_code == 400
    assert await live() == (1, 1, 1)


async def test_a_log_out_is_no_id_token(browser, provider, in_force, rows):
    back = provider.decide(await to_provider(browser, in_force))
    word = provider.log_out_token(sub="u-1001")
    provider.answer = (200, {"id_token": word})
    assert_refused(await answered(browser, back), "ID_TOKEN_INVALID")
    assert await rows(LogInSession) == []


async def test_a_word_is_taken_once(browser, provider, at_desk, in_force, tell, live):
    """Else whoever saw it could log its subject out again and again."""
    word = provider.log_out_token(sub="u-1001")
    assert (await tell(word)).status_code == 200
    await entered(browser, provider, in_force, sid="s-2")
    answer = await tell(word)
    assert (answer.status_code, answer.json()["code"]) == (400, "LOG_OUT_TOKEN_USED")
    assert await live() == (1, 1, 1)


async def test_of_one_word_told_twice_at_once_one_is_taken(provider, at_desk, tell, live):
    word = provider.log_out_token(sub="u-1001")
    answers = await asyncio.gather(*(tell(word) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 3}
    assert await live() == (0, 0, 0)


async def test_a_word_is_remembered_for_as_long_as_it_would_be_taken(
    provider, at_desk, tell, clock, small_city, rows
):
    word = provider.log_out_token(sub="u-1001", exp=int(clock.now().timestamp()) + 10**6)
    assert (await tell(word)).status_code == 200
    clock.pass_time(minutes=11)
    await pruning.prune(small_city.database, now=clock.now())
    assert (await tell(word)).json()["code"] == "LOG_OUT_TOKEN_USED"
    clock.pass_time(days=1, minutes=2)
    await pruning.prune(small_city.database, now=clock.now())
    assert await rows(UsedAssertion) == []
    assert (await tell(word)).json()["code"] == "LOG_OUT_TOKEN_INVALID"


async def test_a_suspended_provider_still_logs_out(at_desk, in_force, small_city, tell, live):
    await small_city.act(suspend_provider, small_city.banks[0].officer, provider_id=in_force)
    assert (await tell(sub="u-1001")).status_code == 200
    assert await live() == (0, 0, 0)


async def test_another_tenants_provider_logs_nobody_out_here(
    at_desk, in_force, web, provider, live
):
    other = f"{in_force}"[:-4] + "0000"
    word = provider.log_out_token(sub="u-1001")
    answer = await web.post(f"/oauth/log-in/with/{other}/log-out", data={"logout_token": word})
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_FOUND")
    assert await live() == (1, 1, 1)


async def test_a_provider_that_does_not_answer_is_told_to_try_again(web, put_in_force, provider):
    provider_id = await put_in_force(issuer="http://127.0.0.1:9")
    answer = await web.post(
        f"/oauth/log-in/with/{provider_id}/log-out",
        data={"logout_token": provider.log_out_token(sub="u-1001")},
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "temporarily_unavailable"


_ONE = RateLimits(None)
_take = RateLimits.take


async def take_alone(_limits, limit, caller):
    """Count on buckets of this process's own, at the figures as they are."""
    await _take(_ONE, limit, caller)


async def test_too_many_at_once_are_told_to_wait(at_desk, tell, monkeypatch, live):
    few = Limit(name="log_out.provider", burst=1, per_minute=1, guards_secrets=True)
    monkeypatch.setattr(provider_log_outs, "LOG_OUT_BY_PROVIDER", few)
    monkeypatch.setattr(RateLimits, "take", take_alone)
    assert (await tell(sub="u-2")).status_code == 200
    answer = await tell(sub="u-1001")
    assert (answer.status_code, answer.json()["error"]) == (400, "temporarily_unavailable")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert await live() == (1, 1, 1)
