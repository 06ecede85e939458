"""Grant management: a client queries a grant of its own, has it replaced by whoever gave it, and gives it back."""

from uuid import uuid4

import pytest
from code_flow import CALLBACK, SCOPE, CodeFlow, answer_of, assert_refused, fields
from oauth_client import new_verifier, s256
from observing import nothing_written
from subject_decisions import decision_page, open_door

from suxin.consent.commands import publish_notice_texts
from suxin.consent.oauth.models import PushedRequest
from suxin.kernel.actor import Actor

LESS = "lending.product.read"
NOBODYS = "0f0e0d0c-0000-4000-8000-000000000001"
REPLACE = {"grant_management_action": "replace"}
DETAILS = (
    '[{"type":"credit_record","purpose":"loan.match","datatypes":["identity","honours","tax"],'
    '"life_days":400}]'
)


async def query(app, token, grant_id):
    return await app.call("GET", f"/oauth/grants/{grant_id}", token=token)


async def test_a_client_queries_its_grant_and_gives_it_back(flow):
    tokens = await flow.tokens()
    token, grant_id = tokens["access_token"], tokens["grant_id"]
    told = (await query(flow.app, token, grant_id)).json()
    assert told["scopes"] == [{"scope": SCOPE}]
    assert told["authorization_details"] == []
    ended = await flow.app.call("DELETE", f"/oauth/grants/{grant_id}", token=token)
    assert (ended.status_code, ended.content) == (204, b"")
    await flow.assert_dead(token)
    assert_refused(await flow.refresh(tokens["refresh_token"]), 400, "invalid_grant")
    own = await flow.app.access_token(grant_type="client_credentials")
    assert (await query(flow.app, own, grant_id)).status_code == 404


async def test_another_clients_grant_is_neither_told_nor_ended_nor_replaced(flow, other_flow):
    tokens = await flow.tokens()
    strange = await other_flow.app.access_token(grant_type="client_credentials")
    for method in ("GET", "DELETE"):
        path = f"/oauth/grants/{tokens['grant_id']}"
        answer = await other_flow.app.call(method, path, token=strange)
        assert answer.status_code == 404
    refused = await other_flow.push(**REPLACE, grant_id=tokens["grant_id"])
    assert_refused(refused, 400, "invalid_grant_id")
    await flow.assert_works(tokens["access_token"])


async def test_a_staff_member_replaces_what_he_allowed_under_the_same_id(flow, admin):
    first = await flow.tokens()
    page = await flow.page(await flow.reference(scope=LESS, **REPLACE, grant_id=first["grant_id"]))
    assert "替换您此前给予该应用的授权" in page.text
    # Until he has decided, everything is as it was.
    await flow.assert_works(first["access_token"])
    second = (await flow.redeem(answer_of(await flow.decide(page))["code"])).json()
    assert (second["grant_id"], second["scope"]) == (first["grant_id"], LESS)
    # What was issued before opens nothing, also in the second of the replacement.
    await flow.assert_dead(first["access_token"])
    assert_refused(await flow.refresh(first["refresh_token"]), 400, "invalid_grant")
    told = await flow.app.post("/oauth/introspect", token=first["access_token"])
    assert told.json() == {"active": False}
    seen = await flow.view(second["access_token"])
    assert seen.json()["data"]["viewer"]["permissions"] == [LESS]
    refreshed = await flow.refresh(second["refresh_token"])
    assert refreshed.status_code == 200
    assert (await flow.view(refreshed.json()["access_token"])).status_code == 200
    asked = await query(flow.app, second["access_token"], second["grant_id"])
    assert asked.json()["scopes"] == [{"scope": LESS}]
    assert await admin.fetchval("select count(*) from oauth_grants") == 1
    act = "select count(*) from audit_entries where action = 'consent.grant.replaced'"
    assert await admin.fetchval(act) == 1


async def test_a_no_leaves_the_grant_as_it_was(flow):
    first = await flow.tokens()
    page = await flow.page(await flow.reference(scope=LESS, **REPLACE, grant_id=first["grant_id"]))
    assert answer_of(await flow.decide(page, "deny"))["error"] == "access_denied"
    await flow.assert_works(first["access_token"])


async def test_a_colleague_does_not_replace_what_another_allowed(flow, admin):
    first = await flow.tokens()
    reference = await flow.reference(scope=LESS, **REPLACE, grant_id=first["grant_id"])
    # As if it had been a colleague's from the start.
    await admin.execute("update oauth_grants set staff_id = $1", uuid4())
    page = await flow.page(reference)
    async with nothing_written(admin):
        refused = await flow.decide(page)
    assert refused.status_code == 403
    assert "当前登录的账号不能为该应用授权" in refused.text


async def test_a_grant_that_ended_meanwhile_is_not_replaced(flow, admin):
    first = await flow.tokens()
    page = await flow.page(await flow.reference(scope=LESS, **REPLACE, grant_id=first["grant_id"]))
    await flow.app.call("DELETE", f"/oauth/grants/{first['grant_id']}", token=first["access_token"])
    async with nothing_written(admin):
        refused = await flow.decide(page)
    assert refused.status_code == 422
    assert "grant_id" in refused.text


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"grant_management_action": "merge"}, "invalid_request"),
        (REPLACE, "invalid_request"),
        ({"grant_id": NOBODYS}, "invalid_request"),
        ({**REPLACE, "grant_id": "x"}, "invalid_grant_id"),
        ({**REPLACE, "grant_id": NOBODYS}, "invalid_grant_id"),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_refused_when_it_is_pushed(flow, rows, given, error):
    assert_refused(await flow.push(**given), 400, error)
    assert await rows(PushedRequest) == []


async def test_a_subjects_grant_is_replaced_with_his_new_consent_and_keeps_its_purpose(
    bank_app, web, small_city, clock, admin
):
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    flow = CodeFlow(bank_app, web)
    page = await decision_page(bank_app, web, small_city, clock, flow.verifier, DETAILS)
    first = await decided(flow, page, ["honours", "tax"])
    flow.verifier = new_verifier()
    pushed = await bank_app.pushed(
        redirect_uri=CALLBACK,
        code_challenge=s256(flow.verifier),
        authorization_details=DETAILS,
        grant_id=first["grant_id"],
        **REPLACE,
    )
    assert pushed.status_code == 201, pushed.text
    page = await flow.visit(pushed.json()["request_uri"])
    assert "替换您此前给予该应用的授权" in page.text
    second = await decided(flow, page, [])
    assert second["grant_id"] == first["grant_id"]
    await flow.assert_dead(first["access_token"])
    assert (await flow.view(second["access_token"])).status_code == 200
    (detail,) = second["authorization_details"]
    assert detail["datatypes"] == ["identity"]
    states = await admin.fetch("select state from consents order by id")
    assert [row["state"] for row in states] == ["SUPERSEDED", "ACTIVE"]
    live = "select count(*) from access_bases where ended_at is null"
    assert await admin.fetchval(live) == 1
    # Another purpose, or a staff member's scopes, would be another grant.
    for asked in ({"scope": LESS}, {"authorization_details": another_matter()}):
        refused = await bank_app.pushed(
            redirect_uri=CALLBACK,
            code_challenge=s256(flow.verifier),
            grant_id=first["grant_id"],
            **REPLACE,
            **asked,
        )
        assert_refused(refused, 400, "invalid_grant_id")


def another_matter() -> str:
    return f'[{{"type":"loan_request","purpose":"loan.match","identifier":"{uuid4()}"}}]'


async def decided(flow, page, categories):
    form = {**fields(page.text), "categories": categories, "decision": "allow"}
    answer = answer_of(await flow.browser.post("/oauth/authorize", data=form))
    tokens = await flow.redeem(answer["code"])
    assert tokens.status_code == 200, tokens.text
    return tokens.json()
