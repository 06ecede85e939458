"""What a bank does about risk pools: answering agreements, and filing loans."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.loans.reporting import OutcomeKind
from suxin.lending.models import StepNotPossible
from suxin.risk_pool.filings import filing, refusals
from suxin.risk_pool.filings.filing import Outcome
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, FILING_MAKE
from suxin.risk_pool.signing import answering
from suxin_graphql.context import Context, Info
from suxin_graphql.execution.records import Record, column, to_one
from suxin_graphql.fields import commit_in_world, commit_result, mutation
from suxin_graphql.ids import local_id, to_global
from suxin_graphql.limits import MAX_LIST, check_list
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.pool_types import PoolAgreement, PoolFiling


@strawberry.input(description="接受协议。Which agreement the bank accepts.")
class AcceptPoolAgreementInput:
    """Which agreement the bank accepts."""

    agreement_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="谢绝协议。Which agreement the bank declines, and why.")
class DeclinePoolAgreementInput:
    """Which agreement the bank declines, and why."""

    agreement_id: strawberry.ID
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="单笔备案。Which loan is filed in which pool.")
class FileLoanInput:
    """Which loan is filed in which pool."""

    pool_id: strawberry.ID
    loan_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(
    description="批量备案，一次最多 100 笔。Which loans are filed in which pool, up to 100 by their contract numbers."
)
class FileLoansInput:
    """Which loans are filed in which pool."""

    pool_id: strawberry.ID
    contract_numbers: list[str]
    idempotency_key: str = idempotency_key()


@strawberry.type
class AgreementPayload(Payload):
    """An agreement that the bank answered."""

    agreement: PoolAgreement = to_one(lambda: PoolAgreement, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已接受的协议。The agreement that is in force.")
class AcceptPoolAgreementPayload(AgreementPayload):
    """The agreement that is in force."""


@strawberry.type(description="已谢绝的协议。The agreement that was declined.")
class DeclinePoolAgreementPayload(AgreementPayload):
    """The agreement that was declined."""


@strawberry.type(description="备案。The filing.")
class FileLoanPayload(Payload):
    """The filing."""

    filing: PoolFiling = to_one(lambda: PoolFiling, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="一笔贷款的备案结果。What came of one loan.")
class FilingOutcome:
    """What came of one loan."""

    contract_number: str
    outcome: OutcomeKind
    filing_id: strawberry.ID | None
    code: str | None = strawberry.field(
        description="未予备案的原因代码。The stable code of why it was not filed."
    )
    message_zh: str | None
    message_en: str | None


def _outcomes(kept: Any, context: Context) -> list[FilingOutcome]:  # noqa: ANN401 - what was kept as JSON
    return [
        FilingOutcome(
            contract_number=one["number"],
            outcome=OutcomeKind[one["outcome"]],
            filing_id=strawberry.ID(to_global("PoolFiling", UUID(one["id"]), context.actor))
            if one["id"]
            else None,
            code=one["code"],
            message_zh=one["zh"],
            message_en=one["en"],
        )
        for one in kept
    ]


@strawberry.type(
    description="逐笔的备案结果，次序与提交相同。What came of each loan, in the order given."
)
class FileLoansPayload(Record):
    """What came of each loan."""

    outcomes: list[FilingOutcome] = column(items=MAX_LIST)
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class PoolMutations:
    """Mutations of risk pools."""

    @mutation(
        AGREEMENT_ACCEPT,
        AcceptPoolAgreementPayload,
        refusals=(StepNotPossible,),
        description="银行或担保机构接受合作协议；各方都接受后替代原有版本。"
        "Accept an agreement for the bank or the guarantor; with the last yes it takes the place of the version before it.",
    )
    async def accept_pool_agreement(
        self, info: Info, given: Annotated[AcceptPoolAgreementInput, INPUT]
    ) -> AcceptPoolAgreementPayload:
        """Accept an agreement."""
        agreement_id = _agreement_id(info, given.agreement_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await answering.accept_agreement(
                session, actor, agreement_id=agreement_id, now=now
            )
            return done.id

        return AcceptPoolAgreementPayload.of(await commit_in_world(info, given, work))

    @mutation(
        AGREEMENT_ACCEPT,
        DeclinePoolAgreementPayload,
        refusals=(Invalid, StepNotPossible),
        description="谢绝合作协议，原有版本不变。Decline an agreement; the version in force stays.",
    )
    async def decline_pool_agreement(
        self, info: Info, given: Annotated[DeclinePoolAgreementInput, INPUT]
    ) -> DeclinePoolAgreementPayload:
        """Decline an agreement."""
        agreement_id = _agreement_id(info, given.agreement_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await answering.decline_agreement(
                session, actor, agreement_id=agreement_id, note=given.note, now=now
            )
            return done.id

        return DeclinePoolAgreementPayload.of(await commit_in_world(info, given, work))

    @mutation(
        FILING_MAKE,
        FileLoanPayload,
        refusals=(
            refusals.AgreementNotInForce,
            refusals.PoolPaused,
            refusals.AlreadyFiled,
            refusals.LoanNotFilable,
            refusals.BorrowerConsentGone,
            refusals.FilingWindowClosed,
            refusals.ProductNotCovered,
            refusals.IndustryNotCovered,
            refusals.AreaNotCovered,
            refusals.PurposeNotCovered,
            refusals.PrincipalAboveCap,
            refusals.RateAboveCeiling,
            refusals.FilingNotGuaranteed,
            refusals.FilingSuspended,
            refusals.PoolExhausted,
            refusals.PoolQuotaExhausted,
        ),
        description="将一笔贷款备案至资金池；同一贷款再次备案为同一笔。File a loan in a pool; again it is the same filing.",
    )
    async def file_loan(
        self, info: Info, given: Annotated[FileLoanInput, INPUT]
    ) -> FileLoanPayload:
        """File a loan in a pool."""
        pool_id = local_id(given.pool_id, "RiskPool", info.context.actor, field="poolId")
        loan_id = local_id(given.loan_id, "Loan", info.context.actor, field="loanId")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await filing.file_loan(session, actor, pool_id=pool_id, loan_id=loan_id, now=now)
            return done.id

        return FileLoanPayload.of(await commit_in_world(info, given, work))

    @mutation(
        FILING_MAKE,
        FileLoansPayload,
        refusals=(refusals.AgreementNotInForce, refusals.PoolPaused),
        description="批量备案，逐笔给出结果；一笔被拒不影响其余。"
        "File loans; each has its own outcome, and one that is refused leaves the others alone.",
    )
    async def file_loans(
        self, info: Info, given: Annotated[FileLoansInput, INPUT]
    ) -> FileLoansPayload:
        """File loans in a pool."""
        check_list("contractNumbers", given.contract_numbers)
        pool_id = local_id(given.pool_id, "RiskPool", info.context.actor, field="poolId")
        numbers, now = given.contract_numbers, info.context.world_now

        async def work(session: AsyncSession, actor: Actor, _: datetime) -> dict[str, Any]:
            done = await filing.file_loans(
                session, actor, pool_id=pool_id, contract_numbers=numbers, now=now
            )
            kept = [_kept(number, one) for number, one in zip(numbers, done, strict=True)]
            return {"outcomes": kept}

        outcome = await commit_result(info, given, work)
        return FileLoansPayload.given(
            outcomes=_outcomes(outcome.result["outcomes"], info.context),
            replayed=outcome.replayed,
        )


def _agreement_id(info: Info, text: str) -> UUID:
    return local_id(text, "PoolAgreement", info.context.actor, field="agreementId")


def _kept(number: str, outcome: Outcome) -> dict[str, str | None]:
    """Return an outcome as it is kept with the idempotency key."""
    found, refusal = outcome.filing, outcome.refusal
    kind = OutcomeKind.KNOWN if outcome.known else OutcomeKind.TAKEN
    return {
        "number": number,
        "outcome": (OutcomeKind.REJECTED if found is None else kind).value,
        "id": None if found is None else str(found.id),
        "code": None if refusal is None else refusal.code,
        "zh": None if refusal is None else refusal.zh_message,
        "en": None if refusal is None else refusal.en_message,
    }
