"""Counting the months, as set-based work of the platform: the month that it is and the one before anew, and all that were never counted."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.perks.figures.models import PerkMonth

_EVER: Final = datetime(2020, 1, 1, tzinfo=SHANGHAI)
"""Before anything was redeemed."""

_COUNT: Final = text(
    """
    with known as (
        select x.ended_at as at, x.tenant_id, x.programme_id, x.uses, x.used_value_fen as value_fen,
               coalesce(r.subject_id, x.id) as who, true as redeemed
        from perk_redemptions x
        left join perk_redeemers r on r.tenant_id = x.tenant_id and r.redemption_id = x.id
        where x.state = 'COMPLETED' and x.ended_at >= :since
        union all
        select o.occurred_at, o.tenant_id, o.programme_id, 0, 0, null, false
        from order_outcomes o
        where o.kind = 'DEFAULTED' and o.programme_id is not null and o.occurred_at >= :since
    ), placed as (
        select date_trunc('month', k.at at time zone 'Asia/Shanghai')::date as month,
               left(t.area_code, 6) as county, p.scenario_code as scenario, k.uses, k.value_fen, k.who, k.redeemed
        from known k
        join perk_programmes p on p.tenant_id = k.tenant_id and p.id = k.programme_id
        join tenants t on t.id = k.tenant_id
    )
    insert into perk_months (month, dimension, key, redemptions, uses, people, value_fen, defaults, counted_at)
    select month, case when grouping(county) = 0 then 'county' when grouping(scenario) = 0 then 'scenario' else 'city' end,
           coalesce(county, scenario, ''), count(*) filter (where redeemed), sum(uses), count(distinct who),
           sum(value_fen), count(*) filter (where not redeemed), :now
    from placed
    group by grouping sets ((month, county), (month, scenario), (month))
    on conflict (month, dimension, key) do update set redemptions = excluded.redemptions, uses = excluded.uses,
        people = excluded.people, value_fen = excluded.value_fen, defaults = excluded.defaults, counted_at = excluded.counted_at
    """
)


async def count_perks(session: AsyncSession, *, now: datetime) -> int:
    """Count the months whose figures may still change; return how many figures were written. A duty of the platform.

    What was completed or not paid stays so, so that a figure only grows until its month is over.
    """
    before = (local_day(now).replace(day=1) - timedelta(days=1)).replace(day=1)
    counted = await session.scalar(select(PerkMonth.month).limit(1)) is not None
    since = datetime.combine(before, time(), SHANGHAI) if counted else _EVER
    written = await session.execute(_COUNT, {"since": since, "now": now})
    return written.rowcount  # type: ignore[attr-defined,no-any-return] # a cursor's
