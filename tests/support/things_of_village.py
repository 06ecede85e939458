"""One of each thing of a village that its documents ask for by id."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_points import build_points
from small_shop import build_shop

from suxin.kernel.actor import Actor
from suxin.rural.models import RatingCycle, RatingEntry, RuralCertificate, RuralTitle
from suxin.villages.models import Grid
from suxin_graphql.ids import to_global

_ASKED = {
    " pointClaim(id: $id)": "PointClaim",
    "on PointRuleSet": "PointRuleSet",
    " ratingCycle(id: $id)": "RatingCycle",
    " shopRedemption(id: $id)": "ShopRedemption",
}


async def village_asked(
    text: str, city: SmallCity, admin: asyncpg.Connection
) -> tuple[Actor, dict[str, Any]]:
    """Build a village with a household, a grid, a claim, a rating and a redemption; return who may read it all, and a document's variables."""
    points = await build_points(city, admin)
    boss, own = points.person("village_admin"), {"tenant_id": points.tenant_id}
    claim = await points.record()
    grid = sample(Grid, city.now, **own, code="321302102201001", kind="basic", state="ACTIVE")
    await insert(admin, Grid, grid)
    await admin.execute("update households set grid_id = $1", grid["id"])
    shop = await build_shop(points)
    held = await shop.hold({shop.soap: 1})
    cycle_id, number = uuid4(), uuid4()
    cycle = sample(RatingCycle, city.now, **own, id=cycle_id, year=2026, state="OPEN")
    entry = sample(RatingEntry, city.now, **own, cycle_id=cycle_id, subject_id=city.firm_id, household_id=points.households[0], state="ENTERED")  # fmt: skip
    title = sample(RuralTitle, city.now, level="village", year=2026, figures="{}", state="APPROVED", filed_by=UUID(int=1), decided_by=UUID(int=2), decided_at=city.now)  # fmt: skip
    for model, row in (
        (RatingCycle, cycle),
        (RatingEntry, entry),
        (RuralTitle, title),
        (RuralCertificate, sample(RuralCertificate, city.now, id=number)),
    ):
        await insert(admin, model, row)
    things = {
        "Household": points.households[0],
        "PointClaim": claim.id,
        "PointRuleSet": claim.rule_set_id,
        "RatingCycle": cycle_id,
        "ShopRedemption": held.id,
    }
    named = {name: to_global(name, thing, boss) for name, thing in things.items()}
    wanted = next((name for words, name in _ASKED.items() if words in text), "Household")
    return boss, {
        "id": named[wanted],
        "householdId": named["Household"],
        "cycleId": named["RatingCycle"],
        "number": str(number),
        "first": 5,
    }
