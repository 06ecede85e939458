"""What the operator's people do about incentives: funding the account, proposing a run, checking it, and reversing one."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.ledger import drafts
from suxin.ledger.books import Transfer
from suxin.ledger.posting import post
from suxin.lending.league import queries as league
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives import accounts, queries
from suxin.risk_pool.incentives.models import IncentiveAward, IncentiveRun, RunState
from suxin.risk_pool.incentives.policies import INCENTIVE_CHECK, INCENTIVE_PROPOSE
from suxin.risk_pool.incentives.rules import earned, sums
from suxin.tenancy.queries import tenants_by_id

FUNDED_CODE: Final = "incentive.funded"
AWARDED_CODE: Final = "incentive.awarded"
REVERSED_CODE: Final = "incentive.reversed"
MAX_REFERENCE: Final = 100
MAX_REASON: Final = 300


class IncentiveNothingEarned(Refusal):
    """By these rules no bank has earned anything in the quarter."""

    code = "INCENTIVE_NOTHING_EARNED"
    zh = "按现行规则，该季度没有银行获得激励"
    en = "No bank has earned anything by these rules"


class IncentiveRunAlive(Refusal):
    """The quarter has a run that is proposed or posted; it is reversed or withdrawn before another."""

    code = "INCENTIVE_RUN_ALIVE"
    zh = "该季度已有激励方案，须先撤回或冲正"
    en = "The quarter has an incentive run, which is withdrawn or reversed first"


class SamePersonChecks(Refusal):
    """Whoever proposed it cannot put it into effect."""

    code = "INCENTIVE_SAME_PERSON"
    kind = RefusalKind.FORBIDDEN
    zh = "提出人不能自行复核，须由另一人办理"
    en = "Another person than who proposed it puts it into effect"


async def fund_incentives(
    session: AsyncSession, actor: Actor, *, amount_fen: int, reference: str, now: datetime
) -> Transfer:
    """Note that money for incentives came in at the custodian's, with the reference of its statement line.

    :raises Forbidden: if the actor may not propose incentives
    :raises AmountNotWholeFen, AmountOutOfRange: if it is no amount
    :raises Invalid: if the reference is empty or too long
    :raises PostingRefused: what the ledger refuses
    """
    actor.require(INCENTIVE_PROPOSE)
    check_amount_fen(amount_fen, field="amountFen")
    said = _said("reference", reference, MAX_REFERENCE)
    book = actor.own_tenant
    custody, funds = await accounts.fund_accounts(session, book=book, now=now)
    draft = drafts.move(
        new_id(now),
        debit=custody.id,
        credit=funds.id,
        amount=amount_fen,
        code=FUNDED_CODE,
        reference=said,
    )
    (posted,) = await post(session, book=book, transfers=[draft], now=now)
    append_act(
        session,
        action="risk_pool.incentive.funded",
        now=now,
        object_type="ledger_transfer",
        object_id=posted.id,
        detail={"amount_fen": amount_fen, "reference": said},
    )
    return posted


async def propose_run(
    session: AsyncSession, actor: Actor, *, quarter: Quarter, now: datetime
) -> IncentiveRun:
    """Propose what the quarter's latest counted table earns by the quarter's rules; nothing is posted before another person has checked it.

    :raises Forbidden: if the actor may not propose incentives
    :raises NotFound: if the quarter was never counted
    :raises IncentiveRunAlive: if the quarter has a run already
    :raises IncentiveNothingEarned: if nobody has earned anything
    """
    actor.require(INCENTIVE_PROPOSE)
    table = await league.latest_counted(session, quarter)
    if table is None:
        raise NotFound(thing_zh="季度榜", thing_en="league table")
    alive = queries.runs_of(actor, quarter).where(
        IncentiveRun.state.not_in((RunState.WITHDRAWN, RunState.REVERSED))
    )
    if await session.scalar(alive) is not None:
        raise IncentiveRunAlive
    lines = await league.lines_of(session, actor, quarter=quarter, version=table.version)
    rules = (await queries.rules_for(session, actor, quarter)).rules
    found = earned(rules, lines)
    totals = sums(found)
    if not totals:
        raise IncentiveNothingEarned
    run = IncentiveRun(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        quarter=quarter.first,
        version=table.version,
        rules=msgspec.to_builtins(rules),
        total_fen=sum(totals.values()),
        state=RunState.PROPOSED,
        proposed_by=actor.own_staff,
        proposed_at=now,
    )
    session.add(run)
    await session.flush()
    session.add_all(
        IncentiveAward(
            tenant_id=run.tenant_id,
            id=new_id(now),
            run_id=run.id,
            bank_id=bank_id,
            quarter=quarter.first,
            amount_fen=amount,
            places=[
                {"measure": one.measure, "place": one.place, "amount_fen": one.amount_fen}
                for one in found
                if one.tenant_id == bank_id
            ],
        )
        for bank_id, amount in totals.items()
    )
    _record(session, "risk_pool.incentive.proposed", run, now=now)
    return run


async def post_run(
    session: AsyncSession, actor: Actor, *, run_id: UUID, now: datetime
) -> IncentiveRun:
    """Put a proposed run into effect: every bank's award goes from the incentive funds to what it is owed, all or none.

    :raises Forbidden: if the actor may not check incentives
    :raises NotFound: if it is none of the operator's runs
    :raises StepNotPossible: if it is not proposed
    :raises SamePersonChecks: if the actor proposed it
    :raises WouldCrossFloor: if the incentive account has less than the run comes to
    """
    actor.require(INCENTIVE_CHECK)
    run = await queries.lock_run(session, actor, run_id)
    run.post(by=actor.own_staff, now=now)
    if run.proposed_by == actor.own_staff:
        raise SamePersonChecks
    awards = await queries.awards_in_run(session, run)
    banks = await session.scalars(tenants_by_id({one.bank_id for one in awards}))
    names = {bank.id: bank.short_name for bank in banks}
    _, funds = await accounts.fund_accounts(session, book=run.tenant_id, now=now)
    owed = await accounts.owed_accounts(session, book=run.tenant_id, banks=names, now=now)
    for award in awards:
        award.posted_at = now
    await post(
        session,
        book=run.tenant_id,
        transfers=[
            drafts.move(
                award.id,
                debit=funds.id,
                credit=owed[award.bank_id],
                amount=award.amount_fen,
                code=AWARDED_CODE,
                reference=f"{Quarter(run.quarter).code}/{run.version}",
            )
            for award in awards
        ],
        now=now,
    )
    _record(session, "risk_pool.incentive.posted", run, now=now)
    return run


async def withdraw_run(
    session: AsyncSession, actor: Actor, *, run_id: UUID, now: datetime
) -> IncentiveRun:
    """Take back what waits for a second person: a proposed run, or the proposal to reverse a posted one.

    :raises Forbidden: if the actor may not propose incentives
    :raises NotFound: if it is none of the operator's runs
    :raises StepNotPossible: if nothing waits
    """
    actor.require(INCENTIVE_PROPOSE)
    run = await queries.lock_run(session, actor, run_id)
    if run.state is RunState.REVERSAL_PROPOSED:
        run.keep()
        _record(session, "risk_pool.incentive.kept", run, now=now)
    else:
        run.withdraw(by=actor.own_staff, now=now)
        _record(session, "risk_pool.incentive.withdrawn", run, now=now)
    return run


async def propose_reversal(
    session: AsyncSession, actor: Actor, *, run_id: UUID, reason: str, now: datetime
) -> IncentiveRun:
    """Propose to take a posted run back whole, with the reason.

    :raises Forbidden: if the actor may not propose incentives
    :raises NotFound: if it is none of the operator's runs
    :raises Invalid: if the reason is empty or too long
    :raises StepNotPossible: if it is not posted
    """
    actor.require(INCENTIVE_PROPOSE)
    run = await queries.lock_run(session, actor, run_id)
    run.propose_reversal(by=actor.own_staff, reason=_said("reason", reason, MAX_REASON))
    _record(session, "risk_pool.incentive.reversal_proposed", run, now=now)
    return run


async def reverse_run(
    session: AsyncSession, actor: Actor, *, run_id: UUID, now: datetime
) -> IncentiveRun:
    """Take a posted run back: each of its transfers is reversed, all or none.

    :raises Forbidden: if the actor may not check incentives
    :raises NotFound: if it is none of the operator's runs
    :raises StepNotPossible: if its reversal was not proposed
    :raises SamePersonChecks: if the actor proposed the reversal
    :raises PostingRefused: what the ledger refuses, as when a bank's award was paid out since
    """
    actor.require(INCENTIVE_CHECK)
    run = await queries.lock_run(session, actor, run_id)
    run.reverse(by=actor.own_staff, now=now)
    if run.reversal_by == actor.own_staff:
        raise SamePersonChecks
    awards = await queries.awards_in_run(session, run)
    for award in awards:
        award.reversed_at = now
    reversals = [
        drafts.reverse(new_id(now), reverses_id=award.id, code=REVERSED_CODE) for award in awards
    ]
    await post(session, book=run.tenant_id, transfers=reversals, now=now)
    _record(session, "risk_pool.incentive.reversed", run, now=now)
    return run


def _said(field: str, text: str, most: int) -> str:
    said = text.strip()
    if not 0 < len(said) <= most:
        raise Invalid(
            field=field,
            reason_zh=f"此项必填，最多 {most} 字",
            reason_en=f"from 1 to {most} characters",
        )
    return said


def _record(session: AsyncSession, action: str, run: IncentiveRun, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="incentive_run",
        object_id=run.id,
        detail={
            "quarter": Quarter(run.quarter).code,
            "version": run.version,
            "total_fen": run.total_fen,
        },
    )
