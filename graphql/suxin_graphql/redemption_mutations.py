"""What a merchant's systems do at a till or a gate: hold a benefit, give it, count its uses, take it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.models import StepNotPossible
from suxin.perks import redeeming
from suxin.perks import refusals as perks
from suxin.perks.policies import REDEMPTION_GRANT
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.perk_types import PerkRedemption


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
class RedemptionPayload(Payload):
    """A redemption of which a step was taken."""

    redemption: PerkRedemption = to_one(lambda: PerkRedemption, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


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
        programme_id = local_id(
            given.programme_id, "PerkProgramme", info.context.actor, field="programmeId"
        )

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


def _redemption(info: Info, text: str) -> UUID:
    return local_id(text, "PerkRedemption", info.context.actor, field="redemptionId")
