"""Counting areas, set-based as the batch role: how many households each village, town and county has, and how many have a grade.

The register says how many there are; whoever did not enter is in that number alone.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.rural.effecting import GRADES
from suxin.rural.rollup import CREDIT_HOUSEHOLD_TIER

_COUNT: Final = text(
    """
    with registered as (
      select v.code, v.tenant_id, count(h.id) as households
      from villages v left join households h on h.tenant_id = v.tenant_id and h.state = 'ACTIVE'
      where v.state = 'ACTIVE' group by v.code, v.tenant_id
    ), graded as (
      select village_code, count(*) filter (where kind = 'household') as rated,
        count(*) filter (where kind = 'household' and place <= :place) as credit,
        count(*) filter (where kind <> 'household') as entities
      from rural_grades where state = 'IN_FORCE' and expires_on > :today group by village_code
    ), titled as (
      select distinct area_code from rural_titles where level = 'village' and state = 'APPROVED'
    ), pointed as (
      select distinct tenant_id from grid_rule_sets where state = 'CONFIRMED' and starts_on <= :today
    ), shopped as (
      select distinct tenant_id from shop_budgets where state = 'CONFIRMED' and year = :year
    ), of_village as (
      select r.code, r.tenant_id, r.households, coalesce(g.rated, 0) as rated, coalesce(g.credit, 0) as credit,
        coalesce(g.entities, 0) as entities, (t.area_code is not null)::int as titled,
        (p.tenant_id is not null)::int as pointed, (b.tenant_id is not null)::int as shopped
      from registered r left join graded g on g.village_code = r.code left join titled t on t.area_code = r.code
        left join pointed p on p.tenant_id = r.tenant_id left join shopped b on b.tenant_id = r.tenant_id
    ), every as (
      select code as area_code, 'village' as level, tenant_id, households, rated, credit, entities, 1 as villages, titled, pointed, shopped from of_village
      union all
      select left(code, 9), 'town', null, sum(households), sum(rated), sum(credit), sum(entities), count(*), sum(titled), sum(pointed), sum(shopped)
      from of_village group by left(code, 9)
      union all
      select left(code, 6), 'county', null, sum(households), sum(rated), sum(credit), sum(entities), count(*), sum(titled), sum(pointed), sum(shopped)
      from of_village group by left(code, 6)
    )
    insert into rural_area_counts (area_code, level, tenant_id, households, rated_households, credit_households, entities,
      villages, credit_villages, point_villages, shop_villages, counted_at)
    select area_code, level, tenant_id, households, rated, credit, entities, villages, titled, pointed, shopped, :now from every
    on conflict (area_code) do update
    set level = excluded.level, tenant_id = excluded.tenant_id, households = excluded.households,
      rated_households = excluded.rated_households, credit_households = excluded.credit_households, entities = excluded.entities,
      villages = excluded.villages, credit_villages = excluded.credit_villages,
      point_villages = excluded.point_villages, shop_villages = excluded.shop_villages, counted_at = excluded.counted_at
    """
)
_GONE: Final = text("delete from rural_area_counts where counted_at < :now")


async def count_areas(session: AsyncSession, *, now: datetime) -> None:
    """Count every area anew; one that has no register any more goes."""
    today = local_day(now)
    given = {
        "now": now,
        "today": today,
        "year": today.year,
        "place": GRADES.index(CREDIT_HOUSEHOLD_TIER),
    }
    await session.execute(_COUNT, given)
    await session.execute(_GONE, {"now": now})
