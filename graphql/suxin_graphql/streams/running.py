"""Running: one subscription from its admission to its end, whatever it goes over."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from suxin.kernel.actor import Actor
from suxin.kernel.announcements import Listener, ListenerLost
from suxin.kernel.refusals import Refusal
from suxin_graphql.admission import Admission
from suxin_graphql.answering import answered
from suxin_graphql.context import Context, Snapshot
from suxin_graphql.documents import OperationUnknown, Prepared, prepare
from suxin_graphql.errors import Shown, shown_errors, shown_refusal
from suxin_graphql.execution.compiled import Operation, graphql_of
from suxin_graphql.execution.executor import is_shown
from suxin_graphql.fields import ABOUT, PERMISSION, TOPIC
from suxin_graphql.limits import check_variables
from suxin_graphql.metering import CostExhausted, Meter
from suxin_graphql.requests import GraphQLRequest
from suxin_graphql.schema import schema
from suxin_graphql.streams.callers import StayingCaller
from suxin_graphql.streams.endings import OF_LOST, Ending, SubscriptionEnded
from suxin_graphql.streams.tally import ENDED, FAULT, LEFT, OPEN, SENT
from suxin_web.runtime import Runtime

LOOK_EVERY_S: Final = 15.0
"""While nothing happens, who listens is looked at again at least this often."""


TOLD_AT_ONCE: Final = 4
"""For how many subscribers of a process one event is read at once: the others wait, and requests find connections free."""

_TURNS: Final = asyncio.Semaphore(TOLD_AT_ONCE)


log = structlog.get_logger("suxin.graphql")


class CallerLeft(Exception):
    """There is nobody to tell any more."""


class DocumentRefused(Exception):
    """The document or its variables cannot be executed; ``errors`` say why, as an answer would."""

    def __init__(self, errors: list[Shown]) -> None:
        super().__init__("the document cannot be executed")
        self.errors: Final = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A subscription that was admitted."""

    given: GraphQLRequest
    text: str
    prepared: Prepared
    field: StrawberryField


async def admitted(
    runtime: Runtime, actor: Actor, given: GraphQLRequest, *, request_id: str
) -> Asked:
    """Admit a document as every other is admitted, if it is a subscription that this caller may have and can pay for.

    Its opening costs what a refused request does; his budget must hold what an event may cost, because he pays that for each.

    :raises DocumentRefused: if the document or its variables cannot be executed
    :raises OperationTooDear: if an event may cost more than any one operation may
    :raises CostExhausted: if his budget does not hold that now
    :raises Forbidden: if he does not have the permission that its field declares
    :raises Refusal: see ``Admission``
    """
    admission, meter = Admission(runtime.documents, actor, streamed=True), Meter(runtime.budgets)
    meter.count(actor)
    text = admission.text(given) or " "
    await meter.take_reading(text)
    prepared = prepare(graphql_of(schema), text)
    admission.require(prepared, given.operation_name)
    if prepared.errors:
        raise DocumentRefused(shown_errors(prepared.errors, request_id))
    operation = prepared.operation(given.operation_name)
    if operation is None:
        raise OperationUnknown
    _check_variables(prepared, operation, given.variables or {}, request_id)
    # A valid subscription has one root field.
    name, *_ = operation.root_names
    field = schema.get_field_for_type(name, "Subscription")
    if field is None:
        raise OperationUnknown
    actor.require(field.metadata[PERMISSION])
    await meter.take(prepared, given.operation_name, given.variables or {})
    meter.settle(prepared, 0)
    return Asked(given=given, text=text, prepared=prepared, field=field)


def _check_variables(
    prepared: Prepared, operation: Operation, given: dict[str, Any], request_id: str
) -> None:
    check_variables(prepared.bounds, given)
    values = operation.variables(schema, given)
    if not isinstance(values, VariableValues):
        raise DocumentRefused(shown_errors(values, request_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A subscription that may begin: whose it is, and what it goes over."""

    runtime: Runtime
    caller: StayingCaller
    actor: Actor
    asked: Asked
    over: str
    request_id: str


class Stream:
    """One subscription that runs."""

    def __init__(self, opened: Opened, listener: Listener) -> None:
        self._opened = opened
        self._listener = listener

    async def next(self) -> Shown | None:
        """Return the next event's answer; None where there was nothing to tell for a while.

        Who the caller is and what he may is found anew first, whether something happened or not.

        :raises SubscriptionEnded: when nothing more will be told
        """
        caller = self._opened.caller
        within_s = random.uniform(LOOK_EVERY_S / 2, LOOK_EVERY_S)  # noqa: S311 - spreads the looks of many
        try:
            thing_id = await self._listener.next(within_s=within_s)
            async with _TURNS:
                return await self._looked(thing_id)
        except ListenerLost as lost:
            raise SubscriptionEnded(ending=OF_LOST[lost.why]) from None
        except CostExhausted:
            # An event that he cannot pay for is one that he misses, and of that he is told.
            raise SubscriptionEnded(ending=Ending.BUDGET_EXHAUSTED) from None
        except Refusal as refusal:
            ending = await caller.ending(refusal)
            if ending is None:
                raise
            raise SubscriptionEnded(ending=ending) from None

    async def _looked(self, thing_id: UUID | None) -> Shown | None:
        opened = self._opened
        actor = await opened.caller.actor()
        actor.require(opened.asked.field.metadata[PERMISSION])
        shown = None if thing_id is None else await self._told(actor, thing_id)
        SENT[opened.over] += shown is not None
        return shown

    async def _told(self, actor: Actor, thing_id: UUID) -> Shown | None:
        """Return what the operation answers about a thing; None where the caller does not see it, for which he does not pay.

        :raises CostExhausted: if his budget does not hold what the answer may cost
        """
        opened, asked = self._opened, self._opened.asked
        runtime, now = opened.runtime, opened.runtime.clock.now()
        snapshot = Snapshot(runtime.database, actor, now=now)
        context = Context(
            runtime=runtime, actor=actor, now=now, snapshot=snapshot, announced=thing_id
        )
        try:
            try:
                if not await is_shown(asked.field.metadata[ABOUT], thing_id, context):
                    return None
                shown = await self._paid(actor, context)
            finally:
                await snapshot.close()
        except CostExhausted:
            raise
        except Refusal as refusal:
            # What the reading uses up may be used up already.
            return {"errors": [shown_refusal(refusal, opened.request_id)]}
        return shown

    async def _paid(self, actor: Actor, context: Context) -> Shown:
        """Return the operation's answer with what it cost, as a query's has it."""
        opened, asked = self._opened, self._opened.asked
        given, prepared, meter = asked.given, asked.prepared, Meter(opened.runtime.budgets)
        meter.count(actor)
        await meter.take(prepared, given.operation_name, given.variables or {})
        try:
            shown, _ = await answered(asked.text, prepared, given, context, opened.request_id)
        finally:
            cost = meter.settle(prepared, context.spent)
        return {**shown, "extensions": {"cost": cost}}


@contextmanager
def running(opened: Opened) -> Iterator[Stream]:
    """Listen while the block runs; what ends it is counted by its reason."""
    reason, topic = LEFT, opened.asked.field.metadata[TOPIC]
    announcements = opened.runtime.database.announcements
    with announcements.listening(opened.actor.own_tenant, (topic,)) as listener:
        OPEN[opened.over] += 1
        try:
            yield Stream(opened, listener)
        except SubscriptionEnded as ended:
            reason = ended.ending.name
            raise
        except CallerLeft:
            raise
        except Exception:
            reason = FAULT
            raise
        finally:
            OPEN[opened.over] -= 1
            ENDED[reason] += 1
            log.info(
                "subscription ended",
                topic=topic,
                over=opened.over,
                reason=reason,
                tenant_id=str(opened.actor.tenant_id),
                request_id=opened.request_id,
            )
