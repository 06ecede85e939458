"""A resident opens a code on the phone for his village's shop; the household it is for is decided here, not at the counter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.refusals import NotOfVillage
from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import PassKind
from suxin.subjects.presenting import OpenedPass, open_pass
from suxin.villages.queries import household_of_person


async def present_household(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, sealer: Sealer, now: datetime
) -> OpenedPass:
    """Open a pass of the acting person's for his household at a village's shop; nothing else is told by it.

    :raises NotOfVillage: if he is in no household there
    :raises NoNumberFree: see ``open_pass``
    """
    member = await household_of_person(session, tenant_id, actor.own_person)
    if member is None:
        raise NotOfVillage
    return await open_pass(
        session,
        actor,
        tenant_id=tenant_id,
        context_id=member.household_id,
        consent_id=None,
        kind=PassKind.PHONE,
        sealer=sealer,
        now=now,
    )
