"""What a claim comes to: posted to its household's account in the village's book, rejected, put forward again; and reversed by two people.

The village's account of what was issued stands on the debit side, each household's on the credit side with a floor of zero, so that no code
takes more than there is. A minus takes what there is and no more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.caps import require_within
from suxin.grid.counting import as_counted, counted_by, counted_posted
from suxin.grid.models import PointClaim, RuleSet
from suxin.grid.models.claims import POSTED, REJECTED
from suxin.grid.policies import POINT_REVERSE
from suxin.grid.recording import call_for
from suxin.grid.refusals import AlreadySpent, CapReached, ReversalByAnother
from suxin.grid.rule_sets import checked_reason
from suxin.grid.states import ClaimState
from suxin.grid.telling import (
    record_step,
    record_steps,
    tell_household,
    tell_households,
    tell_village,
)
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import change
from suxin.kernel.working_days import local_day
from suxin.ledger import drafts
from suxin.ledger.accounts import AccountDraft, open_all_in_book
from suxin.ledger.accounts import take_turn as take_turn_at_book
from suxin.ledger.drafts import TransferDraft
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


async def post_after_notice(
    session: AsyncSession, claims: Sequence[PointClaim], *, now: datetime
) -> None:
    """Post claims of one village that are locked and whose notice is over, in the village's turn; reject those whose cap is used up by others.

    They go in their order, each on what those before it leave, and into the book by one posting. Each kind of row that follows is written by one
    statement for all of them. The rows of the claims take nothing else, and a claim is posted once.
    """
    if not claims:
        return
    await session.flush()
    refused = await _over_caps(session, claims)
    over = [(claim, refused[claim.id]) for claim in claims if claim.id in refused]
    await _reject(session, over, now=now)
    await _post(session, [claim for claim in claims if claim.id not in refused], now=now)


async def reject(
    session: AsyncSession, claim: PointClaim, reason: str | None, *, now: datetime
) -> None:
    """End a claim with nothing posted, in the village's rows."""
    await session.flush()
    await _reject(session, [(claim, reason)], now=now)


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


async def _over_caps(session: AsyncSession, claims: Sequence[PointClaim]) -> dict[UUID, str]:
    """Return of those whose cap is used up, by what was posted and by those before them here, what the refusal says."""
    books = {
        version.id: version.rules
        for version in await session.scalars(
            select(RuleSet).where(
                RuleSet.tenant_id == claims[0].tenant_id,
                RuleSet.id.in_({claim.rule_set_id for claim in claims}),
            )
        )
    }
    posted = await counted_posted(session, claims)
    refused = {}
    for claim in claims:
        rule, others = books[claim.rule_set_id].rule(claim.rule_code), posted[counted_by(claim)]
        try:
            if rule is not None:
                require_within(rule, as_counted(claim), others)
        except CapReached as refusal:
            refused[claim.id] = refusal.zh_message
        else:
            others.append(as_counted(claim))
    return refused


async def _reject(
    session: AsyncSession, claims: Sequence[tuple[PointClaim, str | None]], *, now: datetime
) -> None:
    for claim, reason in claims:
        claim.reject(reason, now=now)
    await change(session, [claim for claim, _ in claims], REJECTED)
    await record_steps(session, [(claim, {}) for claim, _ in claims], "rejected", now=now)
    told = [
        (claim, f"“{claim.rule_name}”{claim.points:+d} 分未入账：{claim.reason or '未通过'}")
        for claim, _ in claims
    ]
    await tell_households(session, told, title="积分未入账", now=now)


async def _post(session: AsyncSession, claims: Sequence[PointClaim], *, now: datetime) -> None:
    if not claims:
        return
    accounts = await _accounts(session, claims, now=now)
    drafted, taken = [], {}
    left = {code: state_of(account).available for code, account in accounts.items()}
    for claim in claims:
        code = household_code(claim.household_id)
        points = claim.points if claim.points > 0 else -min(-claim.points, left[code])
        left[code] += points
        taken[claim.id] = (points, new_id(now) if points else None)
        if points:
            drafted.append(_draft(claim, accounts, taken[claim.id]))
    await post(session, book=claims[0].tenant_id, transfers=drafted, now=now)
    for claim in claims:
        points, transfer_id = taken[claim.id]
        claim.post(points=points, transfer_id=transfer_id, now=now)
    await change(session, claims, POSTED)
    recorded = [(claim, {"posted": taken[claim.id][0]}) for claim in claims]
    await record_steps(session, recorded, "posted", now=now)
    await tell_households(
        session,
        [(claim, f"“{claim.rule_name}”{taken[claim.id][0]:+d} 分已入账。") for claim in claims],
        title="积分已入账",
        now=now,
    )


def _draft(
    claim: PointClaim,
    accounts: Mapping[str, LedgerAccount],
    taken: tuple[int, UUID | None],
) -> TransferDraft:
    points, transfer_id = taken
    issued, account = accounts[ISSUED], accounts[household_code(claim.household_id)]
    debit, credit = (issued, account) if points > 0 else (account, issued)
    return drafts.move(
        transfer_id or new_id(),
        debit=debit.id,
        credit=credit.id,
        amount=abs(points),
        code=POSTED_CODE,
        reference=str(claim.id),
    )


async def _accounts(
    session: AsyncSession, claims: Sequence[PointClaim], *, now: datetime
) -> dict[str, LedgerAccount]:
    """Return the accounts that claims of one village move, by their codes; those that are missing are opened."""
    book = claims[0].tenant_id
    codes = sorted({household_code(claim.household_id) for claim in claims})
    # Before it is looked whether they are there: two who post for the first time take turns.
    await take_turn_at_book(session, book)
    found = {
        account.code: account
        for account in await session.scalars(
            select(LedgerAccount)
            .where(LedgerAccount.tenant_id == book, LedgerAccount.code.in_([ISSUED, *codes]))
            .execution_options(populate_existing=True)
        )
    }
    missing = [_drafted(code) for code in [ISSUED, *codes] if code not in found]
    if missing:
        opened = await open_all_in_book(session, book=book, drafts=missing, now=now)
        found |= {account.code: account for account in opened}
    return found


def _drafted(code: str) -> AccountDraft:
    if code == ISSUED:
        return AccountDraft(code=code, name="已发积分", asset=ASSET, normal_side=Side.DEBIT, floor=None)  # fmt: skip
    return AccountDraft(code=code, name="农户积分", asset=ASSET, normal_side=Side.CREDIT, floor=0)
