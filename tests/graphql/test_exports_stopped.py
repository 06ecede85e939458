"""Exports that end before their lists do, files whose time is over, and links that open nothing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from export_runs import (
    PRODUCTS,
    Runs,
    downloaded,
    lines,
    link_of,
    many_products,
    shown,
    started,
)
from oauth_client import new_key, public_jwks
from observing import acts, nothing_written

from suxin.consent.oauth.clients import ClientDraft, register_client, suspend_client
from suxin.exports.commands import ExportOrder, start_export
from suxin.exports.policies import EXPORT_RUN
from suxin.exports.progress import ExportPage, keep_page
from suxin.exports.queries import export_linked
from suxin.kernel.actor import Actor, ActorKind
from suxin.lending.policies import PRODUCT_READ
from suxin.tenancy.commands import suspend_tenant
from suxin_graphql.trusted import OPERATIONS
from suxin_server.pruning import prune
from suxin_tenants import PROFILES


@pytest.fixture
def runs(runtime, admin) -> Runs:
    return Runs(runtime, admin, slice_s=0)


@pytest.fixture
async def half_done(bank_a, runs, admin) -> str:
    """An export of 251 rows of which 100 are in the file."""
    await many_products(admin, bank_a.bank.tenant_id, 250)
    export_id = await started(bank_a)
    await runs.perform(at_most=1)
    assert (await runs.row())["row_count"] == 100
    return export_id


@pytest.fixture
async def done(bank_a, runs, half_done) -> str:
    """The same, completed."""
    await runs.perform()
    assert (await runs.row())["state"] == "COMPLETED"
    return half_done


async def failed(runs: Runs) -> str:
    """Go on with the export; return why it ended."""
    await runs.perform()
    row = await runs.row()
    assert (row["state"], row["row_count"], row["key_sealed"]) == ("FAILED", 100, None)
    assert row["failure_zh"]
    assert runs.files == []
    code: str = row["failure_code"]
    return code


async def test_a_torn_tail_is_cut_off(bank_a, runs, half_done, client):
    """What a killed worker wrote beyond the last committed page is nobody's, and is read again."""
    [path] = runs.files
    good = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"\x00\x00\x10\x00torn")
    await runs.perform()
    row = await runs.row()
    assert (row["state"], row["row_count"]) == ("COMPLETED", 251)
    assert path.stat().st_size == row["position"] > good
    found = lines(await downloaded(client, await link_of(bank_a, half_done)))
    assert len({one["id"] for one in found}) == 251


async def test_a_page_that_another_worker_wrote_meanwhile_is_dropped(runs, half_done, runtime):
    """A worker whose connection was lost goes on with what it had in hand; another has the export by then."""
    now, system = runtime.clock.now(), Actor.system("test")
    row = await runs.row()
    async with runtime.database.snapshot(system, now=now) as session:
        in_hand = await export_linked(session, export_id=UUID(str(row["id"])))
    await runs.perform(at_most=1)
    [path] = runs.files
    before = path.read_bytes()
    late = ExportPage(text=b"{}\n", rows=1, following="x")
    async with runtime.database.transaction(system, now=now) as session:
        kept = await keep_page(
            session,
            read_for=in_hand,
            page=late,
            folder=runs.folder,
            sealer=runtime.sealer,
            now=now,
        )
    assert not kept
    assert path.read_bytes() == before
    assert (await runs.row())["row_count"] == 200


@pytest.mark.parametrize("damage", ["gone", "short", "changed"])
async def test_a_damaged_file_ends_it_by_name(bank_a, runs, half_done, damage):
    [path] = runs.files
    if damage == "gone":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[:-1] if damage == "short" else content[:-1] + b"\x00")
    await runs.perform()
    node = await shown(bank_a)
    assert (node["state"], node["failureCode"]) == ("FAILED", "EXPORT_FILE_LOST")
    assert runs.files == []


async def test_a_suspended_tenants_exports_end_and_its_files_go(
    bank_a, runs, done, small_city, client, admin, desks
):
    url = await link_of(bank_a, done)
    await started(bank_a)
    await runs.perform(at_most=1)
    assert len(runs.files) == 2
    await small_city.act(
        suspend_tenant, small_city.operator, tenant_id=bank_a.bank.tenant_id, reason="检查"
    )
    # Before any job has run the link is refused already.
    refused = await downloaded(client, url)
    assert (refused.status_code, refused.json()["code"]) == (403, "TENANT_SUSPENDED")
    await runs.perform()
    assert runs.files == []
    rows = await admin.fetch("select state, failure_code, key_sealed from exports order by id")
    assert [tuple(row) for row in rows] == [
        ("COMPLETED", None, None),
        ("FAILED", "TENANT_SUSPENDED", None),
    ]
    assert await acts(admin, "exports.file.erased") == ["exports.file.erased"]


async def test_the_next_page_is_not_read_once_the_tenant_is_suspended(
    bank_a, runs, half_done, admin
):
    """Also where the job that ends a suspended tenant's exports has not come to it yet."""
    await admin.execute(
        "update tenants set status = 'SUSPENDED' where id = $1", bank_a.bank.tenant_id
    )
    assert await failed(runs) == "TENANT_SUSPENDED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("delete from memberships where staff_id = $1", "FORBIDDEN"),
        ("update staff set ended_at = now() where id = $1", "UNAUTHENTICATED"),
        (
            "update staff_log_ins set password_set_at = '2026-11-21' where staff_id = $1",
            "UNAUTHENTICATED",
        ),
        (
            "update staff_log_ins set temporary = true where staff_id = $1",
            "PASSWORD_CHANGE_REQUIRED",
        ),
        (
            "update memberships set area_codes = '{321302}' where staff_id = $1",
            "EXPORT_REACH_CHANGED",
        ),
    ],
)
async def test_who_may_not_read_any_more_gets_no_further_page(
    bank_a, runs, half_done, admin, change, code
):
    await admin.execute(change, bank_a.bank.staff_id)
    assert await failed(runs) == code


async def test_a_link_needs_the_right_to_read_what_is_in_the_file(bank_a, runs, done, admin):
    asked = OPERATIONS["export_link.graphql"]
    keep = "delete from memberships where staff_id = $1 and role <> 'loan_officer'"
    await admin.execute(keep, bank_a.bank.staff_id)
    assert await link_of(bank_a, done)
    await admin.execute(
        "update memberships set area_codes = '{321302}' where staff_id = $1", bank_a.bank.staff_id
    )
    async with nothing_written(admin):
        assert await bank_a.codes(asked, id=done) == ["EXPORT_REACH_CHANGED"]


@pytest.fixture
async def system(small_city) -> Actor:
    """A system of the first bank's own, as its token makes it."""
    bank = small_city.banks[0]
    client = await small_city.act(
        register_client,
        bank.officer,
        draft=ClientDraft(
            name="信贷系统",
            grant_types=["client_credentials"],
            scopes=["exports.export.run", "lending.product.read"],
            jwks=public_jwks(new_key()),
        ),
        profiles=PROFILES,
    )
    return Actor(
        kind=ActorKind.CLIENT,
        request_id="test-system",
        tenant_id=bank.tenant_id,
        tenant_kind="bank",
        client_id=client.client_id,
        permissions=frozenset({EXPORT_RUN, PRODUCT_READ}),
    )


ORDER = ExportOrder(
    document=OPERATIONS["export_products.graphql"],
    document_id=PRODUCTS,
    variables={},
    needs="lending.product.read",
)


async def test_a_system_exports_beside_the_desk(bank_a, system, small_city, runs):
    await small_city.act(start_export, system, order=ORDER)
    await started(bank_a)
    await runs.perform()
    states = await runs.admin.fetch("select state, row_count from exports")
    assert [tuple(row) for row in states] == [("COMPLETED", 1), ("COMPLETED", 1)]
    assert len((await bank_a.run("exports", first=10))["edges"]) == 1


async def test_a_suspended_clients_export_ends(system, small_city, runs, admin):
    await many_products(admin, system.own_tenant, 250)
    await small_city.act(start_export, system, order=ORDER)
    await runs.perform(at_most=1)
    await small_city.act(
        suspend_client,
        small_city.banks[0].officer,
        client_id=UUID(system.client_id or ""),
        reason="检查",
    )
    assert await failed(runs) == "EXPORT_CLIENT_ENDED"


async def test_what_a_staff_member_let_an_application_do_ends_with_his_grant(
    system, small_city, bank_a, runs, admin
):
    """He has granted it nothing, or no longer: it exports nothing as him."""
    staff = replace(system, kind=ActorKind.STAFF, staff_id=bank_a.bank.staff_id)
    await small_city.act(start_export, staff, order=ORDER)
    await runs.perform()
    row = await runs.row()
    assert (row["state"], row["failure_code"]) == ("FAILED", "EXPORT_GRANT_ENDED")


async def test_a_right_that_it_did_not_have_then_is_not_used_later(bank_a, small_city, runs):
    """What is read are the rights of its start that are left, whatever else its caller has."""
    narrow = bank_a.bank.officer.with_permissions({EXPORT_RUN})
    await small_city.act(start_export, replace(narrow, staff_id=bank_a.bank.staff_id), order=ORDER)
    await runs.perform()
    assert (await runs.row())["failure_code"] == "FORBIDDEN"


async def test_a_file_is_erased_after_a_day(bank_a, runs, done, client, clock, desks, admin):
    clock.pass_time(hours=23.9)
    later = replace(bank_a, token=await reopened(desks, bank_a, clock))
    url = await link_of(later, done)
    clock.pass_time(minutes=7)
    # Its time is over, also where no job has run.
    gone = await downloaded(client, url)
    assert (gone.status_code, gone.json()["code"]) == (410, "EXPORT_LINK_EXPIRED")
    await runs.perform()
    assert runs.files == []
    row = await runs.row()
    assert (row["state"], row["key_sealed"]) == ("COMPLETED", None)
    assert row["erased_at"] == clock.now()
    assert (await later.run("export_link", id=done))["link"] is None


async def reopened(desks, caller, clock) -> str:
    """A desk session of the same person, later."""
    from staff_log_ins import open_desk

    bank = caller.bank
    async with desks.city.database.transaction(Actor.anonymous("test"), now=clock.now()) as session:
        return (await open_desk(session, bank.tenant_id, bank.staff_id, now=clock.now())).token


async def test_one_that_does_not_end_in_a_day_is_given_up(runs, half_done, clock):
    clock.pass_time(hours=24)
    end = "update outbox set done_at = now() where topic = 'exports.export.run'"
    await runs.admin.execute(end)
    assert await failed(runs) == "EXPORT_STALLED"


async def test_a_link_is_good_for_a_quarter_of_an_hour(bank_a, runs, done, client, clock):
    url = await link_of(bank_a, done)
    clock.pass_time(minutes=14)
    assert (await downloaded(client, url)).status_code == 200
    clock.pass_time(minutes=2)
    late = await downloaded(client, url)
    assert (late.status_code, late.json()["code"]) == (410, "EXPORT_LINK_EXPIRED")


async def test_a_forged_link_opens_nothing(bank_a, bank_b, runs, done, client, admin):
    url = httpx.URL(await link_of(bank_a, done))
    other = await started(bank_b)
    await runs.perform()
    foreign = httpx.URL(await link_of(bank_b, other))
    expires, signature = url.params["expires"], url.params["signature"]
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    forged = [
        url.copy_set_param("signature", flipped),
        url.copy_set_param("signature", signature[:-1]),
        url.copy_set_param("expires", str(int(expires) + 1)),
        url.copy_set_param("expires", "9" * 13),
        url.copy_set_param("expires", "soon"),
        url.copy_with(path=foreign.path),
        url.copy_with(path="/graphql/exports/01890000-0000-7000-8000-000000000000"),
        url.copy_with(query=b""),
    ]
    async with nothing_written(admin):
        for link in forged:
            refused = await downloaded(client, str(link))
            assert (refused.status_code, refused.json()["code"]) == (403, "EXPORT_LINK_INVALID")
    assert (await downloaded(client, str(url))).status_code == 200


async def test_what_a_killed_worker_left_is_swept(runs, done, database, clock, admin):
    [path] = runs.files
    orphan = path.with_name(f"{UUID(int=7)}.sealed")
    orphan.write_bytes(b"x")
    (path.parent / "notes.txt").write_text("somebody's own")
    gone = await prune(database, now=clock.now(), exports_folder=runs.folder)
    assert (gone["export_files"], gone["exports"]) == (1, 0)
    assert {one.name for one in runs.files} == {path.name, "notes.txt"}
    clock.pass_time(days=31)
    await runs.perform()
    gone = await prune(database, now=clock.now() + timedelta(days=1), exports_folder=runs.folder)
    assert (gone["export_files"], gone["exports"]) == (0, 1)
    assert await admin.fetchval("select count(*) from exports") == 0
