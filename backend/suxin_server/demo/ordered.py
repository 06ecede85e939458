"""The service orders of the demo city: bicycles for hire on the hirer's own statement, and meals paid later at the stand-in for WeChat Pay Score.

The worker does it after the start by the product's own commands, in the merchants' own names: one order in each state that its channel knows.
A city that has a service is left as it is.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.perks.orders import carrying, commands, queries
from suxin.perks.orders.models import OrderService, ServiceOrder
from suxin.perks.orders.opening import open_service
from suxin.perks.orders.provider import OrderProvider, ProviderUnavailable
from suxin.perks.orders.rules import FUNDS, UNCONFIRMED_FOR, Completion, OrderDraft, OrderLine
from suxin.perks.orders.rules import ServiceTerms as Terms
from suxin.perks.orders.states import ServiceOrderMode
from suxin.perks.states import Sector
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin_server.demo.office import SYSTEM, people_of

SUB_MCHID: Final = "1900000109"
AGO: Final = timedelta(minutes=20)
"""How long before the start today's orders were opened."""

_AUTHORISED: Final = "DEMO-AUTHORISED"
_CEILING_FEN: Final = 50_000
_FUND_FEN: Final = 20_000
_TOTAL_FEN: Final = 1_500
_BACK_FEN: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    log_in: str
    code: str
    name: str
    mode: ServiceOrderMode
    sector: Sector
    line: str
    sub_mchid: str | None = None


BIKES: Final = _Service(
    log_in="bikes.admin",
    code="demo-bikes",
    name="公共自行车免押租用",
    mode=ServiceOrderMode.DEPOSIT_FREE,
    sector=Sector.TRAVEL,
    line="骑行费",
)
MEALS: Final = _Service(
    log_in="mall.admin",
    code="500001",
    name="餐厅先享后付",
    mode=ServiceOrderMode.PAY_LATER,
    sector=Sector.EAT,
    line="餐费",
    sub_mchid=SUB_MCHID,
)


@dataclass(frozen=True, slots=True)
class OrderedCity:
    """The database of a demo city, with what its merchants' people may do."""

    database: Database
    profiles: Profiles

    async def fill(self, *, provider: OrderProvider | None, now: datetime) -> bool:
        """Open the services and their orders; return whether there was anything to do.

        ``provider`` stands in for WeChat Pay Score; without one no orders are opened there. One that gives no answer is asked by the worker's jobs
        later, so that fewer states are seen.
        """
        async with self.database.transaction(SYSTEM, now=now) as session:
            known = await session.scalar(select(OrderService.id).limit(1))
            merchants = select(Tenant.id).where(Tenant.kind == TenantKind.MERCHANT)
            shops = (await session.scalars(merchants)).all()
        if known is not None:
            return False
        for service in (BIKES, MEALS):
            for shop in shops:
                staff = await people_of(
                    self.database, self.profiles, shop, [service.log_in], now=now
                )
                for actor in staff:
                    await _Counter(self.database, actor, service, provider).serve(now=now)
        return bool(shops)


@dataclass(frozen=True, slots=True)
class _Counter:
    """One merchant's orders of one service."""

    database: Database
    actor: Actor
    service: _Service
    provider: OrderProvider | None

    async def serve(self, *, now: datetime) -> None:
        if self.service.sub_mchid is not None and self.provider is None:
            return
        async with self.database.transaction(SYSTEM, now=now) as session:
            await open_service(
                session,
                SYSTEM,
                tenant_id=self.actor.own_tenant,
                code=self.service.code,
                name=self.service.name,
                terms=Terms(mode=self.service.mode, ceiling_fen=_CEILING_FEN, unmanned=False),
                sector=self.service.sector,
                sub_mchid=self.service.sub_mchid,
                now=now,
            )
        try:
            if self.service.sub_mchid is None:
                await self._at_the_counter(now=now)
            else:
                await self._at_the_provider(now=now)
        except ProviderUnavailable:
            # What was asked is on its way, and the jobs ask again.
            return

    async def _at_the_counter(self, *, now: datetime) -> None:
        """Open one order of each state, by what the merchant states."""
        began = now - AGO
        await self._opened(1, now=began)
        await self._confirmed(2, now=began)
        owing, paid = await self._confirmed(3, now=began), await self._confirmed(4, now=began)
        for one in (owing, paid):
            await self._complete(one, now=now)
        await self._act(commands.sync_order, order_id=paid, paid_at=now, now=now)
        await self._give_back(paid, now=now)
        await self._cancel(await self._opened(5, now=began), now=now)
        old = await self._opened(6, now=began - UNCONFIRMED_FOR)
        async with self.database.transaction(SYSTEM, now=now) as session:
            await carrying.expire_unconfirmed(
                session, tenant_id=self.actor.own_tenant, order_id=old, now=now
            )

    async def _at_the_provider(self, *, now: datetime) -> None:
        """Open one order of each state that is reached without a user's phone: he has authorised the service, but for the first."""
        await self._opened(1, now=now)
        await self._opened(2, authorised=True, now=now)
        owing = await self._opened(3, authorised=True, now=now)
        paid = await self._opened(4, authorised=True, now=now)
        for one in (owing, paid):
            await self._complete(one, now=now)
        await self._act(commands.sync_order, order_id=paid, paid_at=now, now=now)
        await self._carry(paid, now=now)
        await self._cancel(await self._opened(5, now=now), now=now)

    async def _opened(self, number: int, *, authorised: bool = False, now: datetime) -> UUID:
        draft = OrderDraft(
            service_code=self.service.code,
            number=f"DEMO-{number}",
            introduction=self.service.name,
            fund_name=FUNDS[self.service.mode][0],
            fund_fen=_FUND_FEN,
            need_confirm=not authorised,
            authorisation_code=_AUTHORISED if authorised else None,
        )
        opened: commands.Opened = await self._act(commands.open_order, draft=draft, now=now)
        await self._carry(opened.order.id, now=now)
        return opened.order.id

    async def _confirmed(self, number: int, *, now: datetime) -> UUID:
        order_id = await self._opened(number, now=now)
        await self._act(commands.confirm_order, order_id=order_id, now=now)
        return order_id

    async def _complete(self, order_id: UUID, *, now: datetime) -> None:
        asked = Completion(payments=(OrderLine(name=self.service.line, amount_fen=_TOTAL_FEN),))
        await self._act(commands.complete_order, order_id=order_id, completion=asked, now=now)
        await self._carry(order_id, now=now)

    async def _cancel(self, order_id: UUID, *, now: datetime) -> None:
        await self._act(commands.cancel_order, order_id=order_id, reason="用户改变主意", now=now)
        await self._carry(order_id, now=now)

    async def _give_back(self, order_id: UUID, *, now: datetime) -> None:
        await self._act(
            commands.refund_order,
            transaction_id=order_id.hex,
            number="DEMO-R1",
            amount_fen=_BACK_FEN,
            reason="车况不佳",
            now=now,
        )

    async def _carry(self, order_id: UUID, *, now: datetime) -> None:
        """Ask the provider what waits, as the worker's job does, which may have been quicker."""
        if self.provider is None or self.service.sub_mchid is None:
            return
        async with self.database.transaction(SYSTEM, now=now) as session:
            order = await queries.lock_order(session, self.actor.own_tenant, order_id)
            await self._asked(session, order, self.provider, now=now)

    async def _asked(
        self,
        session: AsyncSession,
        order: ServiceOrder | None,
        provider: OrderProvider,
        *,
        now: datetime,
    ) -> None:
        if order is None or order.request_id is None:
            return
        await carrying.carry_request(
            session,
            provider=provider,
            tenant_id=order.tenant_id,
            order_id=order.id,
            request_id=order.request_id,
            now=now,
        )

    async def _act(
        self,
        command: Callable[..., Awaitable[Any]],
        *,
        now: datetime,
        **given: object,
    ) -> Any:  # noqa: ANN401 - what the command returns
        async def work(session: AsyncSession) -> Any:  # noqa: ANN401 - see above
            return await command(session, self.actor, now=now, **given)

        return await self.database.run(self.actor, work, now=now)
