"""Sessions of the mini program: from an openid, which proves nothing, to a person who was proved behind it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import NotFound, Refusal, RefusalKind, Unauthenticated
from suxin.kernel.tokens import new_token, token_hash
from suxin.subjects.models import MiniSession, WeChatAccount
from suxin.subjects.queries import live_mandate

MINI_SESSION_LIFE: Final = timedelta(days=7)


class IdentityRequired(Refusal):
    """Nobody was proved behind this session yet; records, requests and consents need a proved person."""

    code = "IDENTITY_REQUIRED"
    kind = RefusalKind.FORBIDDEN
    zh = "请先完成实名认证"
    en = "Please prove your identity first"


@dataclass(frozen=True, slots=True)
class MiniToken:
    """The token of a new session, shown once; ``proved`` says whether a person stands behind it."""

    token: str
    expires_at: datetime
    proved: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who holds a session: an openid, and the person proved behind it, if any."""

    openid: str
    person_id: UUID | None


async def begin_session(session: AsyncSession, *, openid: str, now: datetime) -> MiniToken:
    """Begin a session for an openid that WeChat has just vouched for; on an anonymous session."""
    token, expires_at = new_token(), now + MINI_SESSION_LIFE
    async with doorway(session):
        await session.execute(
            insert(WeChatAccount)
            .values(openid=openid, person_id=None, created_at=now)
            .on_conflict_do_nothing()
        )
        person_id = await session.scalar(
            select(WeChatAccount.person_id).where(WeChatAccount.openid == openid)
        )
        session.add(
            MiniSession(
                token_hash=token_hash(token),
                openid=openid,
                created_at=now,
                expires_at=expires_at,
                revoked_at=None,
            )
        )
    return MiniToken(token, expires_at, proved=person_id is not None)


async def visitor(session: AsyncSession, *, token: str, now: datetime) -> Visitor:
    """Return who holds the session of this token.

    :raises Unauthenticated: if no live session has it
    """
    async with doorway(session):
        row = (
            await session.execute(
                select(WeChatAccount.openid, WeChatAccount.person_id)
                .join(MiniSession, MiniSession.openid == WeChatAccount.openid)
                .where(
                    MiniSession.token_hash == token_hash(token),
                    MiniSession.revoked_at.is_(None),
                    MiniSession.expires_at > now,
                )
            )
        ).first()
    if row is None:
        raise Unauthenticated
    return Visitor(*row)


async def visitor_of(session: AsyncSession, *, openid: str) -> Visitor:
    """Return whoever opened the mini program with this openid, and the person proved behind it, if any."""
    async with doorway(session):
        person_id = await session.scalar(
            select(WeChatAccount.person_id).where(WeChatAccount.openid == openid)
        )
    return Visitor(openid, person_id)


async def subject_actor(
    session: AsyncSession,
    *,
    token: str,
    acting_subject_id: UUID | None,
    request_id: str,
    now: datetime,
    field: str = "subjectId",
) -> Actor:
    """Return the actor behind a mini program session; on an anonymous session, which may be a snapshot.

    :raises Unauthenticated: if no live session has this token
    :raises IdentityRequired: if nobody was proved behind it
    :raises NotFound: see ``acting_actor``
    """
    holder = await visitor(session, token=token, now=now)
    if holder.person_id is None:
        raise IdentityRequired
    return await acting_actor(
        session,
        person_id=holder.person_id,
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


async def end_session(session: AsyncSession, *, token: str, now: datetime) -> None:
    """End the session of this token; one that is not known or has ended is passed over."""
    async with doorway(session):
        await session.execute(
            update(MiniSession)
            .where(MiniSession.token_hash == token_hash(token), MiniSession.revoked_at.is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
