"""What becomes of a signed agreement: the bank's word on it, its guarantor's where it names one, and the end of its period."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, AGREEMENT_SIGN
from suxin.risk_pool.pools.commands import check_text
from suxin.risk_pool.signing import queries
from suxin.risk_pool.signing.drafting import MAX_NOTE, record
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.tenancy.profiles import TenantKind

ENDED_AT_ONCE: Final = 100


async def accept_agreement(
    session: AsyncSession, actor: Actor, *, agreement_id: UUID, now: datetime
) -> PoolAgreement:
    """Accept an agreement for the bank, or for the guarantor that it names.

    Once all have accepted, it is in force from its first day on, in the place of the version before it.

    :raises Forbidden: if the actor may not
    :raises NotFound: if none was offered to his house
    :raises StepNotPossible: if it was answered, or taken back
    """
    for_guarantor = _side(actor)
    agreement = await queries.lock_offered_agreement(session, actor, agreement_id)
    if agreement.waits_for_one and for_guarantor:
        async with act_for(
            session, tenant_id=agreement.tenant_id, reason="the version before an agreement ends"
        ):
            await _end_before(session, agreement, now=now)
    elif agreement.waits_for_one:
        await _end_before(session, agreement, now=now)
    agreement.accept(staff_id=actor.staff_id, for_guarantor=for_guarantor, now=now)
    record(session, "risk_pool.agreement.accepted", agreement, now=now)
    await _tell_operator(session, agreement, "已接受", for_guarantor=for_guarantor, now=now)
    return agreement


async def _end_before(session: AsyncSession, agreement: PoolAgreement, *, now: datetime) -> None:
    """End the version in whose place one comes now; a guarantor need not be able to see it."""
    before = await queries.lock_in_force(
        session, pool_id=agreement.pool_id, bank_id=agreement.bank_id
    )
    if before is not None and before.id != agreement.id:
        before.end(note=f"由第 {agreement.version} 版替代", now=now)
        record(session, "risk_pool.agreement.ended", before, now=now)
        # Only one is in force at any moment, this one included.
        await session.flush()


async def decline_agreement(
    session: AsyncSession, actor: Actor, *, agreement_id: UUID, note: str, now: datetime
) -> PoolAgreement:
    """Decline an agreement for the bank or the guarantor; the version in force stays.

    :raises Forbidden: if the actor may not
    :raises NotFound: if none was offered to his house
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was answered, or taken back
    """
    for_guarantor = _side(actor)
    said = check_text("note", note, MAX_NOTE)
    agreement = await queries.lock_offered_agreement(session, actor, agreement_id)
    agreement.decline(staff_id=actor.staff_id, for_guarantor=for_guarantor, note=said, now=now)
    record(session, "risk_pool.agreement.declined", agreement, now=now)
    await _tell_operator(
        session, agreement, f"已谢绝：{said}", for_guarantor=for_guarantor, now=now
    )
    return agreement


async def end_agreements_over(
    session: AsyncSession, *, now: datetime, limit: int = ENDED_AT_ONCE
) -> int:
    """End agreements whose period is over; return how many. A duty of the platform."""
    over = await queries.agreements_over(session, now=now, limit=limit)
    for agreement in over:
        agreement.end(note="协议期满", now=now)
        record(session, "risk_pool.agreement.ended", agreement, now=now)
    await session.flush()
    return len(over)


async def _tell_operator(
    session: AsyncSession,
    agreement: PoolAgreement,
    what: str,
    *,
    for_guarantor: bool,
    now: datetime,
) -> None:
    who = "担保机构" if for_guarantor else "银行"
    await notices.notify_tenant(
        session,
        tenant_id=agreement.tenant_id,
        permission=AGREEMENT_SIGN,
        template="pool_agreement_answered",
        title=f"{who}答复了合作协议",
        body=f"合作协议（第 {agreement.version} 版）{who}{what}。",
        link=f"/desk/risk-pools/{agreement.pool_id}",
        now=now,
    )


def _side(actor: Actor) -> bool:
    """Return whether the actor answers for a guarantor, and not for a bank.

    :raises Forbidden: if he may for neither
    """
    actor.require(AGREEMENT_ACCEPT)
    return actor.tenant_kind == TenantKind.GUARANTOR
