"""What a confirmed disaster proposes, and that it is taken back with it: a notice of exemption, and renewals of loans that end soon.

Each is done once, whatever is interrupted: the notice by its source, a renewal by its loan. Whether a loan is concerned, where its
borrower is says, and when it ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters import queries
from suxin.disasters.commands import notice_draft
from suxin.disasters.counting import count_disaster
from suxin.disasters.models import DISASTERS, DeclaredDisaster, RenewalProposal
from suxin.disasters.states import RenewalState
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of
from suxin.kernel.ids import new_id
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.places.models import CITY_CODE
from suxin.relief.commands import propose_notice
from suxin.subjects.models import Subject

CHUNK: Final = 500
ENDS_WITHIN: Final = timedelta(days=365)
"""How soon after a disaster's last day a loan ends whose renewal is proposed: a lost harvest is felt for a year (proposed default)."""

_ENDS: Final = {
    RenewalState.WITHDRAWN: "disasters.renewal.withdrawn",
    RenewalState.LAPSED: "disasters.renewal.lapsed",
}
_RUNNING: Final = (LoanState.DISBURSED, LoanState.PERFORMING)


async def propose_what_follows(
    session: AsyncSession, *, disaster_id: UUID, sealer: Sealer, now: datetime
) -> bool:
    """Propose the notice, and some of the renewals, of a confirmed disaster; tell whether more renewals may be left. A duty of the platform.

    :raises Invalid: if an area of it was abolished since it was confirmed
    Source: plan §4, §28; 金规〔2024〕13号 (无还本续贷)
    """
    disaster = await queries.confirmed_disaster(session, disaster_id)
    if disaster is None:
        return False
    if disaster.notice_id is None:
        notice = await propose_notice(
            session,
            actor_of(session),
            draft=notice_draft(disaster),
            paper=SentFile(name=disaster.name, content=DISASTERS.opened(sealer, disaster)),
            sealer=sealer,
            source=disaster.source,
            now=now,
        )
        disaster.notice_id = notice.id
    loans = await _concerned(session, disaster)
    await _propose(session, disaster, loans, now=now)
    if len(loans) == CHUNK:
        return True
    disaster.renewals_at = now
    await count_disaster(session, disaster, now=now)
    return False


async def take_renewals_back(session: AsyncSession, *, disaster_id: UUID, now: datetime) -> int:
    """Withdraw the renewals of a revoked disaster that no bank has decided on; return how many. A duty of the platform."""
    return await _end(
        session, RenewalState.WITHDRAWN, RenewalProposal.disaster_id == disaster_id, now=now
    )


async def lapse_renewals(session: AsyncSession, *, now: datetime) -> int:
    """Let proposals lapse whose loans have ended meanwhile; return how many. A duty of the platform."""
    over = exists().where(
        Loan.tenant_id == RenewalProposal.tenant_id,
        Loan.id == RenewalProposal.loan_id,
        Loan.ended_at.is_not(None),
    )
    return await _end(session, RenewalState.LAPSED, over, now=now)


async def _concerned(session: AsyncSession, disaster: DeclaredDisaster) -> Sequence[Loan]:
    """Return some of the city's loans that a disaster concerns, and that it has not proposed; by bank and id."""
    there = or_(
        Subject.county_code.in_(disaster.areas),
        Subject.town_code.in_(disaster.areas),
        true() if CITY_CODE in disaster.areas else Subject.town_code.in_(()),
    )
    proposed = exists().where(
        RenewalProposal.tenant_id == Loan.tenant_id,
        RenewalProposal.loan_id == Loan.id,
        or_(
            RenewalProposal.disaster_id == disaster.id,
            RenewalProposal.state == RenewalState.PROPOSED,
        ),
    )
    return (
        await session.scalars(
            select(Loan)
            .join(Subject, Subject.id == Loan.subject_id)
            .where(
                there,
                Loan.state.in_(_RUNNING),
                Loan.sandbox_id.is_(None),
                Loan.drawn_fen > Loan.principal_paid_fen,
                Loan.ends_on.between(disaster.from_on, disaster.to_on + ENDS_WITHIN),
                ~proposed,
            )
            .order_by(Loan.tenant_id, Loan.id)
            .limit(CHUNK)
        )
    ).all()


async def _propose(
    session: AsyncSession, disaster: DeclaredDisaster, loans: Sequence[Loan], *, now: datetime
) -> None:
    for loan in loans:
        row = {
            "tenant_id": loan.tenant_id,
            "id": new_id(now),
            "disaster_id": disaster.id,
            "loan_id": loan.id,
            "subject_id": loan.subject_id,
            "state": RenewalState.PROPOSED,
            "proposed_at": now,
        }
        made = await session.execute(
            insert(RenewalProposal)
            .values(row)
            .on_conflict_do_nothing()
            .returning(RenewalProposal.id)
        )
        # Another disaster may propose the same loan at this very moment; one of them does.
        if (proposal_id := made.scalar_one_or_none()) is not None:
            _record(
                session,
                "disasters.renewal.proposed",
                loan.tenant_id,
                loan.subject_id,
                proposal_id,
                now=now,
            )


async def _end(
    session: AsyncSession, state: RenewalState, which: ColumnElement[bool], *, now: datetime
) -> int:
    ended = (
        await session.execute(
            update(RenewalProposal)
            .where(RenewalProposal.state == RenewalState.PROPOSED, which)
            .values(state=state)
            .returning(RenewalProposal.tenant_id, RenewalProposal.subject_id, RenewalProposal.id)
            .execution_options(synchronize_session=False)
        )
    ).all()
    for row in ended:
        _record(session, _ENDS[state], row.tenant_id, row.subject_id, row.id, now=now)
    return len(ended)


def _record(
    session: AsyncSession,
    action: str,
    tenant_id: UUID,
    subject_id: UUID,
    proposal_id: UUID,
    *,
    now: datetime,
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=tenant_id,
        subject_id=subject_id,
        object_type="renewal_proposal",
        object_id=proposal_id,
    )
