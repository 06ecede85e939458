"""Appeals against a proposed grade of a rural rating: the grade is frozen, and two people of the city's office decide."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.review.filing import CaseFiling, checked_text, file_case
from suxin.review.models import ReviewCase
from suxin.review.queries import city_office
from suxin.rights.corrections import lock_subject, require_room
from suxin.rights.kinds import RATING_APPEAL
from suxin.rural.appeals import freeze_entry
from suxin.rural.states import KINDS_ZH


async def appeal_rating(
    session: AsyncSession,
    actor: Actor,
    *,
    entry_id: UUID,
    reason: str,
    now: datetime,
) -> ReviewCase:
    """Appeal against the acting subject's proposed grade while its public notice runs; it does not take effect meanwhile.

    If it is granted, the subject is reckoned anew by the day's records, with the panel's part no less than the cycle's mean, and never
    to its harm.

    :raises Invalid: if the reason is missing or too long
    :raises NotFound: if the subject has no such entry
    :raises AppealTimeOver: if the notice does not run, or it appealed before
    :raises TooManyCases: if as many cases run as may at once
    Source: PIPL art. 24; docs/rural.md
    """
    checked_text(reason, "reason")
    await lock_subject(session, actor.own_subject)
    await require_room(session, actor.own_subject)
    entry, cycle = await freeze_entry(session, actor, entry_id=entry_id, now=now)
    kind = KINDS_ZH[cycle.kind]
    return await file_case(
        session,
        actor,
        kind=RATING_APPEAL,
        office_id=await city_office(session),
        filing=CaseFiling(
            subject_id=actor.own_subject,
            person_id=actor.own_person,
            object_id=entry.id,
            item=f"{cycle.year} 年度{kind}信用等级（拟评 {entry.tier}）",
            source="村居信用评级",
            wanted="重新测算信用等级",
            reason=reason,
            stated={"year": cycle.year, "kind": cycle.kind.value, "tier": entry.tier},
        ),
        now=now,
    )
