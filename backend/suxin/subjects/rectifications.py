"""What a subject's own data says is put right: in the platform's copy, where it holds until the registry says something else."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.pinyin import pinyin_of
from suxin.subjects.models import NATURAL_PERSONS, Subject


async def rectify_subject(
    session: AsyncSession, *, subject_id: UUID, values: Mapping[str, str | None], now: datetime
) -> None:
    """Set columns of a subject's own data to what they should say; the caller has decided that they should.

    What the registry had said is kept with whomever it loads, so that loading the same again does not undo it. The audit
    stream, from which nothing is ever erased, tells an organisation's values, and of a person or a household only which were
    changed.

    Source: PIPL art. 46
    """
    subject = (
        await session.scalars(
            select(Subject)
            .where(Subject.id == subject_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
    before = {column: getattr(subject, column) for column in values}
    for column, value in values.items():
        setattr(subject, column, value)
    if "name" in values:
        subject.name_pinyin = pinyin_of(subject.name)
    if subject.uscc is not None:
        # What was found wrong at first is what the registry says; a second correction does not change that.
        subject.found_wrong = {**before, **subject.found_wrong}
    await session.flush()
    values_told = subject.kind not in NATURAL_PERSONS
    append_act(
        session,
        action="subjects.subject.rectified",
        now=now,
        subject_id=subject_id,
        object_type="subject",
        object_id=subject_id,
        detail={"columns": sorted(values)}
        | ({"before": before, "after": dict(values)} if values_told else {}),
    )
