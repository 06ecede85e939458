"""Two requests at once for what is good once, or for what both may have."""

import asyncio
from collections import Counter

from code_flow import SCOPE, VIEWER, answer_of, assert_refused
from oauth_client import s256

from suxin.consent.oauth.clients import DEVICE
from suxin.consent.oauth.device_codes import decide_device, waiting_device
from suxin.consent.oauth.models import (
    AuthorizationCode,
    OAuthGrant,
    PushedRequest,
    RefreshToken,
    UsedAssertion,
)


async def test_one_code_gives_tokens_once_and_its_grant_ends(flow, rows):
    code = (await flow.answer())["code"]
    answers = await asyncio.gather(*(flow.redeem(code) for _ in range(4)))
    (won,) = [answer for answer in answers if answer.status_code == 200]
    for lost in answers:
        if lost is not won:
            assert_refused(lost, 400, "invalid_grant")
            assert lost.json()["code"] == "OAUTH_GRANT_REUSED"
    assert len(await rows(RefreshToken)) == 1
    # Somebody else holds the code: the refusals are remembered although they are refusals.
    (grant,) = await rows(OAuthGrant)
    assert grant.end_reason == "code_reused"
    await flow.assert_dead(won.json()["access_token"])


async def test_two_tabs_refresh_at_once_and_stay_one_family(public_flow, rows):
    token = (await public_flow.tokens())["refresh_token"]
    answers = await asyncio.gather(*(public_flow.refresh(token) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    given = {answer.json()["refresh_token"] for answer in answers}
    assert len(given) == 2
    kept = await rows(RefreshToken)
    assert len(kept) == 3
    assert len({row.grant_id for row in kept}) == 1
    for answer in answers:
        await public_flow.assert_works(answer.json()["access_token"])
        assert (await public_flow.refresh(answer.json()["refresh_token"])).status_code == 200


async def test_one_proof_is_good_for_one_request(flow, web):
    token = (await flow.tokens())["access_token"]
    await flow.assert_works(token)
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": flow.app.proof("POST", "http://suxin.test/graphql", token=token),
    }
    answers = await asyncio.gather(
        *(web.post("/graphql", json=VIEWER, headers=headers) for _ in range(4))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 3}
    for answer in answers:
        if answer.status_code == 401:
            assert 'error="invalid_dpop_proof"' in answer.headers["www-authenticate"]


async def test_one_assertion_is_good_for_one_request(bank_app, rows):
    await bank_app.access_token(grant_type="client_credentials")
    used = len(await rows(UsedAssertion))
    assertion = bank_app.assertion()
    answers = await asyncio.gather(
        *(bank_app.token(grant_type="client_credentials", assertion=assertion) for _ in range(4))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 3}
    assert len(await rows(UsedAssertion)) == used + 1


async def test_one_request_is_decided_once(flow, rows):
    page = await flow.page(await flow.reference())
    answers = await asyncio.gather(flow.decide(page), flow.decide(page, "deny"))
    (won,) = [answer for answer in answers if answer.status_code == 303]
    (lost,) = [answer for answer in answers if answer is not won]
    assert lost.status_code == 422
    allowed = "code" in answer_of(won)
    (request,) = await rows(PushedRequest)
    assert request.used_at is not None
    assert len(await rows(OAuthGrant)) == len(await rows(AuthorizationCode)) == allowed


async def test_one_device_code_gives_tokens_once(flow, small_city, clock, rows):
    # A grant of the officer's own, which the device then shares.
    await flow.tokens()
    asked = (await flow.app.post("/oauth/device_authorization", scope=SCOPE)).json()
    (grant,) = await rows(OAuthGrant)

    async def approve(session, actor, *, now):
        device = await waiting_device(session, user_code=asked["user_code"], now=now, lock=True)
        await decide_device(session, device, grant_id=grant.id)

    await small_city.act(approve, small_city.banks[0].officer, now=clock.now())
    given = {"grant_type": DEVICE, "device_code": asked["device_code"]}
    answers = await asyncio.gather(*(flow.app.token(**given) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 3}
    assert len(await rows(RefreshToken)) == 2


async def test_many_push_at_once(flow, rows):
    await flow.reference()
    answers = await asyncio.gather(
        *(flow.push(code_challenge=s256(str(number)), state=str(number)) for number in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["request_uri"] for answer in answers}) == 5
    assert len(await rows(PushedRequest)) == 6
