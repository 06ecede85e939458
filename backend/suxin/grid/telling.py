"""Whoever a claim concerns, or must act on it, is told; and each step is on record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import event_of, record_event
from suxin.events.models import TenantEvent
from suxin.grid.event_types import CLAIM_STEPS
from suxin.grid.models import PointClaim
from suxin.kernel import notices
from suxin.kernel.actor import Permission
from suxin.kernel.audit import AuditEntry, act_of, append_act
from suxin.kernel.database import actor_of
from suxin.kernel.many_rows import put
from suxin.kernel.sandbox_clocks import machine_time
from suxin.villages.models import HouseholdMember

_TEMPLATE: Final = "point_claim"
_PAGE: Final = "/points"
_DESK: Final = "/desk/points/claims"


async def tell_household(
    session: AsyncSession, claim: PointClaim, *, title: str, body: str, now: datetime
) -> None:
    """Tell those of the household who linked themselves to it, in the village's rows."""
    await tell_households(session, [(claim, body)], title=title, now=now)


async def tell_households(
    session: AsyncSession,
    told: Sequence[tuple[PointClaim, str]],
    *,
    title: str,
    now: datetime,
) -> None:
    """Tell those of several households of one village, each of its claim, as ``tell_household`` does."""
    if not told:
        return
    persons = await session.execute(
        select(HouseholdMember.household_id, HouseholdMember.subject_id).where(
            HouseholdMember.tenant_id == told[0][0].tenant_id,
            HouseholdMember.household_id.in_({claim.household_id for claim, _ in told}),
            HouseholdMember.subject_id.is_not(None),
            HouseholdMember.left_at.is_(None),
        )
    )
    linked = defaultdict(list)
    for household_id, person_id in persons:
        if person_id is not None:
            linked[household_id].append(person_id)
    words = [
        notices.Word(
            person_id=person_id,
            template=_TEMPLATE,
            title=title,
            body=body,
            link=f"{_PAGE}/{claim.tenant_id}",
            facts={"rule": claim.rule_name, "points": str(claim.points)},
        )
        for claim, body in told
        for person_id in linked[claim.household_id]
    ]
    await notices.notify_persons(session, words, now=now)


async def tell_village(
    session: AsyncSession,
    claim: PointClaim,
    *,
    to: Permission,
    title: str,
    body: str,
    now: datetime,
) -> None:
    """Tell those of the village's staff who hold a right."""
    await notices.notify_tenant(
        session,
        tenant_id=claim.tenant_id,
        permission=to,
        template=_TEMPLATE,
        title=title,
        body=body,
        link=f"{_DESK}/{claim.id}",
        now=now,
    )


def record_step(
    session: AsyncSession,
    claim: PointClaim,
    step: str,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Put a step of a claim on record, without what its note says, and tell the village's systems of it."""
    append_act(session, action=_action(step), now=now, **_about(claim, detail or {}))
    kind = CLAIM_STEPS.get(step)
    if kind is not None:
        record_event(session, kind, now=now, **_told(claim))


async def record_steps(
    session: AsyncSession,
    claims: Sequence[tuple[PointClaim, Mapping[str, Any]]],
    step: str,
    *,
    now: datetime,
) -> None:
    """Put the same step of several claims on record by a statement each for record and feed, as ``record_step`` does one; no doorway is open."""
    if not claims:
        return
    actor, at, action = actor_of(session), machine_time(session, now), _action(step)
    acts = [act_of(actor, action=action, at=at, **_about(claim, more)) for claim, more in claims]
    await put(session, AuditEntry, acts)
    kind = CLAIM_STEPS.get(step)
    if kind is not None:
        events = [event_of(kind, now=now, **_told(claim)) for claim, _ in claims]
        await put(session, TenantEvent, events, without={"recorded_at"})


def _action(step: str) -> str:
    return f"grid.claim.{step}"


def _about(claim: PointClaim, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry says of a step of a claim."""
    return {
        "tenant_id": claim.tenant_id,
        "object_type": "grid_claim",
        "object_id": claim.id,
        "detail": {"rule": claim.rule_code, "points": claim.points, **detail},
    }


def _told(claim: PointClaim) -> dict[str, Any]:
    """Return what an event says of a step of a claim."""
    return {
        "tenant_id": claim.tenant_id,
        "object_id": claim.id,
        "household": claim.household_id,
        "rule": claim.rule_code,
        "points": claim.points if claim.posted_points is None else claim.posted_points,
    }
