"""Every root field declares who may use it, and holds to it."""

from observing import nothing_written
from strawberry.types.base import get_object_definition

from suxin.kernel.actor import Permission
from suxin_graphql.fields import PERMISSION, Access
from suxin_graphql.schema import Mutation, Query, schema
from suxin_tenants import PROFILES

OFFER = (
    "{amountFen: 40000000, termMonths: 12, rateBps: 435,"
    " repaymentMethod: EQUAL_INSTALMENT, guarantee: CREDIT}"
)
TERMS = (
    '{code: "HN-1", name: "惠农贷", minAmountFen: 1000000, maxAmountFen: 2000000, minTermMonths: 6,'
    " maxTermMonths: 24, minRateBps: 365, maxRateBps: 480, repaymentMethods: [BULLET],"
    " guaranteeModes: [CREDIT]}"
)
KEY = 'idempotencyKey: "test-permission"'
ENDPOINT = 'name: "系统", url: "https://bank.example/", eventTypes: ["lending.offer.made"]'
CALLS = {
    "viewer": "{ viewer { permissions } }",
    "node": '{ node(id: "x") { id } }',
    "nodes": '{ nodes(ids: ["x"]) { id } }',
    "inboxCounts": "{ inboxCounts { pool } }",
    "leads": "{ leads(first: 1) { totalCount } }",
    "referrals": "{ referrals(first: 1) { totalCount } }",
    "referral": '{ referral(id: "x") { id } }',
    "loanProducts": "{ loanProducts(first: 1) { totalCount } }",
    "loanProduct": '{ loanProduct(id: "x") { id } }',
    "offerPreview": f"{{ offerPreview(terms: {OFFER}) {{ totalCostFen }} }}",
    "fetchRecords": f'fetchRecords(input: {{consentId: "x", {KEY}}})',
    "acceptReferral": f'acceptReferral(input: {{referralId: "x", {KEY}}})',
    "claimLead": f'claimLead(input: {{leadId: "x", {KEY}}})',
    "recordContact": f'recordContact(input: {{referralId: "x", {KEY}}})',
    "startDueDiligence": f'startDueDiligence(input: {{referralId: "x", {KEY}}})',
    "declineReferral": f'declineReferral(input: {{referralId: "x", reason: OVER_INDEBTED, {KEY}}})',
    "makeOffer": f'makeOffer(input: {{referralId: "x", terms: {OFFER}, {KEY}}})',
    "withdrawOffer": f'withdrawOffer(input: {{offerId: "x", {KEY}}})',
    "draftProduct": f"draftProduct(input: {{terms: {TERMS}, {KEY}}})",
    "editProduct": f'editProduct(input: {{productId: "x", terms: {TERMS}, {KEY}}})',
    "publishProduct": f'publishProduct(input: {{productId: "x", {KEY}}})',
    "oauthClients": "{ oauthClients(first: 1) { totalCount } }",
    "oauthClient": '{ oauthClient(id: "x") { id } }',
    "registerClient": f'registerClient(input: {{name: "系统", grantTypes: ["client_credentials"], {KEY}}})',
    "replaceClientKeys": f'replaceClientKeys(input: {{id: "x", {KEY}}})',
    "replaceClientRedirects": f'replaceClientRedirects(input: {{id: "x", redirectUris: [], {KEY}}})',
    "suspendClient": f'suspendClient(input: {{id: "x", reason: "x", {KEY}}})',
    "resumeClient": f'resumeClient(input: {{id: "x", {KEY}}})',
    "retireClient": f'retireClient(input: {{id: "x", {KEY}}})',
    "identityProvider": "{ identityProvider { issuer } }",
    "identityProviderLinks": "{ identityProviderLinks }",
    "setIdentityProvider": 'setIdentityProvider(input: {issuer: "https://sso.bank.example",'
    f' clientId: "x", method: PRIVATE_KEY_JWT, {KEY}}})',
    "activateIdentityProvider": f"activateIdentityProvider(input: {{{KEY}}})",
    "suspendIdentityProvider": f"suspendIdentityProvider(input: {{{KEY}}})",
    "removeIdentityProvider": f"removeIdentityProvider(input: {{{KEY}}})",
    "events": "{ events(first: 1) { totalCount } }",
    "eventTypes": "{ eventTypes { name } }",
    "webhookEndpoints": "{ webhookEndpoints(first: 1) { totalCount } }",
    "webhookDeliveries": "{ webhookDeliveries(first: 1) { totalCount } }",
    "createWebhookEndpoint": f"createWebhookEndpoint(input: {{{ENDPOINT}, {KEY}}})",
    "updateWebhookEndpoint": f'updateWebhookEndpoint(input: {{id: "x", {ENDPOINT}, {KEY}}})',
    "pauseWebhookEndpoint": f'pauseWebhookEndpoint(input: {{id: "x", {KEY}}})',
    "resumeWebhookEndpoint": f'resumeWebhookEndpoint(input: {{id: "x", {KEY}}})',
    "rotateWebhookSecret": f'rotateWebhookSecret(input: {{id: "x", {KEY}}})',
    "removeWebhookEndpoint": f'removeWebhookEndpoint(input: {{id: "x", {KEY}}})',
    "replayWebhookDelivery": f'replayWebhookDelivery(input: {{id: "x", {KEY}}})',
    "replayWebhookEvents": 'replayWebhookEvents(input: {id: "x",'
    f' since: "2026-11-20T00:00:00Z", {KEY}}})',
    "retireProduct": f'retireProduct(input: {{productId: "x", {KEY}}})',
}


def document(name: str) -> str:
    call = CALLS[name]
    return (
        call if call.startswith("{") else f"mutation {{ {call} {{ ... on Refusal {{ code }} }} }}"
    )


def root_fields() -> dict[str, object]:
    return {
        field.python_name: field.metadata.get(PERMISSION)
        for cls in (Query, Mutation)
        for field in get_object_definition(cls, strict=True).fields
    }


def needs() -> dict[str, object]:
    """Every root field of the schema, by the name callers use, with what it declares."""
    found = {}
    for name, declared in root_fields().items():
        first, *rest = name.split("_")
        found[first + "".join(word.title() for word in rest)] = declared
    return found


def test_every_root_field_declares_a_permission_or_that_it_is_public():
    assert {name for name, declared in root_fields().items() if declared is None} == set()
    assert all(isinstance(declared, Permission | Access) for declared in root_fields().values())


def test_no_root_field_came_by_another_way():
    known = schema._schema
    names = {*known.query_type.fields, *known.mutation_type.fields}
    assert names == set(needs()) == set(CALLS)
    assert known.subscription_type is None


def test_every_permission_is_given_by_some_role():
    given = {
        permission
        for profile in PROFILES.values()
        for role in profile.roles.values()
        for permission in role.permissions
    }
    assert {one for one in needs().values() if isinstance(one, Permission)} <= given


async def test_a_stranger_is_refused_before_anything_is_looked_at(client, statements):
    async with statements() as sent:
        for name in CALLS:
            response = await client.post("/graphql", json={"query": document(name)})
            assert response.status_code == 401, name
            assert (
                response.headers["WWW-Authenticate"]
                == 'DPoP realm="suxin", algs="ES256 PS256 EdDSA"'
            )
            assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert sent == []


async def test_who_lacks_the_permission_is_refused(desks, small_city):
    nobody = await desks.open(small_city.banks[0], roles=[])
    for name, declared in needs().items():
        body = await nobody.answer(document(name))
        codes = [error["extensions"]["code"] for error in body.get("errors", [])]
        if declared is Access.PUBLIC:
            assert set(codes) <= {"NOT_FOUND"}, name
        elif name in schema._schema.mutation_type.fields:
            assert body == {"data": {name: {"code": "FORBIDDEN"}}}
        else:
            assert codes == ["FORBIDDEN"], name


async def test_a_node_asks_for_the_permission_of_its_type(desks, small_city, case):
    manager = await desks.open(small_city.banks[0], roles=["product_manager"])
    document = "query ($id: ID!) { node(id: $id) { id } }"
    assert await manager.codes(document, id=case.referral_id) == ["FORBIDDEN"]


async def test_a_token_that_is_none(client):
    for token in ("", "nonsense", "x" * 600):
        response = await client.post(
            "/graphql",
            json={"query": "{ viewer { permissions } }"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status_code == 401, token


async def test_a_revoked_session_and_a_suspended_bank(bank_a, bank_b, admin):
    query = {"query": "{ viewer { permissions } }"}
    assert (await bank_a.post(query)).status_code == 200
    await admin.execute(
        "update desk_sessions set revoked_at = now() where staff_id = $1", bank_a.bank.staff_id
    )
    assert (await bank_a.post(query)).status_code == 401
    await admin.execute(
        "update tenants set status = 'SUSPENDED' where id = $1", bank_b.bank.tenant_id
    )
    response = await bank_b.post(query)
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "TENANT_SUSPENDED"


async def test_a_temporary_password_opens_nothing(bank_a, case, admin):
    """Neither a query nor a mutation, until its owner has changed it at the desk."""
    change = "update staff_log_ins set temporary = $2 where staff_id = $1"
    await admin.execute(change, bank_a.bank.staff_id, True)
    accepting = (
        "mutation ($id: ID!) { acceptReferral(input: {referralId: $id,"
        ' idempotencyKey: "a-key-of-mine"}) { __typename } }'
    )
    async with nothing_written(admin):
        for sent in (
            {"query": "{ viewer { __typename } }"},
            {"query": accepting, "variables": {"id": str(case.referral_id)}},
        ):
            response = await bank_a.post(sent)
            assert response.status_code == 403
            [error] = response.json()["errors"]
            assert error["extensions"]["code"] == "PASSWORD_CHANGE_REQUIRED"
    await admin.execute(change, bank_a.bank.staff_id, False)
    assert (await bank_a.post({"query": "{ __typename }"})).status_code == 200
