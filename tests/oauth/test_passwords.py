"""Passwords at the authorization server: they are counted as at the desk, and a temporary one opens nothing."""

from uuid import UUID

import pytest
from code_flow import OFFICER, CodeFlow, answer_of, assert_refused, fields
from observing import changed, contents
from small_city import PASSWORD, SmallCity

from suxin.kernel.actor import Actor
from suxin.tenancy.log_in_failures import MAX_LOG_IN_FAILURES
from suxin.tenancy.log_ins import LogInLocked, check_password
from suxin.tenancy.password_changes import reset_password

TEMPORARY, OWN = "the-new-Horse-7", "another-Horse-42"
CHANGE = "/oauth/log-in/password"


@pytest.fixture
def reset(small_city: SmallCity, officer: UUID, clock):
    """Let the bank's administrator set the officer's password anew, a minute from now."""

    async def done() -> None:
        clock.pass_time(minutes=1)
        admin = small_city.banks[0].officer
        given = {"staff_id": officer, "password": TEMPORARY, "sealer": small_city.sealer}
        await small_city.act(reset_password, admin, now=clock.now(), **given)

    return done


async def logged_in(flow: CodeFlow, shown, password: str):
    data = {**fields(shown.text), "login": OFFICER, "password": password}
    return await flow.browser.post("/oauth/log-in", data=data)


async def with_temporary_password(flow: CodeFlow):
    """Come with a request, log in with the temporary password, and follow where that leads."""
    shown = await flow.visit(await flow.reference())
    entered = await logged_in(flow, shown, TEMPORARY)
    assert entered.status_code == 303, entered.text
    return await flow.browser.get(entered.headers["location"])


async def test_a_temporary_password_leads_to_its_change_and_back_to_the_question(flow, reset):
    await reset()
    led = await with_temporary_password(flow)
    assert (led.status_code, led.headers["location"].partition("?")[0]) == (303, CHANGE)
    page = await flow.browser.get(led.headers["location"])
    assert "请先修改初始密码" in page.text
    given = {**fields(page.text), "current": TEMPORARY, "new": OWN, "again": OWN}
    before = flow.browser.cookies.get("suxin_log_in")
    done = await flow.browser.post(CHANGE, data=given)
    assert done.status_code == 303, done.text
    assert flow.browser.cookies.get("suxin_log_in") != before
    question = await flow.browser.get(done.headers["location"])
    assert 'name="decision"' in question.text
    answer = answer_of(await flow.decide(question))
    token = (await flow.redeem(answer["code"])).json()["access_token"]
    await flow.assert_works(token)


async def test_a_decision_is_not_taken_with_a_temporary_password(flow, reset, admin):
    """Neither by a page that was open before: the browser must log in anew, and then change the password."""
    question = await flow.page(await flow.reference())
    await reset()
    before = await contents(admin)
    asked = await flow.decide(question)
    assert 'name="password"' in asked.text
    assert "location" not in asked.headers
    assert await changed(admin, before) == set()
    entered = await logged_in(flow, asked, TEMPORARY)
    led = await flow.browser.get(entered.headers["location"])
    assert led.headers["location"].startswith(CHANGE)


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"again": "something-Else-1"}, 422, "两次输入的新密码不一致"),
        ({"current": "not-this-one"}, 422, "当前密码不正确"),
        ({"new": "short", "again": "short"}, 422, "密码"),
        ({"new": TEMPORARY, "again": TEMPORARY}, 422, "新密码不能与当前密码相同"),
    ],
)
async def test_a_refused_change_changes_nothing(flow, reset, admin, changes, status, told):
    await reset()
    led = await with_temporary_password(flow)
    page = await flow.browser.get(led.headers["location"])
    known = "select password_hash from staff_log_ins where login = $1 and temporary"
    before = await admin.fetchval(known, OFFICER)
    given = {**fields(page.text), "current": TEMPORARY, "new": OWN, "again": OWN, **changes}
    answer = await flow.browser.post(CHANGE, data=given)
    assert (answer.status_code, told in answer.text) == (status, True)
    assert await admin.fetchval(known, OFFICER) == before is not None
    assert (await flow.browser.get(led.headers["location"])).status_code == 200


async def test_what_was_granted_before_a_password_was_set_opens_nothing(flow, reset):
    tokens = await flow.tokens()
    await flow.assert_works(tokens["access_token"])
    await reset()
    await flow.assert_dead(tokens["access_token"])
    assert_refused(await flow.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    told = await flow.app.post("/oauth/introspect", token=tokens["access_token"])
    assert told.json() == {"active": False}


async def test_a_token_of_someone_with_a_temporary_password_opens_nothing(flow, officer, admin):
    token = (await flow.tokens())["access_token"]
    await admin.execute("update staff_log_ins set temporary = true where staff_id = $1", officer)
    seen = await flow.view(token)
    assert seen.status_code == 403
    [error] = seen.json()["errors"]
    assert error["extensions"]["code"] == "PASSWORD_CHANGE_REQUIRED"


async def test_wrong_passwords_are_counted_together_with_the_desks(flow, small_city, admin):
    shown = await flow.visit(await flow.reference())
    for _ in range(MAX_LOG_IN_FAILURES):
        refused = await logged_in(flow, shown, "not-this-one")
        assert 'data-code="LOG_IN_REFUSED"' in refused.text
    locked = await logged_in(flow, shown, PASSWORD)
    assert 'data-code="LOG_IN_LOCKED"' in locked.text
    anyone = Actor.anonymous("test")
    with pytest.raises(LogInLocked):
        async with small_city.database.transaction(anyone, now=small_city.now) as session:
            await check_password(
                session,
                login=OFFICER,
                password=PASSWORD,
                sealer=small_city.sealer,
                now=small_city.now,
            )
    assert await admin.fetchval("select count(*) from log_in_sessions") == 0
    assert await admin.fetchval("select count(*) from desk_sessions") == 0
