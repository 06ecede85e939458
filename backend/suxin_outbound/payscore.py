"""WeChat Pay Score (微信支付分) v3, by its routes for service providers: the platform asks for many merchants, each by its ``sub_mchid``.

Who a user is stays there: an order that he need not confirm names his authorisation, and his ``openid`` is asked for by it when the order
is opened, sent on, and kept nowhere.

Source: wechatpay-skills (2026-04), as told in docs/api/service-orders.md
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from suxin.kernel.working_days import SHANGHAI
from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.provider import (
    OrderName,
    OrderSent,
    OrderTold,
    ProviderRejected,
    RefundSent,
    RefundTold,
)
from suxin.perks.orders.rules import Completion, OrderLine
from suxin.perks.orders.states import ServiceOrderRefundState, ServiceOrderStage, stage_of
from suxin_outbound.guarded import Answer
from suxin_outbound.payscore_asking import PayAsker, decoded, unusable
from suxin_outbound.payscore_call_up import confirming
from suxin_outbound.payscore_permissions import AVAILABLE, asked_after

ORDERS: Final = "/v3/payscore/partner/serviceorder"
REFUNDS: Final = "/v3/refund/domestic/refunds"
ON_ACCEPT: Final = "OnAccept"
MOMENT: Final = "%Y%m%d%H%M%S"


class Detail(msgspec.Struct):
    """One payment of an order."""

    transaction_id: str = ""
    paid_time: str = ""


class Collection(msgspec.Struct):
    """What is told of the payment of an order."""

    state: str = ""
    paid_amount: int | None = None
    details: list[Detail] = []


class ToldOrder(msgspec.Struct):
    """An order as it is told by an answer or a call back; whatever else is told is not read."""

    out_order_no: str
    service_id: str
    state: str
    sub_mchid: str = ""
    state_description: str = ""
    order_id: str | None = None
    total_amount: int | None = None
    collection: Collection | None = None
    package: str | None = None


class _ToldRefund(msgspec.Struct):
    out_refund_no: str
    status: str
    refund_id: str | None = None


class PayScoreClient:
    """Implements :class:`suxin.perks.orders.provider.OrderProvider`."""

    def __init__(self, *, app_id: str, notify_url: str, asker: PayAsker) -> None:
        self._app_id = app_id
        self._notify_url = notify_url
        self._asker = asker
        self._ask = asker.ask

    async def create(self, order: OrderSent, *, now: datetime) -> OrderTold:
        """Open an order; opened again with the same content it is the same."""
        user = await self._user(order, now=now)
        body = {
            "appid": self._app_id,
            "notify_url": self._notify_url,
            **_order(order),
            **({"openid": user} if user else {}),
        }
        return self._told(await self._ask("POST", ORDERS, now, body), order.name, now=now)

    async def query(self, name: OrderName, *, now: datetime) -> OrderTold:
        """Ask where an order stands."""
        asked = {
            "out_order_no": name.number,
            "service_id": name.service_code,
            "sub_mchid": name.sub_mchid,
        }
        answer = await self._ask("GET", f"{ORDERS}?{urlencode(asked)}", now)
        return self._told(answer, name, now=now)

    async def complete(self, name: OrderName, asked: Completion, *, now: datetime) -> OrderTold:
        """Complete an order with what is asked of its user."""
        return await self._step(name, "complete", _completion(asked), now=now)

    async def modify(
        self, name: OrderName, asked: Completion, *, reason: str, now: datetime
    ) -> OrderTold:
        """Ask for less."""
        return await self._step(name, "modify", _completion(asked) | {"reason": reason}, now=now)

    async def cancel(self, name: OrderName, *, reason: str, now: datetime) -> OrderTold:
        """Cancel an order."""
        return await self._step(name, "cancel", {"reason": reason}, now=now)

    async def sync(self, name: OrderName, *, paid_at: datetime, now: datetime) -> OrderTold:
        """Say that an order was paid elsewhere."""
        detail = {"paid_time": _moment(paid_at)}
        body: dict[str, object] = {"type": "Order_Paid", "detail": detail}
        return await self._step(name, "sync", body, now=now)

    async def collect(self, name: OrderName, *, now: datetime) -> OrderTold:
        """Try to collect what a completed order asks for."""
        return await self._step(name, "pay", {}, now=now)

    async def remind(self, name: OrderName, *, now: datetime) -> OrderTold:
        """Remind the user of a payment that waits."""
        # Its answer does not say where the order stands.
        await self._sent(name, "send-pendingmessage", {}, now=now)
        return await self.query(name, now=now)

    async def refund(self, refund: RefundSent, *, now: datetime) -> RefundTold:
        """Give money back of what was paid under a transaction id; the same number is the same refund."""
        body = {
            "sub_mchid": refund.sub_mchid,
            "transaction_id": refund.transaction_id,
            "out_refund_no": refund.number,
            "reason": refund.reason,
            "notify_url": self._notify_url,
            "amount": {
                "refund": refund.amount_fen,
                "total": refund.total_fen,
                "currency": "CNY",
            },
        }
        told = decoded(await self._ask("POST", REFUNDS, now, body), _ToldRefund)
        return RefundTold(
            number=told.out_refund_no,
            sub_mchid=refund.sub_mchid,
            state=refund_state(told.status),
            provider_refund_id=told.refund_id,
        )

    async def _user(self, order: OrderSent, *, now: datetime) -> str | None:
        if order.need_confirm or order.authorisation_code is None:
            return None
        name = AuthorisationName(
            code=order.authorisation_code,
            service_code=order.name.service_code,
            sub_mchid=order.name.sub_mchid,
        )
        found = await asked_after(self._asker, name, now=now)
        if found.authorization_state != AVAILABLE or not found.openid:
            raise ProviderRejected("SERVICE_NOT_AUTHORISED", "用户未开通该服务的免确认授权")
        return found.openid

    async def _step(
        self, name: OrderName, step: str, body: Mapping[str, object], *, now: datetime
    ) -> OrderTold:
        answer = await self._sent(name, step, body, now=now)
        if answer.status == HTTPStatus.NO_CONTENT or not answer.body.strip():
            return await self.query(name, now=now)
        return self._told(answer, name, now=now)

    async def _sent(
        self, name: OrderName, step: str, body: Mapping[str, object], *, now: datetime
    ) -> Answer:
        given = {
            "appid": self._app_id,
            "service_id": name.service_code,
            "sub_mchid": name.sub_mchid,
            **body,
        }
        path = f"{ORDERS}/{quote(name.number, safe='')}/{step}"
        return await self._ask("POST", path, now, given)

    def _told(self, answer: Answer, name: OrderName, *, now: datetime) -> OrderTold:
        found = decoded(answer, ToldOrder)
        if (found.out_order_no, found.service_id) != (name.number, name.service_code):
            raise unusable("another_order")
        told = told_order(found, sub_mchid=name.sub_mchid)
        if told is None:
            raise unusable("state_unknown")
        if not found.package:
            return told
        return replace(told, call_up=confirming(found.package, keys=self._asker.keys, now=now))


def told_order(found: ToldOrder, *, sub_mchid: str) -> OrderTold | None:
    """Return where an order stands by all three fields together; nothing where no row of the table has them.

    One that was completed with nothing to pay is done without a collection.
    """
    collection = found.collection.state if found.collection is not None else None
    stage = stage_of(found.state, found.state_description or None, collection or None)
    if found.state == "DONE":
        # It may come with a description of how it was completed, which says no more.
        paid = collection == "USER_PAID" or (collection in (None, "") and not found.total_amount)
        stage = ServiceOrderStage.USER_PAID if paid else None
    if stage is None:
        return None
    details = found.collection.details if found.collection is not None else []
    last = details[-1] if details else Detail()
    return OrderTold(
        name=OrderName(
            number=found.out_order_no, service_code=found.service_id, sub_mchid=sub_mchid
        ),
        stage=stage,
        provider_order_id=found.order_id,
        total_fen=found.total_amount,
        transaction_id=last.transaction_id or None,
        paid_at=_read_moment(last.paid_time),
    )


def refund_state(status: str) -> ServiceOrderRefundState:
    """Return where a refund stands by the service's word; one that is not known is still on its way."""
    try:
        return ServiceOrderRefundState.coded(status)
    except KeyError:
        return ServiceOrderRefundState.PROCESSING


def _order(order: OrderSent) -> dict[str, object]:
    begins = ON_ACCEPT if order.starts_at is None else _moment(order.starts_at)
    time = {"start_time": begins}
    if order.ends_at is not None:
        time["end_time"] = _moment(order.ends_at)
    body: dict[str, object] = {
        "out_order_no": order.name.number,
        "service_id": order.name.service_code,
        "sub_mchid": order.name.sub_mchid,
        "service_introduction": order.introduction,
        "time_range": time,
        "risk_fund": {"name": order.fund_name.value, "amount": order.fund_fen},
        "need_user_confirm": order.need_confirm,
    }
    if order.completion.payments:
        body["post_payments"] = _lines(order.completion.payments)
    if order.completion.discounts:
        body["post_discounts"] = _lines(order.completion.discounts)
    if order.attach:
        body["attach"] = order.attach
    if order.device is not None:
        body["device"] = {"start_device_id": order.device}
    return body


def _completion(asked: Completion) -> dict[str, object]:
    return {
        "post_payments": _lines(asked.payments),
        "post_discounts": _lines(asked.discounts),
        "total_amount": asked.total_fen,
    }


def _lines(lines: tuple[OrderLine, ...]) -> list[dict[str, object]]:
    return [
        {
            "name": line.name,
            "amount": line.amount_fen,
            "description": line.description,
            "count": line.count,
        }
        for line in lines
    ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime(MOMENT)


def _read_moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
