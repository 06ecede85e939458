"""Device codes (RFC 8628): asked for by a device, decided by a person in a browser, good once."""

import pytest
from code_flow import OFFICER, PERMISSIONS, SCOPE, CodeFlow, assert_refused, fields
from oauth_client import new_key
from small_city import PASSWORD

from suxin.consent.oauth.clients import CODE, DEVICE
from suxin.consent.oauth.models import DeviceCode, DeviceState, OAuthGrant, RefreshToken


@pytest.fixture
def ask(flow):
    """Begin a device's request, and return what it is told."""

    async def asked(flow: CodeFlow = flow, **changes) -> dict:
        answer = await flow.app.post("/oauth/device_authorization", **{"scope": SCOPE, **changes})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return asked


@pytest.fixture
def poll(flow):
    async def polled(asked: dict, flow: CodeFlow = flow, **changes):
        given = {"grant_type": DEVICE, "device_code": asked["device_code"]}
        return await flow.app.token(**given, **changes)

    return polled


@pytest.fixture
def question(browser, flow):
    """Come with a user code, log in where that is asked for, and return what is shown."""

    async def shown(user_code: str):
        page = await browser.get("/oauth/device", params={"user_code": user_code})
        if 'name="password"' in page.text:
            known = {"login": OFFICER, "password": PASSWORD}
            answer = await browser.post("/oauth/log-in", data={**fields(page.text), **known})
            assert answer.status_code == 303, answer.text
            page = await browser.get(answer.headers["location"])
        return page

    return shown


@pytest.fixture
def decide(browser, question):
    async def decided(user_code: str, decision: str = "allow") -> str:
        page = await question(user_code)
        assert 'name="decision"' in page.text, page.text
        data = {**fields(page.text), "decision": decision}
        answer = await browser.post("/oauth/device", data=data)
        assert answer.status_code == 200, answer.text
        return answer.text

    return decided


async def test_a_device_is_told_what_to_show(ask, rows, flow):
    asked = await ask()
    assert asked["verification_uri"] == "http://suxin.test/oauth/device"
    assert asked["verification_uri_complete"].endswith(f"?user_code={asked['user_code']}")
    assert (asked["expires_in"], asked["interval"]) == (600, 5)
    letters = asked["user_code"].replace("-", "")
    assert len(letters) == 8
    assert set(letters) <= set("BCDFGHJKLMNPQRSTVWXZ")
    (row,) = await rows(DeviceCode)
    assert (row.state, row.client_id) == (DeviceState.PENDING, flow.app.client_id)
    assert asked["user_code"].encode() not in row.user_code_hash


async def test_a_device_gets_tokens_once_when_the_person_agreed(
    ask, poll, decide, flow, clock, rows
):
    asked = await ask()
    assert_refused(await poll(asked), 400, "authorization_pending")
    assert "设备已连接" in await decide(asked["user_code"])
    clock.pass_time(seconds=5)
    tokens = await poll(asked)
    assert tokens.status_code == 200, tokens.text
    assert tokens.json()["scope"].split() == PERMISSIONS
    await flow.assert_works(tokens.json()["access_token"])
    assert (await flow.refresh(tokens.json()["refresh_token"])).status_code == 200
    assert len(await rows(RefreshToken)) == 1


async def test_a_device_code_that_is_used_again_ends_its_grant(ask, poll, decide, flow, rows):
    asked = await ask()
    await decide(asked["user_code"])
    tokens = (await poll(asked)).json()
    assert_refused(await poll(asked), 400, "invalid_grant")
    (grant,) = await rows(OAuthGrant)
    assert grant.end_reason == "device_code_reused"
    await flow.assert_dead(tokens["access_token"])
    assert_refused(await flow.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    assert len(await rows(RefreshToken)) == 1


async def test_a_device_that_asks_too_often_is_slowed_down(ask, poll, clock, rows):
    asked = await ask()
    assert_refused(await poll(asked), 400, "authorization_pending")
    clock.pass_time(seconds=4)
    slow = await poll(asked)
    assert_refused(slow, 400, "slow_down")
    assert "10 seconds" in slow.json()["error_description"]
    # The interval has grown for good, which is remembered although the request was refused.
    clock.pass_time(seconds=9)
    assert_refused(await poll(asked), 400, "slow_down")
    (row,) = await rows(DeviceCode)
    assert (row.interval_s, row.polled_at) == (15, clock.now())
    clock.pass_time(seconds=15)
    assert_refused(await poll(asked), 400, "authorization_pending")


async def test_a_device_that_was_denied_is_told_so(ask, poll, decide, rows):
    asked = await ask()
    assert "未连接设备" in await decide(asked["user_code"], "deny")
    for _ in range(2):
        assert_refused(await poll(asked), 400, "access_denied")
    assert await rows(OAuthGrant) == []


async def test_a_device_nobody_decided_about_is_told_so(ask, poll, question, clock, rows):
    asked = await ask()
    clock.pass_time(seconds=asked["expires_in"])
    assert_refused(await poll(asked), 400, "expired_token")
    page = await question(asked["user_code"])
    assert page.status_code == 404
    assert "USER_CODE_UNKNOWN" in page.text
    assert await rows(OAuthGrant) == []


async def test_an_approval_is_no_use_after_the_code_has_expired(ask, poll, decide, clock, rows):
    asked = await ask()
    await decide(asked["user_code"])
    clock.pass_time(seconds=asked["expires_in"])
    assert_refused(await poll(asked), 400, "expired_token")
    assert await rows(RefreshToken) == []


@pytest.mark.parametrize("code", ["BBBB-BBBB", "x", "", '"><script>', "银行代码", "B" * 500])
async def test_a_wrong_user_code_opens_nothing(ask, question, rows, code):
    await ask()
    page = await question(code)
    assert page.status_code in {200, 404}
    assert 'name="decision"' not in page.text
    assert "<script>" not in page.text
    (row,) = await rows(DeviceCode)
    assert row.state is DeviceState.PENDING


async def test_a_user_code_is_read_however_it_is_typed(ask, question):
    asked = await ask()
    typed = asked["user_code"].lower().replace("-", " ")
    page = await question(typed)
    assert "测试银行信贷系统" in page.text


async def test_a_device_of_another_bank_is_not_the_officers_to_decide(
    ask, question, register, small_city, browser, rows
):
    stranger = CodeFlow(await register(small_city.banks[1]), browser)
    asked = await ask(stranger)
    page = await question(asked["user_code"])
    assert page.status_code == 403
    assert "LOG_IN_OF_ANOTHER" in page.text
    assert await rows(OAuthGrant) == []


async def test_a_device_code_is_its_clients_and_its_keys(ask, poll, decide, other_flow, rows):
    asked = await ask()
    await decide(asked["user_code"])
    assert_refused(await poll(asked, other_flow), 400, "invalid_grant")
    assert_refused(await poll(asked, proof={"key": new_key()}), 400, "invalid_grant")
    assert await rows(RefreshToken) == []
    assert (await poll(asked)).status_code == 200


async def test_a_device_code_that_is_bound_to_no_key_is_its_clients_still(
    ask, poll, decide, other_flow, rows
):
    asked = await ask(proof=None)
    await decide(asked["user_code"])
    assert_refused(await poll(asked, other_flow), 400, "invalid_grant")
    (row,) = await rows(DeviceCode)
    assert (row.dpop_jkt, row.state) == (None, DeviceState.APPROVED)
    assert (await poll(asked)).status_code == 200


async def test_what_a_device_may_not_ask_for_is_refused(flow, register, rows):
    path = "/oauth/device_authorization"
    assert_refused(await flow.app.post(path), 400, "invalid_request")
    assert_refused(await flow.app.post(path, scope="lending.offer.make"), 400, "invalid_scope")
    other = await register(grant_types=(CODE,))
    assert_refused(await other.post(path, scope=SCOPE), 400, "unauthorized_client")
    assert await rows(DeviceCode) == []
    unknown = await flow.app.token(grant_type=DEVICE, device_code="unknown")
    assert_refused(unknown, 400, "invalid_grant")
    assert_refused(await flow.app.token(grant_type=DEVICE), 400, "invalid_request")
