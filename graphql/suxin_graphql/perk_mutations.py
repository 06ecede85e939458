"""What a merchant's systems do in 信易+: keep programmes, and redeem at a till or a gate."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.models import StepNotPossible
from suxin.perks import publishing, redeeming
from suxin.perks import refusals as perks
from suxin.perks.drafts import from_template
from suxin.perks.policies import PROGRAMME_MANAGE, REDEMPTION_GRANT
from suxin.perks.states import FunderKind
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.perk_types import PerkProgramme, PerkRedemption
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


@strawberry.input(
    description="为未出示权益码的顾客锁定普惠待遇。Lock what everybody gets, for visitors who show no code."
)
class HoldPerkRedemptionInput:
    """What everybody gets, for visitors who show no code."""

    programme_id: strawberry.ID
    persons: int = 1
    idempotency_key: str = idempotency_key()


@strawberry.input(description="确认核销。Which locked benefit to give.")
class GrantPerkRedemptionInput:
    """Which locked benefit to give."""

    redemption_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="登记使用。How many uses to count, and whether that is all.")
class CompletePerkRedemptionInput:
    """How many uses to count."""

    redemption_id: strawberry.ID
    uses: int | None = strawberry.field(
        default=None, description="空为剩余全部。All that are left if none are given."
    )
    close: bool = strawberry.field(
        default=True,
        description="是否就此完成，余量退回。Whether it is completed with that, and the rest goes back.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="撤回核销。Which redemption to take back, and why.")
class RollBackPerkRedemptionInput:
    """Which redemption to take back, and why."""

    redemption_id: strawberry.ID
    reason: str
    idempotency_key: str = idempotency_key()


@strawberry.type
class ProgrammePayload(Payload):
    """A programme of which a step was taken."""

    programme: PerkProgramme = to_one(lambda: PerkProgramme, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class RedemptionPayload(Payload):
    """A redemption of which a step was taken."""

    redemption: PerkRedemption = to_one(lambda: PerkRedemption, "id")
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


@strawberry.type(description="已锁定的待遇。The benefit that is locked.")
class HoldPerkRedemptionPayload(RedemptionPayload):
    """The benefit that is locked."""


@strawberry.type(description="已核销的待遇。The benefit that is given.")
class GrantPerkRedemptionPayload(RedemptionPayload):
    """The benefit that is given."""


@strawberry.type(description="已登记使用的核销。The redemption that was used.")
class CompletePerkRedemptionPayload(RedemptionPayload):
    """The redemption that was used."""


@strawberry.type(description="已撤回的核销。The redemption that was taken back.")
class RollBackPerkRedemptionPayload(RedemptionPayload):
    """The redemption that was taken back."""


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


@strawberry.type
class RedemptionMutations:
    """Mutations of redemptions."""

    @mutation(
        REDEMPTION_GRANT,
        HoldPerkRedemptionPayload,
        refusals=(
            perks.GroupTooLarge,
            perks.ProgrammeNotOpen,
            perks.DayLimitReached,
            perks.StockExhausted,
            perks.BudgetExhausted,
        ),
        description="锁定普惠待遇：外地游客、团队或未出示权益码的顾客。"
        "Lock what everybody gets: for visitors, groups, and whoever shows no code.",
    )
    async def hold_perk_redemption(
        self, info: Info, given: Annotated[HoldPerkRedemptionInput, INPUT]
    ) -> HoldPerkRedemptionPayload:
        """Lock a benefit."""
        programme_id = _programme(info, given.programme_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await redeeming.hold_redemption(
                session,
                actor,
                programme_id=programme_id,
                subject_id=None,
                persons=given.persons,
                now=now,
            )
            return done.id

        return HoldPerkRedemptionPayload.of(await commit_in_world(info, given, work))

    @mutation(
        REDEMPTION_GRANT,
        GrantPerkRedemptionPayload,
        refusals=(perks.HoldOver, StepNotPossible),
        description="确认核销已锁定的待遇。Give what was locked.",
    )
    async def grant_perk_redemption(
        self, info: Info, given: Annotated[GrantPerkRedemptionInput, INPUT]
    ) -> GrantPerkRedemptionPayload:
        """Give a benefit."""
        redemption_id = _redemption(info, given.redemption_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await redeeming.grant_redemption(
                session, actor, redemption_id=redemption_id, now=now
            )
            return done.id

        return GrantPerkRedemptionPayload.of(await commit_in_world(info, given, work))

    @mutation(
        REDEMPTION_GRANT,
        CompletePerkRedemptionPayload,
        refusals=(perks.UsesExceeded, StepNotPossible),
        description="登记使用次数并完成。Count uses, and complete it.",
    )
    async def complete_perk_redemption(
        self, info: Info, given: Annotated[CompletePerkRedemptionInput, INPUT]
    ) -> CompletePerkRedemptionPayload:
        """Count uses."""
        redemption_id = _redemption(info, given.redemption_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await redeeming.complete_redemption(
                session,
                actor,
                redemption_id=redemption_id,
                uses=given.uses,
                close=given.close,
                now=now,
            )
            return done.id

        return CompletePerkRedemptionPayload.of(await commit_in_world(info, given, work))

    @mutation(
        REDEMPTION_GRANT,
        RollBackPerkRedemptionPayload,
        refusals=(Invalid, perks.UsedAlready, perks.HoldOver, StepNotPossible),
        description="撤回未使用的核销。Take back what was not used.",
    )
    async def roll_back_perk_redemption(
        self, info: Info, given: Annotated[RollBackPerkRedemptionInput, INPUT]
    ) -> RollBackPerkRedemptionPayload:
        """Take a redemption back."""
        redemption_id = _redemption(info, given.redemption_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await redeeming.roll_back_redemption(
                session, actor, redemption_id=redemption_id, reason=given.reason, now=now
            )
            return done.id

        return RollBackPerkRedemptionPayload.of(await commit_in_world(info, given, work))


def _programme(info: Info, text: str) -> UUID:
    return local_id(text, "PerkProgramme", info.context.actor, field="programmeId")


def _redemption(info: Info, text: str) -> UUID:
    return local_id(text, "PerkRedemption", info.context.actor, field="redemptionId")
