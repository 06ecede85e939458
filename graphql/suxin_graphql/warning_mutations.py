"""What a bank does about its warnings, and what it records of the collateral of its loans."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending import policies
from suxin.lending.loans.collateral import CollateralDraft, record_collateral
from suxin.lending.loans.refusals import CollateralShortened, NotSecured
from suxin.lending.models import StepNotPossible
from suxin.lending.warnings import answering
from suxin.lending.warnings.states import FalseAlarmReason, WarningAction
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.loan_mutations import LoanPayload
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.warning_types import LoanWarning


@strawberry.input(description="签收预警。Which warning the bank has in hand.")
class AcknowledgeWarningInput:
    """Which warning the bank has in hand."""

    warning_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="处置预警。What was done about a warning, with a note.")
class ActOnWarningInput:
    """What was done about a warning."""

    warning_id: strawberry.ID
    action: WarningAction
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="标为误报。Why a warning was none, with a note.")
class DismissWarningInput:
    """Why a warning was none."""

    warning_id: strawberry.ID
    reason: FalseAlarmReason
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="抵押登记。Where and until when a loan's collateral is registered.")
class RecordCollateralInput:
    """Where and until when a loan's collateral is registered."""

    loan_id: strawberry.ID
    registry: str
    collateral_number: str
    collateral_expires_on: date
    idempotency_key: str = idempotency_key()


@strawberry.type
class WarningPayload(Payload):
    """A warning of which a step was taken."""

    warning: LoanWarning = to_one(lambda: LoanWarning, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已签收的预警。The warning that is in hand.")
class AcknowledgeWarningPayload(WarningPayload):
    """The warning that is in hand."""


@strawberry.type(description="已处置的预警。The warning that was acted on.")
class ActOnWarningPayload(WarningPayload):
    """The warning that was acted on."""


@strawberry.type(description="已标为误报的预警。The warning that was none.")
class DismissWarningPayload(WarningPayload):
    """The warning that was none."""


@strawberry.type(description="已登记抵押的贷款。The loan whose collateral was recorded.")
class RecordCollateralPayload(LoanPayload):
    """The loan whose collateral was recorded."""


@strawberry.type
class WarningMutations:
    """Mutations of warnings."""

    @mutation(
        policies.LOAN_MANAGE,
        AcknowledgeWarningPayload,
        refusals=(StepNotPossible,),
        description="签收预警；逾期未处理的仍可签收。Note that a warning is in hand; a lapsed one too.",
    )
    async def acknowledge_warning(
        self, info: Info, given: Annotated[AcknowledgeWarningInput, INPUT]
    ) -> AcknowledgeWarningPayload:
        """Note that a warning is in hand."""
        warning_id = _warning_id(info, given.warning_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await answering.acknowledge_warning(
                session, actor, warning_id=warning_id, now=now
            )
            return done.id

        return AcknowledgeWarningPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        ActOnWarningPayload,
        refusals=(Invalid, StepNotPossible),
        description="登记对已签收预警的处置。Record what was done about a warning that is in hand.",
    )
    async def act_on_warning(
        self, info: Info, given: Annotated[ActOnWarningInput, INPUT]
    ) -> ActOnWarningPayload:
        """Record what was done about a warning."""
        warning_id = _warning_id(info, given.warning_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await answering.act_on_warning(
                session,
                actor,
                warning_id=warning_id,
                action=given.action,
                note=given.note,
                now=now,
            )
            return done.id

        return ActOnWarningPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        DismissWarningPayload,
        refusals=(Invalid, StepNotPossible),
        description="将已签收的预警标为误报。Record that a warning in hand was a false alarm.",
    )
    async def dismiss_warning(
        self, info: Info, given: Annotated[DismissWarningInput, INPUT]
    ) -> DismissWarningPayload:
        """Record that a warning was a false alarm."""
        warning_id = _warning_id(info, given.warning_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await answering.dismiss_warning(
                session,
                actor,
                warning_id=warning_id,
                reason=given.reason,
                note=given.note,
                now=now,
            )
            return done.id

        return DismissWarningPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        RecordCollateralPayload,
        refusals=(Invalid, NotSecured, CollateralShortened, StepNotPossible),
        description="登记或续登抵押。Record the registration of a loan's collateral, or its renewal.",
    )
    async def record_collateral(
        self, info: Info, given: Annotated[RecordCollateralInput, INPUT]
    ) -> RecordCollateralPayload:
        """Record a registration."""
        loan_id = local_id(given.loan_id, "Loan", info.context.actor, field="loanId")
        draft = CollateralDraft(
            registry=given.registry,
            number=given.collateral_number,
            expires_on=given.collateral_expires_on,
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await record_collateral(session, actor, loan_id=loan_id, draft=draft, now=now)
            return done.id

        return RecordCollateralPayload.of(await commit_in_world(info, given, work))


def _warning_id(info: Info, text: str) -> UUID:
    return local_id(text, "LoanWarning", info.context.actor, field="warningId")
