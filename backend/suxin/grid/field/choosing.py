"""Choosing where two sides changed the same field (冲突核定): a person says which value stands."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries, settling
from suxin.grid.field.models import CaptureItem
from suxin.grid.field.refusals import ConflictSettled
from suxin.grid.field.states import CaptureState, Choice, ItemVerdict
from suxin.grid.field.versions import new_version
from suxin.grid.policies import CLAIM_CHECK
from suxin.grid.queries import take_turn
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.sealing import Sealer


async def settle_conflict(
    session: AsyncSession,
    actor: Actor,
    *,
    item_id: UUID,
    choices: Mapping[str, Choice],
    sealer: Sealer,
    now: datetime,
) -> CaptureItem:
    """Say for each field that two sides changed which value stands; both are what the worker himself entered.

    :raises Forbidden: without the right to check claims
    :raises NotFound: if there is no such item
    :raises ConflictSettled: if somebody chose before
    :raises Invalid: if a field is left out
    :raises CaptureEnded: if the capture was withdrawn or lapsed and a value of the device is chosen
    :raises StepNotPossible: if the claim waits for its first check no more and a value of the device is chosen
    :raises Refusal: if the rules refuse what was chosen
    """
    actor.require(CLAIM_CHECK)
    await take_turn(session, actor.own_tenant)
    item = await queries.lock_item(session, actor.own_tenant, item_id)
    if item.verdict is not ItemVerdict.CONFLICT or item.settled_at is not None:
        raise ConflictSettled
    if set(choices) != set(item.open_fields):
        raise Invalid(field="choices", reason_zh="请为每一项选择一个值", reason_en="choose a value for each field")  # fmt: skip
    taken = {name: item.content[name] for name, one in choices.items() if one is Choice.TAKE}
    item.settle(by=actor.own_staff, now=now)
    if taken:
        await _take(session, item, taken, sealer=sealer, now=now)
    append_act(
        session,
        action="grid.field.settled",
        now=now,
        tenant_id=item.tenant_id,
        object_type="grid_capture",
        object_id=item.capture_id,
        detail={name: one.value for name, one in choices.items()},
    )
    await session.flush()
    return item


async def _take(
    session: AsyncSession,
    item: CaptureItem,
    taken: Mapping[str, object],
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    capture = await queries.lock_capture(session, item.tenant_id, item.capture_id)
    if capture is None:
        raise NotFound(thing_zh="采集记录", thing_en="capture")
    capture.require_going_on()
    await new_version(session, capture, {**capture.content, **taken}, None, now=now)
    if capture.state is CaptureState.RECORDED:
        await settling.revise(session, capture, now=now)
    else:
        await settling.settle(session, capture, sealer=sealer, now=now)
