"""Rounds, members and lines, as a bank, a village, the credit office and a household read them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import LoanRequest, RequestState
from suxin.lending.terms import RepaymentMethod
from suxin.village_credit.models import CreditRound, LineUse, RoundMember, RoundNotice
from suxin.village_credit.policies import ROUND_OVERSEE, ROUND_READ
from suxin.village_credit.states import MemberState, RoundState
from suxin.villages.queries import household_of_subject

MAX_MEMBERS: Final = 5_000
"""How many members of a round a page or a batch looks at: more than any village has households (proposed default)."""

_OVER: Final[frozenset[LoanState]] = frozenset(
    {LoanState.CANCELLED, LoanState.SETTLED, LoanState.WRITTEN_OFF}
)

_NOTHING_CAME: Final[frozenset[RequestState]] = frozenset(
    {RequestState.WITHDRAWN, RequestState.EXPIRED, RequestState.UNMATCHED}
)


def own_rounds(actor: Actor) -> Select[CreditRound]:
    """Return the rounds that the actor's bank or village is a party of, newest first.

    :raises Forbidden: if the actor may not read rounds
    """
    actor.require(ROUND_READ)
    own = actor.own_tenant
    return (
        select(CreditRound)
        .where((CreditRound.tenant_id == own) | (CreditRound.village_tenant_id == own))
        .order_by(CreditRound.id.desc())
    )


async def own_round(session: AsyncSession, actor: Actor, round_id: UUID) -> CreditRound:
    """Return one round of the actor's bank or village.

    :raises Forbidden: if the actor may not read rounds
    :raises NotFound: if there is none
    """
    return _round(await session.scalar(own_rounds(actor).where(CreditRound.id == round_id)))


async def lock_round(session: AsyncSession, actor: Actor, round_id: UUID) -> CreditRound:
    """Return one round of the actor's bank or village, locked; members are locked after it, by id.

    :raises Forbidden: if the actor may not read rounds
    :raises NotFound: if there is none
    """
    one = own_rounds(actor).where(CreditRound.id == round_id).with_for_update()
    return _round(await session.scalar(one.execution_options(populate_existing=True)))


def rounds_overseen(actor: Actor, *, within: str = "") -> Select[CreditRound]:
    """Return the rounds of an area, for the credit office; a town's person sees those of his own towns. Of households there are counts alone.

    :raises Forbidden: if the actor may not look on
    """
    actor.require(ROUND_OVERSEE)
    own = [CreditRound.village_code.startswith(one, autoescape=True) for one in actor.areas]
    return (
        select(CreditRound)
        .where(
            CreditRound.village_code.startswith(within, autoescape=True),
            or_(*own) if own else true(),
        )
        .order_by(CreditRound.village_code, CreditRound.id)
    )


def own_round_members(actor: Actor) -> Select[RoundMember]:
    """Return the households that take part in the rounds of the actor's bank; whoever left is there no more.

    :raises Forbidden: if the actor may not read rounds
    """
    actor.require(ROUND_READ)
    return (
        select(RoundMember)
        .where(
            RoundMember.tenant_id == actor.own_tenant,
            RoundMember.state != MemberState.LEFT,
        )
        .order_by(RoundMember.id)
    )


def own_members(actor: Actor, round_id: UUID) -> Select[RoundMember]:
    """Return those of one round, in the order in which they joined.

    :raises Forbidden: if the actor may not read rounds
    """
    return own_round_members(actor).where(RoundMember.round_id == round_id)


async def lock_members(
    session: AsyncSession, actor: Actor, round_id: UUID, member_ids: Collection[UUID]
) -> Sequence[RoundMember]:
    """Return some households of a round of the actor's bank, locked by id.

    :raises Forbidden: if the actor may not read rounds
    :raises NotFound: if one is none
    """
    found = (
        await session.scalars(
            own_members(actor, round_id)
            .where(RoundMember.id.in_(member_ids))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()
    if len(found) != len(set(member_ids)):
        raise _no_member()
    return found


async def own_member(session: AsyncSession, actor: Actor, member_id: UUID) -> RoundMember:
    """Return one household of the actor's bank.

    :raises Forbidden: if the actor may not read rounds
    :raises NotFound: if there is none
    """
    return _member(await session.scalar(_one_member(actor, member_id)))


async def lock_member(session: AsyncSession, actor: Actor, member_id: UUID) -> RoundMember:
    """Return one household of the actor's bank, locked.

    :raises Forbidden: if the actor may not read rounds
    :raises NotFound: if there is none
    """
    one = _one_member(actor, member_id).with_for_update()
    return _member(await session.scalar(one.execution_options(populate_existing=True)))


async def rounds_for(session: AsyncSession, actor: Actor) -> Sequence[CreditRound]:
    """Return the rounds that the acting household may join now: those that are open in its village and that it is not in.

    :raises Forbidden: if the actor acts for no subject
    """
    household = await household_of_subject(session, actor.own_subject)
    if household is None:
        return []
    joined = select(RoundMember.round_id).where(
        RoundMember.subject_id == actor.own_subject,
        RoundMember.state.not_in((MemberState.LEFT, MemberState.ENDED)),
    )
    return (
        await session.scalars(
            select(CreditRound)
            .where(
                CreditRound.village_tenant_id == household.tenant_id,
                CreditRound.state == RoundState.OPEN,
                CreditRound.id.not_in(joined),
            )
            .order_by(CreditRound.id)
        )
    ).all()


async def open_round(session: AsyncSession, round_id: UUID) -> CreditRound:
    """Return a round that a subject may know.

    :raises NotFound: if there is none
    """
    return _round(await session.scalar(select(CreditRound).where(CreditRound.id == round_id)))


def memberships_about(subject_id: UUID) -> Select[RoundMember, CreditRound]:
    """Return where a subject takes part, with the rounds, as far as the caller sees them, the latest first."""
    return (
        select(RoundMember, CreditRound)
        .join(CreditRound, CreditRound.id == RoundMember.round_id)
        .where(RoundMember.subject_id == subject_id)
        .order_by(RoundMember.id.desc())
    )


async def own_membership(session: AsyncSession, actor: Actor, member_id: UUID) -> RoundMember:
    """Return one membership of the acting subject.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has none
    """
    one = select(RoundMember).where(
        RoundMember.subject_id == actor.own_subject, RoundMember.id == member_id
    )
    return _member(await session.scalar(one))


async def lock_own_membership(session: AsyncSession, actor: Actor, member_id: UUID) -> RoundMember:
    """Return one membership of the acting subject, locked.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has none
    """
    one = select(RoundMember).where(
        RoundMember.subject_id == actor.own_subject, RoundMember.id == member_id
    )
    return _member(
        await session.scalar(one.with_for_update().execution_options(populate_existing=True))
    )


def uses_about(subject_id: UUID) -> Select[LineUse]:
    """Return the requests that a subject made on lines, as far as the caller sees them, the latest first."""
    return (
        select(LineUse)
        .where(LineUse.subject_id == subject_id)
        .order_by(LineUse.asked_at.desc(), LineUse.request_id)
    )


async def used_fen(session: AsyncSession, actor: Actor, member_id: UUID) -> int:
    """Return how much of one of the acting subject's lines is taken: what requests ask for until they end or are a loan, and what loans on it may still owe or draw.

    :raises Forbidden: if the actor acts for no subject
    """
    uses = (
        await session.execute(
            select(LineUse, LoanRequest)
            .join(
                LoanRequest,
                (LoanRequest.subject_id == LineUse.subject_id)
                & (LoanRequest.id == LineUse.request_id),
            )
            .where(LineUse.subject_id == actor.own_subject, LineUse.member_id == member_id)
        )
    ).all()
    loans = await session.scalars(
        select(Loan).where(
            Loan.subject_id == actor.own_subject,
            Loan.request_id.in_([use.request_id for use, _ in uses]),
            Loan.renews_id.is_(None),
        )
    )
    owed = {loan.request_id: _owed(loan) for loan in loans}
    return sum(
        owed.get(use.request_id, 0 if request.state in _NOTHING_CAME else use.amount_fen)
        for use, request in uses
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInUse:
    """What a bank knows of one household's line: what was drawn under its own contracts, and how long one of them is overdue."""

    drawn_fen: int
    overdue_days: int


async def lines_in_use(
    session: AsyncSession, actor: Actor, member_ids: Collection[UUID]
) -> dict[UUID, LineInUse]:
    """Return what the actor's bank lent on some lines, by household; other banks' loans are no part of it.

    :raises Forbidden: if the actor may not read rounds
    """
    actor.require(ROUND_READ)
    rows = await session.execute(
        select(
            LineUse.member_id,
            func.sum(Loan.drawn_fen - Loan.principal_paid_fen),
            func.max(Loan.overdue_days),
        )
        .join(
            Loan,
            (Loan.tenant_id == LineUse.tenant_id) & (Loan.request_id == LineUse.request_id),
        )
        .where(
            LineUse.tenant_id == actor.own_tenant,
            LineUse.member_id.in_(member_ids),
            Loan.state.not_in(_OVER),
        )
        .group_by(LineUse.member_id)
    )
    return {row[0]: LineInUse(drawn_fen=int(row[1]), overdue_days=row[2]) for row in rows}


async def public_notices(session: AsyncSession, round_id: UUID) -> Sequence[RoundNotice]:
    """Return what of a round is on notice now, for everybody, the first to end first; none where no notice is running."""
    return (
        await session.scalars(
            select(RoundNotice)
            .where(RoundNotice.round_id == round_id)
            .order_by(RoundNotice.ends_at, RoundNotice.id)
        )
    ).all()


def _owed(loan: Loan) -> int:
    if loan.state in _OVER:
        return 0
    if loan.repayment_method is RepaymentMethod.REVOLVING:
        return loan.principal_fen
    return loan.principal_fen - loan.principal_paid_fen


def _one_member(actor: Actor, member_id: UUID) -> Select[RoundMember]:
    return own_round_members(actor).where(RoundMember.id == member_id)


def _round(found: CreditRound | None) -> CreditRound:
    if found is None:
        raise NotFound(thing_zh="整村授信", thing_en="round of village credit", field="roundId")
    return found


def _member(found: RoundMember | None) -> RoundMember:
    if found is None:
        raise _no_member()
    return found


def _no_member() -> NotFound:
    return NotFound(
        thing_zh="参加整村授信的农户", thing_en="household of the round", field="memberId"
    )
