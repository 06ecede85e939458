"""Answering a request: JSON, and writes that are safe to send twice."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import KEY_PATTERN, IdempotencyKeyInvalid, Outcome, once
from suxin_mini_program.paging import AnySelect, PageQuery, newest_first
from suxin_mini_program.reading import AnyRequest, read_query
from suxin_web.runtime import Runtime

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
MEDIA_TYPE: Final = "application/json"

Work = Callable[[AsyncSession], Awaitable[msgspec.Struct]]


class _NotAnsweredYet(Exception):
    """The key has no answer; ends the look-up without leaving anything behind."""


def answer(value: object, *, status: int = HTTPStatus.OK) -> Response[bytes]:
    """Answer a value as JSON."""
    return Response(msgspec.json.encode(value), status_code=status, media_type=MEDIA_TYPE)


async def newest_page(
    request: AnyRequest,
    runtime: Runtime,
    actor: Actor,
    statement: AnySelect,
    *,
    name: str,
    by: InstrumentedAttribute[UUID],
    view: Callable[[Any], object],
) -> Response[bytes]:
    """Answer the asked-for page of one of the actor's own lists, newest first; see ``newest_first``."""
    query = read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(await newest_first(session, statement, query, name=name, by=by, view=view))


async def write_once(
    request: AnyRequest,
    runtime: Runtime,
    actor: Actor,
    work: Work,
    *,
    body: object = None,
    status: int = HTTPStatus.OK,
    completed: Callable[[dict[str, Any]], object] | None = None,
) -> Response[bytes]:
    """Carry out a write in one transaction and answer what it returned, or what it returned the first time.

    ``completed`` adds to an answer what must not be stored with its key.

    :raises IdempotencyKeyInvalid: if the request has no usable key
    :raises IdempotencyKeyReused: if the key came with another request before
    :raises RequestInFlight: if the first request with the key is still running
    """
    key, now = _key(request), runtime.clock.now()

    async def carry_out(session: AsyncSession) -> Outcome:
        async def stored() -> dict[str, Any]:
            return _plain(await work(session))

        return await once(
            session,
            actor,
            key=key,
            operation=f"mp:{request.method} {request.scope['path']}",
            request=msgspec.to_builtins(body),
            work=stored,
            now=now,
        )

    outcome = await runtime.database.run(actor, carry_out, now=now)
    shown = outcome.result if completed is None else completed(outcome.result)
    replied = answer(shown, status=status)
    if outcome.replayed:
        replied.headers[REPLAYED_HEADER] = "true"
    return replied


async def answered_before(
    request: AnyRequest, runtime: Runtime, actor: Actor, *, body: object, status: int
) -> Response[bytes] | None:
    """Return the stored answer of the request's key, if it has one; nothing is written.

    For a write that must ask a service outside between two transactions.
    """

    async def not_yet(_: AsyncSession) -> msgspec.Struct:
        raise _NotAnsweredYet

    try:
        return await write_once(request, runtime, actor, not_yet, body=body, status=status)
    except _NotAnsweredYet:
        return None


def _key(request: AnyRequest) -> str:
    key: str = request.headers.get(KEY_HEADER, "")
    if not KEY_PATTERN.fullmatch(key):
        raise IdempotencyKeyInvalid(field=KEY_HEADER)
    return key


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    """Return the answer as the JSON it will be stored and sent as."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return plain
