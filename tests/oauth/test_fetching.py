"""A bank's system and records: it fetches them, each time counted, and is told so where it asks as people do."""

import json
from pathlib import Path

import pytest
from code_flow import CALLBACK, answer_of, fields
from oauth_client import new_verifier
from observing import nothing_written
from subject_decisions import decision_page, open_door

from suxin.consent.commands import publish_notice_texts
from suxin.kernel.actor import Actor
from suxin_graphql.ids import to_global

FETCH = (Path(__file__).parents[2] / "graphql" / "operations" / "fetch_records.graphql").read_text()
SCOPES = ("lending.referral.read", "subjects.record.read")
LOOK = """query ($id: ID!) {
  referral(id: $id) { applicant { name consent { id } records(first: 9) { totalCount } } }
}"""


async def call(app, token, query, **variables):
    body = {"query": query, "variables": variables}
    answer = await app.call("POST", "/graphql", token=token, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fetch(app, token, **given):
    chosen = {"idempotencyKey": "fetch-key-1", **given}
    return (await call(app, token, FETCH, input=chosen))["data"]["fetchRecords"]


@pytest.fixture
async def referred(small_city):
    """The bank's id of a referral whose applicant consents."""
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    await small_city.consent(submitted.request.id, bank)
    return to_global("Referral", await small_city.referral_to(submitted, bank), bank.officer)


async def test_a_system_learns_who_applies_and_fetches_what_is_on_record(register, referred, admin):
    app = await register(scopes=SCOPES)
    token = await app.access_token(grant_type="client_credentials")
    told = await call(app, token, LOOK, id=referred)
    known = told["data"]["referral"]["applicant"]
    assert (known["name"], known["records"]) == ("宿迁市沭河木业有限公司", None)
    [error] = told["errors"]
    assert error["path"] == ["referral", "applicant", "records"]
    assert error["extensions"]["code"] == "RECORDS_ARE_FETCHED"
    assert "fetchRecords" in error["message"]
    # To learn who applies is no use of the consent, and is on record.
    assert await admin.fetchval("select count(*) from consent_fetches") == 0
    fetched = await fetch(app, token, consentId=known["consent"]["id"])
    assert (fetched["number"], fetched["records"]["totalCount"]) == (1, 3)
    rows = await admin.fetch(
        "select client_id, object_type, consent_id is not null as named from audit_entries"
        " where action = 'data.read' order by id"
    )
    assert [tuple(row) for row in rows] == [
        (app.client_id, "loan_request", True),
        (app.client_id, "credit_record", True),
    ]
    assert await admin.fetchval("select count(*) from consent_fetches where not at_desk") == 1


async def test_a_token_for_itself_must_name_the_consent_and_hold_the_scope(
    register, referred, admin
):
    app = await register(scopes=SCOPES)
    whole = await app.access_token(grant_type="client_credentials")
    assert (await fetch(app, whole))["code"] == "INVALID"
    narrow = await app.access_token(grant_type="client_credentials", scope="lending.referral.read")
    known = (await call(app, whole, LOOK, id=referred))["data"]["referral"]["applicant"]
    async with nothing_written(admin):
        refused = await fetch(app, narrow, consentId=known["consent"]["id"])
    assert refused["code"] == "FORBIDDEN"


async def test_a_token_that_a_subject_approved_fetches_on_his_consent_and_on_no_other(
    bank_app, web, small_city, clock, admin
):
    await small_city.act(publish_notice_texts, Actor.system("test"))
    await open_door(small_city)
    other = await small_city.submit()
    foreign = await small_city.consent(other.request.id, small_city.banks[0])
    details = [
        {
            "type": "credit_record",
            "purpose": "loan.match",
            "datatypes": ["honours"],
            "life_days": 400,
        }
    ]
    verifier = new_verifier()
    page = await decision_page(bank_app, web, small_city, clock, verifier, json.dumps(details))
    decided = await web.post(
        "/oauth/authorize",
        data={**fields(page.text), "categories": ["honours"], "decision": "allow"},
    )
    tokens = await bank_app.token(
        grant_type="authorization_code",
        code=answer_of(decided)["code"],
        redirect_uri=CALLBACK,
        code_verifier=verifier,
    )
    token = tokens.json()["access_token"]
    mine = await fetch(bank_app, token)
    assert (mine["number"], mine["records"]["edges"]) == (1, [])
    assert "HONOURS" in mine["categories"]
    assert "TAX" not in mine["categories"]
    wrong = to_global("Consent", foreign.consent_id, small_city.banks[0].officer)
    async with nothing_written(admin):
        refused = await fetch(bank_app, token, consentId=wrong, idempotencyKey="fetch-key-2")
    assert refused["code"] == "NOT_FOUND"
