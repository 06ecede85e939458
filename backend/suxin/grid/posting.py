"""What a claim comes to: posted to its household's account in the village's book, rejected, put forward again; and reversed by two people.

The village's account of what was issued stands on the debit side, each household's on the credit side with a floor of zero, so that no code
takes more than there is. A minus takes what there is and no more.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.caps import require_within
from suxin.grid.claiming import as_counted, counted
from suxin.grid.models import PointClaim, RuleSet
from suxin.grid.policies import POINT_REVERSE
from suxin.grid.recording import call_for
from suxin.grid.refusals import AlreadySpent, CapReached, ReversalByAnother
from suxin.grid.rule_sets import checked_reason
from suxin.grid.states import ClaimState
from suxin.grid.telling import record_step, tell_household, tell_village
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.ledger import drafts
from suxin.ledger.accounts import AccountDraft, open_in_book
from suxin.ledger.accounts import take_turn as take_turn_at_book
from suxin.ledger.models import LedgerAccount, Side
from suxin.ledger.posting import post, state_of
from suxin.ledger.queries import account_by_code
from suxin.ledger.refusals import WouldCrossFloor
from suxin.villages import queries as villages

ASSET: Final = "POINT:village"
ISSUED: Final = "grid.issued"
POSTED_CODE: Final = "grid.posted"
REVERSED_CODE: Final = "grid.reversed"
HOUSEHOLDS: Final = "grid.household."
"""How the codes of households' accounts begin."""


def household_code(household_id: UUID) -> str:
    """Return the code of a household's account in its village's book."""
    return HOUSEHOLDS + household_id.hex


async def balance_of(session: AsyncSession, tenant_id: UUID, household_id: UUID) -> int:
    """Return how many points a household has, as the village's book says; 0 before the first."""
    account = await account_by_code(session, book=tenant_id, code=household_code(household_id))
    return 0 if account is None else state_of(account).balance


async def post_after_notice(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    """Post a claim that is locked and whose notice is over, in the village's turn; reject it where its cap is used up by others.

    The row of the claim takes nothing else, and a claim is posted once.
    """
    version = await session.get_one(RuleSet, (claim.tenant_id, claim.rule_set_id))
    rule = version.rules.rule(claim.rule_code)
    if rule is not None:
        others = await counted(session, claim, (ClaimState.POSTED,))
        try:
            require_within(rule, as_counted(claim), others)
        except CapReached as refusal:
            await reject(session, claim, refusal.zh_message, now=now)
            return
    await _post(session, claim, now=now)


async def reject(
    session: AsyncSession, claim: PointClaim, reason: str | None, *, now: datetime
) -> None:
    """End a claim with nothing posted, in the village's rows."""
    claim.reject(reason, now=now)
    await session.flush()
    record_step(session, claim, "rejected", now=now)
    await tell_household(
        session,
        claim,
        title="积分未入账",
        body=f"“{claim.rule_name}”{claim.points:+d} 分未入账：{claim.reason or '未通过'}",
        now=now,
    )
    await session.flush()


async def ask_reversal(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, reason: str, now: datetime
) -> PointClaim:
    """Ask that what was posted for a claim be reversed.

    :raises Forbidden: without the right to reverse
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if nothing is posted
    """
    actor.require(POINT_REVERSE)
    said = checked_reason(reason)
    claim = await queries.lock_claim(session, actor.own_tenant, claim_id)
    claim.ask_reversal(said, by=actor.own_staff, now=now)
    record_step(session, claim, "reversal_asked", now=now)
    await tell_village(
        session,
        claim,
        to=POINT_REVERSE,
        title="待确认的冲正",
        body=f"“{claim.rule_name}”{claim.posted_points or 0:+d} 分：{said}",
        now=now,
    )
    await session.flush()
    return claim


async def confirm_reversal(
    session: AsyncSession, actor: Actor, *, claim_id: UUID, now: datetime
) -> PointClaim:
    """Reverse what was posted for a claim, which another person has asked for; what is written stays.

    :raises Forbidden: without the right to reverse
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if nothing is posted
    :raises ReversalByAnother: if nobody asked for it, or the actor did
    :raises AlreadySpent: if the household has too little left
    """
    actor.require(POINT_REVERSE)
    await queries.take_turn(session, actor.own_tenant)
    claim = await queries.lock_claim(session, actor.own_tenant, claim_id)
    if claim.state is ClaimState.POSTED and claim.reversal_asked_by in (None, actor.own_staff):
        raise ReversalByAnother
    transfer_id = claim.transfer_id
    reversal_id = None if transfer_id is None else new_id(now)
    claim.reverse(by=actor.own_staff, reversal_id=reversal_id)
    if reversal_id is not None and transfer_id is not None:
        draft = drafts.reverse(reversal_id, reverses_id=transfer_id, code=REVERSED_CODE, reference=str(claim.id))  # fmt: skip
        try:
            await post(session, book=claim.tenant_id, transfers=[draft], now=now)
        except WouldCrossFloor as refusal:
            raise AlreadySpent(missing=refusal.facts["missing"]) from refusal
    await _look_at_record(session, claim, now=now)
    record_step(session, claim, "reversed", now=now)
    await tell_household(
        session,
        claim,
        title="积分已冲正",
        body=f"“{claim.rule_name}”{claim.posted_points or 0:+d} 分已冲正：{claim.reversal_reason}",
        now=now,
    )
    await session.flush()
    return claim


async def _look_at_record(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    """Have the record looked at that may rest on what is reversed: that of the member, or of whoever heads the household."""
    household = await villages.household(session, claim.tenant_id, claim.household_id)
    member_id = claim.member_id or household.head_id
    if member_id is None or claim.posted_at is None:
        return
    await call_for(
        session,
        tenant_id=claim.tenant_id,
        member_id=member_id,
        month=local_day(claim.posted_at).replace(day=1),
        now=now,
    )


async def _post(session: AsyncSession, claim: PointClaim, *, now: datetime) -> None:
    issued, account = await _accounts(session, claim, now=now)
    points = claim.points
    if points < 0:
        points = -min(-points, state_of(account).available)
    transfer_id = None
    if points:
        transfer_id = new_id(now)
        debit, credit = (issued, account) if points > 0 else (account, issued)
        draft = drafts.move(
            transfer_id,
            debit=debit.id,
            credit=credit.id,
            amount=abs(points),
            code=POSTED_CODE,
            reference=str(claim.id),
        )
        await post(session, book=claim.tenant_id, transfers=[draft], now=now)
    claim.post(points=points, transfer_id=transfer_id, now=now)
    await session.flush()
    record_step(session, claim, "posted", now=now, detail={"posted": points})
    await tell_household(
        session,
        claim,
        title="积分已入账",
        body=f"“{claim.rule_name}”{points:+d} 分已入账。",
        now=now,
    )
    await session.flush()


async def _accounts(
    session: AsyncSession, claim: PointClaim, *, now: datetime
) -> tuple[LedgerAccount, LedgerAccount]:
    # Before it is looked whether they are there: two who post for the first time take turns.
    await take_turn_at_book(session, claim.tenant_id)
    issued = await _account(
        session, claim.tenant_id, ISSUED, "已发积分", Side.DEBIT, floor=None, now=now
    )
    code = household_code(claim.household_id)
    account = await _account(
        session, claim.tenant_id, code, "农户积分", Side.CREDIT, floor=0, now=now
    )
    return issued, account


async def _account(
    session: AsyncSession,
    book: UUID,
    code: str,
    name: str,
    side: Side,
    *,
    floor: int | None,
    now: datetime,
) -> LedgerAccount:
    known = await account_by_code(session, book=book, code=code)
    if known is not None:
        return known
    draft = AccountDraft(code=code, name=name, asset=ASSET, normal_side=side, floor=floor)
    return await open_in_book(session, book=book, draft=draft, now=now)
