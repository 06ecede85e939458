"""``suxin tenant order-service``: a service under which a merchant may open orders.

It is the operator's to set up at the machine: WeChat Pay's calls back are routed by the merchant number that stands here.
"""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.money import parse_yuan
from suxin.kernel.refusals import Refusal
from suxin.perks.orders.opening import open_service
from suxin.perks.orders.rules import ServiceTerms
from suxin.perks.orders.states import ServiceOrderMode
from suxin.perks.states import Sector
from suxin.tenancy.queries import tenants
from suxin_server.faults import Fault
from suxin_server.settings import Settings
from suxin_server.tenant_admin import TenantUnknown


class ServiceUnfit(Fault):
    """The core refuses the service that was described."""

    exit_code = 2


def open_order_service(
    settings: Settings,
    *,
    uscc: str,
    code: str,
    name: str,
    mode: str,
    ceiling: str,
    sector: str,
    sub_mchid: str | None,
    unmanned: bool,
) -> str:
    """Let a merchant open orders under a service; ``ceiling`` is in yuan.

    :raises TenantUnknown: if no tenant has this credit code
    :raises ServiceUnfit: if the core refuses it
    :raises NotAvailable: if the database's address is not known
    """

    async def write() -> UUID:
        now, actor = datetime.now(UTC), Actor.system("tenant-order-service")
        database = Database.connect(settings.need("database_url"), pool_size=1)
        try:
            async with database.transaction(actor, now=now) as session:
                tenant = await session.scalar(tenants(search=uscc).limit(1))
                if tenant is None or tenant.uscc != uscc:
                    raise TenantUnknown
                service = await open_service(
                    session,
                    actor,
                    tenant_id=tenant.id,
                    code=code,
                    name=name,
                    terms=ServiceTerms(
                        mode=ServiceOrderMode.coded(mode),
                        ceiling_fen=parse_yuan(ceiling),
                        unmanned=unmanned,
                    ),
                    sector=Sector.coded(sector),
                    sub_mchid=sub_mchid,
                    now=now,
                )
                return service.tenant_id
        finally:
            await database.close()

    try:
        asyncio.run(write())
    except Refusal as refusal:
        raise ServiceUnfit(zh=refusal.zh_message, en=refusal.en_message) from None
    return f"已开通订单服务 · the service is open: {code} {name}"
