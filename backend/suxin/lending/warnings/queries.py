"""What is read of warnings: a bank's own within reach and their evidence, and the rules with how they fared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.fetches import require_people, use_at_desk
from suxin.consent.purposes import LOAN_WATCH
from suxin.consent.queries import tenants_consent
from suxin.kernel.actor import Actor
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.kernel.refusals import NotFound
from suxin.lending import policies
from suxin.lending.loans.models import Loan
from suxin.lending.models import Referral
from suxin.lending.queries.referrals import within_reach
from suxin.lending.warnings.models import LoanWarning, RuleFigure, RuleSetState, WarningRuleSet
from suxin.lending.warnings.policies import WARNING_RULE_READ
from suxin.lending.warnings.states import Evidence, WarningState
from suxin.scoring.models import ScoreRun
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.models import CreditRecord, DataCategory
from suxin.subjects.policies import RECORD_READ
from suxin.subjects.queries import RECORD_FIELDS, bases_relied_on
from suxin.tenancy.models import Tenant

TOLD_FIELDS: Final = ("rule", "item_code", "source", "occurred_on")
"""What a warning says of the record or the grade that it rests on."""

_TOLD: Final = (WarningState.RAISED, WarningState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """What a warning rests on, while a consent still covers it: its record, unless it rests on a grade or that is not shared any more."""

    record: CreditRecord | None


def warnings_in_reach(actor: Actor) -> Select[LoanWarning]:
    """Return the warnings about the bank's loans on the referrals within the actor's branch and areas."""
    return (
        select(LoanWarning)
        .join(Loan, (Loan.tenant_id == LoanWarning.tenant_id) & (Loan.id == LoanWarning.loan_id))
        .join(Referral, (Referral.tenant_id == Loan.tenant_id) & (Referral.id == Loan.referral_id))
        .where(LoanWarning.tenant_id == actor.own_tenant, within_reach(actor))
    )


def warnings_of(subject_id: UUID) -> Select[LoanWarning]:
    """Return the warnings that were told about a subject, the oldest first."""
    return select(LoanWarning).where(LoanWarning.subject_id == subject_id).order_by(LoanWarning.id)


async def records_behind(
    session: AsyncSession, subject_id: UUID, warnings: Sequence[LoanWarning]
) -> dict[UUID, CreditRecord]:
    """Return a subject's records that warnings about it rest on, by id: of those alone that still say what it is.

    What they say of a record is erased once the consent is taken back.
    """
    ids = [
        one.evidence_id
        for one in warnings
        if one.evidence is Evidence.RECORD and one.item_code is not None
    ]
    found = await session.scalars(
        select(CreditRecord).where(CreditRecord.subject_id == subject_id, CreditRecord.id.in_(ids))
    )
    return {one.id: one for one in found}


async def own_warning(session: AsyncSession, actor: Actor, warning_id: UUID) -> LoanWarning:
    """Return one of the bank's warnings within the actor's reach.

    :raises NotFound: if it is not
    """
    return _found(
        await session.scalar(warnings_in_reach(actor).where(LoanWarning.id == warning_id))
    )


async def lock_own_warning(session: AsyncSession, actor: Actor, warning_id: UUID) -> LoanWarning:
    """Return one of the bank's warnings within the actor's reach, locked; locks on warnings come after those on loans.

    :raises NotFound: if it is not
    """
    return _found(
        await session.scalar(
            warnings_in_reach(actor)
            .where(LoanWarning.id == warning_id)
            .with_for_update(of=LoanWarning)
            .execution_options(populate_existing=True)
        )
    )


async def lock_warning(
    session: AsyncSession, tenant_id: UUID, warning_id: UUID
) -> LoanWarning | None:
    """Return a warning, locked until the transaction ends."""
    return await session.scalar(
        select(LoanWarning)
        .where(LoanWarning.tenant_id == tenant_id, LoanWarning.id == warning_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def untold_warnings(
    session: AsyncSession, *, limit: int
) -> Sequence[Row[LoanWarning, Loan, Tenant]]:
    """Return warnings that stand where nobody was told, with loan and bank, locked; who tells others at once passes them over."""
    return (
        await session.execute(
            select(LoanWarning, Loan, Tenant)
            .join(
                Loan, (Loan.tenant_id == LoanWarning.tenant_id) & (Loan.id == LoanWarning.loan_id)
            )
            .join(Tenant, Tenant.id == LoanWarning.tenant_id)
            .where(
                cast(LoanWarning.state, Text) != LoanWarning.told_state,
                LoanWarning.state.in_(_TOLD),
            )
            .order_by(LoanWarning.tenant_id, LoanWarning.id)
            .limit(limit)
            .with_for_update(of=LoanWarning, skip_locked=True)
        )
    ).all()


async def warning_counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """Return how many of the bank's warnings within the actor's reach stand where."""
    shown = warnings_in_reach(actor).subquery()
    rows = await session.execute(select(shown.c.state, func.count()).group_by(shown.c.state))
    return {row[0].value: row[1] for row in rows}


async def evidence_of(
    session: AsyncSession, actor: Actor, warning: LoanWarning
) -> ShownEvidence | None:
    """Return what a warning rests on, or nothing where no consent of the borrower covers it; a record read leaves a receipt.

    A staff member's day is one use of the consent, as it is in a dossier. A system fetches records by the consent instead.

    :raises Forbidden: if the actor may not read loans or records
    :raises RecordsAreFetched: if a system reads
    """
    actor.require(policies.LOAN_READ)
    actor.require(RECORD_READ)
    require_people(actor)
    bases = await bases_relied_on(
        session,
        actor,
        subject_id=warning.subject_id,
        purposes=[LOAN_WATCH.code],
        now=session.info["now"],
    )
    request_id = await session.scalar(
        select(Loan.request_id).where(
            Loan.tenant_id == warning.tenant_id, Loan.id == warning.loan_id
        )
    )
    covering = (
        one
        for one in bases
        if warning.category in one.categories and one.context_id in (None, request_id)
    )
    basis = next(covering, None)
    if basis is None or LOAN_WATCH.code not in actor.purposes:
        return None
    record = None
    if warning.evidence is Evidence.RECORD:
        record = await session.scalar(
            select(CreditRecord).where(
                CreditRecord.subject_id == warning.subject_id,
                CreditRecord.id == warning.evidence_id,
                CreditRecord.category == DataCategory(warning.category),
            )
        )
    if record is not None:
        note_read(
            session,
            Receipt(
                subject_id=warning.subject_id,
                purpose=LOAN_WATCH.code,
                categories=(warning.category,),
                fields=RECORD_FIELDS,
                row_count=1,
                object_type="loan_warning",
                object_id=warning.id,
                ground=Ground(consent_id=basis.source_id),
            ),
        )
        use_at_desk(session, actor, await tenants_consent(session, actor, basis.source_id))
    return ShownEvidence(record)


def rule_sets() -> Select[WarningRuleSet]:
    """Return the versions of the rules that the caller sees, the latest first."""
    return select(WarningRuleSet).order_by(WarningRuleSet.version.desc())


async def rule_set_row(session: AsyncSession, actor: Actor, rule_set_id: UUID) -> WarningRuleSet:
    """Return one version of the rules.

    :raises Forbidden: if the actor may not look at rules
    :raises NotFound: if there is none
    """
    actor.require(WARNING_RULE_READ)
    return _rules_found(await session.get(WarningRuleSet, rule_set_id))


async def lock_rule_set(session: AsyncSession, actor: Actor, rule_set_id: UUID) -> WarningRuleSet:
    """Return one version of the rules, locked.

    :raises Forbidden: if the actor may not look at rules
    :raises NotFound: if there is none
    """
    actor.require(WARNING_RULE_READ)
    statement = select(WarningRuleSet).where(WarningRuleSet.id == rule_set_id).with_for_update()
    return _rules_found(await session.scalar(statement.execution_options(populate_existing=True)))


async def active_rules(session: AsyncSession) -> WarningRuleSet | None:
    """Return the rules in force, as the caller sees them."""
    return await session.scalar(
        select(WarningRuleSet).where(WarningRuleSet.state == RuleSetState.ACTIVE)
    )


async def figures_of(session: AsyncSession, rule_set_id: UUID) -> dict[str, RuleFigure]:
    """Return how the rules of one version fared, by their codes."""
    rows = await session.scalars(select(RuleFigure).where(RuleFigure.rule_set_id == rule_set_id))
    return {row.rule_code: row for row in rows}


async def latest_change(session: AsyncSession) -> datetime | None:
    """Return when a batch of records was last finished, everybody last scored, or rules last put in force; as the batch role."""
    return await session.scalar(
        select(
            func.greatest(
                select(func.max(IngestionBatch.finished_at)).scalar_subquery(),
                select(func.max(ScoreRun.began_at)).scalar_subquery(),
                select(func.max(WarningRuleSet.activated_at)).scalar_subquery(),
            )
        )
    )


def _found(warning: LoanWarning | None) -> LoanWarning:
    if warning is None:
        raise NotFound(thing_zh="预警", thing_en="warning")
    return warning


def _rules_found(rules: WarningRuleSet | None) -> WarningRuleSet:
    if rules is None:
        raise NotFound(thing_zh="预警规则", thing_en="set of warning rules")
    return rules
