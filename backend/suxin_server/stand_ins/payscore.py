"""The stand-in for WeChat Pay Score: checks signatures, holds orders by the service's own state table, and calls back.

What a user does on his phone is done by ``POST /_stand_in/user`` with ``sub_mchid``, ``out_order_no`` and ``act`` (``confirm``, ``pay``
or ``expire``), and perhaps what the phone opens (``call_up``), whose signature is then checked; it answers once the platform has been called. Calls are signed and enciphered as the service's are. It shares no code with
the client: what a signature is over, and what an order may do where, is written anew.
"""

import asyncio
import base64
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import httpx
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from typing_extensions import override

from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.payscore_bills import Bills, Line, line, yuan
from suxin_server.stand_ins.payscore_call_up import opens
from suxin_server.stand_ins.payscore_keys import (
    MERCHANT_PUBLIC,
    PLATFORM_KEY,
    PLATFORM_SERIAL,
)
from suxin_server.stand_ins.payscore_permissions import BY_CODE, Permissions
from suxin_server.stand_ins.wire import Reply, Request, StandIn, reply

ORDERS: Final = "/v3/payscore/partner/serviceorder"
REFUNDS: Final = "/v3/refund/domestic/refunds"
USER: Final = "/_stand_in/user"
_STEPS: Final = {
    "cancel": ({"CREATED", "USER_CONFIRM"}, "REVOKED"),
    "complete": ({"USER_CONFIRM"}, "USER_PAYING"),
    "modify": ({"USER_PAYING"}, "USER_PAYING"),
    "sync": ({"USER_PAYING"}, "USER_PAID"),
    "send-pendingmessage": ({"USER_PAYING"}, "USER_PAYING"),
}
_ACTS: Final = {
    "confirm": ({"CREATED"}, "USER_CONFIRM"),
    "pay": ({"USER_PAYING"}, "USER_PAID"),
    "expire": ({"CREATED"}, "EXPIRED"),
}
_CALLED: Final = {"confirm": "PAYSCORE.USER_CONFIRM", "pay": "PAYSCORE.USER_PAID"}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "CREATED": {"state": "CREATED"},
    "USER_CONFIRM": {"state": "DOING", "state_description": "USER_CONFIRM"},
    "USER_PAYING": {
        "state": "DOING",
        "state_description": "MCH_COMPLETE",
        "collection": {"state": "USER_PAYING"},
    },
    "USER_PAID": {"state": "DONE", "collection": {"state": "USER_PAID"}},
    "REVOKED": {"state": "REVOKED"},
    "EXPIRED": {"state": "EXPIRED"},
}


@dataclass
class _Order:
    said: dict[str, Any]
    order_id: str
    stage: str = "CREATED"
    total: int | None = None
    transaction_id: str = ""
    paid_time: str = ""
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return str(self.said["sub_mchid"]), str(self.said["out_order_no"])

    def told(self) -> dict[str, Any]:
        shown = {
            name: self.said[name]
            for name in ("out_order_no", "service_id", "sub_mchid", "appid", "attach")
            if name in self.said
        }
        told: dict[str, Any] = {"order_id": self.order_id, "total_amount": self.total}
        told |= shown | _FIELDS[self.stage]
        if self.stage == "USER_PAID" and self.transaction_id:
            detail = {"transaction_id": self.transaction_id, "paid_time": self.paid_time}
            told["collection"] = {"state": "USER_PAID", "details": [detail]}
        return told


class PayScoreStandIn(StandIn):
    """The service as the platform sees it."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._orders: dict[tuple[str, str], _Order] = {}
        self._nonces: set[str] = set()
        self._calling: set[asyncio.Task[None]] = set()
        self._api_key = stand_in_key("payscore").encode()
        self._permissions = Permissions(signed=self._signed, call=self._call)
        self._platform: RSAPrivateKey | None = None
        self._merchant: RSAPublicKey | None = None
        if folder is not None:
            self._platform, self._merchant = _keys(folder)
        self.routes |= {
            ("POST", ORDERS): self._create,
            ("GET", ORDERS): self._query,
            ("POST", f"{ORDERS}/*"): self._step,
            **self._permissions.routes,
            **Bills(signed=self._signed, lines=self._lines).routes,
            ("POST", REFUNDS): self._refund,
            ("POST", USER): self._user,
            ("GET", "/_stand_in/orders"): lambda _: reply(
                {"orders": [order.told() for order in self._orders.values()]}
            ),
        }

    @override
    def reset(self) -> None:
        """Forget calls, orders and planted faults."""
        super().reset()
        self._orders.clear()
        self._permissions.clear()

    @override
    async def _answer(self, request: Request) -> Reply:
        for base in (ORDERS, BY_CODE):
            if request.path.startswith(f"{base}/"):
                request = replace(request, path=f"{base}/*")
        if request.path.startswith("/_stand_in/"):
            return await super()._answer(request)
        if not self._is_signed(request):
            return self._signed({"code": "SIGN_ERROR", "message": "签名错误"}, 401)
        return await super()._answer(request)

    def _is_signed(self, request: Request) -> bool:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        parts = {
            name: value.strip('"')
            for name, _, value in (part.partition("=") for part in rest.split(","))
        }
        nonce, timestamp = parts.get("nonce_str", ""), parts.get("timestamp", "")
        if scheme != "WECHATPAY2-SHA256-RSA2048" or self._merchant is None or not nonce:
            return False
        if nonce in self._nonces:
            return False
        text = (
            f"{request.method}\n{request.target}\n{timestamp}\n{nonce}\n{request.body.decode()}\n"
        )
        try:
            self._merchant.verify(
                base64.b64decode(parts.get("signature", "")), text.encode(), PKCS1v15(), SHA256()
            )
        except (InvalidSignature, ValueError):
            return False
        self._nonces.add(nonce)
        return True

    def _create(self, request: Request) -> Reply:
        said = request.fields()
        key = str(said.get("sub_mchid", "")), str(said.get("out_order_no", ""))
        known = self._orders.get(key)
        if known is None:
            known = _Order(said, f"WX{secrets.token_hex(12)}")
            if not said.get("need_user_confirm", True):
                known.stage = "USER_CONFIRM"
            self._orders[key] = known
        elif {**known.said, "openid": ""} != {**said, "openid": ""}:
            return self._refused("INVALID_REQUEST", "商户单号已用于内容不同的订单")
        return self._signed(known.told() | {"package": f"package-{known.order_id}"})

    def _query(self, request: Request) -> Reply:
        key = request.query.get("sub_mchid", ""), request.query.get("out_order_no", "")
        known = self._orders.get(key)
        return self._unknown() if known is None else self._signed(known.told())

    def _step(self, request: Request) -> Reply:
        number, step = unquote(request.target).removeprefix(f"{ORDERS}/").rsplit("/", 1)
        said = request.fields()
        known = self._orders.get((str(said.get("sub_mchid", "")), number))
        if known is None or step not in {*_STEPS, "pay"}:
            return self._unknown()
        if step == "pay":
            return self._collect(known)
        total = said.get("total_amount")
        too_much = step == "complete" and (total or 0) > known.said["risk_fund"]["amount"]
        raised = step == "modify" and (total or 0) >= (known.total or 0)
        if known.stage not in _STEPS[step][0] or too_much or raised:
            return self._refused("INVALID_ORDER_STATE", "订单状态或金额不允许该操作")
        self._take(known, _STEPS[step][1], total)
        if step == "send-pendingmessage":
            self.messages.append({"event": "pending", "out_order_no": number})
            return self._signed({}, HTTPStatus.OK)
        if step == "sync":
            known.paid_time = str(said.get("detail", {}).get("paid_time", ""))
        return self._signed(known.told())

    def _collect(self, order: _Order) -> Reply:
        if order.stage != "USER_PAYING":
            return self._refused("INVALID_ORDER_STATE", "订单不在待支付状态")
        self._pay(order)
        return self._signed(order.told())

    def _pay(self, order: _Order) -> None:
        """Let the user's account pay what is asked for."""
        order.stage = "USER_PAID"
        order.transaction_id = f"4200{secrets.randbelow(10**20):020}"
        order.paid_time = time.strftime("%Y%m%d%H%M%S", shanghai_time())

    def _lines(self, sub_mchid: str, day: str) -> Iterator[Line]:
        """Return a merchant's lines of a day on its bill."""
        for order in self._orders.values():
            if order.key[0] != sub_mchid or not order.transaction_id:
                continue
            paid = line(order.said, order.transaction_id, order.total, order_id=order.order_id)
            if order.paid_time[:8] == day.replace("-", ""):
                yield paid
            for number, said in order.refunds.items():
                if said["day"] == day:
                    back = {"交易状态": "REFUND", "商户退款单号": number}
                    yield paid | back | {"申请退款金额": yuan(said["amount"]["refund"])}

    def _take(self, order: _Order, stage: str, total: int | None) -> None:
        order.stage = stage
        if total is not None:
            order.total = total
            if total == 0:
                order.stage = "USER_PAID"

    def _refund(self, request: Request) -> Reply:
        said = request.fields()
        paid = said.get("transaction_id")
        order = next(
            (one for one in self._orders.values() if one.transaction_id == paid and paid), None
        )
        if order is None or order.key[0] != said.get("sub_mchid"):
            return self._unknown()
        number, amount = str(said["out_refund_no"]), int(said["amount"]["refund"])
        if number not in order.refunds:
            back = sum(one["amount"]["refund"] for one in order.refunds.values())
            if back + amount > (order.total or 0):
                return self._refused("NOT_ENOUGH", "可退余额不足")
            order.refunds[number] = said | {"day": time.strftime("%Y-%m-%d", shanghai_time())}
            told = {
                "out_refund_no": number,
                "sub_mchid": order.key[0],
                "refund_status": "SUCCESS",
            }
            self._call(str(said["notify_url"]), "REFUND.SUCCESS", told)
        return self._signed(
            {"out_refund_no": number, "refund_id": f"R{number}", "status": "PROCESSING"}
        )

    def _user(self, request: Request) -> Reply:
        said = request.fields()
        act = str(said.get("act"))
        known = self._orders.get((str(said.get("sub_mchid")), str(said.get("out_order_no"))))
        if known is None or act not in _ACTS or known.stage not in _ACTS[act][0]:
            return reply({"error": "not possible"}, HTTPStatus.CONFLICT)
        if "call_up" in said and not opens(said["call_up"], f"package-{known.order_id}"):
            return reply({"error": "签名错误"}, HTTPStatus.FORBIDDEN)
        self._take(known, _ACTS[act][1], None)
        if act == "pay":
            self._pay(known)
        if act in _CALLED:
            self._call(str(known.said["notify_url"]), _CALLED[act], known.told())
        return reply(known.told())

    def _call(self, url: str, event: str, told: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._send(url, event, told))
        self._calling.add(task)
        task.add_done_callback(self._calling.discard)

    async def _send(self, url: str, event: str, told: dict[str, Any]) -> None:
        """Call the platform, three times at the most until it takes the call."""
        for attempt in range(3):
            content, headers = self.sealed(event, told)
            try:
                async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                    taken = await client.post(url, content=content, headers=headers)
                self.messages.append({"event": event, "status": str(taken.status_code)})
                if taken.is_success:
                    return
            except httpx.HTTPError as error:
                self.messages.append({"event": event, "status": type(error).__name__})
            await asyncio.sleep(0.5 * (attempt + 1))

    def sealed(self, event: str, told: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Return a call's body and headers, enciphered and signed."""
        nonce = secrets.token_hex(6)
        secret = AESGCM(self._api_key).encrypt(
            nonce.encode(), msgspec.json.encode(told), b"payscore"
        )
        body = msgspec.json.encode(
            {
                "id": secrets.token_hex(16),
                "event_type": event,
                "resource_type": "encrypt-resource",
                "resource": {
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(secret).decode(),
                    "associated_data": "payscore",
                    "nonce": nonce,
                },
            }
        )
        return body, {"content-type": "application/json", **self._signature(body)}

    def _signature(self, body: bytes) -> dict[str, str]:
        timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
        text = f"{timestamp}\n{nonce}\n{body.decode()}\n"
        signed = (
            b""
            if self._platform is None
            else self._platform.sign(text.encode(), PKCS1v15(), SHA256())
        )
        return {
            "wechatpay-serial": PLATFORM_SERIAL,
            "wechatpay-timestamp": timestamp,
            "wechatpay-nonce": nonce,
            "wechatpay-signature": base64.b64encode(signed).decode(),
        }

    def _signed(self, value: object, status: int = HTTPStatus.OK) -> Reply:
        plain = reply(value, status)
        return replace(plain, headers={**plain.headers, **self._signature(plain.body)})

    def _refused(self, code: str, message: str) -> Reply:
        return self._signed({"code": code, "message": message}, HTTPStatus.BAD_REQUEST)

    def _unknown(self) -> Reply:
        return self._signed(
            {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}, HTTPStatus.NOT_FOUND
        )


def shanghai_time() -> time.struct_time:
    """Return the service's own time."""
    return time.gmtime(time.time() + 8 * 3600)


def _keys(folder: Path) -> tuple[RSAPrivateKey, RSAPublicKey]:
    platform = load_pem_private_key((folder / PLATFORM_KEY).read_bytes(), password=None)
    merchant = load_pem_public_key((folder / MERCHANT_PUBLIC).read_bytes())
    if not isinstance(platform, RSAPrivateKey) or not isinstance(merchant, RSAPublicKey):
        raise TypeError("the keys of the stand-in are no RSA keys")
    return platform, merchant
