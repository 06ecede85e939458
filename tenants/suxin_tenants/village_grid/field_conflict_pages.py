"""Where two phones changed the same thing (采集冲突): both values side by side, and a person chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.choosing import settle_conflict
from suxin.grid.field.contents import MERGED
from suxin.grid.field.models import Capture, CaptureItem
from suxin.grid.field.states import Choice
from suxin.grid.policies import CLAIM_CHECK
from suxin.villages import queries as villages
from suxin.villages.models import Household, HouseholdMember
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.visits import Answer, GivenVisit

PLACE: Final = "/desk/field-conflicts"
MAX_SHOWN: Final = 50
_WORDS: Final = {
    "member": "家庭成员",
    "rule": "事项",
    "times": "次数",
    "day": "日期",
    "note": "说明",
}


_CHOICES: Final = frozenset(one.value for one in Choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """One item with what its two sides say of each field."""

    id: UUID
    household: str
    captured_at: Any
    fields: Sequence[tuple[str, str, str, str]]


@get("/field-conflicts")
async def show_conflicts(visit: GivenVisit) -> Answer:
    """Show what somebody must choose."""
    require(visit, CLAIM_CHECK)
    async with visit.reading() as session:
        rows = (await session.execute(queries.conflicts(visit.actor).limit(MAX_SHOWN))).all()
        shown = [await _shown(session, item, capture) for item, capture in rows]
        return await visit.page(session, "village_grid/field_conflicts.html", {"conflicts": shown})


@post("/field-conflicts/{item_id:uuid}", status_code=200)
async def send_choice(visit: GivenVisit, item_id: FromPath[UUID]) -> Answer:
    """Settle one of them."""
    require(visit, CLAIM_CHECK)
    form = await visit.form()
    choices = {
        name: Choice.coded(form.text(name)) for name in MERGED if form.text(name) in _CHOICES
    }

    async def work(session: AsyncSession) -> dict[str, Any]:
        await settle_conflict(
            session,
            visit.actor,
            item_id=item_id,
            choices=choices,
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )
        return {}

    return await visit.press("field.settle", work, back=PLACE, done="已核定", item=str(item_id))


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_conflicts, send_choice)


async def _shown(session: AsyncSession, item: CaptureItem, capture: Capture) -> _Shown:
    household = await session.get(Household, (item.tenant_id, capture.said.household))
    members = await villages.members_of(session, item.tenant_id, capture.said.household)
    return _Shown(
        id=item.id,
        household="—" if household is None else household.number,
        captured_at=item.captured_at,
        fields=[
            (
                name,
                _WORDS[name],
                _said(capture.content[name], members),
                _said(item.content[name], members),
            )
            for name in item.open_fields
        ],
    )


def _said(value: object, members: Sequence[HouseholdMember]) -> str:
    names = {str(one.id): one.name_masked for one in members}
    return "（空）" if value in (None, "") else names.get(str(value), str(value))
