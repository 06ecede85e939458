"""A sandbox's applicants, as whoever tries his system there sees them."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.sandboxes.models import SandboxApplicant


def own_applicants(actor: Actor) -> Select[SandboxApplicant]:
    """Return the invented applicants of the caller's sandbox; a tenant of the city has none."""
    return select(SandboxApplicant).where(SandboxApplicant.tenant_id == actor.own_tenant)


async def lock_applicant(
    session: AsyncSession, actor: Actor, applicant_id: UUID
) -> SandboxApplicant:
    """Return one of the caller's invented applicants, locked: he does one thing at a time.

    :raises NotFound: if there is none of this id
    """
    found = await session.scalar(
        own_applicants(actor)
        .where(SandboxApplicant.id == applicant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="沙箱申请人", thing_en="sandbox applicant", field="applicantId")
    return found
