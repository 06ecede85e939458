"""An objection to a limit after a default (申诉): it freezes the limit until two people of the city's office have decided.

Source: 国办发〔2020〕49号 (notice and appeal before anything that speaks against somebody takes effect)
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.money import format_yuan
from suxin.perks.limiting.queries import lock_limit_about
from suxin.perks.limiting.refusals import LimitObjectionOver
from suxin.perks.limiting.telling import record_limit
from suxin.perks.queries import programme_seen
from suxin.review.filing import CaseFiling, checked_text, file_case
from suxin.review.models import ReviewCase
from suxin.review.queries import city_office
from suxin.rights.corrections import lock_subject, require_room
from suxin.rights.kinds import LIMIT_OBJECTION


async def object_to_limit(
    session: AsyncSession,
    actor: Actor,
    *,
    limit_id: UUID,
    reason: str,
    document_ids: Sequence[UUID] = (),
    now: datetime,
) -> ReviewCase:
    """Object, as whom a limit concerns, within the time of its notice and once; it is frozen from now on.

    :raises Invalid: if the reason is missing or too long
    :raises NotFound: if no such limit concerns the acting subject, or a document is not his
    :raises LimitObjectionOver: if it was objected to before, its time is over, or it has ended
    :raises TooManyCases: if as many cases run as may at once
    """
    subject_id = actor.own_subject
    checked_text(reason, "reason")
    await lock_subject(session, subject_id)
    await require_room(session, subject_id)
    limit = await lock_limit_about(session, actor, limit_id)
    if not limit.may_object(now=now):
        raise LimitObjectionOver(field="limitId")
    limit.contest(now=now)
    record_limit(session, limit, "contested", now=now)
    programme = await programme_seen(session, limit.programme_id)
    case = await file_case(
        session,
        actor,
        kind=LIMIT_OBJECTION,
        office_id=await city_office(session),
        filing=CaseFiling(
            subject_id=subject_id,
            person_id=actor.own_person,
            # What an order comes of: whoever pays for the order learns that it is contested.
            object_id=limit.redemption_id,
            item=f"{programme.name}（限制 {limit.order_number}）",
            source="信易+权益",
            wanted="不限制该权益",
            reason=reason,
            stated={
                "limit": str(limit.id),
                "order": limit.order_number,
                "owed": format_yuan(limit.owed_fen),
                "months": limit.months,
                "why": limit.reason,
            },
            document_ids=document_ids,
        ),
        now=now,
    )
    await session.flush()
    return case
