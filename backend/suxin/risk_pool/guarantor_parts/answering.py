"""What a guarantor answers: it agrees to its part, with a code of the person who commits it, or refuses with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer
from suxin.lending.guarantees.asking import checked_note
from suxin.risk_pool.guarantor_parts import queries
from suxin.risk_pool.guarantor_parts.event_types import AGREED, REFUSED
from suxin.risk_pool.guarantor_parts.models import GuarantorPart
from suxin.risk_pool.guarantor_parts.policies import PART_ANSWER
from suxin.risk_pool.guarantor_parts.states import PartRefusal
from suxin.risk_pool.guarantor_parts.telling import record_part, tell_bank, tell_operator
from suxin.tenancy.second_factors import show_second_factor


async def agree_to_part(
    session: AsyncSession,
    actor: Actor,
    *,
    part_id: UUID,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> GuarantorPart:
    """Agree to the guarantor's part, also after the clock or a refusal; from the approval on the guarantor owes it.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises SecondFactorMissing, SecondFactorWrong, LogInLocked: if he does not show his second factor
    :raises StepNotPossible: if it was agreed to, or the claim went back or ended
    """
    actor.require(PART_ANSWER)
    await queries.shown_part(session, actor, part_id)
    await show_second_factor(session, actor, code=code, sealer=sealer, now=now)
    part = await queries.lock_own_part(session, actor, part_id)
    part.agree(staff_id=actor.own_staff, now=now)
    record_part(session, part, "agreed", now=now)
    await tell_bank(session, part, AGREED, now=now)
    await tell_operator(session, part, AGREED, now=now)
    await session.flush()
    return part


async def refuse_part(
    session: AsyncSession,
    actor: Actor,
    *,
    part_id: UUID,
    refusal: PartRefusal,
    note: str,
    now: datetime,
) -> GuarantorPart:
    """Refuse the guarantor's part with a reason; the pool's share does not grow by it, and the bank bears the part meanwhile.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was answered, or the claim went back or ended
    """
    actor.require(PART_ANSWER)
    said = checked_note(note)
    part = await queries.lock_own_part(session, actor, part_id)
    part.refuse(refusal, note=said, staff_id=actor.staff_id, now=now)
    record_part(session, part, "refused", now=now)
    await tell_bank(session, part, REFUSED, now=now)
    await tell_operator(session, part, REFUSED, now=now)
    await session.flush()
    return part
