"""Root fields: each declares who may use it, and goes through one of two gates.

A query's gate checks the permission and reads what the resolver asks for. A mutation's gate also turns the refusals it
declares into members of its result; the resolver has committed by the time its payload is read.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField
from typing_extensions import override

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.idempotency import (
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    Outcome,
    RequestInFlight,
    once,
)
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.sandboxes.models import Conduct
from suxin_graphql.conduct import note, note_refusal
from suxin_graphql.context import Context, Info
from suxin_graphql.execution.executor import read
from suxin_graphql.execution.records import WEIGHT, Record
from suxin_graphql.execution.weights import MUTATION, ROOT
from suxin_graphql.refusals import result_union, show

PERMISSION: Final = "suxin.permission"
REFUSALS: Final = "suxin.refusals"
TOPIC: Final = "suxin.topic"
ABOUT: Final = "suxin.about"

ALWAYS_POSSIBLE: Final[tuple[type[Refusal], ...]] = (
    Forbidden,
    NotFound,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RequestInFlight,
)
"""What every mutation may answer: its permission, the ids it is given, its idempotency key."""


class Access(Enum):
    """Who may use a root field that needs no permission."""

    PUBLIC = "everyone who is logged in"


Needs = Permission | Access
Resolver = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What a mutation wrote: the id of the thing, and whether it was written by an earlier request."""

    id: UUID
    replayed: bool


def query(
    needs: Needs,
    returns: Any,  # noqa: ANN401 - an annotation
    *,
    description: str,
    weight: int = ROOT,
) -> Callable[[Resolver], Any]:
    """Declare a root field that reads; ``weight`` is what it costs beside what is read, in points."""

    def declare(resolver: Resolver) -> Any:  # noqa: ANN401 - stands for the field's own type
        return strawberry.field(
            resolver=resolver,
            graphql_type=returns,
            description=description,
            metadata={PERMISSION: needs, WEIGHT: weight},
            extensions=[_Reads(needs, weight)],
        )

    return declare


def subscription(
    needs: Permission, returns: type[Record], *, topic: str, description: str
) -> Callable[[Resolver], Any]:
    """Declare a root field that tells of each announcement of a topic, by the thing that it is about.

    For each of them the operation is executed anew, as a query is; ``returns`` says how the thing is found and who sees it.
    """

    def declare(resolver: Resolver) -> Any:  # noqa: ANN401 - stands for the field's own type
        return strawberry.field(
            resolver=resolver,
            graphql_type=returns,
            description=description,
            metadata={PERMISSION: needs, TOPIC: topic, ABOUT: returns, WEIGHT: ROOT},
            extensions=[_Reads(needs, ROOT)],
        )

    return declare


def mutation(
    needs: Permission,
    payload: type[Record],
    *,
    refusals: Sequence[type[Refusal]],
    description: str,
) -> Callable[[Resolver], Any]:
    """Declare a root field that writes; ``refusals`` are those beyond ``ALWAYS_POSSIBLE``."""
    possible = (*ALWAYS_POSSIBLE, *refusals)
    name = payload.__name__.removesuffix("Payload") + "Result"

    def declare(resolver: Resolver) -> Any:  # noqa: ANN401 - stands for the field's own type
        return strawberry.field(
            resolver=resolver,
            graphql_type=result_union(name, payload, possible),
            description=description,
            metadata={PERMISSION: needs, REFUSALS: possible},
            extensions=[_Writes(needs, possible)],
        )

    return declare


async def commit(
    info: Info,
    given: Any,  # noqa: ANN401 - any input type with an idempotency key
    work: Callable[[AsyncSession, Actor, datetime], Awaitable[UUID]],
) -> Written:
    """Carry out a mutation in one transaction of its own, at most once for its idempotency key.

    The result that is kept with the key is the id of what was written; a replay reads the thing as it is now.
    """

    async def identified(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, Any]:
        return {"id": str(await work(session, actor, now))}

    outcome = await commit_result(info, given, identified)
    return Written(UUID(outcome.result["id"]), outcome.replayed)


async def commit_in_world(
    info: Info,
    given: Any,  # noqa: ANN401 - see ``commit``
    work: Callable[[AsyncSession, Actor, datetime], Awaitable[UUID]],
) -> Written:
    """Carry out a mutation as ``commit`` does, whose ``now`` is what the clock says where the caller is.

    So is every step of a request, an offer or a consent: in a sandbox its own clock dates them.
    """
    world_now = info.context.world_now

    async def dated(session: AsyncSession, actor: Actor, _: datetime) -> UUID:
        return await work(session, actor, world_now)

    return await commit(info, given, dated)


async def commit_result(
    info: Info,
    given: Any,  # noqa: ANN401 - any input type with an idempotency key
    work: Callable[[AsyncSession, Actor, datetime], Awaitable[dict[str, Any]]],
    *,
    about: Mapping[str, str] | None = None,
) -> Outcome:
    """Carry out a mutation as ``commit`` does, whose result is kept with its key.

    ``about`` says what the request is about beyond its input, such as the consent of the caller's token.
    """
    context = info.context
    actor, now = context.actor, context.now
    request = {**strawberry.asdict(given), **(about or {})}
    key = str(request.pop("idempotency_key"))

    async def transaction(session: AsyncSession) -> Outcome:
        return await once(
            session,
            actor,
            key=key,
            operation=f"graphql.{info.field_name}",
            request=request,
            work=lambda: work(session, actor, now),
            now=now,
        )

    # An earlier mutation's payload may have been read: its snapshot is too old for what follows, and a request that
    # held it while it waits for a second connection could starve the pool.
    await context.snapshot.close()
    outcome = await context.runtime.database.run(actor, transaction, now=context.world_now)
    if outcome.replayed:
        note(actor, Conduct.REPLAYED)
    return outcome


def require_allowed(field: StrawberryField, context: Context) -> None:
    """Refuse whoever may not use a root field that reads, once or at each event.

    :raises Forbidden: if the actor does not have the permission that it declares
    """
    _require(field.metadata[PERMISSION], context, field.metadata[WEIGHT])


def _require(needs: Needs, context: Context, weight: int) -> None:
    context.spend(weight)
    if isinstance(needs, Permission):
        context.actor.require(needs)


class _Reads(FieldExtension):
    def __init__(self, needs: Needs, weight: int) -> None:
        self._needs = needs
        self._weight = weight

    @override
    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any
    ) -> Any:
        _require(self._needs, info.context, self._weight)
        return await read(await next_(source, info, **kwargs), info)


class _Writes(FieldExtension):
    def __init__(self, needs: Permission, possible: tuple[type[Refusal], ...]) -> None:
        self._needs = needs
        self._possible = possible

    @override
    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any
    ) -> Any:
        info.context.spend(MUTATION)
        try:
            info.context.actor.require(self._needs)
            payload = await next_(source, info, **kwargs)
        except self._possible as refusal:
            note_refusal(info.context.actor, info.field_name, kwargs.get("given"), refusal)
            return show(refusal)
        return await read(payload, info)
