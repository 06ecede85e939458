"""The way to the desk by way of the authorization server, its cookies, CSRF, flash messages and the way out."""

from dataclasses import replace
from http.cookies import SimpleCookie

import httpx
from code_flow import fields
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.tenancy.models import DeskSession, LogInFailure
from suxin_web.application import build_app
from suxin_web.csrf import token_for

PASSWORD = "Chu-Feng-2026-xin"
LOG_IN = "/desk/log-in"
FORM = "/oauth/log-in"


def token_in(page):
    return page.text.split('name="_csrf" value="')[1].split('"')[0]


def cookies_of(answer):
    made = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        made.load(header)
    return made


async def form_of(web, wanted=None):
    """The hidden fields of the log-in form that a browser is led to on its way to a page of the desk."""
    shown = await web.get(
        LOG_IN, params={} if wanted is None else {"next": wanted}, follow_redirects=True
    )
    assert 'name="password"' in shown.text
    return fields(shown.text)


async def sign_in(web, *, login="chufeng.loan", password=PASSWORD, wanted=None, **changes):
    """Fill the form in; return its answer, or what the desk answers to the code where it is taken."""
    sent = {**await form_of(web, wanted), "login": login, "password": password, **changes}
    answer = await web.post(FORM, data=sent)
    for place in ("/oauth/authorize?", "/desk/callback?"):
        if answer.status_code == 303:
            assert answer.headers["location"].startswith(place)
            answer = await web.get(answer.headers["location"])
    return answer


async def sessions(database, now):
    async with (
        database.transaction(Actor.anonymous("test"), now=now) as session,
        doorway(session),
    ):
        return (await session.scalars(select(DeskSession.revoked_at))).all()


async def test_logging_in_sets_a_guarded_cookie_and_goes_on(web, desk):
    answer = await sign_in(web, wanted="/desk/sample?tab=due")
    cookie = cookies_of(answer)["suxin_desk"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sample?tab=due")
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("lax", "/", "28800")
    assert (cookie["secure"], cookie["domain"]) == ("", "")
    assert cookies_of(answer)["suxin_desk_flow"]["max-age"] == "0"
    assert set(web.cookies) == {"suxin_desk", "suxin_log_in"}
    page = await web.get("/desk/sample")
    assert page.status_code == 200
    for shown in ("楚风农商银行", "李信贷", "银行工作台", "待办"):
        assert shown in page.text


async def test_over_tls_cookies_are_bound_to_the_host(runtime, routes, desk):
    secure = replace(runtime, public_url="https://credit.example")
    transport = httpx.ASGITransport(build_app(secure, routes))
    async with httpx.AsyncClient(transport=transport, base_url="https://credit.example") as web:
        answer = await sign_in(web)
        cookie = cookies_of(answer)["__Host-suxin_desk"]
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert (await web.get("/desk/sample")).status_code == 200
        assert answer.headers["strict-transport-security"] == (
            "max-age=31536000; includeSubDomains"
        )
        # The bare name, which a plain connection could have set, is not looked at.
        token = web.cookies.get("__Host-suxin_desk")
        web.cookies.clear()
        web.cookies.set("suxin_desk", token)
        assert (await web.get("/desk/sample")).status_code == 303


async def test_a_log_in_leads_to_no_other_site(web, desk):
    for wanted in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        web.cookies.clear()
        answer = await sign_in(web, wanted=wanted)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")


async def test_a_wrong_password_shows_the_form_again_and_is_counted(web, desk, database, now):
    before = await sessions(database, now)
    answer = await sign_in(web, password="wrong-password-1")
    assert answer.status_code == 401
    assert "登录名或密码不正确" in answer.text
    assert 'value="chufeng.loan"' in answer.text
    assert fields(answer.text)["back"].startswith("/oauth/authorize?client_id=suxin-desk&")
    assert "wrong-password-1" not in answer.text
    assert "set-cookie" not in answer.headers
    assert await sessions(database, now) == before
    async with (
        database.transaction(Actor.anonymous("test"), now=now) as session,
        doorway(session),
    ):
        failures = await session.scalar(select(LogInFailure.failures))
    assert failures == 1


async def test_five_wrong_passwords_lock_the_log_in(web, desk):
    for _ in range(5):
        assert (await sign_in(web, password="wrong-password-1")).status_code == 401
    locked = await sign_in(web)
    assert locked.status_code == 429
    assert locked.headers["retry-after"] == "900"
    assert "密码错误次数过多" in locked.text


async def test_a_log_in_that_cannot_be_one_is_refused_like_any_other(web, desk):
    for login, password in (("", ""), (desk.login, ""), ("x" * 10_000, "y" * 10_000)):
        answer = await sign_in(web, login=login, password=password)
        assert answer.status_code == 401
        assert "登录名或密码不正确" in answer.text


async def test_a_log_in_that_no_database_can_keep_is_malformed(web, desk):
    answer = await sign_in(web, login="a\x00b")
    assert (answer.status_code, answer.json()["code"]) == (400, "REQUEST_MALFORMED")


async def test_the_form_is_refused_without_its_token(web, desk, database, now):
    await form_of(web)
    before = await sessions(database, now)
    answer = await web.post(FORM, data={"login": desk.login, "password": PASSWORD})
    assert answer.status_code == 403
    assert answer.json()["code"] == "CSRF_REFUSED"
    assert await sessions(database, now) == before


async def test_the_form_is_refused_without_its_cookie(web, desk):
    hidden = await form_of(web)
    web.cookies.clear()
    sent = {**hidden, "login": desk.login, "password": PASSWORD}
    assert (await web.post(FORM, data=sent)).status_code == 403


async def csrf_post(web, desk, *, token=None, headers=None):
    web.cookies.set("suxin_desk", desk.token)
    fields = {"_csrf": token_for(desk.token) if token is None else token}
    return await web.post("/desk/sample", data=fields, headers=headers or {})


OURS = [
    {},
    {"Origin": "http://suxin.test"},
    {"Origin": "http://suxin.test", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://suxin.test.evil.example"},
    {"Origin": "http://evil.example:80@suxin.test@evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://suxin.test", "Sec-Fetch-Site": "cross-site"},
]


async def test_a_form_of_our_own_page_passes(web, desk):
    for headers in OURS:
        answer = await csrf_post(web, desk, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sample"), headers


async def test_a_form_of_another_site_is_refused(web, desk):
    for headers in FOREIGN:
        answer = await csrf_post(web, desk, headers=headers)
        assert answer.status_code == 403, headers
        assert "CSRF_REFUSED" in answer.text


async def test_a_form_with_another_token_is_refused(web, desk):
    for token in ("", "x", "é", token_for("another-session")):
        assert (await csrf_post(web, desk, token=token)).status_code == 403


async def test_htmx_sends_the_token_as_a_header(web, desk):
    web.cookies.set("suxin_desk", desk.token)
    header = {"X-CSRF-Token": token_for(desk.token), "HX-Request": "true"}
    passed = await web.post("/desk/sample", headers=header)
    refused = await web.post("/desk/sample", headers={"HX-Request": "true"})
    assert (passed.status_code, passed.headers["hx-redirect"]) == (200, "/desk/sample")
    assert refused.status_code == 403
    assert "<html" not in refused.text
    assert "CSRF_REFUSED" in refused.text


async def test_the_cookie_alone_writes_nothing_over_the_api(web, desk):
    web.cookies.set("suxin_desk", desk.token)
    answer = await web.post("/mp/v1/things", json={"amountFen": 5})
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_REFUSED")


async def test_a_desk_session_is_no_bearer_token(web, desk):
    answer = await web.post(
        "/mp/v1/things",
        json={"amountFen": 5},
        headers={"Authorization": f"Bearer {desk.token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_a_message_is_shown_once_and_escaped(web, desk):
    await csrf_post(web, desk)
    first, second = await web.get("/desk/sample"), await web.get("/desk/sample")
    assert "已保存 &lt;b&gt;bank&lt;/b&gt;" in first.text
    assert "已保存" not in second.text


async def test_a_message_that_we_did_not_sign_is_not_shown(web, desk):
    for value in ("x", "x.y", "WyJnb29kIiwi5bel6LWEIl0=.AAAA", ".", "é"):
        page = await web.get(
            "/desk/sample",
            headers={"Cookie": f"suxin_desk={desk.token}; suxin_flash={value}".encode()},
        )
        assert page.status_code == 200
        assert 'class="notice' not in page.text


async def test_logging_out_ends_the_session_and_its_cookie(web, desk, database, now):
    await sign_in(web)
    page = await web.get("/desk/sample")
    stolen = web.cookies.get("suxin_desk")
    refused = await web.post("/desk/log-out")
    still = await web.get("/desk/sample")
    answer = await web.post("/desk/log-out", data={"_csrf": token_in(page)})
    assert (refused.status_code, still.status_code) == (403, 200)
    assert (answer.status_code, answer.headers["location"]) == (303, LOG_IN)
    for name in ("suxin_desk", "suxin_log_in"):
        assert cookies_of(answer)[name]["max-age"] == "0"
    web.cookies.set("suxin_desk", stolen)
    assert (await web.get("/desk/sample")).status_code == 303
    assert now in await sessions(database, now)
