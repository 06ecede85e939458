"""A village's own part in the exchange over the app's interface: it begins and ends."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.models import AppLink
from suxin.grid.policies import RULE_MANAGE
from suxin.grid.refusals import AppNotJoined
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid

MIN_GROUND, MAX_GROUND = 2, 200


async def join_app(session: AsyncSession, actor: Actor, *, ground: str, now: datetime) -> AppLink:
    """Exchange over the app's interface from now on: its events come in, and what ends from now on goes back.

    ``ground`` names what it goes by (the village's decision, or the town's document with its number). Joining again changes the ground.

    :raises Forbidden: without the right to keep rules
    :raises Invalid: if the ground is shorter than ``MIN_GROUND`` or longer than ``MAX_GROUND`` characters
    Source: PIPL art. 13 (a ground for each processing), 23 (handing on)
    """
    actor.require(RULE_MANAGE)
    text = ground.strip()
    if not MIN_GROUND <= len(text) <= MAX_GROUND:
        raise Invalid(
            field="ground",
            reason_zh=f"应为 {MIN_GROUND} 至 {MAX_GROUND} 字",
            reason_en=f"must have {MIN_GROUND} to {MAX_GROUND} characters",
        )
    await queries.take_turn(session, actor.own_tenant)
    link = await _own_link(session, actor)
    if link is None:
        link = AppLink(tenant_id=actor.own_tenant, cursor="", not_taken=[], differences=[])
        link.join(text, by=actor.own_staff, now=now)
        session.add(link)
    elif link.left_at is not None:
        link.join(text, by=actor.own_staff, now=now)
    else:
        link.ground = text
    _note(session, actor, "joined", now=now)
    await session.flush()
    return link


async def leave_app(session: AsyncSession, actor: Actor, *, now: datetime) -> AppLink:
    """Exchange nothing more over the interface; what is with a worker now is dropped. Once more changes nothing.

    :raises Forbidden: without the right to keep rules
    :raises AppNotJoined: if the village never joined
    """
    actor.require(RULE_MANAGE)
    await queries.take_turn(session, actor.own_tenant)
    link = await _own_link(session, actor)
    if link is None:
        raise AppNotJoined
    if link.left_at is None:
        link.leave(by=actor.own_staff, now=now)
        _note(session, actor, "left", now=now)
        await session.flush()
    return link


async def _own_link(session: AsyncSession, actor: Actor) -> AppLink | None:
    return await session.get(
        AppLink, actor.own_tenant, with_for_update=True, populate_existing=True
    )


def _note(session: AsyncSession, actor: Actor, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"grid.app_link.{step}",
        now=now,
        object_type="grid_app_link",
        object_id=actor.own_tenant,
    )
