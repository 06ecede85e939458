"""Lists: what narrows and orders them is declared, gives the right rows, and is served by an index."""

import re
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from credit_root_fields import CREDIT_LISTS
from graphql import get_named_type
from listed_rows import COPIES, fill, insert_pooled
from point_root_fields import POINT_LISTS
from rural_root_fields import RURAL_LISTS
from sample_rows import insert, sample
from shop_root_fields import SHOP_LISTS
from village_root_fields import VILLAGE_LISTS

from suxin.consent.oauth.deprecated_uses import Use, add_uses
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.snapshots import OpenSnapshot
from suxin.kernel.tables import models
from suxin.lending.loans.models import Loan
from suxin.lending.warnings.models import LoanWarning
from suxin_graphql.execution.filters import Filter
from suxin_graphql.schema import schema

NOW = datetime.fromisoformat("2026-11-20T02:00:00+00:00")
FEW = 30
SOME = 2_000
QUERY = schema._schema.query_type
# What a merchant or a village has and a bank has not: test_perks, test_service_orders, test_villages.
OF_MERCHANTS = {
    "perkProgrammes",
    "perkRedemptions",
    "serviceOrders",
    "serviceAuthorisations",
    "perkSettlements",
    *VILLAGE_LISTS,
    *POINT_LISTS,
    *CREDIT_LISTS,
    *SHOP_LISTS,
    *RURAL_LISTS,
}
LISTS = {
    name: field
    for name, field in QUERY.fields.items()
    if "orderBy" in field.args and name not in OF_MERCHANTS
}
ORDERS = [
    (name, order)
    for name, field in LISTS.items()
    for order in get_named_type(field.args["orderBy"].type).values
]
MOMENTS = '{gte: "2026-11-20T00:00:00+08:00", lt: "2026-11-27T00:00:00+08:00"}'
NARROWED = {
    "ReferralFilter.state": "{in: [ACCEPTED]}",
    "ReferralFilter.dispatchedAt": MOMENTS,
    "ReferralFilter.decideBy": MOMENTS,
    "LeadFilter.countyCode": '{in: ["321322"]}',
    "LeadFilter.industrySection": '{in: ["A"]}',
    "LeadFilter.closesAt": MOMENTS,
    "OfferFilter.state": "{in: [EXPIRED]}",
    "OfferFilter.madeAt": MOMENTS,
    "OfferFilter.validUntil": MOMENTS,
    "OfferFilter.amountFen": "{gte: 10000000, lt: 10300000}",
    "LoanFilter.state": "{in: [OVERDUE]}",
    "LoanFilter.contractNumber": '{in: ["HT-7", "HT-8"]}',
    "LoanWarningFilter.state": "{in: [LAPSED]}",
    "LoanWarningFilter.severity": "{in: [HIGH]}",
    "GuaranteeRequestFilter.state": "{in: [DECLINED]}",
    "GuarantorPartFilter.state": "{in: [REFUSED]}",
    "GuarantorTransferFilter.state": "{in: [CONFIRMED]}",
    "PoolFilingFilter.state": "{in: [RELEASED]}",
    "PoolClaimFilter.state": "{in: [RETURNED]}",
    "LoanProductFilter.status": "{in: [DRAFT]}",
    "LoanProductFilter.code": '{in: ["P-7", "P-8"]}',
    "OAuthClientFilter.status": "{in: [SUSPENDED]}",
    "DeprecatedUseFilter.day": '{gte: "2026-11-20", lt: "2026-11-22"}',
}
"""A value for every field of every filter: one row in ten of the city's, or fewer."""


def filters_of(name):
    return get_named_type(LISTS[name].args["filter"].type).fields


WHOLE = re.compile(rf"Seq Scan on ({'|'.join(COPIES)})\b")
"""A whole table of those that are filled; the few rows that a policy looks at may well be read from their page."""


@pytest.fixture
async def filled(bank_a, case, admin):
    """Something of everything, to be copied."""
    await case.accept()
    await case.consent()
    terms = {
        "amountFen": 40_000_000,
        "termMonths": 12,
        "rateBps": 435,
        "repaymentMethod": "EQUAL_INSTALMENT",
        "guarantee": "CREDIT",
    }
    await bank_a.write("make_offer", referralId=case.referral_id, terms=terms)
    await admin.execute("set session_replication_role = replica")
    loan = sample(Loan, NOW, tenant_id=case.city.banks[0].tenant_id, offer_id=uuid4())
    await insert(admin, Loan, loan | {"drawn_fen": 0, "principal_paid_fen": 0, "overdue_days": 0})
    warning = sample(LoanWarning, NOW, tenant_id=case.city.banks[0].tenant_id, loan_id=loan["id"])
    await insert(admin, LoanWarning, warning | {"due_at": NOW + timedelta(days=5)})
    await insert_pooled(admin, case.city.banks[0].tenant_id, loan["id"], NOW)
    async with case.city.database.transaction(Actor.system("test"), now=NOW) as session:
        use = Use(case.city.banks[0].tenant_id, uuid4(), "Query.referrals(states:)", NOW.date())
        await add_uses(session, {use: 1})
    await bank_a.write(
        "register_client",
        name="核心系统",
        grantTypes=["client_credentials"],
        scopes=["lending.referral.read"],
        jwksUri="https://bank.example/keys",
    )

    async def copied(many: int) -> None:
        await fill(admin, case.city, many, planned=many == SOME)

    return copied


@pytest.fixture
def plans(database, small_city, monkeypatch):
    """The plans of the statements by which the block's lists are read, as the bank's own row policies have them.

    What is read alone is planned once, whatever its values.
    """
    sent, alone = [], []
    rows, read_alone = OpenSnapshot.rows, Database.read_alone

    async def noted(snapshot, statement, **given):
        sent.append((statement.sql, statement.arguments(given)))
        return await rows(snapshot, statement, **given)

    async def noted_alone(database, actor, statement, given, *, now):
        alone.append((statement.sql, ["null"] * len(statement.arguments(given))))
        return await read_alone(database, actor, statement, given, now=now)

    async def explained(asking):
        with monkeypatch.context() as patch:
            patch.setattr(OpenSnapshot, "rows", noted)
            patch.setattr(Database, "read_alone", noted_alone)
            answer = await asking
        officer = small_city.banks[0].officer
        found = []
        async with database.reading(officer, now=small_city.now) as snapshot:
            for statement, values in sent:
                lines = await snapshot._driver.fetch(f"explain (costs off) {statement}", *values)
                found.append("\n".join(line[0] for line in lines))
            for statement, values in alone:
                await snapshot._driver.execute(
                    f"set local plan_cache_mode = force_generic_plan; prepare lone as {statement}"
                )
                given = f"({', '.join(values)})" if values else ""
                lines = await snapshot._driver.fetch(f"explain (costs off) execute lone{given}")
                found.append("\n".join(line[0] for line in lines))
                await snapshot._driver.execute("deallocate lone")
        sent.clear()
        alone.clear()
        return answer, found

    return explained


# What a caller reads on from where he was, in the one order in which it came to be.
LOGS = {
    "events",
    "exports",
    "leagueTables",
    "sandboxApplicants",
    "webhookDeliveries",
    "webhookEndpoints",
}


# What a bank has only a few of: as many as there are pools that it works with, or products in them.
HANDFULS = {"guarantors", "poolAgreements", "poolStopLosses", "riskPools"}


def test_every_list_of_stored_things_can_be_ordered_and_narrowed():
    paged = {
        name for name, field in QUERY.fields.items() if str(field.type).endswith("Connection!")
    }
    assert set(LISTS) == paged - LOGS - HANDFULS - OF_MERCHANTS
    assert all("filter" in field.args for field in LISTS.values())
    told = {
        f"{get_named_type(LISTS[name].args['filter'].type).name}.{one}"
        for name in LISTS
        for one in filters_of(name)
    }
    assert told == set(NARROWED)


def test_a_filter_names_only_columns_by_which_an_index_finds_rows():
    """Of a tenant's own table the index begins with the tenant; of the pool it holds the pool alone."""
    kept = set(models())
    for cls in Filter.__subclasses__():
        assert cls.__model__ in kept
        table = cls.__model__.__table__
        lead = ["tenant_id"] if "tenant_id" in table.columns else []
        found = [[column.name for column in index.columns] for index in table.indexes]
        for name in cls.__strawberry_definition__.fields:
            wanted = [*lead, name.python_name, "id"]
            assert wanted in found, f"{cls.__name__}.{name.python_name}"


async def test_an_order_is_read_from_an_index(bank_a, filled, plans):
    await filled(SOME)
    for name, order in ORDERS:
        document = (
            f"query ($after: String) {{ {name}(first: 20, after: $after, orderBy: {order})"
            " { edges { cursor } pageInfo { endCursor } } }"
        )
        data, [first] = await plans(bank_a.data(document))
        after = data[name]["pageInfo"]["endCursor"]
        _, [later] = await plans(bank_a.data(document, after=after))
        for plan in (first, later):
            assert not WHOLE.search(plan), f"{name} {order}\n{plan}"
            assert "Sort" not in plan, f"{name} {order}\n{plan}"


async def test_a_filter_reads_no_whole_table(bank_a, filled, plans):
    await filled(SOME)
    for name in LISTS:
        kind = get_named_type(LISTS[name].args["filter"].type).name
        for field in filters_of(name):
            given = f"{{{field}: {NARROWED[f'{kind}.{field}']}}}"
            document = (
                f"{{ {name}(first: 5, filter: {given}) {{ totalCount edges {{ cursor }} }} }}"
            )
            data, [counted, page] = await plans(bank_a.data(document))
            assert 0 < data[name]["totalCount"] <= SOME // 4, f"{name} {field}"
            for plan in (counted, page):
                assert not WHOLE.search(plan), f"{name} {field}\n{plan}"


NODES = {
    "referrals": "id state dispatchedAt decideBy",
    "leads": "id countyCode industrySection closesAt",
    "offers": "id state madeAt validUntil amountFen",
    "loans": "id state contractNumber overdueDays",
    "loanWarnings": "id state severity",
    "guaranteeRequests": "id state",
    "guarantorParts": "id state",
    "guarantorTransfers": "id state",
    "poolFilings": "id state",
    "poolClaims": "id state",
    "loanProducts": "id status code",
    "oauthClients": "id status createdAt",
    "deprecatedUses": "id: coordinate day",
}
KEYS = {
    "NEWEST": None,
    "OLDEST": None,
    "OVERDUE": lambda node: -node["overdueDays"],
    "DECIDE_BY": lambda node: node["decideBy"],
    "CLOSES_AT": lambda node: node["closesAt"],
    "VALID_UNTIL": lambda node: node["validUntil"],
    "AMOUNT": lambda node: -node["amountFen"],
    "CURRENT": lambda node: node["status"] == "RETIRED",
    "CODE": lambda node: node["code"],
    "LATEST": lambda node: -date.fromisoformat(node["day"]).toordinal(),
    "EARLIEST": lambda node: node["day"],
}


async def whole(caller, name, arguments="", size=100):
    """Every node of a list, page by page."""
    document = (
        f"query ($n: Int!, $after: String) {{ {name}(first: $n, after: $after{arguments})"
        f" {{ edges {{ node {{ {NODES[name]} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    found, after, more = [], None, True
    while more:
        page = (await caller.data(document, n=size, after=after))[name]
        found += [edge["node"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


async def test_an_order_shows_every_row_once_and_in_its_order(bank_a, filled):
    await filled(FEW)
    for name, order in ORDERS:
        plain = await whole(bank_a, name)
        found = await whole(bank_a, name, f", orderBy: {order}", size=7)
        assert len(plain) >= FEW
        assert sorted(one["id"] for one in found) == sorted(one["id"] for one in plain)
        if order == "OLDEST":
            assert found == (await whole(bank_a, name, ", orderBy: NEWEST"))[::-1]
        elif KEYS[order] is not None:
            # Rows that the key does not tell apart come in an order of their own, and Python's sort keeps it.
            assert found == sorted(found, key=KEYS[order]), f"{name} {order}"


@pytest.mark.parametrize(
    ("name", "given", "fits"),
    [
        (
            "referrals",
            "{state: {in: [ACCEPTED, OFFERED]}}",
            lambda n: n["state"] in {"ACCEPTED", "OFFERED"},
        ),
        (
            "referrals",
            f"{{decideBy: {MOMENTS}}}",
            lambda n: "2026-11-19T16" <= n["decideBy"] < "2026-11-26T16",
        ),
        (
            "referrals",
            '{dispatchedAt: {gte: "2026-11-20T13:00:00+08:00"}}',
            lambda n: n["dispatchedAt"] >= "2026-11-20T05",
        ),
        (
            "referrals",
            '{dispatchedAt: {lt: "2026-11-20T05:00:00Z"}}',
            lambda n: n["dispatchedAt"] < "2026-11-20T05",
        ),
        ("referrals", "{state: {in: []}}", lambda _: False),
        ("referrals", "{state: null, decideBy: {}}", lambda _: True),
        (
            "referrals",
            f"{{state: {{in: [DISPATCHED]}}, decideBy: {MOMENTS}}}",
            lambda n: n["state"] == "DISPATCHED" and n["decideBy"] < "2026-11-26T16",
        ),
        (
            "leads",
            '{countyCode: {in: ["321322", "000000"]}}',
            lambda n: n["countyCode"] == "321322",
        ),
        ("leads", '{industrySection: {in: ["A"]}}', lambda n: n["industrySection"] == "A"),
        (
            "offers",
            "{amountFen: {gte: 10005000, lt: 10009000}}",
            lambda n: 10_005_000 <= n["amountFen"] < 10_009_000,
        ),
        ("offers", "{state: {in: [OPEN]}}", lambda n: n["state"] == "OPEN"),
        ("loanProducts", "{status: {in: [RETIRED]}}", lambda n: n["status"] == "RETIRED"),
        ("guaranteeRequests", "{state: {in: [DECLINED]}}", lambda n: n["state"] == "DECLINED"),
        ("guarantorParts", "{state: {in: [REFUSED]}}", lambda n: n["state"] == "REFUSED"),
        ("guarantorTransfers", "{state: {in: [CONFIRMED]}}", lambda n: n["state"] == "CONFIRMED"),
        ("poolFilings", "{state: {in: [RELEASED]}}", lambda n: n["state"] == "RELEASED"),
        ("poolClaims", "{state: {in: [RETURNED]}}", lambda n: n["state"] == "RETURNED"),
        ("oauthClients", "{status: {in: [SUSPENDED]}}", lambda n: n["status"] == "SUSPENDED"),
    ],
)
async def test_a_filter_shows_what_fits_and_nothing_else(bank_a, filled, name, given, fits):
    await filled(FEW)
    everything = await whole(bank_a, name)
    found = await whole(bank_a, name, f", filter: {given}", size=4)
    assert found == [node for node in everything if fits(node)]
    counted = await bank_a.data(f"{{ {name}(first: 1, filter: {given}) {{ totalCount }} }}")
    assert counted[name]["totalCount"] == len(found)


async def test_a_filter_sees_no_more_than_the_caller_may(bank_b, desks, filled, small_city):
    """What another bank's rows are like is not learnt by asking for it, nor what lies beyond one's own areas."""
    await filled(FEW)
    data = await bank_b.data("{ offers(first: 5, filter: {state: {in: [OPEN]}}) { totalCount } }")
    assert data == {"offers": {"totalCount": 0}}
    elsewhere = await desks.open(small_city.banks[0], areas=["321324"])
    for name in ("leads", "referrals", "offers"):
        data = await elsewhere.data(f"{{ {name}(first: 5) {{ totalCount }} }}")
        assert data == {name: {"totalCount": 0}}


async def test_a_cursor_is_refused_under_another_order(bank_a, filled):
    await filled(FEW)
    for name in LISTS:
        orders = [order for of, order in ORDERS if of == name]
        for order in orders:
            document = f"{{ {name}(first: 1, orderBy: {order}) {{ pageInfo {{ endCursor }} }} }}"
            cursor = (await bank_a.data(document))[name]["pageInfo"]["endCursor"]
            for other in orders:
                again = (
                    f'{{ {name}(first: 1, after: "{cursor}", orderBy: {other}) {{ totalCount }} }}'
                )
                body = await bank_a.answer(again)
                codes = [error["extensions"]["code"] for error in body.get("errors", [])]
                assert codes == ([] if other == order else ["CURSOR_INVALID"])


@pytest.mark.parametrize(
    "moment", ["2026-11-20T09:00:00", "2026-11-20", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]
)
async def test_a_moment_needs_its_zone_and_a_likely_year(bank_a, moment):
    document = "query ($f: ReferralFilter) { referrals(first: 1, filter: $f) { totalCount } }"
    for end in ("gte", "lt"):
        assert await bank_a.codes(document, f={"decideBy": {end: moment}}) == ["MOMENT_UNCLEAR"]


async def test_what_is_deprecated_still_works(bank_a, filled):
    await filled(FEW)
    old = await whole(bank_a, "referrals", ", states: [ACCEPTED]")
    assert old == await whole(bank_a, "referrals", ", filter: {state: {in: [ACCEPTED]}}") != []
