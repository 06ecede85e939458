"""``suxin tenant create``: the operator first, then the others, each with an administrator who can log in."""

import asyncio
import json

import pytest
from staff_log_ins import SEALER, log_in_to_desk

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import UsccChecksum
from suxin.kernel.refusals import Invalid
from suxin.places.queries import area
from suxin.tenancy.actors import staff_actor
from suxin.tenancy.commands import CityFounded, TenantExists
from suxin_server.faults import NotAvailable
from suxin_server.own_servers import with_own_servers
from suxin_server.settings import Settings
from suxin_server.tenant_admin import (
    CityNotFounded,
    DayMalformed,
    TenantUnknown,
    create_tenant,
    set_second_factor,
)
from suxin_tenants import PROFILES

OPERATOR = {
    "kind": "operator",
    "name": "宿迁市信用管理办公室（测试）",
    "uscc": "91321302MATE5T017A",
    "contact": "0527-1",
    "area_code": "321302",
    "admin_login": "office",
}
BANK = OPERATOR | {
    "kind": "bank",
    "name": "宿迁某某农村商业银行股份有限公司（测试）",
    "uscc": "91321399MA0000015W",
    "admin_login": "bank",
    "admin_name": "陈建国",
}


@pytest.fixture
def create(city):
    settings = Settings(database_url=city.app, database_batch_url=city.batch)

    async def run(**given):
        # It runs an event loop of its own, as the command line does.
        return await asyncio.to_thread(create_tenant, settings, **given)

    return run


async def written(admin) -> tuple[int, ...]:
    return tuple(
        await admin.fetchrow(
            "select (select count(*) from tenants), (select count(*) from staff),"
            " (select count(*) from staff_log_ins), (select count(*) from audit_entries)"
        )
    )


async def actor_with(database, told: str, login: str, now) -> Actor:
    password = told.splitlines()[-1].rsplit(": ", 1)[1]
    async with database.transaction(Actor.anonymous("t"), now=now) as session:
        desk = await log_in_to_desk(session, login=login, password=password, sealer=SEALER, now=now)
    return await staff_actor(
        database.steps,
        token=desk.token,
        profiles=PROFILES,
        request_id="t",
        now=now,
        # It was made up for him, so that he must change it first.
        with_temporary_password=True,
    )


async def test_the_first_run_founds_the_city_with_its_areas_and_its_catalogue(
    create, database, admin, now
):
    told = await create(**OPERATOR)
    assert told.startswith("已创建 · created: 宿迁市信用管理办公室（测试）（")
    assert "管理员账号 · administrator: office\n" in told
    actor = await actor_with(database, told, "office", now)
    assert (actor.kind, actor.tenant_kind) == ("operator", "operator")
    async with database.snapshot(actor, now=now) as session:
        assert (await area(session, "321302")).name == "宿城区"
    assert await admin.fetchval("select count(*) from catalogue_items") > 0


async def test_a_bank_gets_an_administrator_of_its_own(create, database, admin, now):
    await create(**OPERATOR)
    told = await create(**BANK)
    actor = await actor_with(database, told, "bank", now)
    assert (actor.kind, actor.tenant_kind) == ("staff", "bank")
    row = await admin.fetchrow("select short_name, contact from tenants where kind = 'bank'")
    assert tuple(row) == (BANK["name"][:20], "0527-1")


async def test_without_an_operator_there_are_no_tenants(create, admin):
    with pytest.raises(CityNotFounded) as fault:
        await create(**BANK)
    assert fault.value.exit_code == 10
    assert await written(admin) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (OPERATOR | {"uscc": "91321399MA0000015W", "admin_login": "second"}, CityFounded),
        (BANK | {"uscc": OPERATOR["uscc"]}, TenantExists),
        (BANK | {"uscc": "91321399MA00000150"}, UsccChecksum),
        (BANK | {"admin_login": "office!"}, Invalid),
        (BANK | {"area_code": "宿迁"}, Invalid),
    ],
)
async def test_what_the_core_refuses_writes_nothing(create, admin, given, refusal):
    await create(**OPERATOR)
    before = await written(admin)
    with pytest.raises(refusal):
        await create(**given)
    assert await written(admin) == before


def test_without_a_database_the_missing_setting_is_named(tmp_path):
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(NotAvailable, match="DATABASE_URL"):
        create_tenant(settings, **OPERATOR)


def test_the_database_of_the_data_folder_is_found(tmp_path):
    passwords = {"suxin_owner": "o", "suxin_app": "a", "suxin_batch": "b"}
    (tmp_path / "postgres.passwords.json").write_text(json.dumps(passwords))
    (tmp_path / "postgres.port").write_text("5544\n")
    found = with_own_servers(Settings(data_dir=tmp_path))
    assert found.need("database_url") == "postgresql://suxin_app:a@127.0.0.1:5544/suxin"
    assert found.need("database_owner_url") == "postgresql://suxin_owner:o@127.0.0.1:5544/suxin"
    assert found.need("database_batch_url") == "postgresql://suxin_batch:b@127.0.0.1:5544/suxin"


def test_a_database_that_is_set_is_left_alone(tmp_path):
    (tmp_path / "postgres.passwords.json").write_text("{}")
    settings = Settings(data_dir=tmp_path, database_url="postgresql://elsewhere/suxin")
    assert with_own_servers(settings) is settings


async def test_the_day_of_the_second_factor_is_written_and_taken_back(create, city, admin):
    await create(**OPERATOR)
    settings = Settings(database_url=city.app)

    async def told(day, uscc=OPERATOR["uscc"]):
        given = {"uscc": uscc, "day": day, "reason": "演练"}
        return await asyncio.to_thread(set_second_factor, settings, **given)

    async def moment():
        return await admin.fetchval("select second_factor_from from tenants")

    assert "2026-12-01" in await told("2026-12-01")
    assert f"{await moment():%F %H}" == "2026-11-30 16"
    for wrong, refusal in ((("soon",), DayMalformed), (("never", BANK["uscc"]), TenantUnknown)):
        with pytest.raises(refusal):
            await told(*wrong)
        assert await moment() is not None
    assert "不要求" in await told("never")
    assert await moment() is None
