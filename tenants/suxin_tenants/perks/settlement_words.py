"""A statement as both desks show it, and its lines as a file."""

from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.perks.covers.queries import paid_in_month
from suxin.perks.settlements import queries
from suxin.perks.settlements.models import Settlement
from suxin.perks.settlements.states import SettlementState
from suxin_tenants.operator.list_files import Cell, Column, Sheet, Value
from suxin_tenants.visits import Visit
from suxin_tenants.words import Said

STATES: Final[Mapping[SettlementState, Said]] = {
    SettlementState.DRAWN_UP: ("待商户确认", "warn"),
    SettlementState.DISPUTED: ("商户有异议", "bad"),
    SettlementState.CONFIRMED: ("待运营方审批", "info"),
    SettlementState.APPROVED: ("待付款", "info"),
    SettlementState.PAID: ("已付款", "good"),
}
_COLUMNS: Final = (
    Column("核销编号"),
    Column("权益"),
    Column("完成日期", Cell.DAY),
    Column("使用次数", Cell.COUNT),
    Column("应结算", Cell.YUAN),
)


def month_zh(settlement: Settlement) -> str:
    """Return a statement's month in words."""
    return f"{settlement.month.year} 年 {settlement.month.month} 月"


async def settlement_context(
    session: AsyncSession, visit: Visit, settlement_id: UUID
) -> dict[str, object]:
    """Return one statement with what it holds of each programme."""
    found = await queries.settlement_seen(session, visit.actor, settlement_id)
    return {
        "settlement": found,
        "month": month_zh(found),
        "state": STATES[found.state],
        "covered": await paid_in_month(session, found),
        "sums": await queries.sums_of(session, visit.actor, settlement_id),
    }


async def lines_sheet(session: AsyncSession, visit: Visit, settlement_id: UUID) -> Sheet:
    """Return a statement's lines as a list; nobody is named in it."""
    found = await queries.settlement_seen(session, visit.actor, settlement_id)
    statement = queries.lines_of(visit.actor, settlement_id)

    async def rows() -> AsyncIterator[tuple[Value, ...]]:
        read = await session.stream(statement)
        async for line, name in read:
            yield str(line.redemption_id), name, line.ended_on, line.uses, line.amount_fen

    return Sheet(f"结算单-{found.month:%Y-%m}-{found.funder_name}", _COLUMNS, rows())
