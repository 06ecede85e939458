"""Who acts in a sandbox beside its own staff: the platform's jobs there, and the invented people whose parts are played."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import actor_of
from suxin.kernel.refusals import Forbidden
from suxin.kernel.row_context import row_context, set_context


async def go_on_in_sandbox(session: AsyncSession, sandbox_id: UUID, *, ahead: timedelta) -> None:
    """Confine the platform to a sandbox, by whose clock it goes on: a job of that sandbox is about to be done.

    Only from a session of the platform that is in none: nobody goes from one world to another.
    """
    actor = actor_of(session)
    if actor.kind is not ActorKind.SYSTEM or actor.sandbox_id is not None:
        message = "only the platform goes on in a sandbox, and only in one"
        raise RuntimeError(message)
    await session.flush()
    session.info["actor"] = replace(actor, sandbox_id=sandbox_id, ahead=ahead)
    session.info["now"] += ahead
    await set_context(session, row_context(actor_of(session), session.info["now"]))


@asynccontextmanager
async def act_in_part(session: AsyncSession, part: Actor) -> AsyncIterator[None]:
    """Let somebody invented act in the sandbox that the session's actor is confined to, until the block ends.

    What happens inside is done, and on record, as his; within the same transaction, so that it stands or falls with what set
    it off. Nobody of the city can be played, and nobody of another sandbox: the row policies know who is in which.
    """
    player = actor_of(session)
    if part.kind is not ActorKind.SUBJECT or part.sandbox_id is None:
        message = "only a subject of a sandbox can be played"
        raise RuntimeError(message)
    if part.sandbox_id != player.sandbox_id:
        raise Forbidden(permission="sandbox")
    await session.flush()
    outer: dict[str, str] = session.info["context"]
    session.info["actor"] = part
    await set_context(session, row_context(part, session.info["now"]))
    try:
        yield
        await session.flush()
    finally:
        session.info["actor"] = player
        with suppress(SQLAlchemyError):
            await set_context(session, outer)
