"""Who a request comes from: bearer tokens, cookies, ended sessions, suspended tenants, the mini program's tokens."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Router, get
from litestar.di import Provide
from oauth_client import OAuthApp
from staff_log_ins import at_desk

from suxin.consent.oauth.access_tokens import issue_access_token
from suxin.consent.oauth.desk import log_out_of_desk
from suxin.consent.oauth.grants import Holder, begin_grant, live_grant
from suxin.consent.oauth.models import GrantKind
from suxin.consent.oauth.own_clients import DESK_CLIENT, MINI_PROGRAM_CLIENT, own_client
from suxin.consent.oauth.scopes import DESK, MINI_PROGRAM
from suxin.kernel.actor import Actor
from suxin.subjects.visitors import open_account
from suxin.tenancy.commands import resume_tenant, suspend_tenant
from suxin_web.applicants import GivenVisitor, applicant, visitor
from suxin_web.application import build_app
from suxin_web.callers import GivenActor
from suxin_web.desk_paths import safe_next
from suxin_web.runtime import Runtime

ORIGIN = "http://suxin.test"
UUID_FORM = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_desk_session_tells_the_staff_member(web, desk):
    answer = await web.get("/mp/v1/whoami", headers=at_desk(desk.token))
    assert answer.status_code == 200
    assert answer.json() == {
        "kind": "staff",
        "tenant": str(desk.tenant_id),
        "staff": str(desk.staff_id),
        "request": answer.headers["x-request-id"],
    }


async def test_a_wrong_authorization_is_refused_whatever_cookie_comes_with_it(web, desk):
    web.cookies.set("suxin_desk", desk.token)
    for header in ("Bearer ", "Bearer", "Basic Y2h1", "bearer no", f"Bearer {desk.token}", "T a"):
        answer = await web.get("/mp/v1/whoami", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'DPoP realm="suxin", algs="ES256 PS256 EdDSA"'
        assert answer.json()["code"] == "UNAUTHENTICATED"


async def test_without_a_session_an_api_answers_401_exactly(web, desk):
    answer = await web.get("/mp/v1/whoami")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:suxin:refusal:UNAUTHENTICATED",
        "title": "需要登录",
        "status": 401,
        "detail": "请先登录，或登录已失效",
        "detailEn": "Please log in first, or your session has ended",
        "code": "UNAUTHENTICATED",
        "retryable": False,
        "instance": "/mp/v1/whoami",
        "requestId": answer.headers["x-request-id"],
    }


async def test_a_revoked_session_ends_on_the_next_request(web, desk, database, now):
    before = await web.get("/mp/v1/whoami", headers=at_desk(desk.token))
    async with database.transaction(Actor.anonymous("test"), now=now) as session:
        await log_out_of_desk(session, token=desk.token, now=now)
    after = await web.get("/mp/v1/whoami", headers=at_desk(desk.token))
    assert (before.status_code, after.status_code) == (200, 401)


async def test_an_idle_session_ends(web, desk, clock):
    clock.pass_time(minutes=59)
    assert (await web.get("/mp/v1/whoami", headers=at_desk(desk.token))).status_code == 200
    clock.pass_time(minutes=59)
    # The request before was a sign of life, which the look-up wrote down.
    assert (await web.get("/mp/v1/whoami", headers=at_desk(desk.token))).status_code == 200
    clock.pass_time(minutes=61)
    assert (await web.get("/mp/v1/whoami", headers=at_desk(desk.token))).status_code == 401


async def test_a_suspended_tenant_is_refused_at_once(web, desk, database, now):
    async with database.transaction(desk.operator, now=now) as session:
        await suspend_tenant(
            session, desk.operator, tenant_id=desk.tenant_id, reason="检查", now=now
        )
    api = await web.get("/mp/v1/whoami", headers=at_desk(desk.token))
    web.cookies.set("suxin_desk", desk.token)
    page = await web.get("/desk/sample")
    assert (api.status_code, api.json()["code"]) == (403, "TENANT_SUSPENDED")
    assert page.status_code == 403
    assert "所属机构已被暂停使用" in page.text
    assert "TENANT_SUSPENDED" in page.text
    async with database.transaction(desk.operator, now=now) as session:
        await resume_tenant(
            session, desk.operator, tenant_id=desk.tenant_id, reason="整改完成", now=now
        )
    resumed = await web.get("/mp/v1/whoami", headers=at_desk(desk.token))
    # Sessions from before the suspension stay ended.
    assert resumed.status_code == 401


async def test_a_desk_page_without_a_session_leads_to_the_log_in_and_back(web, desk):
    answer = await web.get("/desk/sample?tab=due&after=%E5%AE%BF")
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert target.path == "/desk/log-in"
    assert parse_qs(target.query) == {"next": ["/desk/sample?tab=due&after=%E5%AE%BF"]}


async def test_a_desk_form_without_a_session_leads_to_the_log_in_alone(web, desk):
    answer = await web.post("/desk/sample", data={"a": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/log-in")


async def test_htmx_without_a_session_moves_the_whole_page(web, desk):
    answer = await web.get(
        "/desk/sample",
        headers={"HX-Request": "true", "HX-Current-URL": "http://suxin.test/desk/inbox?tab=due"},
    )
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/desk/log-in?next=%2Fdesk%2Finbox%3Ftab%3Ddue"
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/desk/bank/inbox?tab=due", "/desk/bank/inbox?tab=due"),
        ("/desk", "/desk"),
        ("/desk?x=http://a.example", "/desk?x=http://a.example"),
        (None, "/desk"),
        ("", "/desk"),
        ("https://evil.example/desk", "/desk"),
        ("//evil.example", "/desk"),
        ("//evil.example/desk", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/desk/\\evil.example", "/desk"),
        ("/desk//evil.example", "/desk"),
        ("/desk/\n//evil.example", "/desk"),
        ("/desk.evil.example", "/desk"),
        ("/desk@evil.example", "/desk"),
        ("desk", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/mp/v1/products", "/desk"),
        ("/desk/log-out", "/desk"),
        ("/desk/log-in?next=/desk", "/desk"),
        ("/desk/" + "a" * 1100, "/desk"),
    ],
)
def test_only_own_desk_pages_are_gone_back_to(wanted, goes):
    assert safe_next(wanted) == goes


async def test_a_request_id_shaped_like_a_uuid_is_kept(web):
    for given in ("0190163D-8694-739b-aea5-966c26f8ad91", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"):
        answer = await web.get("/mp/v1/public", headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == given.lower()


STRANGE_IDS = [
    "1",
    "../../etc/passwd",
    "0190163d-8694-739b-aea5-966c26f8ad91\tlevel=critical",
    "0190163d-8694-739b-aea5-966c26f8ad91, 0190163d-8694-739b-aea5-966c26f8ad92",
    "{0190163d-8694-739b-aea5-966c26f8ad91}",
    "321302199001010012",
    "é" * 36,
]


async def test_any_other_request_id_is_replaced(web):
    for given in STRANGE_IDS:
        answer = await web.get("/mp/v1/public", headers={"X-Request-Id": given.encode("latin-1")})
        assert answer.status_code == 200
        assert UUID_FORM.fullmatch(answer.headers["x-request-id"])
        assert answer.headers["x-request-id"] != given


async def test_two_request_ids_are_none(web):
    first, second = (
        "0190163d-8694-739b-aea5-966c26f8ad91",
        "0190163d-8694-739b-aea5-966c26f8ad92",
    )
    answer = await web.get(
        "/mp/v1/public", headers=[("X-Request-Id", first), ("x-request-id", second)]
    )
    assert answer.headers.get_list("x-request-id") == [answer.headers["x-request-id"]]
    assert answer.headers["x-request-id"] not in {first, second}


@get("/visit")
async def visit(visitor: GivenVisitor) -> dict[str, str]:
    return {"openid": visitor.openid, "person": str(visitor.person_id)}


@get("/mine")
async def mine(actor: GivenActor) -> dict[str, str]:
    return {"subject": str(actor.subject_id)}


@dataclass
class Mini:
    """A phone on which the mini program was opened."""

    app: OAuthApp
    token: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.app.call("GET", path, token=self.token, headers=headers)


async def token_of(
    runtime: Runtime, phone: OAuthApp, holder: Holder, *, client_id: str, scopes: tuple[str, ...]
) -> str:
    """A token as the token endpoint would give it, bound to the phone's key."""
    now, jkt = runtime.clock.now(), phone.proof_key.thumbprint()
    client = own_client(client_id, issuer=runtime.issuer)
    keys = await runtime.keys.at(now)
    async with runtime.database.transaction(Actor.anonymous("test"), now=now) as session:
        grant_id = await begin_grant(
            session, client, holder, scopes=scopes, expires_at=now + timedelta(hours=1), now=now
        )
        grant = await live_grant(session, grant_id, now=now)
        return issue_access_token(
            keys, client, grant, scopes=scopes, jkt=jkt, issuer=runtime.issuer, now=now
        )


@pytest.fixture
async def phone(runtime: Runtime, clock):
    routes = Router(
        "/mp/v1",
        route_handlers=[visit, mine],
        dependencies={"actor": Provide(applicant), "visitor": Provide(visitor)},
    )
    transport = httpx.ASGITransport(build_app(runtime, [routes]))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as web:
        yield OAuthApp(web, ORIGIN, clock, MINI_PROGRAM_CLIENT, key=None)


@pytest.fixture
async def mini(runtime: Runtime, phone: OAuthApp, now: datetime) -> Mini:
    async with runtime.database.transaction(Actor.anonymous("test"), now=now) as session:
        await open_account(session, openid="oDemo", now=now)
    token = await token_of(
        runtime, phone, visiting(now), client_id=MINI_PROGRAM_CLIENT, scopes=(MINI_PROGRAM,)
    )
    return Mini(phone, token)


def visiting(now: datetime) -> Holder:
    return Holder(
        kind=GrantKind.VISITOR,
        tenant_id=None,
        openid="oDemo",
        amr=("wechat",),
        authenticated_at=now,
    )


async def test_a_visitor_has_an_openid_and_nobody_behind_it(mini):
    answer = await mini.get("/mp/v1/visit")
    assert answer.json() == {"openid": "oDemo", "person": "None"}


async def test_an_unproved_visitor_is_no_applicant(mini):
    answer = await mini.get("/mp/v1/mine")
    assert (answer.status_code, answer.json()["code"]) == (403, "IDENTITY_REQUIRED")


async def test_a_subject_header_that_is_no_id_is_named(mini):
    answer = await mini.get("/mp/v1/mine", **{"Suxin-Subject": "all"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Suxin-Subject")


async def test_a_desk_session_opens_no_mini_program(phone, desk):
    answer = await phone.web.get("/mp/v1/visit", headers=bearer(desk.token))
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_a_cookie_opens_no_mini_program(phone, desk):
    phone.web.cookies.set("suxin_desk", desk.token)
    assert (await phone.web.get("/mp/v1/visit")).status_code == 401


async def test_a_token_of_another_kind_of_grant_opens_no_mini_program(runtime, phone, desk, now):
    staff = Holder(
        kind=GrantKind.STAFF,
        tenant_id=desk.tenant_id,
        staff_id=desk.staff_id,
        amr=("pwd",),
        authenticated_at=now,
    )
    for holder, client_id, scopes in (
        (staff, DESK_CLIENT, (DESK,)),
        (staff, MINI_PROGRAM_CLIENT, (MINI_PROGRAM,)),
        (visiting(now), DESK_CLIENT, (MINI_PROGRAM,)),
        (visiting(now), MINI_PROGRAM_CLIENT, (DESK,)),
    ):
        token = await token_of(runtime, phone, holder, client_id=client_id, scopes=scopes)
        answer = await phone.call("GET", "/mp/v1/visit", token=token)
        assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_REFUSED"), scopes
