"""The authorization code flow: pushed request, log-in, decision, code, tokens; for staff and for a subject."""

from dataclasses import replace
from uuid import uuid4

import pytest
from code_flow import CALLBACK, answer_of, assert_refused, fields
from oauth_client import new_verifier
from sqlalchemy import select
from subject_decisions import decision_page, open_door

from suxin.consent.commands import publish_notice_texts, revoke_consent
from suxin.consent.models import Consent, ConsentState
from suxin.consent.oauth.own_grants import end_own_grant, own_grants
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound

QUERY = {"query": "{ viewer { permissions } }"}


async def test_a_staff_member_lets_an_app_act_for_him(flow):
    page = await flow.page(await flow.reference())
    assert "测试银行信贷系统" in page.text
    assert "由 <strong>宿迁第一商业银行（测试）</strong> 登记" in page.text
    assert "查看贷款产品" in page.text
    answer = answer_of(await flow.decide(page))
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("s-1", "http://suxin.test")
    tokens = await flow.redeem(answer["code"])
    assert tokens.status_code == 200, tokens.text
    body = tokens.json()
    assert body["scope"] == "lending.product.read lending.referral.read"
    await flow.assert_works(body["access_token"])
    # A confidential client keeps its refresh token.
    refreshed = await flow.refresh(body["refresh_token"])
    assert refreshed.status_code == 200, refreshed.text
    assert "refresh_token" not in refreshed.json()
    # The code again: its grant ends, and with it every token.
    again = await flow.redeem(answer["code"])
    assert (again.status_code, again.json()["code"]) == (400, "OAUTH_GRANT_REUSED")
    await flow.assert_dead(refreshed.json()["access_token"])
    assert_refused(await flow.refresh(body["refresh_token"]), 400, "invalid_grant")


DETAILS = (
    '[{"type":"credit_record","purpose":"loan.match","datatypes":["identity","honours","tax"],'
    '"life_days":400}]'
)


async def subject_tokens(bank_app, web, small_city, clock, verifier, details):
    """Let the subject permit what a bank's app asks for; return the app's tokens."""
    page = await decision_page(bank_app, web, small_city, clock, verifier, details)
    decided = await web.post(
        "/oauth/authorize",
        data={**fields(page.text), "categories": ["honours", "tax"], "decision": "allow"},
    )
    answer = answer_of(decided)
    tokens = await bank_app.token(
        grant_type="authorization_code",
        code=answer["code"],
        redirect_uri=CALLBACK,
        code_verifier=verifier,
    )
    assert tokens.status_code == 200, tokens.text
    return tokens


async def test_a_subject_permits_a_bank_and_takes_it_back(bank_app, web, small_city, clock):
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    verifier = new_verifier()
    tokens = await subject_tokens(bank_app, web, small_city, clock, verifier, DETAILS)
    # What was granted, not what was asked for (RFC 9396 §7): the purpose allows 90 days of the 400, and tax records of a
    # natural person need a licensed channel, which this bank is none.
    (detail,) = tokens.json()["authorization_details"]
    assert (detail["datatypes"], detail["life_days"]) == (["honours", "identity"], 90)
    himself = Actor.subject("test", person_id=small_city.person_id, subject_id=small_city.person_id)
    async with small_city.database.snapshot(himself, now=clock.now()) as session:
        consent = (await session.scalars(select(Consent))).one()
    assert consent.state is ConsentState.ACTIVE
    token = tokens.json()["access_token"]
    assert (await bank_app.call("POST", "/graphql", token=token, json=QUERY)).status_code == 200
    async with small_city.database.transaction(himself, now=clock.now()) as session:
        await revoke_consent(
            session, himself, consent_id=consent.id, reason="不再需要", now=clock.now()
        )
    assert (await bank_app.call("POST", "/graphql", token=token, json=QUERY)).status_code == 401
    dead = await bank_app.token(
        grant_type="refresh_token", refresh_token=tokens.json()["refresh_token"]
    )
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")


async def test_a_detail_of_which_nothing_was_permitted_says_so_and_its_token_works(
    bank_app, web, small_city, clock
):
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    details = (
        '[{"type":"credit_record","purpose":"loan.match","datatypes":["tax"],"life_days":400}]'
    )
    tokens = await subject_tokens(bank_app, web, small_city, clock, new_verifier(), details)
    (detail,) = tokens.json()["authorization_details"]
    assert (detail["datatypes"], detail["life_days"]) == ([], 90)
    token = tokens.json()["access_token"]
    assert (await bank_app.call("POST", "/graphql", token=token, json=QUERY)).status_code == 200


async def test_what_the_purpose_adds_is_shown_and_is_in_the_consent_but_not_in_the_detail(
    bank_app, web, small_city, clock
):
    """A request for records to match a loan is none without the loan: the person is told so, and may refuse the whole."""
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    details = '[{"type":"credit_record","purpose":"loan.match","life_days":400}]'
    verifier = new_verifier()
    page = await decision_page(bank_app, web, small_city, clock, verifier, details)
    needed = page.text.split("必要信息")[1].split("可选信息")[0]
    assert "本次贷款申请内容" in needed
    decided = await web.post("/oauth/authorize", data={**fields(page.text), "decision": "allow"})
    tokens = await bank_app.token(
        grant_type="authorization_code",
        code=answer_of(decided)["code"],
        redirect_uri=CALLBACK,
        code_verifier=verifier,
    )
    (detail,) = tokens.json()["authorization_details"]
    himself = Actor.subject("test", person_id=small_city.person_id, subject_id=small_city.person_id)
    async with small_city.database.snapshot(himself, now=clock.now()) as session:
        consent = (await session.scalars(select(Consent))).one()
    assert "loan_request" in consent.categories
    assert detail["datatypes"] == sorted({*consent.categories} - {"loan_request"})


async def test_a_staff_member_sees_and_takes_back_what_he_allowed(flow, officer, small_city, clock):
    page = await flow.page(await flow.reference())
    token = (await flow.redeem(answer_of(await flow.decide(page))["code"])).json()["access_token"]
    bank, now = small_city.banks[0].officer, clock.now()
    himself, colleague = replace(bank, staff_id=officer), replace(bank, staff_id=uuid4())
    async with small_city.database.snapshot(himself, now=now) as session:
        [allowed] = await own_grants(session, himself, now=now)
    assert allowed.client_name == "测试银行信贷系统"
    assert allowed.scopes == ("lending.product.read", "lending.referral.read")
    with pytest.raises(NotFound):
        await small_city.act(end_own_grant, colleague, grant_id=allowed.id)
    await flow.assert_works(token)
    await small_city.act(end_own_grant, himself, grant_id=allowed.id)
    await flow.assert_dead(token)
    async with small_city.database.snapshot(himself, now=now) as session:
        assert await own_grants(session, himself, now=now) == []


async def test_a_no_on_the_page_is_remembered(bank_app, web, small_city, clock, admin):
    """网络数据安全管理条例 art. 22(5): what was refused here is not asked again soon, here or elsewhere."""
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    page = await decision_page(bank_app, web, small_city, clock, new_verifier(), DETAILS)
    decided = await web.post("/oauth/authorize", data={**fields(page.text), "decision": "deny"})
    assert answer_of(decided)["error"] == "access_denied"
    rows = await admin.fetch("select subject_id, tenant_id, purpose, state from consents")
    assert [tuple(row) for row in rows] == [
        (small_city.person_id, small_city.banks[0].tenant_id, "loan.match", "REJECTED")
    ]
    assert await admin.fetchval("select count(*) from access_bases") == 0


async def test_each_answer_of_the_resource_brings_the_nonce_of_the_next_proof(flow):
    """So that a client which calls every few minutes is not refused each time (RFC 9449 §8.2)."""
    seen = await flow.view((await flow.tokens())["access_token"])
    assert seen.status_code == 200
    (nonce,) = seen.headers.get_list("dpop-nonce")
    flow.app.nonce = nonce
    asked = await flow.app.token(grant_type="client_credentials", scope="lending.product.read")
    assert asked.status_code == 200
