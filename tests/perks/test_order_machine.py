"""Anything a merchant, a user, a provider and the network may do to orders, in any order, beside a model of the provider's state table.

On the real database. A local order does at each step what the model does. One with a provider stands, once nothing is on its way any more,
where the provider has it: though answers were lost, calls came late and twice, and both sides acted at once.
"""

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from order_reference import ReferenceOrder, ReferenceProvider
from small_city import SmallCity
from small_merchant import build_merchant
from small_orders import (
    FUND_FEN,
    LOCAL_CODE,
    SUB_MCHID,
    WECHAT_CODE,
    asking,
    build_service,
    draft,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel import outbox, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal
from suxin.perks.orders import calls, commands, jobs, looking, queries
from suxin.perks.orders.asking import REQUEST_TOPIC
from suxin.perks.orders.calls import OrderCall
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.provider import OrderName, OrderTold, ProviderUnavailable
from suxin.perks.orders.rules import UNCONFIRMED_FOR
from suxin.perks.orders.states import ServiceOrderStage, way_forward

RUNS = int(os.environ.get("SUXIN_ORDER_RUNS", "16"))
AMOUNTS = st.sampled_from([700, 0, 1, 1_500, FUND_FEN, FUND_FEN + 1])
FIRST = st.sampled_from(
    ["serve", "serve_and_pay", "confirm", "nothing", "nobody_confirms_for_30_days"]
)
"""Where an example begins, so that each end of the table is near some of them."""
ROGUE = text("update service_orders set stage = :stage where id = :id")


class Orders(RuleBasedStateMachine):
    """A local order beside its model, and an order at a provider that is a model itself."""

    city: ClassVar[SmallCity]
    merchant: ClassVar[Actor]
    loop: ClassVar[asyncio.AbstractEventLoop]
    numbers: ClassVar[list[int]] = [0]
    reached: ClassVar[set[ServiceOrderStage]] = set()

    @initialize(first=FIRST)
    def begin(self, first: str) -> None:
        self.numbers[0] += 1
        self.number = f"N-{self.numbers[0]}"
        self.now = self.city.now
        self.provider = ReferenceProvider()
        self.model = ReferenceOrder(FUND_FEN)
        self.late: list[OrderTold] = []
        self.taken: set[str] = set()
        self.seen: list[ServiceOrderStage] = []
        for code, number in ((LOCAL_CODE, f"L{self.number}"), (WECHAT_CODE, self.number)):
            said = draft(service_code=code, number=number)
            result = self._command(commands.open_order, draft=said)
            if code == LOCAL_CODE:
                self.local_id = result.order.id
            else:
                self.remote_id = result.order.id
        self.name = OrderName(number=self.number, service_code=WECHAT_CODE, sub_mchid=SUB_MCHID)
        if first != "nothing":
            self.ask_the_provider(losing=False)
            getattr(self, first)()

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, timeout=20))

    def _command(self, command: Any, **given: Any) -> Any:
        self.now += timedelta(seconds=1)
        return self._wait(self._within(command, self.merchant, **given))

    async def _within(self, command: Any, actor: Actor, **given: Any) -> Any:
        async with self.city.database.transaction(actor, now=self.now) as session:
            return await command(session, actor, now=self.now, **given)

    def _both(self, what: str, command: Any, amount_fen: int = 0, **given: Any) -> None:
        """Let the merchant try a step with both orders; the local one is refused where the model says so."""
        allowed = self.model.may(what, amount_fen)
        try:
            self._command(command, order_id=self.local_id, **given)
        except Refusal:
            assert not allowed
        else:
            assert allowed
            self.model.take(what, amount_fen)
        try:
            self._command(command, order_id=self.remote_id, **given)
        except Refusal as refusal:
            assert refusal.code  # noqa: PT017 - whatever it is, it is a named no

    @rule(amount_fen=AMOUNTS)
    def complete(self, amount_fen: int) -> None:
        asked = asking(amount_fen, less_fen=3)
        self._both("complete", commands.complete_order, amount_fen, completion=asked)

    @rule(amount_fen=AMOUNTS)
    def lower(self, amount_fen: int) -> None:
        asked = asking(amount_fen)
        self._both("lower", commands.lower_order, amount_fen, completion=asked, reason="少骑了一程")

    @rule()
    def cancel(self) -> None:
        self._both("cancel", commands.cancel_order, reason="用户取消")

    @rule()
    def say_it_was_paid_elsewhere(self) -> None:
        self._both("sync", commands.sync_order, paid_at=self.now)

    @rule()
    def confirm(self) -> None:
        """The user confirms both: at the desk, and on his phone."""
        self._both("confirm", commands.confirm_order)
        self._called(self.provider.user(self.name, "confirm"))

    def serve(self) -> None:
        self.confirm()
        self.look_after()
        self.complete(700)

    def serve_and_pay(self) -> None:
        self.serve()
        self.say_it_was_paid_elsewhere()

    @rule()
    def pay(self) -> None:
        self._called(self.provider.user(self.name, "pay"))

    def _called(self, told: OrderTold | None) -> None:
        if told is not None:
            self.late.append(told)

    @rule(amount_fen=AMOUNTS)
    def give_back(self, amount_fen: int) -> None:
        order = self._order(self.local_id)
        allowed = order.transaction_id is not None and self.model.may("refund", amount_fen)
        try:
            self._command(
                commands.refund_order,
                transaction_id=order.transaction_id or "none",
                number=f"R{self.number}-{self.now:%H%M%S}",
                amount_fen=amount_fen,
                reason="退款",
            )
        except Refusal:
            assert not allowed
        else:
            assert allowed
            self.model.take("refund", amount_fen)

    @rule()
    def nobody_confirms_for_30_days(self) -> None:
        self.now += UNCONFIRMED_FOR
        if self.model.may("expire"):
            self.model.take("expire")
        found = self.provider.user(self.name, "expire")
        self._called(found)
        for order_id in (self.local_id, self.remote_id):
            self._job(commands.EXPIRE_TOPIC, order_id)

    @rule(losing=st.booleans())
    def ask_the_provider(self, *, losing: bool) -> None:
        order = self._order(self.remote_id)
        if order.request_id is not None:
            self.provider.losing = losing
            self._job(REQUEST_TOPIC, self.remote_id, request_id=order.request_id)
            self.provider.losing = False

    @rule()
    def look_after(self) -> None:
        self._job(looking.LOOK_TOPIC, self.remote_id)

    @rule(data=st.data(), event=st.sampled_from(["a", "b"]))
    def call_back(self, data: st.DataObject, event: str) -> None:
        """A call comes, perhaps late, perhaps one that came before."""
        if not self.late:
            return
        told = data.draw(st.sampled_from(self.late))
        call = OrderCall(event=event + told.stage, told=told)
        system = Actor.system("call")
        first = self._wait(self._within(calls.take_call, system, call=call))
        assert first is (call.event not in self.taken)
        self.taken.add(call.event)
        self._run_all(calls.CALL_TOPIC)

    @rule(stage=st.sampled_from(ServiceOrderStage))
    def write_past_every_command(self, stage: ServiceOrderStage) -> None:
        """Whatever statement asks for it: no step is left out, and none leads back."""

        async def work() -> None:
            async with self.city.database.transaction(self.merchant, now=self.now) as session:
                await session.execute(ROGUE, {"stage": stage.value, "id": self.local_id})
                await session.rollback()

        order = self._order(self.local_id)
        try:
            self._wait(work())
        except DBAPIError:
            return
        # It would have passed: a step that there is, without facts of its own.
        assert stage is order.stage or way_forward(order.stage, stage) == (stage,)

    def _job(self, topic: str, order_id: Any, **more: Any) -> None:
        payload = {
            "tenant_id": str(self.merchant.own_tenant),
            "order_id": str(order_id),
            **{key: str(value) for key, value in more.items()},
        }
        self._wait(self._handled(topic, payload))

    async def _handled(self, topic: str, payload: dict[str, Any]) -> None:
        handler = jobs.handlers(self.provider)[topic]
        job = outbox.Job(self.local_id, topic, payload, self.merchant.tenant_id, self.now)
        try:
            async with self.city.database.transaction(Actor.system("job"), now=self.now) as session:
                await handler(session, job)
        except ProviderUnavailable:
            return

    def _run_all(self, topic: str) -> None:
        """Carry out what waits under a topic, as the worker does."""

        async def work() -> None:
            handlers = {topic: jobs.handlers(self.provider)[topic]}
            for row_id in await self._waiting(topic):
                assert await performing.perform(self.city.database, row_id, handlers, now=self.now)

        self._wait(work())

    async def _waiting(self, topic: str) -> list[Any]:
        statement = text("select id from outbox where topic = :topic and done_at is null")
        async with self.city.database.transaction(Actor.system("t"), now=self.now) as session:
            async with doorway(session):
                rows = await session.execute(statement, {"topic": topic})
            return [row.id for row in rows]

    def _order(self, order_id: Any) -> ServiceOrder:
        async def work() -> ServiceOrder:
            async with self.city.database.snapshot(self.merchant, now=self.now) as session:
                return await queries.own_order(session, self.merchant, order_id)

        found: ServiceOrder = self._wait(work())
        return found

    @invariant()
    def the_local_order_is_where_the_model_is(self) -> None:
        order = self._order(self.local_id)
        self.reached.add(order.stage)
        assert (order.stage, order.total_fen, order.refunded_fen) == (
            self.model.stage,
            self.model.total_fen,
            self.model.refunded_fen,
        )

    @invariant()
    def the_order_at_the_provider_goes_forward_only(self) -> None:
        stage = self._order(self.remote_id).stage
        if self.seen and stage is not self.seen[-1]:
            assert way_forward(self.seen[-1], stage)
        self.seen.append(stage)

    def teardown(self) -> None:
        """Nothing is on its way any more: both sides agree."""
        self.ask_the_provider(losing=False)
        self.look_after()
        self.look_after()
        order = self._order(self.remote_id)
        there = self.provider.orders[SUB_MCHID, self.number]
        assert (order.stage, order.total_fen) == (there.stage, there.total_fen)


async def test_orders_beside_the_state_table(small_city: SmallCity, city: Any) -> None:
    merchant = await build_merchant(small_city)
    await build_service(small_city, merchant)
    await build_service(small_city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    await asyncio.to_thread(_try, small_city, city, merchant)
    assert len(Orders.reached) >= 4


def _try(small_city: SmallCity, city: Any, merchant: Actor) -> None:
    loop = asyncio.new_event_loop()
    database = Database.connect(city.app, pool_size=2)
    Orders.city, Orders.merchant = replace(small_city, database=database), merchant
    Orders.loop = loop
    try:
        run_state_machine_as_test(
            Orders,
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=14,
                deadline=None,
                database=None,
                derandomize="SUXIN_ORDER_RUNS" not in os.environ,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
