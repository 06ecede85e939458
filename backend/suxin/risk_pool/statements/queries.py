"""Statements and their lines as the operator sees its own."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.risk_pool.claims.policies import STATEMENT_READ
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement
from suxin.risk_pool.statements.states import LineState


def own_statements(actor: Actor, *, pool_id: UUID | None = None) -> Select[CustodianStatement]:
    """Return the operator's statements, of all pools or one, the latest first.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    statement = select(CustodianStatement).where(CustodianStatement.tenant_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(CustodianStatement.pool_id == pool_id)
    return statement.order_by(CustodianStatement.id.desc())


async def own_statement(
    session: AsyncSession, actor: Actor, statement_id: UUID
) -> CustodianStatement:
    """Return one of the operator's statements.

    :raises Forbidden: if the actor may not look at statements
    :raises NotFound: if it is none of its
    """
    found = await session.scalar(own_statements(actor).where(CustodianStatement.id == statement_id))
    if found is None:
        raise NotFound(thing_zh="对账单", thing_en="statement")
    return found


def own_lines(
    actor: Actor,
    *,
    pool_id: UUID | None = None,
    statement_id: UUID | None = None,
    state: LineState | None = None,
) -> Select[CustodianLine]:
    """Return lines of the operator's statements, narrowed where that is said, the latest first.

    :raises Forbidden: if the actor may not look at statements
    """
    actor.require(STATEMENT_READ)
    statement = select(CustodianLine).where(CustodianLine.tenant_id == actor.own_tenant)
    if pool_id is not None:
        statement = statement.where(CustodianLine.pool_id == pool_id)
    if statement_id is not None:
        statement = statement.where(CustodianLine.statement_id == statement_id)
    if state is not None:
        statement = statement.where(CustodianLine.state == state)
    return statement.order_by(CustodianLine.booked_on.desc(), CustodianLine.id.desc())


async def line_counts(
    session: AsyncSession, actor: Actor, statement_id: UUID
) -> dict[LineState, int]:
    """Return how many lines of one of the operator's statements stand where.

    :raises Forbidden: if the actor may not look at statements
    """
    shown = own_lines(actor, statement_id=statement_id).order_by(None).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0]: row[1] for row in rows}


async def lock_own_line(session: AsyncSession, actor: Actor, line_id: UUID) -> CustodianLine:
    """Return one line of the operator's statements, locked.

    :raises NotFound: if it is none of its
    """
    line = await session.scalar(
        select(CustodianLine)
        .where(CustodianLine.tenant_id == actor.own_tenant, CustodianLine.id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if line is None:
        raise NotFound(thing_zh="流水", thing_en="line")
    return line


async def statement_with(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, number: str
) -> CustodianStatement | None:
    """Return the statement of one of the operator's pools with a number."""
    return await session.scalar(
        select(CustodianStatement).where(
            CustodianStatement.tenant_id == actor.own_tenant,
            CustodianStatement.pool_id == pool_id,
            CustodianStatement.number == number,
        )
    )


async def lines_with(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, references: Sequence[str]
) -> dict[str, CustodianLine]:
    """Return the lines of one of the operator's pools that have one of these references."""
    found = await session.scalars(
        select(CustodianLine).where(
            CustodianLine.tenant_id == actor.own_tenant,
            CustodianLine.pool_id == pool_id,
            CustodianLine.reference.in_(references),
        )
    )
    return {line.reference: line for line in found}


async def lock_open_lines(
    session: AsyncSession,
    *,
    operator_id: UUID,
    pool_id: UUID,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[CustodianLine]:
    """Return lines of a pool past a place that are not matched, the first booked first, locked."""
    wanted = select(CustodianLine).where(
        CustodianLine.tenant_id == operator_id,
        CustodianLine.pool_id == pool_id,
        CustodianLine.state == LineState.OPEN,
    )
    if after is not None:
        day, line_id = after
        wanted = wanted.where(
            (CustodianLine.booked_on > day)
            | ((CustodianLine.booked_on == day) & (CustodianLine.id > line_id))
        )
    return (
        await session.scalars(
            wanted.order_by(CustodianLine.booked_on, CustodianLine.id)
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()
