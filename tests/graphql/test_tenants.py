"""As two tenants: what belongs to one bank reads to the other as if it did not exist, and nothing is written."""

import base64

import pytest
from country_nodes import COUNTRY_NODES
from events_city import as_platform
from graphql import GraphQLObjectType
from observing import nothing_written
from order_root_fields import ORDER_NODES, ORDER_STEPS
from perk_root_fields import BY_MERCHANTS, OF_MERCHANTS
from point_root_fields import POINT_WRITES
from small_exchange import exchange
from small_loans import drawn, repay, repayment
from strawberry.types.base import get_object_definition
from things_of_bank import (
    COLLATERAL,
    ENDPOINT,
    OFFER,
    RENEWAL,
    TERMS,
    counted_of_a,
    guaranteed_of_a,
    pools_of_a,
    warned_of_a,
)

from suxin.events.feed import put_in_order
from suxin.kernel.actor import Permission
from suxin.lending.models import DispatchMode
from suxin.tenancy.profiles import TenantKind
from suxin_graphql import ids
from suxin_graphql.ids import to_global
from suxin_graphql.nodes import NODES
from suxin_graphql.schema import Mutation, schema
from suxin_graphql.trusted import OPERATIONS
from suxin_tenants import PROFILES

LOAN = """query ($id: ID!) { loan(id: $id) { id
  drawdowns(first: 1) { edges { node { id } } } instalments(first: 1) { edges { node { id } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


@pytest.fixture
async def of_a(bank_a, case):
    """The ids of everything the first bank has."""
    await case.accept()
    consent_id = await case.consent()
    made = await bank_a.write("make_offer", referralId=case.referral_id, terms=OFFER)
    assert made["offer"]["state"] == "OPEN"
    product = await bank_a.write("draft_product", terms=TERMS)
    client = await bank_a.write(
        "register_client",
        name="信贷管理系统",
        grantTypes=["client_credentials"],
        jwksUri="https://bank.example/keys",
    )
    export = await bank_a.write("start_export", document=OPERATIONS["export_products.graphql"])
    inbox = await bank_a.run("inbox", first=5)
    endpoint = await bank_a.write("create_webhook_endpoint", **ENDPOINT)
    await as_platform(case.city, put_in_order)
    sent = await bank_a.run("webhook_deliveries", first=5)
    delivery = sent["edges"][0]["node"]
    return {
        "referral": case.referral_id,
        "consent": to_global("Consent", consent_id, bank_a.bank.officer),
        "lead": inbox["referrals"]["edges"][0]["node"]["lead"]["id"],
        "offer": made["offer"]["id"],
        "product": product["product"]["id"],
        "client": client["client"]["id"],
        "export": export["export"]["id"],
        "endpoint": endpoint["endpoint"]["id"],
        "event": delivery["event"]["id"],
        "delivery": delivery["id"],
    }


@pytest.fixture
async def all_of_a(of_a, bank_a, case, admin):
    """The same with a loan and its parts, which came of another request."""
    loan = await drawn(case.city)
    given = await exchange(case.city)
    (paid,) = await repay(case.city, repayment(100, case.city.now.date()))
    read = await bank_a.data(LOAN, id=to_global("Loan", loan.id, bank_a.bank.officer))
    drawdown, instalment = (
        read["loan"][name]["edges"][0]["node"]["id"] for name in ("drawdowns", "instalments")
    )
    return (
        of_a
        | await pools_of_a(bank_a, case, loan)
        | {
            "loan": read["loan"]["id"],
            "drawdown": drawdown,
            "instalment": instalment,
            "repayment": to_global("LoanRepayment", paid.repayment.id, bank_a.bank.officer),
            "material": to_global("MaterialRequest", given.material_id, bank_a.bank.officer),
            "replay": to_global("ProductReplay", given.replay_id, bank_a.bank.officer),
            "warning": await warned_of_a(case.city, loan, bank_a.bank.officer),
            **await guaranteed_of_a(case.city, bank_a.bank.officer),
            **await counted_of_a(case.city, admin, bank_a.bank.officer),
        }
    )


def retold(text: str, tenant_id) -> str:
    """The id as it would read had it been given to another tenant."""
    data = base64.urlsafe_b64decode(text + "==")
    changed = data[:2] + tenant_id.bytes + data[18:]
    return base64.urlsafe_b64encode(changed).rstrip(b"=").decode()


KINDS = {
    "Referral": "referral",
    "Lead": "lead",
    "Offer": "offer",
    "LoanProduct": "product",
    "OAuthClient": "client",
    "Consent": "consent",
    "Event": "event",
    "WebhookEndpoint": "endpoint",
    "WebhookDelivery": "delivery",
    "Export": "export",
    "Loan": "loan",
    "LoanDrawdown": "drawdown",
    "LoanInstalment": "instalment",
    "LoanRepayment": "repayment",
    "RiskPool": "risk_pool",
    "PoolAgreement": "agreement",
    "PoolFiling": "filing",
    "PoolStopLoss": "stop_loss",
    "GuaranteeRequest": "guarantee",
    "Guarantor": "guarantor",
    "MaterialRequest": "material",
    "ProductReplay": "replay",
    "LoanWarning": "warning",
    "PoolClaim": "claim",
    "PoolRecovery": "recovery",
    "GuarantorPart": "part",
    "GuarantorTransfer": "transfer",
    "LeagueTable": "league_table",
    "LeagueLine": "league_line",
}
"""The types of things that are read by ``node``, and the one of each that the first bank has."""

SHARED = {"lead", "league_table", "guarantor"}
"""Those that another bank may know as well."""

OF_SANDBOXES = {"SandboxApplicant": "sandbox_applicants", "SandboxClock": "sandbox_clock"}
"""Those that exist in a sandbox alone, and the document that tells of them there."""


def test_whatever_has_an_id_is_read_by_node_and_asks_for_a_permission():
    known = schema._schema
    with_id = {
        kind.name
        for kind in known.type_map.values()
        if isinstance(kind, GraphQLObjectType) and "id" in kind.fields
    }
    implementing = {kind.name for kind in known.get_possible_types(known.get_type("Node"))}
    assert (
        with_id
        == implementing
        == set(NODES)
        == set(ids.KINDS)
        == {*KINDS, *OF_SANDBOXES, *OF_MERCHANTS, *ORDER_NODES, *COUNTRY_NODES}
    )
    assert all(isinstance(cls.__source__.permission, Permission) for cls in NODES.values())


async def test_a_node_asks_for_the_permission_of_its_type(bank_a, desks, all_of_a, subtests):
    """Whoever has every other permission is refused; whoever has that one alone is answered."""
    roles = PROFILES[TenantKind.BANK].roles
    callers = {role: await desks.open(desks.city.banks[0], roles=[role]) for role in roles}
    for name, kind in KINDS.items():
        needed, text = NODES[name].__source__.permission, all_of_a[kind]
        with subtests.test(name):
            found = await bank_a.data(NODE, id=text)
            assert found == {"node": {"__typename": name, "id": text}}
        # An export is its caller's alone, whatever a colleague may do.
        allowed = ["NOT_FOUND"] if name == "Export" else []
        for role, described in roles.items():
            with subtests.test(f"{name} by {role}"):
                body = await callers[role].answer(NODE, id=text)
                codes = [error["extensions"]["code"] for error in body.get("errors", [])]
                assert codes == (allowed if needed in described.permissions else ["FORBIDDEN"])


@pytest.mark.parametrize("name", OF_SANDBOXES)
async def test_what_is_of_a_sandbox_is_nobodys_elsewhere(tester, bank_a, name):
    told = await tester.run(OF_SANDBOXES[name], first=1)
    thing = told["edges"][0]["node"] if "edges" in told else told
    assert (await tester.data(NODE, id=thing["id"]))["node"]["__typename"] == name
    for text in (thing["id"], retold(thing["id"], bank_a.bank.tenant_id)):
        assert (await bank_a.answer(NODE, id=text))["data"] == {"node": None}


async def test_ids_of_a_stranger_read_not_found(bank_a, bank_b, all_of_a, subtests):
    for kind in KINDS.values():
        with subtests.test(kind):
            text = all_of_a[kind]
            assert (await bank_a.data(NODE, id=text))["node"]["id"] == text
            body = await bank_b.answer(NODE, id=text)
            assert body["data"] == {"node": None}
            assert [error["extensions"]["code"] for error in body["errors"]] == ["NOT_FOUND"]


async def test_an_id_rewritten_for_oneself_reads_not_found_too(bank_b, all_of_a, subtests):
    """The id only saves the way to the database; what is seen is decided there.

    A lead in the pool and a league table both banks may know, each by an id of its own: see the test after this one.
    """
    for kind in set(KINDS.values()) - SHARED:
        with subtests.test(kind):
            body = await bank_b.answer(NODE, id=retold(all_of_a[kind], bank_b.bank.tenant_id))
            assert body["data"] == {"node": None}
            assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_lead_has_another_id_at_each_bank(bank_a, bank_b, of_a):
    inbox = await bank_b.run("inbox", first=5)
    [edge] = inbox["referrals"]["edges"]
    assert edge["node"]["lead"]["id"] != of_a["lead"]
    assert edge["node"]["lead"]["id"] == retold(of_a["lead"], bank_b.bank.tenant_id)


async def test_among_others_a_strangers_id_leaves_a_gap(bank_b, of_a):
    inbox = await bank_b.run("inbox", first=5)
    own = inbox["referrals"]["edges"][0]["node"]["id"]
    body = await bank_b.answer(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        ids=[of_a["referral"], own, "nonsense", of_a["offer"]],
    )
    assert body["data"]["nodes"] == [None, {"id": own}, None, None]
    assert [error["path"] for error in body["errors"]] == [["nodes", 0], ["nodes", 2], ["nodes", 3]]
    assert {error["extensions"]["code"] for error in body["errors"]} == {"NOT_FOUND"}


@pytest.mark.parametrize("field", ["loanProduct", "referral"])
async def test_single_things(bank_b, all_of_a, field):
    kind = "product" if field == "loanProduct" else "referral"
    body = await bank_b.answer(
        f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", id=all_of_a[kind]
    )
    assert body["data"] == {field: None}
    assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"


ASKED = {"purpose": "loan.match", "categories": [], "lifeDays": 1}
MUTATIONS = [
    ("fetch_records", "consentId", "consent", {}),
    ("fetch_tiers", "consentId", "consent", {}),
    ("request_consent", "consentId", "consent", ASKED),
    ("accept_referral", "referralId", "referral", {}),
    ("claim_lead", "leadId", "product", {}),
    ("record_contact", "referralId", "referral", {}),
    ("start_due_diligence", "referralId", "referral", {}),
    ("decline_referral", "referralId", "referral", {"reason": "OVER_INDEBTED"}),
    ("request_material", "referralId", "referral", {"items": [{"kind": "OTHER"}]}),
    ("send_message", "referralId", "referral", {"text": "x"}),
    ("mark_messages_read", "referralId", "referral", {}),
    ("replay_product", "productId", "product", {}),
    ("make_offer", "referralId", "referral", {"terms": OFFER}),
    ("withdraw_offer", "offerId", "offer", {}),
    ("request_guarantee", ("offerId", "guarantorId"), ("offer", "guarantor"), {"shareBps": 5_000}),
    ("withdraw_guarantee", "requestId", "guarantee", {"note": "x"}),
    ("sign_contract", "offerId", "offer", {"contractNumber": "HT-1"}),
    ("cancel_contract", "loanId", "loan", {"note": "x"}),
    ("draw_down", "loanId", "loan", {"reference": "x", "amountFen": 1, "drawnOn": "2026-11-20"}),
    ("renew_loan", "loanId", "loan", RENEWAL),
    ("settle_loan", "loanId", "loan", {}),
    ("write_off_loan", "loanId", "loan", {"note": "x"}),
    ("accept_pool_agreement", "agreementId", "agreement", {}),
    ("decline_pool_agreement", "agreementId", "agreement", {"note": "x"}),
    ("draft_claim", "loanId", "loan", {}),
    ("submit_claim", "claimId", "claim", {}),
    (
        "record_collection",
        "loanId",
        "loan",
        {"kind": "CALL", "result": "REFUSED", "attemptedOn": "2026-11-20"},
    ),
    (
        "report_recovery",
        "claimId",
        "claim",
        {"reference": "x", "receivedFen": 1, "costFen": 0, "recoveredOn": "2026-11-20"},
    ),
    ("confirm_guarantor_transfer", "transferId", "transfer", {"amountFen": 1}),
    ("deny_guarantor_transfer", "transferId", "transfer", {"note": "x"}),
    ("file_loan", ("poolId", "loanId"), ("risk_pool", "loan"), {}),
    ("file_loans", "poolId", "risk_pool", {"contractNumbers": ["HT-1"]}),
    ("record_collateral", "loanId", "loan", COLLATERAL),
    ("acknowledge_warning", "warningId", "warning", {}),
    ("act_on_warning", "warningId", "warning", {"action": "CALLED", "note": "x"}),
    ("dismiss_warning", "warningId", "warning", {"reason": "KNOWN", "note": "x"}),
    ("draft_product", "replacesId", "product", {"terms": TERMS}),
    ("edit_product", "productId", "product", {"terms": TERMS}),
    ("publish_product", "productId", "product", {}),
    ("retire_product", "productId", "product", {}),
    ("replace_client_keys", "id", "client", {"jwksUri": "https://bank.example/keys"}),
    ("replace_client_redirects", "id", "client", {"redirectUris": ["https://bank.example/"]}),
    ("suspend_client", "id", "client", {"reason": "x"}),
    ("resume_client", "id", "client", {}),
    ("retire_client", "id", "client", {}),
    ("cancel_export", "id", "export", {}),
    ("update_webhook_endpoint", "id", "endpoint", ENDPOINT),
    ("pause_webhook_endpoint", "id", "endpoint", {}),
    ("resume_webhook_endpoint", "id", "endpoint", {}),
    ("rotate_webhook_secret", "id", "endpoint", {}),
    ("remove_webhook_endpoint", "id", "endpoint", {}),
    ("replay_webhook_events", "id", "endpoint", {"since": "2026-11-20T00:00:00Z"}),
    ("replay_webhook_delivery", "id", "delivery", {}),
]
# What names no thing of anyone's; of the own identity provider each tenant has one at most (test_identity_providers).
NAMELESS = {
    # A loan is named by its contract: test_loans.
    "report_repayments",
    "start_export",
    "register_client",
    "create_webhook_endpoint",
    "set_identity_provider",
    "activate_identity_provider",
    "suspend_identity_provider",
    "remove_identity_provider",
}


# What real banks are told of these is in test_sandboxes; of a merchant's orders, in test_service_orders.
IN_SANDBOXES = {"trigger_sandbox_event", "move_sandbox_clock"}

# A bank answers no request; another guarantor's attempt is in test_guarantees.
BY_GUARANTORS = {"decline_guarantee", "note_guarantor_payment", "refuse_guarantor_part"}


@pytest.mark.parametrize("rewritten", [False, True])
async def test_no_mutation_reaches_a_strangers_thing(bank_b, all_of_a, admin, rewritten):
    await bank_b.run("viewer")
    async with nothing_written(admin):
        for operation, arguments, kinds, given in MUTATIONS:
            named = (
                [(arguments, kinds)]
                if isinstance(arguments, str)
                else zip(arguments, kinds, strict=True)
            )
            texts = {argument: all_of_a[kind] for argument, kind in named}
            if rewritten:
                texts = {one: retold(text, bank_b.bank.tenant_id) for one, text in texts.items()}
            refused = await bank_b.write(operation, **texts, **given)
            assert refused["code"] == "NOT_FOUND", operation
            assert refused["field"] in (*texts, None), operation


def test_every_mutation_was_tried():
    mutations = get_object_definition(Mutation, strict=True).fields
    tried = {one[0] for one in MUTATIONS} | NAMELESS
    tried |= IN_SANDBOXES | BY_GUARANTORS | BY_MERCHANTS | ORDER_STEPS | POINT_WRITES
    assert {field.python_name for field in mutations} == tried


async def test_events_and_what_was_sent_are_ones_own(bank_b, of_a):
    for operation in ("events", "webhook_endpoints", "webhook_deliveries"):
        edges = (await bank_b.run(operation, first=10))["edges"]
        assert {edge["node"]["id"] for edge in edges}.isdisjoint(of_a.values()), operation
    crossed = await bank_b.answer(
        "query ($id: ID!) { webhookDeliveries(first: 1, endpointId: $id) { totalCount } }",
        id=of_a["endpoint"],
    )
    assert crossed["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_lists_hold_only_what_is_ones_own(bank_a, bank_b, of_a):
    products = await bank_b.run("products", first=10)
    assert products["totalCount"] == 1
    assert of_a["product"] not in {edge["node"]["id"] for edge in products["edges"]}
    inbox = await bank_b.run("inbox", first=10)
    assert len(inbox["referrals"]["edges"]) == 1
    assert inbox["inboxCounts"]["offered"] == 0


async def test_a_lead_that_was_claimed_is_gone_for_the_other(bank_a, bank_b, small_city, admin):
    await small_city.submit(mode=DispatchMode.OPEN_POOL)
    seen = (await bank_b.run("pool", first=5))["edges"][0]["node"]["id"]
    own = (await bank_a.run("pool", first=5))["edges"][0]["node"]["id"]
    await bank_a.write("claim_lead", leadId=own)
    async with nothing_written(admin):
        refused = await bank_b.write("claim_lead", leadId=seen)
    assert refused["code"] == "LEAD_NOT_CLAIMABLE"
    assert (await bank_b.run("inbox", first=5))["referrals"]["edges"] == []


async def test_a_colleague_of_another_area_neither_sees_nor_writes(desks, small_city, case, admin):
    elsewhere = await desks.open(small_city.banks[0], areas=["321324"])
    assert (await elsewhere.run("inbox", first=5))["referrals"]["edges"] == []
    assert await elsewhere.codes(NODE, id=case.referral_id) == ["NOT_FOUND"]
    async with nothing_written(admin):
        refused = await elsewhere.write("accept_referral", referralId=case.referral_id)
    assert refused["code"] == "OUTSIDE_OWN_AREA"
