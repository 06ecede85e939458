"""Who speaks for a household: links and mandates end with what they rested on."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.villages.models import Household, HouseholdLink, HouseholdMember
from suxin.villages.states import LinkState

HEAD_CHANGED_TOPIC: Final = "villages.household.head_changed"
"""A household may have another head than who acts for it; the platform ends what mandates rest on that no more."""


async def post_heads(session: AsyncSession, household: Household, *, now: datetime) -> None:
    """Have the platform look who still acts for a household, if anybody may."""
    if household.subject_id is None:
        return
    await outbox.post(
        session,
        HEAD_CHANGED_TOPIC,
        {"tenant_id": household.tenant_id, "household_id": household.id},
        now=now,
        tenant_id=household.tenant_id,
        wake=True,
    )


async def end_links_of(session: AsyncSession, member: HouseholdMember, *, now: datetime) -> None:
    """End the link of a member who left; the person is in the household no more for anybody."""
    if member.subject_id is None:
        return
    links = await session.scalars(
        select(HouseholdLink)
        .where(
            HouseholdLink.tenant_id == member.tenant_id,
            HouseholdLink.person_id == member.subject_id,
            HouseholdLink.state.in_((LinkState.ASKED, LinkState.CONFIRMED)),
        )
        .with_for_update()
    )
    for link in links:
        link.end(now=now)
