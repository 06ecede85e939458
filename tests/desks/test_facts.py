"""Facts that a village attests, at its desk: stated by one from whoever entered, verified by another, then on record."""

from small_rural import build_village

from suxin.kernel.actor import Actor
from suxin.rural.cycles import open_cycle
from suxin.rural.statements import STATABLE, put_on_record
from suxin.rural.states import RuralKind
from suxin.subjects.shapes import SHAPES
from suxin_tenants.village_grid.fact_pages import FIELDS, ITEMS

PLACE = "/desk/facts"


def test_every_item_that_a_village_attests_has_a_form_of_its_shape():
    assert tuple(ITEMS) == tuple(FIELDS) == STATABLE
    assert {item: set(fields) for item, fields in FIELDS.items()} == {
        item: set(SHAPES[item].keys) for item in STATABLE
    }


async def test_a_fact_is_stated_by_one_and_verified_by_another(desks, small_city, admin, words):
    village = await build_village(small_city)
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    entry = await village.enter(cycle, 1)
    worker, checker, viewer = [
        await desks.of(role, village.tenant_id) for role in ("grid_worker", "supervisor", "viewer")
    ]
    at = f"{PLACE}/entries/{entry.id}"
    assert f'href="{at}"' in await worker.get(f"/desk/ratings/{cycle.id}")
    assert f'href="{at}"' not in await viewer.get(f"/desk/ratings/{cycle.id}")
    await viewer.get(at, status=403)
    assert "承包或流转合同编号" in words(await worker.get(f"{at}?item=FARM-LAND"))
    land = {"item": "FARM-LAND", "number": "宿承包 12", "band": "30至100亩"}
    for wrong in ({"number": " "}, {"band": "一千亩"}, {"item": "FARM-BRAND"}):
        answer = await worker.post(at, **(land | wrong))
        assert answer.status_code == 422, wrong
    assert "已出具" in words(await worker.done(at, **land))
    assert 'data-testid="verify-fact"' not in await worker.get(PLACE)
    shown = await checker.get(PLACE)
    for said in ("待复核", "30至100亩", "赵**户1"):
        assert said in words(shown), said
    statement_id = await admin.fetchval("select id from rural_statements")
    decide = f"{PLACE}/{statement_id}/decide"
    assert (await worker.post(decide, granted="yes")).status_code == 403
    await checker.done(decide, granted="yes")
    assert "没有待复核的证明" in words(await checker.get(PLACE))
    assert "已复核" in words(await checker.get(f"{PLACE}?state=all"))
    again = await checker.post(decide, granted="no")
    assert again.status_code == 422
    async with small_city.database.transaction(_platform(), now=small_city.now) as session:
        named = {"tenant_id": village.tenant_id, "statement_id": statement_id}
        assert await put_on_record(session, **named, now=small_city.now)
    row = await admin.fetchrow(
        "select item_code, content from credit_records where source = 'village'"
    )
    assert row["item_code"] == "FARM-LAND"


def _platform():
    return Actor.system("test")
