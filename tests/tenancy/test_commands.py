"""Founding, creating, suspending and resuming tenants; nothing is written by what is refused."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import UsccChecksum, UsccMalformed
from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Unauthenticated
from suxin.tenancy.commands import (
    CityFounded,
    TenantExists,
    TenantStatusConflict,
    create_tenant,
    found_city,
    resume_tenant,
    suspend_tenant,
)
from suxin.tenancy.log_ins import TenantSuspended
from suxin.tenancy.models import TenantStatus
from suxin.tenancy.policies import TENANT_MANAGE
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import is_founded, tenant_name, tenants, tenants_by_id
from suxin_tenants import PROFILES

NEW = {
    "kind": TenantKind.MERCHANT,
    "name": "洋河小店（测试）",
    "short_name": "洋河小店",
    "uscc": "91321302MATE5T017A",
    "contact": "0527-1",
    "area_code": "321302",
    "profiles": PROFILES,
}
WRONG_CHECK = "91321302MATE5T0171"


async def test_the_operator_of_a_founded_city_may_manage_tenants(operator, database, now):
    assert operator.kind == "operator"
    assert operator.tenant_kind == "operator"
    assert operator.may(TENANT_MANAGE)
    assert (operator.branch_id, operator.areas, operator.purposes) == (None, (), ())
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        assert await is_founded(session)


async def test_a_city_is_founded_once(operator, database, counted, now):
    before = await counted("tenants", "staff", "staff_log_ins", "audit_entries")
    with pytest.raises(CityFounded):
        async with database.transaction(Actor.system("t"), now=now) as session:
            await found_city(
                session,
                **{key: value for key, value in NEW.items() if key != "kind"},
                admin_name="甲",
                login="second",
                password="correct-horse-9",
                now=now,
            )
    assert await counted("tenants", "staff", "staff_log_ins", "audit_entries") == before


async def test_only_the_platform_founds_a_city(database, counted, now):
    with pytest.raises(Forbidden):
        async with database.transaction(Actor.anonymous("t"), now=now) as session:
            await found_city(
                session,
                **{key: value for key, value in NEW.items() if key != "kind"},
                admin_name="甲",
                login="second",
                password="correct-horse-9",
                now=now,
            )
    assert await counted("tenants") == (0,)


async def test_a_created_tenant_is_active_and_on_record(operator, database, admin, now):
    async with database.transaction(operator, now=now) as session:
        tenant_id = await create_tenant(session, operator, **NEW, now=now)
    row = await admin.fetchrow("select * from tenants where id = $1", tenant_id)
    assert (row["kind"], row["status"], row["uscc"]) == ("merchant", "ACTIVE", NEW["uscc"])
    act = await admin.fetchrow("select * from audit_entries where object_id = $1", tenant_id)
    assert (act["action"], act["staff_id"]) == ("tenancy.tenant.created", operator.staff_id)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"uscc": "123"}, UsccMalformed),
        ({"uscc": WRONG_CHECK}, UsccChecksum),
        ({"uscc": WRONG_CHECK, "override_reason": "  "}, UsccChecksum),
        ({"uscc": "9144030071526726xg"}, TenantExists),
        ({"kind": TenantKind.OPERATOR}, CityFounded),
        ({"name": "店"}, Invalid),
        ({"name": "店" * 121}, Invalid),
        ({"short_name": " "}, Invalid),
        ({"contact": ""}, Invalid),
        ({"area_code": "3213"}, Invalid),
        ({"profiles": {}}, Invalid),
    ],
)
async def test_a_wrong_input_creates_nothing(two_banks, database, counted, now, change, refusal):
    before = await counted("tenants", "audit_entries")
    with pytest.raises(refusal):
        async with database.transaction(two_banks.operator, now=now) as session:
            await create_tenant(session, two_banks.operator, **(NEW | change), now=now)
    assert await counted("tenants", "audit_entries") == before


async def test_an_overridden_check_character_keeps_its_reason(operator, database, admin, now):
    async with database.transaction(operator, now=now) as session:
        tenant_id = await create_tenant(
            session, operator, **(NEW | {"uscc": WRONG_CHECK}), override_reason="证照如此", now=now
        )
    detail = await admin.fetchval(
        "select detail from audit_entries where object_id = $1", tenant_id
    )
    assert json.loads(detail) == {
        "kind": "merchant",
        "uscc": WRONG_CHECK,
        "override_reason": "证照如此",
    }


async def test_a_bank_manages_no_tenants(two_banks, database, counted, now):
    before = await counted("tenants", "audit_entries")
    for command in (
        lambda session: create_tenant(session, two_banks.first, **NEW, now=now),
        lambda session: suspend_tenant(
            session, two_banks.first, tenant_id=two_banks.second_id, reason="x", now=now
        ),
        lambda session: resume_tenant(
            session, two_banks.first, tenant_id=two_banks.first_id, reason="x", now=now
        ),
    ):
        with pytest.raises(Forbidden):
            async with database.transaction(two_banks.first, now=now) as session:
                await command(session)
    assert await counted("tenants", "audit_entries") == before


async def test_suspension_refuses_the_next_request_and_resuming_asks_to_log_in_again(
    two_banks, database, tokens, now
):
    token = await tokens.fresh()
    assert (await tokens.actor(token)).tenant_id == two_banks.first_id
    async with database.transaction(two_banks.operator, now=now) as session:
        await suspend_tenant(
            session, two_banks.operator, tenant_id=two_banks.first_id, reason="整改", now=now
        )
    with pytest.raises(TenantSuspended):
        await tokens.actor(token)
    with pytest.raises(TenantSuspended):
        await tokens.fresh()
    later = now + timedelta(minutes=5)
    async with database.transaction(two_banks.operator, now=later) as session:
        await resume_tenant(
            session, two_banks.operator, tenant_id=two_banks.first_id, reason="已整改", now=later
        )
    with pytest.raises(Unauthenticated):
        await tokens.actor(token, later)
    assert (await tokens.actor(await tokens.fresh(at=later), later)).tenant_id == two_banks.first_id


async def test_suspension_is_audited_and_leaves_others_alone(two_banks, database, admin, now):
    async with database.transaction(two_banks.operator, now=now) as session:
        await suspend_tenant(
            session, two_banks.operator, tenant_id=two_banks.first_id, reason=" 整改 ", now=now
        )
    rows = await admin.fetch("select id, status, status_reason from tenants where kind = 'bank'")
    assert {row["id"]: (row["status"], row["status_reason"]) for row in rows} == {
        two_banks.first_id: ("SUSPENDED", "整改"),
        two_banks.second_id: ("ACTIVE", None),
    }
    act = await admin.fetchrow(
        "select tenant_id, detail from audit_entries where action = 'tenancy.tenant.suspended'"
    )
    assert (act["tenant_id"], json.loads(act["detail"])) == (two_banks.first_id, {"reason": "整改"})


async def test_a_wrong_suspension_changes_nothing(two_banks, database, counted, operator, now):
    before = await counted("audit_entries")
    cases = (
        ({"tenant_id": two_banks.first_id, "reason": " "}, Invalid),
        ({"tenant_id": uuid4(), "reason": "x"}, NotFound),
        ({"tenant_id": operator.tenant_id, "reason": "x"}, Forbidden),
    )
    for arguments, refusal in cases:
        with pytest.raises(refusal):
            async with database.transaction(operator, now=now) as session:
                await suspend_tenant(session, operator, **arguments, now=now)
    with pytest.raises(TenantStatusConflict) as caught:
        async with database.transaction(operator, now=now) as session:
            await resume_tenant(
                session, operator, tenant_id=two_banks.first_id, reason="x", now=now
            )
    assert caught.value.zh_message == "该机构当前已是“正常”状态"
    assert await counted("audit_entries") == before


async def test_names_of_active_tenants_are_public_and_of_suspended_ones_not(
    two_banks, database, now
):
    async with database.transaction(two_banks.operator, now=now) as session:
        await suspend_tenant(
            session, two_banks.operator, tenant_id=two_banks.first_id, reason="整改", now=now
        )
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        assert await tenant_name(session, two_banks.second_id) == "第2银行（测试）"
        with pytest.raises(NotFound):
            await tenant_name(session, two_banks.first_id)
        found = await session.scalars(tenants_by_id([two_banks.first_id, two_banks.second_id]))
        assert [tenant.id for tenant in found] == [two_banks.second_id]
    async with database.snapshot(two_banks.operator, now=now) as session:
        banks = (await session.scalars(tenants(kind=TenantKind.BANK))).all()
        assert [(bank.short_name, bank.status) for bank in banks] == [
            ("1行", TenantStatus.SUSPENDED),
            ("2行", TenantStatus.ACTIVE),
        ]
