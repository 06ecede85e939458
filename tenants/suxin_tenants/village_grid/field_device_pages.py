"""The phones with which a village's workers record (采集设备): which there are, what came from each and how it was answered, and ending one."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.devices import end_device
from suxin.grid.field.models import CaptureItem, FieldDevice
from suxin.grid.field.states import CaptureState, ItemVerdict
from suxin.grid.policies import CLAIM_RECORD
from suxin.tenancy.policies import STAFF_MANAGE
from suxin.tenancy.queries import staff_names
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.visits import Answer, GivenVisit
from suxin_tenants.words import Said

PLACE: Final = "/desk/field-devices"
_VERDICTS: Final[Mapping[ItemVerdict, Said]] = {
    ItemVerdict.ACCEPTED: ("已接收", "good"),
    ItemVerdict.CONFLICT: ("有冲突", "warn"),
    ItemVerdict.HELD: ("等待前序记录", "warn"),
    ItemVerdict.REFUSED: ("未接收", "bad"),
}
_CAPTURES: Final[Mapping[CaptureState, Said]] = {
    CaptureState.OPEN: ("待完成", "warn"),
    CaptureState.RECORDED: ("已登记", "good"),
    CaptureState.WITHDRAWN: ("已撤回", "plain"),
    CaptureState.LAPSED: ("已失效", "plain"),
}


@get("/field-devices")
async def show_devices(visit: GivenVisit) -> Answer:
    """Show one's own phones, or those of the whole village to whoever manages its staff."""
    require(visit, CLAIM_RECORD)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.devices_shown(visit.actor), FieldDevice.id
        )
        ids = {device.staff_id for (device,) in page.rows}
        context = {
            "page": page,
            "names": await staff_names(session, visit.actor.own_tenant, ids),
            "all": visit.actor.may(STAFF_MANAGE),
        }
        return await visit.page(session, "village_grid/field_devices.html", context)


@get("/field-devices/{device_id:uuid}")
async def show_device(visit: GivenVisit, device_id: FromPath[UUID]) -> Answer:
    """Show one phone with the receipts of what came from it, the newest first."""
    require(visit, CLAIM_RECORD)
    async with visit.reading() as session:
        device = await queries.device_shown(session, visit.actor, device_id)
        statement = queries.items_of_device(device.tenant_id, device.id)
        names = await staff_names(session, device.tenant_id, {device.staff_id})
        context = {
            "device": device,
            "staff": names.get(device.staff_id, "—"),
            "page": await read_page(session, visit.request, statement, CaptureItem.id),
            "verdicts": _VERDICTS,
            "captures": _CAPTURES,
        }
        return await visit.page(session, "village_grid/field_device.html", context)


@post("/field-devices/{device_id:uuid}/end", status_code=200)
async def send_end(visit: GivenVisit, device_id: FromPath[UUID]) -> Answer:
    """End a phone: it sends nothing more, and forgets its roster when it asks next."""
    require(visit, CLAIM_RECORD)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await end_device(session, visit.actor, device_id=device_id, now=visit.world_now)
        return {}

    back = f"{PLACE}/{device_id}"
    return await visit.press("field.end", work, back=back, done="已停用", device=device_id)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_devices, show_device, send_end)
