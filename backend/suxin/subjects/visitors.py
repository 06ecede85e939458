"""Visitors of the mini program: from an openid, which proves nothing, to a person who was proved behind it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind
from suxin.subjects.models import WeChatAccount
from suxin.subjects.queries import live_mandate


class IdentityRequired(Refusal):
    """Nobody was proved behind this visitor yet; records, requests and consents need a proved person."""

    code = "IDENTITY_REQUIRED"
    kind = RefusalKind.FORBIDDEN
    zh = "请先完成实名认证"
    en = "Please prove your identity first"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opened the mini program: an openid, and the person proved behind it, if any."""

    openid: str
    person_id: UUID | None


async def open_account(session: AsyncSession, *, openid: str, now: datetime) -> None:
    """Remember an openid that WeChat has just vouched for; one that is known stays as it is."""
    async with doorway(session):
        await session.execute(
            insert(WeChatAccount)
            .values(openid=openid, person_id=None, created_at=now)
            .on_conflict_do_nothing()
        )


async def visitor_of(session: AsyncSession, *, openid: str) -> Visitor:
    """Return whoever opened the mini program with this openid, and the person proved behind it, if any."""
    async with doorway(session):
        person_id = await session.scalar(
            select(WeChatAccount.person_id).where(WeChatAccount.openid == openid)
        )
    return Visitor(openid, person_id)


async def applicant_actor(
    session: AsyncSession,
    visitor: Visitor,
    *,
    acting_subject_id: UUID | None,
    request_id: str,
    now: datetime,
    field: str = "subjectId",
) -> Actor:
    """Return the actor behind a visitor; on an anonymous session, which may be a snapshot.

    :raises IdentityRequired: if nobody was proved behind him
    :raises NotFound: see ``acting_actor``
    """
    if visitor.person_id is None:
        raise IdentityRequired
    return await acting_actor(
        session,
        person_id=visitor.person_id,
        acting_subject_id=acting_subject_id,
        request_id=request_id,
        now=now,
        field=field,
    )


async def acting_actor(
    session: AsyncSession,
    *,
    person_id: UUID,
    acting_subject_id: UUID | None,
    request_id: str,
    now: datetime,
    field: str | None = None,
) -> Actor:
    """Return a proved person as an actor; on an anonymous session, which may be a snapshot.

    Without ``acting_subject_id`` he acts for himself; for anyone else he needs a live mandate. The actor's commands
    and queries open a transaction of their own. ``field`` is what the caller calls the subject acted for.

    :raises NotFound: if he holds no live mandate for the subject
    """
    himself = Actor.subject(request_id, person_id=person_id, subject_id=person_id)
    await continue_as(session, himself)
    if acting_subject_id in (None, person_id):
        return himself
    mandate = await live_mandate(
        session, person_id=person_id, subject_id=acting_subject_id, now=now
    )
    if mandate is None:
        raise NotFound(thing_zh="可代理的主体", thing_en="subject you may act for", field=field)
    return Actor.subject(
        request_id,
        person_id=person_id,
        subject_id=mandate.subject_id,
        mandate_id=mandate.id,
    )
