"""What a till, a gate or a device does with a code that somebody shows: it locks what applies, and is told nothing else."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.perks import refusals as perks
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.presenting import hold_by_code
from suxin.subjects import presentation_codes, presenting
from suxin_graphql.context import Info
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.payloads import INPUT, idempotency_key
from suxin_graphql.redemption_mutations import RedemptionPayload
from suxin_web.rate_limits import PRESENTED_CODE


@strawberry.input(description="扫码或输入的权益码。A code as it was scanned or typed.")
class HoldPerkRedemptionByCodeInput:
    """A code as it was scanned or typed."""

    code: str = strawberry.field(
        description="二维码的内容，或其旁的数字。What the QR code holds, or the digits beside it."
    )
    persons: int = 1
    idempotency_key: str = idempotency_key()


@strawberry.type(
    description="出示权益码的顾客适用的待遇，已锁定。What applies to whoever showed the code, locked."
)
class HoldPerkRedemptionByCodePayload(RedemptionPayload):
    """What applies to whoever showed the code, locked."""


@strawberry.type
class PerkCodeMutations:
    """Mutations that take a code."""

    @mutation(
        REDEMPTION_GRANT,
        HoldPerkRedemptionByCodePayload,
        refusals=(
            presentation_codes.CodeUnreadable,
            presenting.CodeNotGenuine,
            presenting.CodeTriedTooOften,
            presenting.CodeExpired,
            presenting.CodeForAnotherMerchant,
            presenting.CodeReplayed,
            perks.GroupTooLarge,
            perks.ProgrammeNotOpen,
            perks.PersonLimitReached,
            perks.DayLimitReached,
            perks.StockExhausted,
            perks.BudgetExhausted,
        ),
        description="核验权益码并锁定待遇；权益由出示人在手机上选定。"
        "Take a code and lock what applies; the programme was chosen on the phone.",
    )
    async def hold_perk_redemption_by_code(
        self, info: Info, given: Annotated[HoldPerkRedemptionByCodeInput, INPUT]
    ) -> HoldPerkRedemptionByCodePayload:
        """Take a code."""
        context = info.context
        sealer = context.runtime.sealer
        caller = context.actor.staff_id or context.actor.client_id
        await context.runtime.limits.take(PRESENTED_CODE, f"redeemer:{caller}")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            held = await hold_by_code(
                session, actor, code=given.code, persons=given.persons, sealer=sealer, now=now
            )
            return held.id

        return HoldPerkRedemptionByCodePayload.of(await commit_in_world(info, given, work))
