"""Setting up the services under which a merchant may open orders: the platform's, because calls back are routed by them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.kernel.working_days import local_day
from suxin.perks.orders import rules
from suxin.perks.orders.bills.carrying import follow_bills
from suxin.perks.orders.models import OrderService
from suxin.perks.orders.policies import ORDER_MANAGE
from suxin.perks.orders.queries import is_numbered
from suxin.perks.orders.rules import ServiceTerms
from suxin.perks.orders.states import OrderChannel
from suxin.perks.states import Sector

MAX_CODE: Final = 32
MAX_NAME: Final = 40


async def open_service(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    code: str,
    name: str,
    terms: ServiceTerms,
    sector: Sector,
    sub_mchid: str | None = None,
    now: datetime,
) -> OrderService:
    """Let a merchant open orders under a service: with ``sub_mchid`` at WeChat Pay Score, without one on his own statement.

    :raises Forbidden: unless the platform itself does it
    :raises OrderTextInvalid, Invalid, AmountOutOfRange: if code, name, number or ceiling are not in order
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Forbidden(permission=ORDER_MANAGE)
    rules.check_words("code", code, MAX_CODE)
    rules.check_words("name", name, MAX_NAME)
    if sub_mchid is not None and not (sub_mchid.isascii() and sub_mchid.isdigit()):
        raise Invalid(
            field="subMchid", reason_zh="子商户号应为数字", reason_en="a merchant number has digits"
        )
    check_amount_fen(terms.ceiling_fen, field="ceilingFen")
    service = OrderService(
        tenant_id=tenant_id,
        id=new_id(now),
        code=code,
        name=name,
        provider=OrderChannel.LOCAL if sub_mchid is None else OrderChannel.WECHAT_PAYSCORE,
        sub_mchid=sub_mchid,
        mode=terms.mode,
        sector=sector,
        ceiling_fen=terms.ceiling_fen,
        unmanned=terms.unmanned,
        opened_at=now,
    )
    first = sub_mchid is not None and not await is_numbered(session, tenant_id, sub_mchid)
    session.add(service)
    await session.flush()
    if sub_mchid is not None and first:
        await follow_bills(
            session, tenant_id=tenant_id, sub_mchid=sub_mchid, day=local_day(now), now=now
        )
    append_act(
        session,
        action="perks.order_service.opened",
        now=now,
        tenant_id=tenant_id,
        object_type="order_service",
        object_id=service.id,
        detail={"code": code, "provider": service.provider.value, "ceiling_fen": terms.ceiling_fen},
    )
    return service
