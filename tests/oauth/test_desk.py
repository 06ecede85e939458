"""The desk as a client: by code and PKCE, bound to one browser's flow, and over with its grant or its log-in."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from code_flow import OFFICER, fields
from small_city import PASSWORD
from sqlalchemy import update

from suxin.consent.oauth.decisions import DESK_LOG_IN_AGE
from suxin.consent.oauth.desk import redeem_desk_code
from suxin.consent.oauth.grants import end_grant
from suxin.consent.oauth.log_ins import end_log_in
from suxin.consent.oauth.models import AuthorizationCode, LogInSession, OAuthGrant, PushedRequest
from suxin.consent.oauth.refusals import GrantRefused, GrantReused
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.tenancy.models import DeskSession, StaffLogIn
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff, end_staff
from suxin_tenants import PROFILES
from suxin_web.csrf import HEADER, token_for

ANYONE = Actor.anonymous("test")
SESSION, LOG_IN = "suxin_desk", "suxin_log_in"
VIEWER = {"query": "{ viewer { permissions } }"}


async def to_code(browser):
    """Log in on the way to the desk; return the address that leads back to it with the code."""
    shown = await browser.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
    if 'name="password"' not in shown.text:
        return str(shown.url)
    known = {"login": OFFICER, "password": PASSWORD}
    answer = await browser.post("/oauth/log-in", data={**fields(shown.text), **known})
    assert answer.status_code == 303, answer.text
    answer = await browser.get(answer.headers["location"])
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def to_desk(browser):
    """Log in; return the desk session's token."""
    answer = await browser.get(await to_code(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/referrals")
    return browser.cookies[SESSION]


async def status(browser, token):
    """What GraphQL answers to a page of this desk."""
    headers = {"Cookie": f"{SESSION}={token}", HEADER: token_for(token)}
    answer = await browser.post("/graphql", json=VIEWER, headers=headers)
    return answer.status_code


def with_other(address, **changes):
    """The address with other parameters; ``None`` leaves one out."""
    parts = urlsplit(address)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    kept = {name: value for name, value in given.items() if value is not None}
    return f"{parts.path}?{urlencode(kept)}"


async def test_a_desk_is_opened_by_code_and_pkce_and_its_code_is_gone(browser, officer, rows):
    assert await status(browser, await to_desk(browser)) == 200
    (pushed,), (code,), (desk,) = [
        await rows(model) for model in (PushedRequest, AuthorizationCode, DeskSession)
    ]
    assert (pushed.client_id, pushed.parameters["scopes"]) == ("suxin-desk", ["desk"])
    assert pushed.used_at is not None
    assert code.used_at is not None
    (grant,) = await rows(OAuthGrant)
    assert (desk.grant_id, grant.scopes, grant.amr) == (grant.id, ["desk"], ["pwd"])
    assert (desk.tenant_id, desk.staff_id) == (grant.tenant_id, grant.staff_id)


async def test_where_the_browser_goes_stays_at_the_host_that_it_reached(browser, officer):
    assert (await to_code(browser)).startswith("/desk/callback?")


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "another"},
        {"state": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"code": None, "error": "access_denied"},
    ],
)
async def test_an_answer_to_another_flow_begins_anew_and_opens_nothing(
    browser, officer, rows, changes
):
    answer = await browser.get(with_other(await to_code(browser), **changes))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/desk/log-in?next=%2Fdesk%2Freferrals",
    )
    assert SESSION not in browser.cookies
    assert await rows(DeskSession) == []
    assert [code.used_at for code in await rows(AuthorizationCode)] == [None]


async def test_a_code_of_one_browser_opens_nothing_in_another(browser, web, officer, rows):
    """Nobody is logged in as somebody else by an address that he was sent (RFC 9700 §4.7)."""
    address = await to_code(browser)
    answer = await web.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/log-in")
    await web.get("/desk/log-in")
    await web.get(address)
    assert SESSION not in web.cookies
    assert await rows(DeskSession) == []


async def test_another_verifier_opens_nothing(browser, officer, rows, small_city, clock):
    code = parse_qs(urlsplit(await to_code(browser)).query)["code"][0]
    for wrong in ("x" * 43, "", "漢字"):
        with pytest.raises(GrantRefused):
            async with small_city.database.transaction(ANYONE, now=clock.now()) as session:
                await redeem_desk_code(session, code=code, verifier=wrong, now=clock.now())
    assert await rows(DeskSession) == []


async def test_a_code_that_comes_again_ends_the_desk_that_it_opened(
    browser, officer, small_city, clock
):
    address = await to_code(browser)
    verifier = browser.cookies["suxin_desk_flow"].split(".")[1]
    await browser.get(address)
    token = browser.cookies[SESSION]
    assert await status(browser, token) == 200
    code = parse_qs(urlsplit(address).query)["code"][0]
    with pytest.raises(GrantReused):
        async with small_city.database.transaction(ANYONE, now=clock.now()) as session:
            await redeem_desk_code(session, code=code, verifier=verifier, now=clock.now())
    assert await status(browser, token) == 401


async def test_a_code_is_good_for_a_minute(browser, officer, rows, clock):
    address = await to_code(browser)
    clock.pass_time(seconds=60)
    assert (await browser.get(address)).status_code == 422
    assert await rows(DeskSession) == []


async def test_the_desk_ends_with_its_grant(browser, officer, rows, small_city, clock):
    token = await to_desk(browser)
    (grant,) = await rows(OAuthGrant)
    async with small_city.database.transaction(ANYONE, now=clock.now()) as session:
        await end_grant(session, grant.id, reason="test", now=clock.now())
    assert await status(browser, token) == 401


async def test_the_desk_ends_with_the_log_in_it_was_opened_by(browser, officer, small_city, clock):
    token = await to_desk(browser)
    async with small_city.database.transaction(ANYONE, now=clock.now()) as session:
        await end_log_in(session, token=browser.cookies[LOG_IN], now=clock.now())
    assert await status(browser, token) == 401


async def test_the_desk_ends_with_its_holders_leaving(browser, officer, rows, small_city):
    token = await to_desk(browser)
    (desk,) = await rows(DeskSession)
    admin = small_city.banks[0].officer
    manager = RoleGrant("bank_admin")
    await small_city.act(
        add_staff,
        admin,
        name="管理员",
        login="bank.admin",
        password=PASSWORD,
        roles=[manager],
        profiles=PROFILES,
    )
    await small_city.act(end_staff, admin, staff_id=desk.staff_id, profiles=PROFILES)
    assert await status(browser, token) == 401


async def test_logging_out_ends_desk_grant_and_log_in(browser, officer, rows):
    token = await to_desk(browser)
    answer = await browser.post("/desk/log-out", data={"_csrf": token_for(token)})
    assert answer.status_code == 303
    assert {SESSION, LOG_IN}.isdisjoint(browser.cookies)
    assert await status(browser, token) == 401
    (grant,), (log_in,) = await rows(OAuthGrant), await rows(LogInSession)
    assert (grant.end_reason, log_in.ended_at is not None) == ("logged_out", True)


async def test_a_second_desk_in_the_same_browser_asks_for_no_password(browser, officer, rows):
    await to_desk(browser)
    again = await browser.get("/desk/log-in", follow_redirects=True)
    assert again.url.path == "/desk"
    assert len(await rows(DeskSession)) == 2


async def test_a_desk_that_was_left_does_not_open_again_by_itself(browser, officer, clock, rows):
    await to_desk(browser)
    clock.pass_time(seconds=DESK_LOG_IN_AGE.total_seconds())
    shown = await browser.get("/desk/log-in", follow_redirects=True)
    assert (shown.url.path, 'name="password"' in shown.text) == ("/oauth/authorize", True)
    assert len(await rows(DeskSession)) == 1
    await to_desk(browser)
    assert len(await rows(DeskSession)) == 2


async def test_a_temporary_password_is_changed_on_the_way(browser, officer, small_city, rows):
    async with (
        small_city.database.transaction(ANYONE, now=small_city.now) as session,
        doorway(session),
    ):
        await session.execute(update(StaffLogIn).values(temporary=True))
    shown = await browser.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
    known = {"login": OFFICER, "password": PASSWORD}
    page = await browser.post(
        "/oauth/log-in", data={**fields(shown.text), **known}, follow_redirects=True
    )
    assert page.url.path == "/oauth/log-in/password"
    assert await rows(DeskSession) == []
    new = {"current": PASSWORD, "new": "my-own-Pass-43", "again": "my-own-Pass-43"}
    await browser.post(
        "/oauth/log-in/password", data={**fields(page.text), **new}, follow_redirects=True
    )
    assert await status(browser, browser.cookies[SESSION]) == 200
