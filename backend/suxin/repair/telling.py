"""Whom each step of an application is told: its subject, the credit office, and the audit stream."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.repair import queries
from suxin.repair.models import RepairApplication
from suxin.repair.policies import REPAIR_READ

PAGE: Final = "/pages/repairs"
_DESK_PAGE: Final = "/desk/repairs"


def record_step(
    session: AsyncSession,
    application: RepairApplication,
    step: str,
    detail: Mapping[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    """Put a step of an application on record, without what the subject wrote."""
    append_act(
        session,
        action=f"repair.application.{step}",
        now=now,
        subject_id=application.subject_id,
        object_type="repair_application",
        object_id=application.id,
        detail={"item": application.item, **(detail or {})},
    )


async def tell_applicant(
    session: AsyncSession,
    application: RepairApplication,
    *,
    template: str,
    title: str,
    body: str,
    now: datetime,
) -> None:
    """Tell whoever applied."""
    await notices.notify_person(
        session,
        person_id=application.person_id,
        template=template,
        title=title,
        body=body,
        link=PAGE,
        facts={"item": application.item},
        now=now,
    )


async def tell_office(
    session: AsyncSession,
    application: RepairApplication,
    *,
    template: str,
    title: str,
    body: str,
    now: datetime,
) -> None:
    """Tell those of the city's credit office who may look on."""
    for tenant_id in await queries.operators(session):
        await notices.notify_tenant(
            session,
            tenant_id=tenant_id,
            permission=REPAIR_READ,
            template=template,
            title=title,
            body=body,
            link=f"{_DESK_PAGE}/{application.id}",
            now=now,
        )
