"""What a merchant's systems do with their programmes: draft, publish, suspend, resume, end."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.models import StepNotPossible
from suxin.perks import publishing
from suxin.perks import refusals as perks
from suxin.perks.drafts import from_template
from suxin.perks.policies import PROGRAMME_MANAGE
from suxin.perks.states import FunderKind
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.perk_types import PerkProgramme
from suxin_graphql.scalars import Fen


@strawberry.input(
    description="由模板起草权益；未填写的按模板。A draft from a template; what is not given is the template's."
)
class DraftPerkProgrammeInput:
    """A draft from a template."""

    scenario_code: str
    name: str | None = None
    venue: str = ""
    areas: list[str] = strawberry.field(default_factory=list)
    starts_on: date
    ends_before: date
    funder: FunderKind = FunderKind.MERCHANT
    funder_name: str
    person_daily: int | None = None
    person_total: int | None = None
    daily: int | None = None
    stock: Fen | None = None
    budget_fen: Fen | None = None
    idempotency_key: str = idempotency_key()

    def changes(self) -> dict[str, Any]:
        """Return what the template is changed by."""
        values = dict(vars(self))
        for name in ("idempotency_key", "scenario_code"):
            del values[name]
        values["areas"] = tuple(self.areas)
        return {name: value for name, value in values.items() if value is not None}


@strawberry.input(description="发布权益。Which draft to publish.")
class PublishPerkProgrammeInput:
    """Which draft to publish."""

    programme_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="暂停权益。Which programme to suspend, and why.")
class SuspendPerkProgrammeInput:
    """Which programme to suspend, and why."""

    programme_id: strawberry.ID
    reason: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="恢复权益。Which programme goes on.")
class ResumePerkProgrammeInput:
    """Which programme goes on."""

    programme_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="结束权益。Which programme to end.")
class EndPerkProgrammeInput:
    """Which programme to end."""

    programme_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.type
class ProgrammePayload(Payload):
    """A programme of which a step was taken."""

    programme: PerkProgramme = to_one(lambda: PerkProgramme, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已起草的权益。The draft.")
class DraftPerkProgrammePayload(ProgrammePayload):
    """The draft."""


@strawberry.type(description="已发布的权益。The programme that is published.")
class PublishPerkProgrammePayload(ProgrammePayload):
    """The programme that is published."""


@strawberry.type(description="已暂停的权益。The programme that is suspended.")
class SuspendPerkProgrammePayload(ProgrammePayload):
    """The programme that is suspended."""


@strawberry.type(description="已恢复的权益。The programme that goes on.")
class ResumePerkProgrammePayload(ProgrammePayload):
    """The programme that goes on."""


@strawberry.type(description="已结束的权益。The programme that has ended.")
class EndPerkProgrammePayload(ProgrammePayload):
    """The programme that has ended."""


@strawberry.type
class PerkMutations:
    """Mutations of programmes and redemptions."""

    @mutation(
        PROGRAMME_MANAGE,
        DraftPerkProgrammePayload,
        refusals=(
            Invalid,
            perks.ScenarioUnknown,
            perks.PeriodOver,
            perks.LimitsIncoherent,
            perks.FunderMissing,
        ),
        description="由模板起草权益。Draft a programme from a template.",
    )
    async def draft_perk_programme(
        self, info: Info, given: Annotated[DraftPerkProgrammeInput, INPUT]
    ) -> DraftPerkProgrammePayload:
        """Draft a programme."""
        draft = from_template(given.scenario_code, **given.changes())

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await publishing.draft_programme(session, actor, draft=draft, now=now)
            return done.id

        return DraftPerkProgrammePayload.of(await commit_in_world(info, given, work))

    @mutation(
        PROGRAMME_MANAGE,
        PublishPerkProgrammePayload,
        refusals=(perks.ApprovalNeeded, perks.PeriodOver, StepNotPossible),
        description="发布不使用市级资金的权益。Publish what spends no money of the city.",
    )
    async def publish_perk_programme(
        self, info: Info, given: Annotated[PublishPerkProgrammeInput, INPUT]
    ) -> PublishPerkProgrammePayload:
        """Publish a programme."""
        programme_id = _programme(info, given.programme_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await publishing.publish_programme(
                session, actor, programme_id=programme_id, now=now
            )
            return done.id

        return PublishPerkProgrammePayload.of(await commit_in_world(info, given, work))

    @mutation(
        PROGRAMME_MANAGE,
        SuspendPerkProgrammePayload,
        refusals=(Invalid, StepNotPossible),
        description="暂停权益；已核销的不受影响。Give nothing more out; what was granted goes on.",
    )
    async def suspend_perk_programme(
        self, info: Info, given: Annotated[SuspendPerkProgrammeInput, INPUT]
    ) -> SuspendPerkProgrammePayload:
        """Suspend a programme."""
        programme_id = _programme(info, given.programme_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await publishing.suspend_programme(
                session, actor, programme_id=programme_id, reason=given.reason, now=now
            )
            return done.id

        return SuspendPerkProgrammePayload.of(await commit_in_world(info, given, work))

    @mutation(
        PROGRAMME_MANAGE,
        ResumePerkProgrammePayload,
        refusals=(StepNotPossible,),
        description="恢复已暂停的权益。Let a suspended programme go on.",
    )
    async def resume_perk_programme(
        self, info: Info, given: Annotated[ResumePerkProgrammeInput, INPUT]
    ) -> ResumePerkProgrammePayload:
        """Resume a programme."""
        programme_id = _programme(info, given.programme_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await publishing.resume_programme(
                session, actor, programme_id=programme_id, now=now
            )
            return done.id

        return ResumePerkProgrammePayload.of(await commit_in_world(info, given, work))

    @mutation(
        PROGRAMME_MANAGE,
        EndPerkProgrammePayload,
        refusals=(StepNotPossible,),
        description="结束权益。End a programme.",
    )
    async def end_perk_programme(
        self, info: Info, given: Annotated[EndPerkProgrammeInput, INPUT]
    ) -> EndPerkProgrammePayload:
        """End a programme."""
        programme_id = _programme(info, given.programme_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await publishing.end_programme(
                session, actor, programme_id=programme_id, now=now
            )
            return done.id

        return EndPerkProgrammePayload.of(await commit_in_world(info, given, work))


def _programme(info: Info, text: str) -> UUID:
    return local_id(text, "PerkProgramme", info.context.actor, field="programmeId")
