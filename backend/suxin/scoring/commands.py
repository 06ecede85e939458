"""What the credit office does about score models: drafting, approving, putting in force, giving up."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import require_assessed
from suxin.consent.models import AssessedKind
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.scoring import queries
from suxin.scoring.coherence import check_document
from suxin.scoring.documents import read_document, stored_document, to_store
from suxin.scoring.models import WAITING, ModelState, ScoreModel, ScoreRun
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT
from suxin.scoring.refusals import ApproverRepeated, ModelNotAt

APPROVERS: Final = 2
"""How many people approve a model."""


async def draft_model(
    session: AsyncSession, actor: Actor, *, document: bytes, now: datetime
) -> ScoreModel:
    """Take a model as the next version of its code; the platform then simulates it.

    :raises Forbidden: if the actor may not draft models
    :raises ModelMalformed: if the JSON text is none
    :raises Refusal: what ``coherence.check_document`` refuses a model for
    """
    actor.require(MODEL_DRAFT)
    drafted = read_document(document)
    check_document(drafted)
    await _take_turn(session, drafted.code)
    version = await session.scalar(
        select(func.coalesce(func.max(ScoreModel.version), 0) + 1).where(
            ScoreModel.code == drafted.code
        )
    )
    model = ScoreModel(
        id=new_id(now),
        code=drafted.code,
        version=version,
        document=to_store(drafted),
        state=ModelState.DRAFT,
        drafted_by=actor.own_staff,
        drafted_at=now,
        approved_by=[],
    )
    session.add(model)
    _record(session, "scoring.model.drafted", model, now=now)
    return model


async def approve_model(
    session: AsyncSession, actor: Actor, *, model_id: UUID, now: datetime
) -> ScoreModel:
    """Approve a simulated model; the second of two people moves it on.

    :raises Forbidden: if the actor may not approve models
    :raises NotFound: if there is none
    :raises ModelNotAt: if it was not simulated, or was approved already
    :raises ApproverRepeated: if the actor drafted it, or approved it before
    """
    actor.require(MODEL_APPROVE)
    model = await queries.lock_model(session, actor, model_id)
    if model.state is not ModelState.SIMULATED:
        raise ModelNotAt
    staff_id = actor.own_staff
    if staff_id == model.drafted_by or str(staff_id) in model.approved_by:
        raise ApproverRepeated
    model.approve(staff_id, enough=APPROVERS)
    _record(session, "scoring.model.approved", model, now=now)
    return model


async def activate_model(
    session: AsyncSession, actor: Actor, *, model_id: UUID, now: datetime
) -> ScoreModel:
    """Put an approved model in force in the place of the version before it; the next run uses it.

    :raises Forbidden: if the actor may not put models in force
    :raises NotFound: if there is none
    :raises ModelNotAt: if two people have not approved it
    :raises AssessmentMissing: if no impact assessment of it is on file
    Source: PIPL art. 55 (2): automated decisions are assessed before they begin
    """
    actor.require(MODEL_ACTIVATE)
    model = await queries.lock_model(session, actor, model_id)
    if model.state is not ModelState.APPROVED:
        raise ModelNotAt
    name = stored_document(model.document).name
    await require_assessed(session, AssessedKind.SCORE_MODEL, model.id, about=name)
    await _take_turn(session, model.code)
    before = await queries.active_model(session, model.code)
    if before is not None:
        before.retire(now=now)
        # One is in force at a time, at every moment.
        await session.flush()
        _record(session, "scoring.model.retired", before, now=now)
    model.activate(now=now)
    _record(session, "scoring.model.activated", model, now=now)
    return model


async def ask_run(
    session: AsyncSession, actor: Actor, *, model_id: UUID, now: datetime
) -> ScoreModel:
    """Have everybody scored anew by a model in force before the month's own run is due; the worker does it next.

    That is also for the day of a run, when what was recorded has been put right since. Asking again while it waits changes nothing.

    :raises Forbidden: if the actor may not put models in force
    :raises NotFound: if there is none
    :raises ModelNotAt: if it is not in force, or scores only whom a context above enters
    """
    actor.require(MODEL_ACTIVATE)
    model = await queries.lock_model(session, actor, model_id)
    entered = stored_document(model.document).panel_number is not None
    if model.state is not ModelState.ACTIVE or entered:
        raise ModelNotAt
    last = await session.scalar(
        select(ScoreRun)
        .where(ScoreRun.model_id == model.id)
        .order_by(ScoreRun.began_at.desc())
        .limit(1)
    )
    if not model.waits_for_run(last):
        model.ask_run(now=now)
        _record(session, "scoring.run.asked", model, now=now)
    return model


async def withdraw_model(
    session: AsyncSession, actor: Actor, *, model_id: UUID, now: datetime
) -> ScoreModel:
    """Give up a model that is not in force.

    :raises Forbidden: if the actor may not draft models
    :raises NotFound: if there is none
    :raises ModelNotAt: if it is in force, or has ended
    """
    actor.require(MODEL_DRAFT)
    model = await queries.lock_model(session, actor, model_id)
    if model.state not in WAITING:
        raise ModelNotAt
    model.withdraw(now=now)
    _record(session, "scoring.model.withdrawn", model, now=now)
    return model


async def _take_turn(session: AsyncSession, code: str) -> None:
    """Let one change the versions of a code at a time."""
    key = func.hashtextextended(f"scoring:{code}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(session: AsyncSession, action: str, model: ScoreModel, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="score_model",
        object_id=model.id,
        detail={"code": model.code, "version": model.version},
    )
