"""Drawing statements up: once a month, for every merchant and funder in one statement, as set-based work of the platform.

What was completed late for one month's statement stands on the next one's: a line is of any redemption that stands on none yet.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import SHANGHAI, add_working_days, local_day
from suxin.perks.settlements.models import Settlement

AFTER_DAYS: Final = 3
"""On which working day of a month the month before is settled. Proposed."""

_OPEN: Final = """
    select x.tenant_id, x.id as redemption_id, x.programme_id, x.uses, x.used_value_fen as amount_fen, p.funder, p.funder_name,
           (x.ended_at at time zone 'Asia/Shanghai')::date as ended_on
    from perk_redemptions x
    join perk_programmes p on p.tenant_id = x.tenant_id and p.id = x.programme_id
    where x.state = 'COMPLETED' and x.used_value_fen > 0 and x.ended_at < :until and p.funder <> 'merchant'
      and not exists (
          select from perk_settlement_lines l where l.tenant_id = x.tenant_id and l.redemption_id = x.id
      )
"""
_WANTED: Final = text(f"select distinct tenant_id, funder, funder_name from ({_OPEN}) as o")  # noqa: S608 - words of our own
_DRAW: Final = text(
    f"""
    with wanted as (
        select * from unnest(:tenants, :funders, :names, :ids) as w (tenant_id, funder, funder_name, id)
    ), o as materialized ({_OPEN}), made as (
        insert into perk_settlements (tenant_id, id, month, funder, funder_name, redemptions, uses, amount_fen, state, drawn_up_at)
        select tenant_id, w.id, :month, funder, funder_name, count(*), sum(o.uses), sum(o.amount_fen), 'DRAWN_UP', :now
        from o join wanted w using (tenant_id, funder, funder_name)
        group by tenant_id, w.id, funder, funder_name
        on conflict on constraint uq_perk_settlements_month do nothing
        returning tenant_id, id, funder, funder_name
    )
    insert into perk_settlement_lines (tenant_id, redemption_id, settlement_id, programme_id, ended_on, uses, amount_fen)
    select tenant_id, o.redemption_id, m.id, o.programme_id, o.ended_on, o.uses, o.amount_fen
    from o join made m using (tenant_id, funder, funder_name)
    """  # noqa: S608 - words of our own
).bindparams(
    bindparam("tenants", type_=ARRAY(Uuid())),
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("funders", type_=ARRAY(Text())),
    bindparam("names", type_=ARRAY(Text())),
)


async def month_due(session: AsyncSession, *, now: datetime) -> date | None:
    """Return the first day of the month before, if it is to be settled by now; none before its third working day."""
    first = local_day(now).replace(day=1)
    before = datetime.combine(first - timedelta(days=1), time(), SHANGHAI)
    due = add_working_days(before, AFTER_DAYS, calendar=await calendar(session)).last_day
    return None if local_day(now) < due else (first - timedelta(days=1)).replace(day=1)


async def draw_up(session: AsyncSession, *, month: date, now: datetime) -> list[Settlement]:
    """Draw up what is not on a statement yet and was completed by a month's end, once; return the new statements. In the batch role."""
    until = datetime.combine((month + timedelta(days=31)).replace(day=1), time(), SHANGHAI)
    wanted = (await session.execute(_WANTED, {"until": until})).all()
    if not wanted:
        return []
    ids: list[UUID] = [new_id(now) for _ in wanted]
    await session.execute(
        _DRAW,
        {
            "tenants": [row.tenant_id for row in wanted],
            "funders": [row.funder for row in wanted],
            "names": [row.funder_name for row in wanted],
            "ids": ids,
            "month": month,
            "until": until,
            "now": now,
        },
    )
    made = (await session.scalars(select(Settlement).where(Settlement.id.in_(ids)))).all()
    for one in made:
        append_act(
            session,
            action="perks.settlement.drawn_up",
            now=now,
            tenant_id=one.tenant_id,
            object_type="settlement",
            object_id=one.id,
            detail={"month": month.isoformat(), "amount_fen": one.amount_fen},
        )
    return list(made)
