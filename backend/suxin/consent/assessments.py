"""Impact assessments (个人信息保护影响评估): nothing that touches people's data begins before one is on file.

PIPL art. 55, 56: before data is shared, before decisions are automated, before sensitive data is processed. What is
assessed is a purpose, by its code, or a score model or a programme, by its id: the contexts above call
``require_assessed`` with their own kind before anything of theirs begins. An assessment is in force until what it is
about has ended, and is kept for three years from then.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import ASSESSMENT_KEPT_DAYS, AssessedKind, ImpactAssessment
from suxin.consent.purposes import purpose_named
from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal

ASSESSMENT_FILE: Final = Permission("consent.assessment.file", "备案个人信息保护影响评估")
KEPT_FOR: Final = timedelta(days=ASSESSMENT_KEPT_DAYS)

MAX_TITLE: Final = 120
MAX_CONCLUSION: Final = 2_000
_FIELDS: Final = {
    AssessedKind.PURPOSE: "purpose",
    AssessedKind.SCORE_MODEL: "modelId",
    AssessedKind.PROGRAMME: "programmeId",
}


class AssessmentMissing(Refusal):
    """No impact assessment of this purpose, score model or programme is in force, so that it cannot begin."""

    code = "ASSESSMENT_MISSING"
    zh = "“{about}”尚未完成个人信息保护影响评估，不能启用"
    en = "No impact assessment of {about} is on file; it cannot begin"


async def file_assessment(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: AssessedKind,
    thing: str,
    title: str,
    conclusion: str,
    document: bytes,
    now: datetime,
) -> UUID:
    """Put an impact assessment on file, of which the document's SHA-256 is kept; return its id.

    ``thing`` is a purpose's code, or the id of a score model or a programme. The document itself stays with the operator,
    who keeps it for at least three years.

    :raises Forbidden: if the actor may not file assessments
    :raises PurposeUnknown: if it is about a purpose that does not exist
    :raises Invalid: if an id is none, a text is empty or too long, or the document is empty
    Source: PIPL art. 55, 56
    """
    _require_filer(actor)
    if not document:
        raise Invalid(field="document", reason_zh="文件为空", reason_en="the document is empty")
    assessment = ImpactAssessment(
        id=new_id(now),
        kind=kind,
        thing=_checked_thing(kind, thing),
        title=_checked(title, "title", MAX_TITLE),
        conclusion=_checked(conclusion, "conclusion", MAX_CONCLUSION),
        document_sha256=hashlib.sha256(document).hexdigest(),
        filed_at=now,
        filed_by=actor.staff_id,
    )
    session.add(assessment)
    append_act(
        session,
        action="consent.assessment.filed",
        now=now,
        object_type="impact_assessment",
        object_id=assessment.id,
        detail={
            "kind": kind.value,
            "code": assessment.thing,
            "sha256": assessment.document_sha256,
        },
    )
    return assessment.id


async def require_assessed(
    session: AsyncSession, kind: AssessedKind, thing: str | UUID, *, about: str
) -> None:
    """Refuse unless an impact assessment of a purpose, score model or programme is in force.

    ``about`` names the thing in the refusal.

    :raises AssessmentMissing: if none is
    """
    found = await session.scalar(
        select(ImpactAssessment.id).where(_in_force(kind, str(thing))).limit(1)
    )
    if found is None:
        raise AssessmentMissing(field=_FIELDS[kind], about=about)


async def end_assessed(
    session: AsyncSession, actor: Actor, *, kind: AssessedKind, thing: str, now: datetime
) -> int:
    """Note that a purpose, score model or programme has ended; return how many assessments were in force.

    Nothing of it begins any more until one is filed anew. Its assessments are kept for three years from now.

    :raises Forbidden: if the actor may not file assessments
    :raises NotFound: if no assessment of it is in force
    """
    _require_filer(actor)
    ended = (
        await session.scalars(
            update(ImpactAssessment)
            .where(_in_force(kind, thing))
            .values(ended_at=now)
            .returning(ImpactAssessment.id)
            .execution_options(synchronize_session=False)
        )
    ).all()
    if not ended:
        raise NotFound(thing_zh="影响评估", thing_en="impact assessment")
    for assessment_id in ended:
        append_act(
            session,
            action="consent.assessment.ended",
            now=now,
            object_type="impact_assessment",
            object_id=assessment_id,
            detail={"kind": kind.value, "code": thing},
        )
    return len(ended)


async def prune_assessments(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` assessments of what ended three years ago or longer; return how many.

    A duty of the platform. That an assessment was filed, and its document's SHA-256, stay in the audit stream.

    Source: PIPL art. 19, 56
    """
    old = (
        select(ImpactAssessment.id)
        .where(ImpactAssessment.ended_at <= now - KEPT_FOR)
        .order_by(ImpactAssessment.id)
        .limit(limit)
    )
    gone = (
        await session.execute(
            delete(ImpactAssessment)
            .where(ImpactAssessment.id.in_(old))
            .returning(ImpactAssessment.id, ImpactAssessment.kind, ImpactAssessment.thing)
            .execution_options(synchronize_session=False)
        )
    ).all()
    for row in gone:
        append_act(
            session,
            action="consent.assessment.pruned",
            now=now,
            object_type="impact_assessment",
            object_id=row.id,
            detail={"kind": row.kind.value, "code": row.thing},
        )
    return len(gone)


def _in_force(kind: AssessedKind, thing: str) -> ColumnElement[bool]:
    return and_(
        ImpactAssessment.kind == kind,
        ImpactAssessment.thing == thing,
        ImpactAssessment.ended_at.is_(None),
    )


def _require_filer(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM:
        actor.require(ASSESSMENT_FILE)


def _checked_thing(kind: AssessedKind, thing: str) -> str:
    if kind is AssessedKind.PURPOSE:
        return purpose_named(thing).code
    try:
        return str(UUID(thing))
    except ValueError:
        raise Invalid(
            field=_FIELDS[kind], reason_zh="不是有效的编号", reason_en="it is no id"
        ) from None


def _checked(text: str, field: str, longest: int) -> str:
    value = text.strip()
    if not 1 <= len(value) <= longest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {longest} 个字",
            reason_en=f"it has 1 to {longest} characters",
        )
    return value
