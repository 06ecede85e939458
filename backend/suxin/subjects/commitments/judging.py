"""What became of a commitment: the operator says that it was kept or broken, or gives a declaration back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.working_days import local_day
from suxin.subjects.commitments import queries
from suxin.subjects.commitments.models import (
    Commitment,
    CommitmentKind,
    CommitmentState,
)
from suxin.subjects.commitments.outcomes import record_of
from suxin.subjects.commitments.policies import COMMITMENT_JUDGE
from suxin.subjects.models import CreditRecord, RecordStatus

MAX_REASON: Final = 500
MAX_DOCUMENT: Final = 200
PAGE: Final = "/pages/commitments"
OUTCOMES: Final = {
    CommitmentState.KEPT: "COMMITMENT-KEPT",
    CommitmentState.BROKEN: "COMMITMENT-BROKEN",
}
_ACTIONS: Final = {
    CommitmentState.KEPT: "subjects.commitment.kept",
    CommitmentState.BROKEN: "subjects.commitment.broken",
    CommitmentState.RETURNED: "subjects.commitment.returned",
}


class DeclarationTakenBack(Refusal):
    """The subject put it right or took it back before anybody found it false, so that it is held against nobody."""

    code = "DECLARATION_TAKEN_BACK"
    zh = "申报人已自行更正或删除该申报，不再认定违诺；可作退回处理"
    en = "The declaration was put right or taken back by its subject; it is not held against him, and may be given back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a commitment, why, and which document shows so."""

    state: CommitmentState
    reason: str
    document: str


async def judge_commitment(
    session: AsyncSession, actor: Actor, *, commitment_id: UUID, verdict: Verdict, now: datetime
) -> Commitment:
    """Say what became of a commitment; that it was kept or broken is a record, and who signed it is told.

    A declaration that is true keeps its record, and none is added; one that is given back or found false is used no more.

    :raises Forbidden: if the actor may not judge commitments
    :raises NotFound: if there is none of that id
    :raises Invalid: if reason or document is missing or too long, or what is no declaration would be given back
    :raises CommitmentJudged: if it was judged before
    :raises DeclarationTakenBack: if a declaration that would be found false is in use no more
    Source: 宿政办发〔2021〕62号 §8, §15
    """
    actor.require(COMMITMENT_JUDGE)
    commitment = await queries.lock_commitment(session, commitment_id)
    _check(commitment, verdict)
    today = local_day(now)
    with session.no_autoflush:
        commitment.enter(verdict.state)
        commitment.judged_at, commitment.judged_by = now, actor.own_staff
        commitment.reason = verdict.reason or None
        if _has_outcome(commitment, verdict.state):
            commitment.document, commitment.outcome_id = verdict.document, new_id(now)
    async with act_for(session, subject_id=commitment.subject_id, reason="commitment judged"):
        if commitment.kind is CommitmentKind.TRUTH:
            await _settle_declaration(session, commitment)
        if commitment.outcome_id is not None:
            session.add(
                await record_of(
                    session,
                    commitment,
                    OUTCOMES[verdict.state],
                    record_id=commitment.outcome_id,
                    content={"commitment": commitment.number, "document": verdict.document},
                    on=today,
                    now=now,
                )
            )
    append_act(
        session,
        action=_ACTIONS[verdict.state],
        now=now,
        subject_id=commitment.subject_id,
        object_type="commitment",
        object_id=commitment.id,
        detail={"number": commitment.number},
    )
    await _tell(session, commitment, now=now)
    await session.flush()
    return commitment


def _has_outcome(commitment: Commitment, state: CommitmentState) -> bool:
    return state is CommitmentState.BROKEN or (
        state is CommitmentState.KEPT and commitment.kind is not CommitmentKind.TRUTH
    )


def _check(commitment: Commitment, verdict: Verdict) -> None:
    if verdict.state is CommitmentState.OPEN or (
        verdict.state is CommitmentState.RETURNED and commitment.kind is not CommitmentKind.TRUTH
    ):
        raise Invalid(
            field="verdict",
            reason_zh="该承诺不能作此处理",
            reason_en="this cannot become of this commitment",
        )
    needed = {
        "reason": (verdict.reason, MAX_REASON, verdict.state is not CommitmentState.KEPT),
        "document": (
            verdict.document,
            MAX_DOCUMENT,
            _has_outcome(commitment, verdict.state),
        ),
    }
    for field, (value, most, is_needed) in needed.items():
        if len(value) > most or (is_needed and not value.strip()):
            raise Invalid(
                field=field,
                reason_zh=f"应为 1 至 {most} 字",
                reason_en=f"it has 1 to {most} characters",
            )


async def _settle_declaration(session: AsyncSession, commitment: Commitment) -> None:
    """Use a declaration no more that was given back or found false.

    :raises DeclarationTakenBack: if it would be found false and is in use no more already
    """
    record = await session.scalar(
        select(CreditRecord)
        .where(
            CreditRecord.subject_id == commitment.subject_id,
            CreditRecord.id == commitment.record_id,
        )
        .execution_options(populate_existing=True)
    )
    in_use = record is not None and record.status is RecordStatus.ACTIVE
    if not in_use and commitment.state is CommitmentState.BROKEN:
        raise DeclarationTakenBack
    if record is not None and in_use and commitment.state is not CommitmentState.KEPT:
        record.status = RecordStatus.WITHDRAWN
        await session.flush()


async def _tell(session: AsyncSession, commitment: Commitment, *, now: datetime) -> None:
    """Tell who signed it; of what a department registered its own letter tells."""
    if commitment.person_id is None:
        return
    why = f"，{commitment.reason}" if commitment.reason else ""
    follows = {
        CommitmentState.KEPT: "",
        CommitmentState.RETURNED: "该申报不再使用，补正后可以重新申报。",
        CommitmentState.BROKEN: "该申报不再使用，违诺情况已记入信用记录；认为有误的，可以申请更正。",
    }[commitment.state]
    await notices.notify_person(
        session,
        person_id=commitment.person_id,
        template="commitment_judged",
        title="自主申报核查结果",
        body=f"“{commitment.title}”的真实性承诺：{commitment.state_zh}{why}。{follows}",
        link=PAGE,
        facts={"item": commitment.title},
        now=now,
    )
