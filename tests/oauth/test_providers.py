"""Log-ins by a tenant's own identity provider: the whole way, the first link, second factors, and passwords."""

from urllib.parse import urlsplit

import pytest
from code_flow import OFFICER, fields
from provider_log_ins import (
    FLOW,
    ORIGIN,
    answered,
    assert_nobody,
    assert_refused,
    assert_refused_beside,
    linked,
    other_officer,
    to_provider,
)
from small_city import PASSWORD
from small_provider import CLIENT_ID, SECRET

from suxin.consent.oauth.models import LogInSession, OAuthGrant
from suxin.tenancy.commands import suspend_tenant
from suxin.tenancy.providers.commands import (
    suspend_provider,
)
from suxin.tenancy.providers.models import ClientMethod, StaffIdentity
from suxin.tenancy.staff import end_staff
from suxin_tenants import PROFILES


async def test_whoever_is_linked_logs_in_by_his_provider_alone(
    browser, provider, in_force, officer, rows
):
    answer = await linked(browser, provider, in_force)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/log-in"), answer.text
    browser.cookies.clear()
    shown = await browser.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
    back = fields(shown.text)["back"]
    location = await to_provider(browser, in_force, back=back)
    answer = await answered(browser, provider.decide(location))
    assert (answer.status_code, answer.headers["location"]) == (303, back), answer.text
    answer = await browser.get(back)
    assert answer.headers["location"].startswith("/desk/callback?")
    answer = await browser.get(answer.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/referrals")
    (grant,) = await rows(OAuthGrant)
    assert (grant.staff_id, grant.amr) == (officer, ["fed"])


async def test_the_request_carries_what_makes_the_answer_ours(browser, provider, in_force):
    asked = provider.asked(await to_provider(browser, in_force))
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == f"{ORIGIN}/oauth/log-in/with/{in_force}/answer"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid")
    assert asked["code_challenge_method"] == "S256"
    # Where nothing is demanded the provider decides by itself.
    assert not {"max_age", "acr_values", "prompt"} & asked.keys()
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    again = provider.asked(await to_provider(browser, in_force))
    assert again["state"] != asked["state"]
    # What the browser keeps is in none of them.
    assert browser.cookies[FLOW] not in str(asked) + str(again)


async def test_a_log_in_is_asked_for_what_the_tenant_demands_and_refused_without(
    browser, provider, put_in_force, officer, rows
):
    provider_id = await put_in_force(max_age_minutes=5, acr_values=("urn:bank:strong",))
    location = await to_provider(browser, provider_id)
    asked = provider.asked(location)
    assert (asked["max_age"], asked["acr_values"]) == ("300", "urn:bank:strong")
    moment = provider.now
    for claims in ({}, {"acr": "urn:bank:strong"}, {"acr": "0", "auth_time": moment}):
        back = provider.decide(await to_provider(browser, provider_id), **claims)
        assert_refused(await answered(browser, back), "ID_TOKEN_INVALID")
    await assert_nobody(rows)
    back = provider.decide(
        await to_provider(browser, provider_id), acr="urn:bank:strong", auth_time=moment
    )
    assert 'data-testid="provider-link"' in (await answered(browser, back)).text


async def test_a_secret_is_shown_where_keys_are_not_known(browser, provider, put_in_force, officer):
    provider_id = await put_in_force(method=ClientMethod.CLIENT_SECRET_BASIC, secret=SECRET)
    assert (await linked(browser, provider, provider_id)).status_code == 303


async def test_the_houses_are_offered_where_staff_log_in(browser, put_in_force, small_city):
    page = await browser.get("/oauth/log-in/with")
    assert "还没有机构启用统一登录" in page.text
    provider_id = await put_in_force()
    page = await browser.get("/oauth/log-in/with?back=/desk/account")
    assert f'href="/oauth/log-in/with/{provider_id}?back=%2Fdesk%2Faccount"' in page.text
    page = await browser.get("/oauth/log-in?back=https://evil.example/")
    assert "evil" not in page.text


async def test_an_answer_leads_to_no_page_of_others(browser, provider, in_force, officer):
    await linked(browser, provider, in_force)
    location = await to_provider(browser, in_force, back="https://evil.example/")
    answer = await answered(browser, provider.decide(location))
    assert answer.headers["location"] == "/desk/log-in"
    assert urlsplit(answer.headers["location"]).netloc == ""


async def test_nobody_logs_in_by_a_provider_that_is_not_in_force(
    browser, provider, in_force, officer, small_city, rows
):
    await linked(browser, provider, in_force)
    back = provider.decide(await to_provider(browser, in_force))
    before = await rows(LogInSession)
    await small_city.act(suspend_provider, small_city.banks[0].officer, provider_id=in_force)
    assert_refused(await answered(browser, back), "NOT_FOUND")
    assert_refused(await browser.get(f"/oauth/log-in/with/{in_force}"), "NOT_FOUND")
    assert len(await rows(LogInSession)) == len(before)


async def test_a_suspended_organisations_staff_do_not_get_in(
    browser, provider, in_force, officer, small_city, rows
):
    await linked(browser, provider, in_force)
    before = await rows(LogInSession)
    bank = small_city.banks[0].tenant_id
    await small_city.act(suspend_tenant, small_city.operator, tenant_id=bank, reason="检查")
    back = provider.decide(await to_provider(browser, in_force))
    assert_refused(await answered(browser, back), "TENANT_SUSPENDED")
    assert len(await rows(LogInSession)) == len(before)


async def test_whoever_left_is_known_to_nobody(
    browser, provider, in_force, officer, small_city, rows
):
    await linked(browser, provider, in_force)
    admin = small_city.banks[0].officer
    await small_city.act(end_staff, admin, staff_id=officer, profiles=PROFILES)
    assert await rows(StaffIdentity) == []


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ({"password": "wrong"}, "LOG_IN_REFUSED"),
        ({"login": "nobody.here"}, "LOG_IN_REFUSED"),
    ],
)
async def test_nobody_is_linked_without_his_password(
    browser, provider, in_force, officer, rows, shown, code
):
    assert_refused_beside(await linked(browser, provider, in_force, **shown), code)
    assert await rows(StaffIdentity) == []
    await assert_nobody(rows)


async def test_a_colleague_of_another_organisation_is_not_linked(
    browser, provider, in_force, officer, small_city, rows
):
    login = await other_officer(small_city)
    answer = await linked(browser, provider, in_force, login=login)
    assert_refused_beside(answer, "STAFF_OF_ANOTHER_HOUSE")
    assert await rows(StaffIdentity) == []
    await assert_nobody(rows)


async def test_an_account_is_linked_to_one_person_alone(
    browser, provider, in_force, officer, small_city, rows
):
    await linked(browser, provider, in_force)
    page = await answered(
        browser, provider.decide(await to_provider(browser, in_force), subject="u-2")
    )
    known = {"login": OFFICER, "password": PASSWORD}
    path = f"/oauth/log-in/with/{in_force}/link"
    answer = await browser.post(path, data={**fields(page.text), **known})
    assert_refused_beside(answer, "IDENTITY_LINKED_OTHERWISE")
    (link,) = await rows(StaffIdentity)
    assert (link.staff_id, link.subject) == (officer, "u-1001")


async def test_whoever_has_a_second_factor_shows_it_to_be_linked(
    browser, provider, put_in_force, officer, rows, clock, secret_of
):
    """However much the provider's own factors are trusted: a colleague who knows the password has those as well."""
    provider_id = await put_in_force(trusts_second_factor=True)
    code = await secret_of(officer)
    mfa = {"amr": ["pwd", "mfa"]}
    page = await answered(browser, provider.decide(await to_provider(browser, provider_id), **mfa))
    known = {"login": OFFICER, "password": PASSWORD}
    path = f"/oauth/log-in/with/{provider_id}/link"
    answer = await browser.post(path, data={**fields(page.text), **known})
    assert_refused_beside(answer, "SECOND_FACTOR_REQUIRED")
    answer = await browser.post(path, data={**fields(page.text), **known, "code": "000000"})
    assert_refused_beside(answer, "SECOND_FACTOR_WRONG")
    assert await rows(StaffIdentity) == []
    clock.pass_time(seconds=30)
    answer = await browser.post(path, data={**fields(page.text), **known, "code": code()})
    assert answer.status_code == 303, answer.text
    (session,) = await rows(LogInSession)
    assert session.amr == ["fed", "mfa"]


@pytest.mark.parametrize(
    ("trusted", "amr", "asked"),
    [(True, ["mfa"], False), (True, ["pwd"], True), (False, ["mfa"], True)],
)
async def test_a_second_factor_is_the_providers_where_it_is_trusted_and_says_so(
    browser, provider, put_in_force, officer, secret_of, clock, trusted, amr, asked
):
    provider_id = await put_in_force(trusts_second_factor=trusted)
    assert (await linked(browser, provider, provider_id)).status_code == 303
    await secret_of(officer)
    browser.cookies.clear()
    shown = await browser.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
    back = fields(shown.text)["back"]
    await answered(
        browser, provider.decide(await to_provider(browser, provider_id, back=back), amr=amr)
    )
    answer = await browser.get(back)
    assert answer.headers["location"].startswith("/oauth/log-in/second-factor?") == asked


async def test_without_passwords_only_whoever_manages_staff_keeps_his(
    browser, put_in_force, officer, small_city, rows
):
    await put_in_force(keeps_passwords=False)
    shown = await browser.get("/desk/log-in?next=/desk/referrals", follow_redirects=True)
    known = {"login": OFFICER, "password": PASSWORD}
    answer = await browser.post("/oauth/log-in", data={**fields(shown.text), **known})
    answer = await browser.get(answer.headers["location"])
    assert_refused_beside(answer, "PASSWORD_LOG_IN_OFF")
    assert await rows(OAuthGrant) == []
    login = await other_officer(small_city, bank=0, role="bank_admin")
    known = {"login": login, "password": PASSWORD}
    answer = await browser.post("/oauth/log-in", data={**fields(answer.text), **known})
    answer = await browser.get(answer.headers["location"])
    assert answer.headers["location"].startswith("/desk/callback?")
