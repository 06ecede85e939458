"""Every root field declares who may use it, and holds to it."""

from observing import nothing_written
from root_fields import CALLS, NEEDS, STREAMED, document
from strawberry.types.base import get_object_definition

from suxin.kernel.actor import Permission
from suxin_graphql.fields import PERMISSION, Access
from suxin_graphql.schema import Mutation, Query, Subscription, schema
from suxin_tenants import PROFILES


def root_fields() -> dict[str, object]:
    return {
        field.python_name: field.metadata.get(PERMISSION)
        for cls in (Query, Mutation, Subscription)
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
    roots = (known.query_type, known.mutation_type, known.subscription_type)
    assert {name for root in roots for name in root.fields} == set(needs())
    assert set(needs()) == {*CALLS, *STREAMED} == {*NEEDS, *STREAMED}


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
        for name in (*CALLS, *STREAMED):
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
    for name in STREAMED:
        refused = await nobody.post({"query": document(name)}, Accept="text/event-stream")
        assert refused.status_code == 403, name
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for name, declared in needs().items():
        if name in STREAMED:
            continue
        body = await nobody.answer(document(name))
        codes = [error["extensions"]["code"] for error in body.get("errors", [])]
        if declared is Access.PUBLIC:
            assert set(codes) <= {"NOT_FOUND"}, name
        elif name in schema._schema.mutation_type.fields:
            assert body["data"] == {name: {"code": "FORBIDDEN"}}
            assert codes == []
        else:
            assert codes == ["FORBIDDEN"], name


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
