"""The authorization matrix: every root field × a stranger and everyone with one role of every kind of tenant.

The roles and kinds come from the product's own profiles, the fields from its schema: a new one without a row fails. Systems with
and without a scope are in ``tests/oauth/test_graphql_scopes.py``, another tenant's things in ``test_tenants.py``.
"""

from dataclasses import replace
from uuid import UUID

import pytest
from observing import nothing_written
from root_fields import CALLS, HOLDERS, NEEDS, PUBLIC, STREAMED, document, may

from suxin.kernel.refusals import Forbidden
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin_graphql.schema import schema
from suxin_tenants import PROFILES

KNOWN = schema._schema
ROLES = [f"{kind.value}.{role}" for kind, profile in PROFILES.items() for role in profile.roles]
USCCS = {
    TenantKind.MERCHANT: "91321302MATE0T0009",
    TenantKind.ATTRACTION: "91321302MATE0T0010",
    TenantKind.VILLAGE_GRID: "91321302MATE0T0011",
    TenantKind.GUARANTOR: "91321302MATE0T0012",
}


def test_every_root_field_and_every_right_has_a_row():
    assert set(NEEDS) == {*KNOWN.query_type.fields, *KNOWN.mutation_type.fields}
    assert set(STREAMED) == set(KNOWN.subscription_type.fields)
    assert set(STREAMED.values()) <= set(HOLDERS)
    assert set(HOLDERS) == {one for one in NEEDS.values() if one != PUBLIC}
    assert set.union(*map(set, HOLDERS.values())) <= set(ROLES)
    # Nobody is left out, and nobody may do everything.
    assert {role for role in ROLES if not any(role in held for held in HOLDERS.values())} == {
        "operator.counter_helper",
        "operator.town_reviewer",
    }


async def tenant_of(city, kind) -> UUID:
    if kind is TenantKind.BANK:
        return city.banks[0].tenant_id
    if kind is TenantKind.OPERATOR:
        return city.operator.own_tenant
    return await city.act(
        create_tenant,
        city.operator,
        kind=kind,
        name="宿迁某机构（测试）",
        short_name="某机构",
        uscc=USCCS[kind],
        contact="0527-1",
        area_code="321302",
        profiles=PROFILES,
        override_reason="made up for a test",
    )


async def codes_of(caller, name) -> set[str]:
    """The codes with which a root field answers, in its errors or as a member of its result."""
    body = await caller.answer(document(name))
    codes = {error["extensions"]["code"] for error in body.get("errors", [])}
    told = (body["data"] or {}).get(name)
    return codes | ({told["code"]} if isinstance(told, dict) and "code" in told else set())


@pytest.mark.parametrize("who", ROLES)
async def test_one_role_opens_what_it_is_for_and_nothing_else(desks, small_city, who):
    kind, _, role = who.partition(".")
    tenant_id = await tenant_of(small_city, TenantKind(kind))
    caller = await desks.open(replace(small_city.banks[0], tenant_id=tenant_id), roles=[role])
    opened = {name for name in CALLS if Forbidden.code not in await codes_of(caller, name)}
    assert opened == {name for name in CALLS if may(name, who)}
    for name, needed in STREAMED.items():
        if who not in HOLDERS[needed]:
            refused = await caller.post({"query": document(name)}, Accept="text/event-stream")
            assert refused.status_code == 403, name
            assert refused.json()["errors"][0]["extensions"]["code"] == Forbidden.code


async def test_without_a_role_nothing_is_open_but_what_is_public(desks, small_city):
    nobody = await desks.open(small_city.banks[0], roles=[])
    opened = {name for name in CALLS if Forbidden.code not in await codes_of(nobody, name)}
    assert opened == {name for name, needs in NEEDS.items() if needs == PUBLIC}


async def test_a_stranger_is_told_nothing_and_writes_nothing(client, admin, subtests):
    async with nothing_written(admin):
        for name in sorted({*CALLS, *STREAMED}):
            with subtests.test(name):
                answer = await client.post("/graphql", json={"query": document(name)})
                assert answer.status_code == 401
                assert set(answer.json()) == {"errors"}
                assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
