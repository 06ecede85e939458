"""What a village's systems do about points: record a claim for a household, and take it back. A person of the village acts in each."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import claiming, refusals
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.policies import CLAIM_RECORD
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.lending.models import StepNotPossible
from suxin.villages.states import HouseholdElsewhere
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.point_types import PointClaim


@strawberry.input(
    description="为一户登记积分申报；照片和家庭成员在工作台上登记。"
    "A claim for a household; photos, and claims that name a member, are recorded at the desk."
)
class RecordPointClaimInput:
    """A claim for a household."""

    household_id: strawberry.ID
    rule_code: str
    happened_on: date
    times: int = 1
    note: str = ""
    idempotency_key: str = idempotency_key()


@strawberry.input(
    description="撤回本人登记的申报。Which claim, of those that the caller recorded, to take back."
)
class WithdrawPointClaimInput:
    """Which claim to take back."""

    claim_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.type
class PointClaimPayload(Payload):
    """A claim of which a step was taken."""

    claim: PointClaim = to_one(lambda: PointClaim, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已登记的申报。The claim that was recorded.")
class RecordPointClaimPayload(PointClaimPayload):
    """The claim that was recorded."""


@strawberry.type(description="已撤回的申报。The claim that was taken back.")
class WithdrawPointClaimPayload(PointClaimPayload):
    """The claim that was taken back."""


@strawberry.type
class PointMutations:
    """Mutations of points."""

    @mutation(
        CLAIM_RECORD,
        RecordPointClaimPayload,
        refusals=(
            Invalid,
            HouseholdElsewhere,
            refusals.NoRulesInForce,
            refusals.RuleUnknown,
            refusals.NotClaimable,
            refusals.PhotosMissing,
            refusals.CapReached,
        ),
        description="为一户登记积分申报，由村里一名工作人员办理。"
        "Record a claim for a household; somebody of the village's staff does so, by an application that acts for him.",
    )
    async def record_point_claim(
        self, info: Info, given: Annotated[RecordPointClaimInput, INPUT]
    ) -> RecordPointClaimPayload:
        """Record a claim."""
        household_id = local_id(
            given.household_id, "Household", info.context.actor, field="householdId"
        )
        content = ClaimContent(
            household_id=household_id,
            member_id=None,
            rule_code=given.rule_code,
            times=given.times,
            happened_on=given.happened_on,
            note=given.note,
        )
        sealer = info.context.runtime.sealer

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            recorded = await claiming.record_claim(
                session,
                actor,
                claim_id=new_id(now),
                content_hash=digest(content),
                content=content,
                sealer=sealer,
                now=now,
            )
            return recorded.claim.id

        return RecordPointClaimPayload.of(await commit_in_world(info, given, work))

    @mutation(
        CLAIM_RECORD,
        WithdrawPointClaimPayload,
        refusals=(StepNotPossible,),
        description="撤回本人登记、尚未公示的申报。Take back a claim that the caller recorded, before it is on notice.",
    )
    async def withdraw_point_claim(
        self, info: Info, given: Annotated[WithdrawPointClaimInput, INPUT]
    ) -> WithdrawPointClaimPayload:
        """Take a claim back."""
        claim_id = local_id(given.claim_id, "PointClaim", info.context.actor, field="claimId")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            claim = await claiming.withdraw_claim(session, actor, claim_id=claim_id, now=now)
            return claim.id

        return WithdrawPointClaimPayload.of(await commit_in_world(info, given, work))
