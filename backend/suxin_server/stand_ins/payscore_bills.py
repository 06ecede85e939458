"""The stand-in's daily bills: where each lies is told and signed, the file is packed and bears no signature."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from suxin_server.stand_ins.wire import Reply, Request

BILLS: Final = "/v3/bill/tradebill"
FILES: Final = "/v3/billdownload/file"
HEADS: Final = (
    "交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识", "交易类型", "交易状态",
    "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型",
    "退款状态", "商品名称", "商户数据包", "手续费", "费率", "订单金额", "申请退款金额", "费率备注",
)  # fmt: skip

Line = dict[str, str]


class Bills:
    """Bills of what was paid and given back; ``lines`` gives a merchant's lines of a day."""

    def __init__(
        self, *, signed: Callable[..., Reply], lines: Callable[[str, str], Iterable[Line]]
    ) -> None:
        self._signed = signed
        self._lines = lines
        self.routes: dict[tuple[str, str], Any] = {
            ("GET", BILLS): self._where,
            ("GET", FILES): self._file,
        }

    def _where(self, request: Request) -> Reply:
        sub_mchid, day = request.query.get("sub_mchid", ""), request.query.get("bill_date", "")
        content = self._content(sub_mchid, day)
        if not content:
            no = {"code": "NO_STATEMENT_EXIST", "message": "账单文件不存在"}
            return self._signed(no, HTTPStatus.BAD_REQUEST)
        host = request.headers.get("host", "")
        return self._signed(
            {
                "hash_type": "SHA1",
                "hash_value": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
                "download_url": f"http://{host}{FILES}?token={sub_mchid}.{day}",
            }
        )

    def _file(self, request: Request) -> Reply:
        sub_mchid, _, day = request.query.get("token", "").partition(".")
        return Reply(HTTPStatus.OK, gzip.compress(self._content(sub_mchid, day)))

    def _content(self, sub_mchid: str, day: str) -> bytes:
        lines = list(self._lines(sub_mchid, day))
        if not lines:
            return b""
        rows = [",".join(f"`{line.get(head, '')}" for head in HEADS) for line in lines]
        summary = ("总交易单数,应结订单总金额", f"`{len(lines)},`0.00")
        return ("\ufeff" + "\r\n".join((",".join(HEADS), *rows, *summary))).encode()


def line(
    said: dict[str, Any], transaction_id: str, total_fen: int | None, *, order_id: str
) -> Line:
    """Return the line of a payment; one without a confirmation was taken under an authorisation."""
    found = {
        "特约商户号": str(said["sub_mchid"]),
        "微信订单号": transaction_id,
        "商户订单号": str(said["out_order_no"]),
        "交易类型": "JSAPI",
        "交易状态": "SUCCESS",
        "订单金额": yuan(total_fen or 0),
        "应结订单金额": yuan(total_fen or 0),
    }
    if not said.get("need_user_confirm", True):
        packet = f"wxzff|{order_id}|{said['out_order_no']}"
        found |= {"交易类型": "AUTH", "商户订单号": order_id, "商户数据包": packet}
    return found


def yuan(fen: int) -> str:
    """Return an amount as a bill has it."""
    return f"{fen // 100}.{fen % 100:02}"
