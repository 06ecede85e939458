"""What a provider calls back: taken down at once, once for each event of an order, and carried out by a job.

The edge has verified and deciphered it. All merchants of a service provider share one address, so that each call is routed by whose it
is (``sub_mchid``): two merchants may well have an order of the same number.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import once
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.perks.orders import answers, queries
from suxin.perks.orders.authorisations.carrying import take_standing
from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.authorisations.queries import lock_authorisation_told
from suxin.perks.orders.authorisations.states import Standing
from suxin.perks.orders.provider import OrderName, OrderTold
from suxin.perks.orders.states import OrderChannel, ServiceOrderRefundState, ServiceOrderStage

CALL_TOPIC: Final = "perks.order.call_taken"


class MerchantUnknown(Refusal):
    """A provider tells of a merchant or a service that nobody here has."""

    code = "ORDER_MERCHANT_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有该商户或服务"
    en = "Nobody here has this merchant number or service"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCall:
    """An order's step that a provider calls back; ``event`` is its word for what happened."""

    event: str
    told: OrderTold


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCall:
    """What came of a refund, as a provider calls it back."""

    event: str
    sub_mchid: str
    number: str
    state: ServiceOrderRefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationCall:
    """That a user gave or ended an authorisation, as a provider calls it back."""

    event: str
    name: AuthorisationName
    given: bool
    at: str
    """When, in the provider's words: he may give it and end it more than once."""


Called = OrderCall | RefundCall | AuthorisationCall


async def take_call(session: AsyncSession, actor: Actor, *, call: Called, now: datetime) -> bool:
    """Take a call down for a job to carry out; return whether it is the first of its event.

    :raises MerchantUnknown: if nobody here has the merchant number or the service
    """
    thing, payload = _put(call)
    if not await _is_known(session, call):
        raise MerchantUnknown

    async def post() -> dict[str, Any]:
        row_id = await outbox.post(session, CALL_TOPIC, payload, now=now, wake=True)
        return {"id": str(row_id)}

    outcome = await once(
        session,
        actor,
        key=hashlib.sha256(f"{call.event}/{thing}".encode()).hexdigest(),
        operation="perks.order.call",
        # The first call of an event stands for all: what a later one tells besides is asked after.
        request={},
        work=post,
        now=now,
    )
    return not outcome.replayed


async def carry_out(session: AsyncSession, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Bring an order or a refund to where a call has told that it stands; one of no order here changes nothing."""
    provider, sub_mchid = OrderChannel.WECHAT_PAYSCORE, payload["sub_mchid"]
    if "authorisation" in payload:
        authorisation = await lock_authorisation_told(
            session, provider=provider, sub_mchid=sub_mchid, code=payload["authorisation"]
        )
        if authorisation is not None:
            standing = Standing.GIVEN if payload["given"] else Standing.ENDED
            await take_standing(session, authorisation, standing, now=now)
        return
    if "refund" in payload:
        found = await queries.lock_refund_told(
            session, provider=provider, sub_mchid=sub_mchid, number=payload["refund"]
        )
        if found is not None:
            state = ServiceOrderRefundState.coded(payload["state"])
            await answers.settle_refund(session, *found, state, now=now)
        return
    order = await queries.lock_order_told(
        session, provider=provider, sub_mchid=sub_mchid, number=payload["number"]
    )
    if order is not None:
        await answers.take_told(session, order, _told(payload), now=now)


def _put(call: Called) -> tuple[str, dict[str, Any]]:
    """Return what a call is about, by which it is taken once, and what of it is put down."""
    if isinstance(call, OrderCall):
        name = call.told.name
        return f"{name.sub_mchid}/{name.number}", _order_payload(call.told)
    if isinstance(call, RefundCall):
        payload = {
            "refund": call.number,
            "sub_mchid": call.sub_mchid,
            "state": call.state.value,
        }
        return f"{call.sub_mchid}/{call.number}", payload
    of = call.name
    put = {"authorisation": of.code, "sub_mchid": of.sub_mchid, "given": call.given}
    return f"{of.sub_mchid}/{of.code}/{call.at}", put


async def _is_known(session: AsyncSession, call: Called) -> bool:
    provider = OrderChannel.WECHAT_PAYSCORE
    if isinstance(call, RefundCall):
        return await queries.is_submerchant_known(
            session, provider=provider, sub_mchid=call.sub_mchid
        )
    name = call.told.name if isinstance(call, OrderCall) else call.name
    return await queries.is_merchant_known(
        session, provider=provider, sub_mchid=name.sub_mchid, service_code=name.service_code
    )


def _order_payload(told: OrderTold) -> dict[str, object]:
    return {
        "sub_mchid": told.name.sub_mchid,
        "service_code": told.name.service_code,
        "number": told.name.number,
        "stage": told.stage.value,
        "provider_order_id": told.provider_order_id,
        "total_fen": told.total_fen,
        "transaction_id": told.transaction_id,
        "paid_at": told.paid_at.isoformat() if told.paid_at else None,
    }


def _told(payload: Mapping[str, Any]) -> OrderTold:
    paid_at = payload["paid_at"]
    return OrderTold(
        name=OrderName(
            number=payload["number"],
            service_code=payload["service_code"],
            sub_mchid=payload["sub_mchid"],
        ),
        stage=ServiceOrderStage.coded(payload["stage"]),
        provider_order_id=payload["provider_order_id"],
        total_fen=payload["total_fen"],
        transaction_id=payload["transaction_id"],
        paid_at=datetime.fromisoformat(paid_at) if paid_at else None,
    )
