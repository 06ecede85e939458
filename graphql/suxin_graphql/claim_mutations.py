"""What a bank does about its claims on risk pools: collections, drafts, submissions and recoveries."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.money import AmountOutOfRange
from suxin.kernel.refusals import Invalid
from suxin.lending.models import StepNotPossible
from suxin.risk_pool.claims import commands, refusals
from suxin.risk_pool.claims.commands import CollectionDraft
from suxin.risk_pool.claims.policies import CLAIM_MAKE
from suxin.risk_pool.claims.states import CollectionKind, CollectionResult
from suxin.risk_pool.recoveries.reporting import RecoveryDraft
from suxin.risk_pool.recoveries.reporting import report_recovery as report
from suxin_graphql.claim_types import PoolClaim, PoolRecovery
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.loan_types import Loan
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.scalars import Fen


@strawberry.input(description="汇总代偿材料。Which filed loan to claim on.")
class DraftClaimInput:
    """Which filed loan to claim on."""

    loan_id: strawberry.ID
    deposit_fen: Fen | None = strawberry.field(
        default=None,
        description="借款人的助保金；不填为沿用上次。The borrower's deposit; what was said before if left out.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="提交代偿申请。Which claim to submit.")
class SubmitClaimInput:
    """Which claim to submit."""

    claim_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="登记一次催收。How the bank tried to get its money.")
class RecordCollectionInput:
    """How the bank tried to get its money."""

    loan_id: strawberry.ID
    kind: CollectionKind
    result: CollectionResult
    attempted_on: date
    note: str = ""
    idempotency_key: str = idempotency_key()


@strawberry.input(description="登记一笔追偿。What came back of a compensated loss.")
class ReportRecoveryInput:
    """What came back of a compensated loss."""

    claim_id: strawberry.ID
    reference: str = strawberry.field(
        description="银行流水号：相同编号且内容相同为同一笔。The bank's own reference: the same with the same content is the same report."
    )
    received_fen: Fen
    cost_fen: Fen
    recovered_on: date
    idempotency_key: str = idempotency_key()


@strawberry.type
class ClaimPayload(Payload):
    """A claim that was worked out or submitted."""

    claim: PoolClaim = to_one(lambda: PoolClaim, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="汇总后的代偿申请。The claim, worked out as of now.")
class DraftClaimPayload(ClaimPayload):
    """The claim, worked out as of now."""


@strawberry.type(description="已提交的代偿申请。The claim that was submitted.")
class SubmitClaimPayload(ClaimPayload):
    """The claim that was submitted."""


@strawberry.type(description="登记了催收的贷款。The loan of the attempt.")
class RecordCollectionPayload(Payload):
    """The loan of the attempt."""

    loan: Loan = to_one(lambda: Loan, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已登记的追偿。The recovery that was reported.")
class ReportRecoveryPayload(Payload):
    """The recovery that was reported."""

    recovery: PoolRecovery = to_one(lambda: PoolRecovery, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class ClaimMutations:
    """Mutations of claims."""

    @mutation(
        CLAIM_MAKE,
        DraftClaimPayload,
        refusals=(AmountOutOfRange, refusals.ClaimExists),
        description="汇总一笔已备案贷款的代偿材料，或按现状重新计算；缺口逐项列出。"
        "Put a claim on a filed loan together, or work it out anew; what is missing is listed.",
    )
    async def draft_claim(
        self, info: Info, given: Annotated[DraftClaimInput, INPUT]
    ) -> DraftClaimPayload:
        """Put a claim together."""
        loan_id = local_id(given.loan_id, "Loan", info.context.actor, field="loanId")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.draft_claim(
                session, actor, loan_id=loan_id, deposit_fen=given.deposit_fen, now=now
            )
            return done.id

        return DraftClaimPayload.of(await commit_in_world(info, given, work))

    @mutation(
        CLAIM_MAKE,
        SubmitClaimPayload,
        refusals=(refusals.ClaimNotReady, StepNotPossible),
        description="提交代偿申请。Submit a claim with its dossier as of now.",
    )
    async def submit_claim(
        self, info: Info, given: Annotated[SubmitClaimInput, INPUT]
    ) -> SubmitClaimPayload:
        """Submit a claim."""
        claim_id = local_id(given.claim_id, "PoolClaim", info.context.actor, field="claimId")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await commands.submit_claim(session, actor, claim_id=claim_id, now=now)).id

        return SubmitClaimPayload.of(await commit_in_world(info, given, work))

    @mutation(
        CLAIM_MAKE,
        RecordCollectionPayload,
        refusals=(Invalid, refusals.TooManyCollections),
        description="登记一次催收。Put an attempt to get the bank's money on record.",
    )
    async def record_collection(
        self, info: Info, given: Annotated[RecordCollectionInput, INPUT]
    ) -> RecordCollectionPayload:
        """Put an attempt on record."""
        loan_id = local_id(given.loan_id, "Loan", info.context.actor, field="loanId")
        draft = CollectionDraft(
            kind=given.kind,
            result=given.result,
            attempted_on=given.attempted_on,
            note=given.note,
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.record_collection(
                session, actor, loan_id=loan_id, draft=draft, now=now
            )
            return done.loan_id

        return RecordCollectionPayload.of(await commit_in_world(info, given, work))

    @mutation(
        CLAIM_MAKE,
        ReportRecoveryPayload,
        refusals=(
            Invalid,
            AmountOutOfRange,
            refusals.RecoveryDiffers,
            refusals.EndingAsked,
            refusals.TooManyRecoveries,
            refusals.RecoveryBeyondLoss,
            StepNotPossible,
        ),
        description="登记追偿：先扣费用，再按各方实际承担分配。"
        "Report what came back: costs first, then everyone by what he bore.",
    )
    async def report_recovery(
        self, info: Info, given: Annotated[ReportRecoveryInput, INPUT]
    ) -> ReportRecoveryPayload:
        """Report what came back."""
        claim_id = local_id(given.claim_id, "PoolClaim", info.context.actor, field="claimId")
        draft = RecoveryDraft(
            reference=given.reference,
            received_fen=given.received_fen,
            cost_fen=given.cost_fen,
            recovered_on=given.recovered_on,
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await report(session, actor, claim_id=claim_id, draft=draft, now=now)).id

        return ReportRecoveryPayload.of(await commit_in_world(info, given, work))
