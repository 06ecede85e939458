"""What follows when a subject's case has ended, in the transaction in which it ends.

A record whose dispute was granted is used no more, and the office is told to ask its source; otherwise it counts again. The
platform's own data is changed to what was decided. An exempted record stays on file and counts no more.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.database import act_for, actor_of
from suxin.review.models import ReviewCase
from suxin.review.states import CaseState, Outcome
from suxin.rights.policies import CASE_DECIDE
from suxin.rural.appeals import settle_entry
from suxin.subjects.models import CreditRecord, RecordStatus
from suxin.subjects.rectifications import rectify_subject

DESK_PAGE: Final = "/desk/cases"


def granted(case: ReviewCase) -> bool:
    """Return whether what was asked for took effect."""
    return case.state is CaseState.EFFECTIVE and case.outcome is Outcome.GRANTED


async def settle_dispute(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Let the record count again, or no more; what became of it otherwise meanwhile stays."""
    async with _in_the_subjects_rows(session, case):
        record = await _record(session, case)
        if record is not None and record.status is RecordStatus.DISPUTED:
            record.status = RecordStatus.WITHDRAWN if granted(case) else RecordStatus.ACTIVE
            await session.flush()
    if granted(case):
        await tell_case_office(
            session,
            case,
            title="请转来源部门核改",
            body=f"“{case.item}”已予更正、原记录停用；请转请{case.source}核改并重新报送。",
            now=now,
        )


async def settle_correction(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Change the platform's own data to what was decided, if it was granted and is the platform's to change."""
    if not granted(case) or case.terms is None:
        return
    async with _in_the_subjects_rows(session, case):
        await rectify_subject(
            session, subject_id=case.subject_id, values=case.terms["columns"], now=now
        )


async def settle_exemption(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Let an exempted record count no more, whether somebody disputes it or not."""
    del now  # The record has no time of its own for this; the case has.
    if not granted(case):
        return
    async with _in_the_subjects_rows(session, case):
        record = await _record(session, case)
        if record is not None and record.status in (RecordStatus.ACTIVE, RecordStatus.DISPUTED):
            record.status = RecordStatus.EXEMPTED
            await session.flush()


async def settle_human_review(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Have the office put right what a person found wrong in an automated outcome."""
    if granted(case):
        await tell_case_office(
            session,
            case,
            title="请落实人工复核结论",
            body=f"“{case.item}”的自动结果经人工复核应予改正：{case.answer}",
            now=now,
        )


async def settle_rating_appeal(session: AsyncSession, case: ReviewCase, *, now: datetime) -> None:
    """Let a frozen rating be reckoned anew, or go on as it was."""
    if case.object_id is None:
        return
    await settle_entry(
        session,
        entry_id=case.object_id,
        subject_id=case.subject_id,
        granted=granted(case),
        now=now,
    )


async def _record(session: AsyncSession, case: ReviewCase) -> CreditRecord | None:
    return await session.scalar(
        select(CreditRecord)
        .where(CreditRecord.subject_id == case.subject_id, CreditRecord.id == case.object_id)
        .execution_options(populate_existing=True)
    )


@asynccontextmanager
async def _in_the_subjects_rows(session: AsyncSession, case: ReviewCase) -> AsyncIterator[None]:
    if actor_of(session).subject_id == case.subject_id:
        yield
        return
    async with act_for(session, subject_id=case.subject_id, reason="case settled"):
        yield


async def tell_case_office(
    session: AsyncSession, case: ReviewCase, *, title: str, body: str, now: datetime
) -> None:
    """Tell those of a case's office who may decide on it."""
    await notices.notify_tenant(
        session,
        tenant_id=case.office_id,
        permission=CASE_DECIDE,
        template="review_case",
        title=title,
        body=body,
        link=f"{DESK_PAGE}/{case.id}",
        now=now,
    )
