"""Impact assessments (个人信息保护影响评估): nothing that shares people's data begins before one is on file.

PIPL art. 55, 56: before sharing, before automated decisions, before sensitive data; reports are kept for three years at
least. Here none is ever deleted.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import AssessedKind, ImpactAssessment
from suxin.consent.purposes import purpose_named
from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal

ASSESSMENT_FILE: Final = Permission("consent.assessment.file", "备案个人信息保护影响评估")
KEPT_FOR: Final = timedelta(days=3 * 366)
"""PIPL art. 56: at least three years."""

MAX_TITLE: Final = 120
MAX_CONCLUSION: Final = 2_000
MAX_CODE: Final = 80


class AssessmentMissing(Refusal):
    """No impact assessment of this purpose is on file, so that nobody may be asked for it."""

    code = "ASSESSMENT_MISSING"
    zh = "“{about}”尚未完成个人信息保护影响评估，不能启用"
    en = "No impact assessment of {about} is on file; it cannot begin"


async def file_assessment(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: AssessedKind,
    code: str,
    title: str,
    conclusion: str,
    document: bytes,
    now: datetime,
) -> UUID:
    """Put an impact assessment on file, of which the document's SHA-256 is kept; return its id.

    The document itself stays with the operator, who keeps it for at least three years.

    :raises Forbidden: if the actor may not file assessments
    :raises PurposeUnknown: if it is about a purpose that does not exist
    :raises Invalid: if a text is empty or too long, or the document is empty
    Source: PIPL art. 55, 56
    """
    if actor.kind is not ActorKind.SYSTEM:
        actor.require(ASSESSMENT_FILE)
    if kind is AssessedKind.PURPOSE:
        purpose_named(code)
    if not document:
        raise Invalid(field="document", reason_zh="文件为空", reason_en="the document is empty")
    assessment = ImpactAssessment(
        id=new_id(now),
        kind=kind,
        code=_checked(code, "code", MAX_CODE),
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
        detail={"kind": kind.value, "code": code, "sha256": assessment.document_sha256},
    )
    return assessment.id


async def require_assessed(
    session: AsyncSession, kind: AssessedKind, code: str, *, about: str
) -> None:
    """Refuse unless an impact assessment is on file; ``about`` names the thing in the refusal.

    :raises AssessmentMissing: if none is
    """
    found = await session.scalar(
        select(ImpactAssessment.id)
        .where(ImpactAssessment.kind == kind, ImpactAssessment.code == code)
        .limit(1)
    )
    if found is None:
        raise AssessmentMissing(field="purpose", about=about)


def _checked(text: str, field: str, longest: int) -> str:
    value = text.strip()
    if not 1 <= len(value) <= longest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {longest} 个字",
            reason_en=f"it has 1 to {longest} characters",
        )
    return value
