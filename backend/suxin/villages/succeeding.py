"""A register taken over by another: set-based, in one transaction, as the platform, which alone reads both.

Households, members and grids keep their ids, so that what is about one stays about it. The former register keeps its rows as history, without
anything that names somebody: what is sealed, the indexes and the persons behind them are the successor's alone.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from suxin.kernel.database import actor_of
from suxin.kernel.tables import Table
from suxin.kernel.working_days import local_day
from suxin.tenancy.commands import suspend_tenant
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.policies import TENANT_MANAGE
from suxin.villages import queries
from suxin.villages.models import (
    Grid,
    GridWorker,
    Household,
    HouseholdLink,
    HouseholdMember,
    Village,
)
from suxin.villages.registers import record, recount
from suxin.villages.states import (
    GridState,
    HouseholdState,
    LeaveReason,
    LinkState,
    MergerState,
)

_OPEN_LINKS: Final = (LinkState.ASKED, LinkState.CONFIRMED)


async def carry_out_merger(session: AsyncSession, *, merger_id: UUID, now: datetime) -> None:
    """Take the former village's households over, and close the former village; done once. The platform's own work.

    A number that the successor has given out already is prefixed with the last three digits of the former village's code. Whoever is in
    both registers stays where the successor has him.

    :raises NotFound: if there is no such merger
    """
    merger = await queries.lock_merger(session, merger_id)
    if merger.state is not MergerState.APPROVED:
        return
    both = {
        one: await queries.lock_village(session, one)
        for one in sorted((merger.from_tenant_id, merger.into_tenant_id))
    }
    former, successor = both[merger.from_tenant_id], both[merger.into_tenant_id]
    taken = _Taken(former, successor, now)
    await taken.grids(session)
    households = await taken.households(session)
    persons = await taken.members(session)
    await taken.links(session)
    await taken.leave_history(session)
    former.merge_into(successor.tenant_id, now=now)
    successor.succeed(former)
    merger.carry_out(households=households, persons=persons, now=now)
    await _close(session, former, successor, now=now)
    record(
        session,
        "villages.merger.carried_out",
        of=("village_merger", merger_id),
        now=now,
        tenant_id=successor.tenant_id,
        detail={"households": households, "persons": persons},
    )
    for one in both:
        await recount(session, one, now=now)


class _Taken:
    """The rows of one register on their way into another."""

    def __init__(self, former: Village, successor: Village, now: datetime) -> None:
        self._code = former.code
        self._from, self._into, self._now = former.tenant_id, successor.tenant_id, now

    async def grids(self, session: AsyncSession) -> None:
        """Copy the grids, which keep their codes until the successor renumbers them."""
        await self._copy(session, Grid, {})

    async def households(self, session: AsyncSession) -> int:
        """Copy the households; return how many are counted."""
        other = aliased(Household)

        def taken(number: ColumnElement[str]) -> ColumnElement[bool]:
            return (
                select(other.id)
                .where(other.tenant_id == self._into, other.number == number)
                .exists()
            )

        prefixed = literal(f"{self._code[-3:]}-") + Household.number
        last = literal(f"{self._code[-3:]}-") + func.left(cast(Household.id, String), 36)
        number = case(
            (~taken(Household.number.expression), Household.number),
            (~taken(prefixed), prefixed),
            else_=last,
        )
        await self._copy(session, Household, {"number": number, "came_from": literal(self._from)})
        return await self._count(session, Household, Household.state == HouseholdState.ACTIVE)

    async def members(self, session: AsyncSession) -> int:
        """Copy who is in them; return how many are there still, without those whom the successor has already."""
        other = aliased(HouseholdMember)
        there = (
            select(other.id)
            .where(
                other.tenant_id == self._into,
                other.left_at.is_(None),
                or_(
                    other.resident_id_index == HouseholdMember.resident_id_index,
                    other.subject_id == HouseholdMember.subject_id,
                ),
            )
            .exists()
        )
        double = and_(HouseholdMember.left_at.is_(None), there)
        await self._copy(
            session,
            HouseholdMember,
            {
                "left_at": case((double, self._now), else_=HouseholdMember.left_at),
                "left_because": case(
                    (double, LeaveReason.MOVED.value), else_=HouseholdMember.left_because
                ),
            },
        )
        gone = select(HouseholdMember.id).where(
            HouseholdMember.tenant_id == self._into, HouseholdMember.left_at.is_not(None)
        )
        await session.execute(
            update(Household)
            .where(
                Household.tenant_id == self._into,
                Household.came_from == self._from,
                Household.head_id.in_(gone),
            )
            .values(head_id=None)
            .execution_options(synchronize_session=False)
        )
        return await self._count(
            session,
            HouseholdMember,
            HouseholdMember.left_at.is_(None),
            HouseholdMember.household_id.in_(
                select(Household.id).where(
                    Household.tenant_id == self._into, Household.came_from == self._from
                )
            ),
            tenant_id=self._into,
        )

    async def links(self, session: AsyncSession) -> None:
        """Copy what people said of their households, unless they are linked or wait in the successor's register."""
        other = aliased(HouseholdLink)
        there = (
            select(other.id)
            .where(
                other.tenant_id == self._into,
                other.person_id == HouseholdLink.person_id,
                other.state.in_(_OPEN_LINKS),
            )
            .exists()
        )
        await self._copy(
            session, HouseholdLink, {}, and_(HouseholdLink.state.in_(_OPEN_LINKS), ~there)
        )

    async def leave_history(self, session: AsyncSession) -> None:
        """Leave the former register its rows, of which none names anybody."""
        today = local_day(self._now)
        await self._change(session, HouseholdLink, HouseholdLink.state.in_(_OPEN_LINKS), {
            "state": LinkState.ENDED,
            "decided_at": func.coalesce(HouseholdLink.decided_at, self._now),
            "ended_at": self._now,
        })  # fmt: skip
        await self._change(session, HouseholdMember, HouseholdMember.left_at.is_(None), {
            "left_at": self._now,
            "left_because": LeaveReason.TRANSFERRED,
        })  # fmt: skip
        await self._change(session, HouseholdMember, literal(value=True), {
            "name_sealed": None,
            "phone_sealed": None,
            "resident_id_sealed": None,
            "resident_id_index": None,
            "key_version": None,
            "subject_id": None,
            "household_subject_id": None,
        })  # fmt: skip
        await self._change(session, Household, literal(value=True), {
            "state": HouseholdState.TRANSFERRED,
            "ended_at": func.coalesce(Household.ended_at, self._now),
        })  # fmt: skip
        await self._end_work(session, today)

    async def _end_work(self, session: AsyncSession, today: date) -> None:
        ended = {"ends_before": func.greatest(GridWorker.starts_on, today)}
        await self._change(session, GridWorker, GridWorker.ends_before.is_(None), ended)
        await self._change(session, Grid, Grid.state == GridState.ACTIVE, {
            "state": GridState.ENDED,
            "valid_until": func.greatest(Grid.valid_from, today),
        })  # fmt: skip

    async def _copy(
        self,
        session: AsyncSession,
        model: type[Table],
        other: dict[str, ColumnElement[Any]],
        *conditions: ColumnElement[bool],
    ) -> None:
        """Add a row of the successor's for each of the former's, alike but for some columns."""
        columns = model.__table__.columns
        values = {"tenant_id": literal(self._into), **other}
        rows = select(*[values.get(column.name, column) for column in columns]).where(
            columns["tenant_id"] == self._from, *conditions
        )
        await session.execute(
            insert(model).from_select([column.name for column in columns], rows),
        )

    async def _change(
        self,
        session: AsyncSession,
        model: type[Table],
        condition: ColumnElement[bool],
        values: dict[str, Any],
    ) -> None:
        await session.execute(
            update(model)
            .where(model.__table__.c.tenant_id == self._from, condition)
            .values(values)
            .execution_options(synchronize_session=False)
        )

    async def _count(
        self,
        session: AsyncSession,
        model: type[Table],
        *conditions: ColumnElement[bool],
        tenant_id: UUID | None = None,
    ) -> int:
        owner = model.__table__.c.tenant_id == (tenant_id or self._from)
        return await session.scalar(select(func.count()).where(owner, *conditions)) or 0


async def _close(
    session: AsyncSession, former: Village, successor: Village, *, now: datetime
) -> None:
    """Close the former village's tenant: its staff and systems act no more."""
    tenant = await session.get(Tenant, former.tenant_id)
    if tenant is not None and tenant.status is TenantStatus.ACTIVE:
        await suspend_tenant(
            session,
            # Two people of the operator have decided so.
            actor_of(session).with_permissions({TENANT_MANAGE}),
            tenant_id=former.tenant_id,
            reason=f"村户名册已并入 {successor.code}",
            now=now,
        )
    await session.flush()
