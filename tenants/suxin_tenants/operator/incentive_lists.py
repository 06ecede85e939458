"""A quarter's incentive runs as the league table's page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives import queries
from suxin.risk_pool.incentives.models import IncentiveAward, IncentiveRun, RunState
from suxin.tenancy.models import Tenant
from suxin.tenancy.queries import staff_names
from suxin_tenants.visits import Visit
from suxin_tenants.words import Said

RUNS_SHOWN: Final = 5
STATES: Final[Mapping[RunState, Said]] = {
    RunState.PROPOSED: (RunState.PROPOSED.zh, "warn"),
    RunState.POSTED: (RunState.POSTED.zh, "good"),
    RunState.REVERSAL_PROPOSED: (RunState.REVERSAL_PROPOSED.zh, "warn"),
    RunState.REVERSED: (RunState.REVERSED.zh, "plain"),
    RunState.WITHDRAWN: (RunState.WITHDRAWN.zh, "plain"),
}


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with its awards, who did what, and what the reader may do next."""

    run: IncentiveRun
    awards: Sequence[tuple[str, IncentiveAward]]
    proposed_by: str
    checked_by: str
    reversal_by: str
    own: bool

    @property
    def state(self) -> Said:
        """Where it stands, as people read it."""
        return STATES[self.run.state]

    @property
    def waits(self) -> bool:
        """Whether it waits for a second person."""
        return self.run.state in (RunState.PROPOSED, RunState.REVERSAL_PROPOSED)

    @property
    def alive(self) -> bool:
        """Whether it is in the way of another run of its quarter."""
        return self.run.state not in (RunState.WITHDRAWN, RunState.REVERSED)

    @property
    def posted(self) -> bool:
        """Whether its reversal can be proposed."""
        return self.run.state is RunState.POSTED


async def runs_shown(
    session: AsyncSession, visit: Visit, quarter: Quarter, banks: Mapping[UUID, Tenant]
) -> list[ShownRun]:
    """Return a quarter's latest runs."""
    actor = visit.actor
    runs = (await session.scalars(queries.runs_of(actor, quarter).limit(RUNS_SHOWN))).all()
    people = {
        one
        for run in runs
        for one in (run.proposed_by, run.checked_by, run.reversal_by)
        if one is not None
    }
    names = await staff_names(session, actor.own_tenant, sorted(people))
    found = []
    for run in runs:
        awards = await session.scalars(queries.awards_of(actor, run.id))
        waiting_for = run.reversal_by if run.reversal_by is not None else run.proposed_by
        found.append(
            ShownRun(
                run,
                [
                    (banks[one.bank_id].short_name if one.bank_id in banks else "—", one)
                    for one in awards
                ],
                names.get(run.proposed_by, "—"),
                "—" if run.checked_by is None else names.get(run.checked_by, "—"),
                "—" if run.reversal_by is None else names.get(run.reversal_by, "—"),
                waiting_for == actor.staff_id,
            )
        )
    return found
