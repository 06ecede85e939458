"""What a village's systems read of its ratings, and everybody of titles and certificates."""

from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.rural.policies import RATING_READ
from suxin.rural.queries.areas import certificate_numbered
from suxin.rural.queries.cycles import own_cycles, own_entries, standing_of
from suxin_graphql import rural_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import Answer, OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import Access, query
from suxin_graphql.ids import local_id
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class RuralQueries:
    """Queries of rural ratings."""

    @query(
        RATING_READ,
        Connection[types.RatingCycle],
        description="本村的信用评级批次。The rating cycles of this village.",
    )
    def rating_cycles(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.RatingCycleFilter | None, FILTER] = None,
        order_by: types.RatingCycleOrder = types.RatingCycleOrder.NEWEST,
    ) -> Page:
        """Return the cycles."""
        return Page(
            type=types.RatingCycle,
            statement=Statement(own_cycles, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        RATING_READ,
        types.RatingCycle | None,
        description="本村的一个评级批次。One rating cycle of this village.",
    )
    def rating_cycle(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one cycle."""
        return own(types.RatingCycle, id, info.context, field="id")

    @query(
        RATING_READ,
        Connection[types.RatingEntry],
        description="本村的参评记录；给出批次则只含该批次，退出的不在内。"
        "The entries of this village, or of one of its cycles; whoever left is not among them.",
    )
    def rating_entries(
        self,
        info: Info,
        *,
        first: int,
        cycle_id: strawberry.ID | None = None,
        after: str | None = None,
        where: Annotated[types.RatingEntryFilter | None, FILTER] = None,
        order_by: types.RatingEntryOrder = types.RatingEntryOrder.NEWEST,
    ) -> Page:
        """Return the entries."""
        actor = info.context.actor
        key = None
        if cycle_id is not None:
            key = local_id(cycle_id, "RatingCycle", actor, field="cycleId")
        return Page(
            type=types.RatingEntry,
            statement=Statement(own_entries, actor, key).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        RATING_READ,
        list[types.RatingStanding],
        description="一个批次的参评数，按状态和等级。How many entries of a cycle stand in each state, with each grade.",
    )
    def rating_standing(self, info: Info, cycle_id: strawberry.ID) -> Answer:
        """Return how a cycle stands."""
        actor = info.context.actor
        key = local_id(cycle_id, "RatingCycle", actor, field="cycleId")

        async def told(session: AsyncSession) -> list[types.RatingStanding]:
            return [
                types.RatingStanding(state=state, tier=tier, entries=entries)
                for state, tier, entries in await standing_of(session, actor, key)
            ]

        return Answer(told)

    @query(
        Access.PUBLIC,
        Connection[types.RuralTitle],
        description="信用村镇命名，新的在前。The titles of villages, towns and counties, newest first.",
    )
    def rural_titles(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.RuralTitleFilter | None, FILTER] = None,
    ) -> Page:
        """Return the titles."""
        return Page(
            type=types.RuralTitle,
            statement=Statement(types.shown_titles, info.context.actor).where(where),
            ordering=types.TITLES,
            first=first,
            after=after,
        )

    @query(
        Access.PUBLIC,
        types.RuralCertificate,
        description="按编号查信用等级证书的状态。The state of a certificate of a grade, by its number.",
    )
    def rural_certificate(self, info: Info, number: str) -> Answer:
        """Return the state of a certificate."""
        now = info.context.now

        async def told(session: AsyncSession) -> types.RuralCertificate:
            found = await certificate_numbered(session, _number(number))
            held = found.ended_at is None and found.expires_on > local_day(now)
            return types.RuralCertificate(
                number=str(found.id),
                expires_on=found.expires_on,
                ended_at=found.ended_at,
                in_force=held,
            )

        return Answer(told)


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(thing_zh="证书", thing_en="certificate", field="number") from None
