"""Whoever must act on a case or should know of a step is told, and each step is on record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Permission
from suxin.kernel.audit import append_act
from suxin.kernel.working_days import local_day
from suxin.review.kinds import CaseKind
from suxin.review.models import ReviewCase

_TEMPLATE: Final = "review_case"


async def tell_office(
    session: AsyncSession,
    kind: CaseKind,
    case: ReviewCase,
    *,
    title: str,
    body: str,
    now: datetime,
    to: Permission | None = None,
) -> None:
    """Tell those of the case's office who may decide on it, or who hold another right."""
    await notices.notify_tenant(
        session,
        tenant_id=case.office_id,
        permission=to or kind.decide,
        template=_TEMPLATE,
        title=f"{kind.zh}：{title}",
        body=body,
        link=f"{kind.desk_page}/{case.id}",
        now=now,
    )


async def tell_filer(
    session: AsyncSession, kind: CaseKind, case: ReviewCase, *, title: str, body: str, now: datetime
) -> None:
    """Tell the person who filed the case, or whom it concerns; a case that only staff know of tells nobody."""
    if case.person_id is None:
        return
    await notices.notify_person(
        session,
        person_id=case.person_id,
        template=_TEMPLATE,
        title=f"{kind.zh}{title}",
        body=body,
        link=kind.page,
        facts={"item": case.item},
        now=now,
    )


def record_step(
    session: AsyncSession,
    case: ReviewCase,
    step: str,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Put a step of a case on record, without what is contested."""
    append_act(
        session,
        action=f"review.case.{step}",
        now=now,
        subject_id=case.subject_id,
        object_type="review_case",
        object_id=case.id,
        detail={"case": case.kind, "item": case.item, **(detail or {})},
    )


def day_zh(moment: datetime) -> str:
    """Return the day of a moment in Shanghai, in Chinese."""
    day = local_day(moment)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
