"""A house's own identity provider at its desk: set, tried, put in force and out; and the day of the second factor."""

import pytest
from observing import acts, nothing_written, one
from small_provider import CLIENT_ID, small_provider

from suxin.tenancy.providers.commands import note_provider_tried
from suxin.tenancy.providers.models import StaffIdentity

PLACE = "/desk/identity-provider"


@pytest.fixture(scope="module")
def provider():
    with small_provider() as provider:
        yield provider


def settings(provider, **changes) -> dict[str, str]:
    usual = {"issuer": provider.issuer, "clientId": CLIENT_ID, "method": "private_key_jwt"}
    return {**usual, "keepsPasswords": "yes", **changes}


async def tried(desks, admin):
    row = await one(admin, "select * from identity_providers")
    known = {"provider_id": row["id"], "begun_at": desks.city.now}
    await desks.city.act(note_provider_tried, desks.city.banks[0].officer, **known)
    return row["id"]


async def test_an_administrator_sets_a_provider_that_is_tried_before_it_is_in_force(
    desks, admin, provider, words
):
    desk = await desks.of("bank_admin")
    page = words(await desk.done(PLACE, **settings(provider)))
    row = await one(admin, "select * from identity_providers")
    assert (row["state"], row["tried_at"], row["secret_sealed"]) == ("DRAFT", None, None)
    answers = f"http://suxin.test/oauth/log-in/with/{row['id']}/answer"
    for shown in (answers, "http://suxin.test/oauth/jwks", "尚未试登录", "草稿"):
        assert shown in page, shown
    async with nothing_written(admin):
        refused = await desk.post(f"{PLACE}/{row['id']}/activate")
        assert "请先试登录成功，再启用" in await desk.get(refused.headers["location"])
    await tried(desks, admin)
    assert "已启用" in await desk.done(f"{PLACE}/{row['id']}/activate")
    assert "恢复密码登录" in await desk.get(PLACE)
    assert "已暂停" in await desk.done(f"{PLACE}/{row['id']}/suspend")
    assert await acts(admin, "tenancy.identity_provider.") == [
        f"tenancy.identity_provider.{act}" for act in ("set", "tried", "activated", "suspended")
    ]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"issuer": ""}, "issuer", "此项必填"),
        ({"issuer": "http://127.0.0.1:9"}, "issuer", "连不上"),
        ({"issuer": "https://10.0.0.8"}, "issuer", "连不上"),
        ({"clientId": "a b"}, "clientId", "不含空格"),
        ({"method": "client_secret_basic"}, "secret", "请填写客户端密钥"),
        ({"maxAgeMinutes": "soon"}, "maxAgeMinutes", "请填写整数"),
        ({"maxAgeMinutes": "-1"}, "maxAgeMinutes", "应为 0 至 1440 分钟，或留空"),
        ({"maxAgeMinutes": "1441"}, "maxAgeMinutes", "应为 0 至 1440 分钟，或留空"),
        ({"acrValues": "a b c d e f"}, "acrValues", "最多 5 个"),
        ({"acrValues": "a 强"}, "acrValues", "个英文字符"),
        ({"acrValues": "urn:bank:weak"}, "acrValues", "不支持所填的任何认证级别"),
    ],
)
async def test_settings_that_do_not_do_are_told_beside_the_field(
    desks, admin, provider, monkeypatch, changes, field, message
):
    desk = await desks.of("bank_admin")
    monkeypatch.setitem(provider.published, "acr_values_supported", ["urn:bank:strong", "a"])
    async with nothing_written(admin):
        answer = await desk.post(PLACE, **settings(provider, **changes))
    assert answer.status_code == 422, answer.text
    assert f'id="e-{field}"' in answer.text
    assert message in answer.text


async def test_a_secret_is_sealed_and_not_shown_again(desks, admin, provider):
    desk = await desks.of("bank_admin")
    form = settings(provider, method="client_secret_basic", secret="hush-hush-secret")
    page = await desk.done(PLACE, **form)
    row = await one(admin, "select * from identity_providers")
    assert b"hush" not in row["secret_sealed"]
    assert "hush" not in page
    await desk.done(PLACE, **{**form, "secret": "", "trustsSecondFactor": "yes"})
    kept = await one(admin, "select * from identity_providers")
    assert (kept["secret_sealed"], kept["trusts_second_factor"]) == (row["secret_sealed"], True)


async def test_another_client_id_ends_the_links_and_waits_for_a_try(desks, admin, provider, words):
    desk = await desks.of("bank_admin")
    await desk.done(PLACE, **settings(provider))
    provider_id = await tried(desks, admin)
    await desk.done(f"{PLACE}/{provider_id}/activate")
    boss = desks.city.banks[0].officer
    staff_id = await admin.fetchval(
        "select id from staff where tenant_id = $1 limit 1", boss.tenant_id
    )
    async with desks.city.database.transaction(boss, now=desks.city.now) as session:
        link = {"tenant_id": boss.tenant_id, "staff_id": staff_id, "subject": "u-1001"}
        session.add(StaffIdentity(**link, linked_at=desks.city.now))
    assert "u-1001" in await desk.get(f"/desk/staff/{staff_id}")
    # What does not change who the provider is leaves it in force.
    await desk.done(PLACE, **settings(provider, keepsPasswords="no"))
    assert await admin.fetchval("select state from identity_providers") == "ACTIVE"
    assert await admin.fetchval("select count(*) from staff_identities") == 1
    await desk.done(PLACE, **settings(provider, clientId="another"))
    row = await one(admin, "select * from identity_providers")
    assert (row["state"], row["tried_at"]) == ("DRAFT", None)
    assert await admin.fetchval("select count(*) from staff_identities") == 0


async def test_what_is_asked_of_a_log_in_is_kept_and_waits_for_a_try(desks, admin, provider, words):
    desk = await desks.of("bank_admin")
    await desk.done(PLACE, **settings(provider))
    provider_id = await tried(desks, admin)
    await desk.done(f"{PLACE}/{provider_id}/activate")
    asked = {"maxAgeMinutes": "0", "acrValues": "urn:bank:strong  urn:bank:stronger"}
    page = await desk.done(PLACE, **settings(provider, **asked))
    assert 'value="0"' in page
    assert 'value="urn:bank:strong urn:bank:stronger"' in page
    row = await one(admin, "select * from identity_providers")
    assert (row["max_age_minutes"], row["acr_values"]) == (
        0,
        ["urn:bank:strong", "urn:bank:stronger"],
    )
    assert (row["state"], row["tried_at"]) == ("DRAFT", None)
    log_outs = f"http://suxin.test/oauth/log-in/with/{provider_id}/log-out"
    assert log_outs in words(page)
    await tried(desks, admin)
    # The same again changes nothing of what was tried.
    await desk.done(PLACE, **settings(provider, **asked))
    assert (await one(admin, "select * from identity_providers"))["tried_at"] is not None
    await desk.done(PLACE, **settings(provider))
    row = await one(admin, "select * from identity_providers")
    assert (row["max_age_minutes"], row["acr_values"]) == (None, [])
    assert row["tried_at"] is None


async def test_a_link_is_undone_on_the_persons_page(desks, admin):
    desk = await desks.of("bank_admin")
    boss = desks.city.banks[0].officer
    staff_id = await admin.fetchval(
        "select id from staff where tenant_id = $1 limit 1", boss.tenant_id
    )
    async with desks.city.database.transaction(boss, now=desks.city.now) as session:
        link = {"tenant_id": boss.tenant_id, "staff_id": staff_id, "subject": "u-1001"}
        session.add(StaffIdentity(**link, linked_at=desks.city.now))
    page = await desk.done(f"/desk/staff/{staff_id}/unlink")
    assert "已解除绑定" in page
    assert "u-1001" not in page
    assert await admin.fetchval("select count(*) from staff_identities") == 0


async def test_settings_that_are_not_in_force_are_forgotten_with_their_links(
    desks, admin, provider, words
):
    desk = await desks.of("bank_admin")
    await desk.done(PLACE, **settings(provider, method="client_secret_basic", secret="hush-hush"))
    boss, provider_id = desks.city.banks[0].officer, await tried(desks, admin)
    async with desks.city.database.transaction(boss, now=desks.city.now) as session:
        link = {"tenant_id": boss.tenant_id, "staff_id": desk.staff_id, "subject": "u-1001"}
        session.add(StaffIdentity(**link, linked_at=desks.city.now))
    await desk.done(f"{PLACE}/{provider_id}/activate")
    assert "删除统一登录设置" not in await desk.get(PLACE)
    async with nothing_written(admin):
        refused = await desk.post(f"{PLACE}/{provider_id}/remove")
        assert "请刷新页面" in await desk.get(refused.headers["location"])
    await desk.done(f"{PLACE}/{provider_id}/suspend")
    rival = await desks.of("bank_admin", desks.city.banks[1].tenant_id)
    async with nothing_written(admin):
        assert (await rival.post(f"{PLACE}/{provider_id}/remove")).status_code == 404
    page = words(await desk.done(f"{PLACE}/{provider_id}/remove"))
    assert "已删除统一登录设置和全部绑定" in page
    assert "在贵方登录系统登记" not in page
    for table in ("identity_providers", "staff_identities"):
        assert await admin.fetchval(f"select count(*) from {table}") == 0  # noqa: S608 - names of our own tables


@pytest.mark.parametrize("role", ["loan_officer", "viewer"])
async def test_nobody_else_sets_it(desks, admin, provider, role):
    desk = await desks.of(role)
    async with nothing_written(admin):
        await desk.get(PLACE, status=403)
        assert (await desk.post(PLACE, **settings(provider))).status_code == 403


async def test_the_operator_writes_from_when_a_second_factor_is_needed(desks, admin):
    desk, bank = await desks.operator(), desks.city.banks[0]
    place = f"/desk/tenants/{bank.tenant_id}"
    moment = "select second_factor_from from tenants where id = $1"
    form = {"secondFactorFrom": "2026-12-01", "secondFactorReason": "按计划启用"}
    page = await desk.done(f"{place}/second-factor", **form)
    assert 'value="2026-12-01"' in page
    assert f"{await admin.fetchval(moment, bank.tenant_id):%F %T%z}" == "2026-11-30 16:00:00+0000"
    for changes in ({"secondFactorReason": ""}, {"secondFactorFrom": "soon"}):
        async with nothing_written(admin):
            answer = await desk.post(f"{place}/second-factor", **{**form, **changes})
        assert answer.status_code == 422
        assert f'id="e-{next(iter(changes))}"' in answer.text
    await desk.done(f"{place}/second-factor", secondFactorFrom="", secondFactorReason="演示")
    assert await admin.fetchval(moment, bank.tenant_id) is None
    for other in (await desks.operator("credit_office"), await desks.of("bank_admin")):
        async with nothing_written(admin):
            answer = await other.post(f"{place}/second-factor", **form)
        assert answer.status_code in {403, 404}
