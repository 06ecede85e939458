"""Global ids: opaque, of one type, and bound to the organisation they were given to.

An id names its type, the tenant it was handed to and the thing itself. It is no secret and grants nothing: what may be
read is decided by the statement and the row policies. An id that belongs to another tenant, or is no id at all, reads
NOT_FOUND before the database is asked.
"""

import base64
import binascii
from binascii import b2a_base64
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid, NotFound


class Kind(NamedTuple):
    """A type of thing that has a global id: its number in ids, which never changes its meaning, and its names."""

    number: int
    zh: str
    en: str


KINDS: Final[dict[str, Kind]] = {
    "Referral": Kind(1, "对接申请", "referral"),
    "Lead": Kind(2, "线索", "lead"),
    "LoanProduct": Kind(3, "贷款产品", "loan product"),
    "Offer": Kind(4, "报价", "offer"),
    "OAuthClient": Kind(5, "接口客户端", "client"),
    "Consent": Kind(6, "授权", "consent"),
    "Event": Kind(16, "事件", "event"),
    "WebhookEndpoint": Kind(17, "推送地址", "webhook endpoint"),
    "WebhookDelivery": Kind(18, "推送记录", "webhook delivery"),
    "Export": Kind(25, "导出任务", "export"),
    "SandboxApplicant": Kind(26, "沙箱申请人", "sandbox applicant"),
    "SandboxClock": Kind(27, "沙箱时钟", "sandbox clock"),
    "Loan": Kind(38, "贷款", "loan"),
    "LoanDrawdown": Kind(39, "放款记录", "draw-down"),
    "LoanInstalment": Kind(40, "还款计划", "instalment"),
    "LoanRepayment": Kind(41, "还款记录", "repayment"),
    "PoolClaim": Kind(47, "代偿申请", "claim"),
    "PoolRecovery": Kind(48, "追偿", "recovery"),
    "RiskPool": Kind(42, "资金池", "risk pool"),
    "PoolAgreement": Kind(43, "合作协议", "agreement"),
    "PoolFiling": Kind(44, "备案", "filing"),
    "PoolStopLoss": Kind(45, "熔断", "stop-loss"),
    "GuaranteeRequest": Kind(28, "担保申请", "request for a guarantee"),
    "Guarantor": Kind(29, "担保机构", "guarantor"),
    "GuarantorPart": Kind(94, "代偿分担", "guarantor's part"),
    "GuarantorTransfer": Kind(95, "划款", "transfer"),
    "MaterialRequest": Kind(52, "补充材料要求", "request for material"),
    "ProductReplay": Kind(53, "产品回放", "replay of a product"),
    "PerkProgramme": Kind(49, "权益", "programme"),
    "PerkRedemption": Kind(50, "核销记录", "redemption"),
    "ServiceOrder": Kind(55, "服务订单", "service order"),
    "ServiceOrderRefund": Kind(56, "退款", "refund"),
    "PerkSettlement": Kind(93, "结算单", "statement"),
    "ServiceAuthorisation": Kind(92, "免确认授权", "authorisation"),
    "LoanWarning": Kind(57, "预警", "warning"),
    "LeagueTable": Kind(62, "季度榜", "league table"),
    "LeagueLine": Kind(63, "季度榜的指标", "league table's line"),
    "Household": Kind(64, "农户", "household"),
    "VillageGrid": Kind(65, "网格", "grid"),
    "VillageCreditRound": Kind(100, "整村授信", "round of village credit"),
    "VillageCreditMember": Kind(101, "参加整村授信的农户", "household of a round"),
    "ShopGood": Kind(96, "积分商品", "good"),
    "ShopRedemption": Kind(97, "积分兑换", "redemption"),
    "RatingCycle": Kind(80, "评级批次", "rating cycle"),
    "RatingEntry": Kind(81, "参评记录", "entry"),
    "PointClaim": Kind(105, "积分申报", "claim of points"),
    "PointRuleSet": Kind(106, "积分细则", "rule set"),
}
_NAMES: Final = {kind.number: name for name, kind in KINDS.items()}
_VERSION: Final = 1
_LENGTH: Final = 34
_TENANT: Final = slice(2, 18)
_THING: Final = slice(18, 34)
_THING_CHARACTERS: Final = 22
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_HEADS: Final = 4_096
"""For how many types and tenants the beginning of their ids is remembered."""


class GlobalId(NamedTuple):
    """What an id says: the name of a GraphQL type, and the thing's own id."""

    type_name: str
    id: UUID


def to_global(type_name: str, thing_id: UUID, actor: Actor) -> str:
    """Return the id under which the actor's organisation knows a thing."""
    return global_ids(type_name, actor)(thing_id)


def global_ids(type_name: str, actor: Actor) -> Callable[[UUID], str]:
    """Return what makes of things of one type the ids under which the actor's organisation knows them."""
    head = _head(type_name, actor.own_tenant)

    def to_id(thing_id: UUID) -> str:
        thing = b2a_base64(thing_id.bytes, newline=False).translate(_URL_SAFE)
        return head + thing[:_THING_CHARACTERS].decode()

    return to_id


def from_global(text: str, actor: Actor, *, field: str | None = None) -> GlobalId:
    """Read an id that was given to the actor's organisation.

    :raises NotFound: if it is none, or was given to another
    """
    data = _bytes(text)
    name = _NAMES.get(data[1]) if len(data) == _LENGTH and data[0] == _VERSION else None
    if name is None or data[_TENANT] != actor.own_tenant.bytes:
        raise NotFound(thing_zh="对象", thing_en="object", field=field)
    return GlobalId(name, UUID(bytes=data[_THING]))


def local_id(text: str, type_name: str, actor: Actor, *, field: str) -> UUID:
    """Read an id that must be of one type.

    :raises NotFound: if it is none, of another type, or was given to another organisation
    """
    try:
        found = from_global(text, actor, field=field)
    except NotFound:
        raise not_found(type_name, field=field) from None
    if found.type_name != type_name:
        raise not_found(type_name, field=field)
    return found.id


def consent_named(given: str | None, actor: Actor) -> UUID:
    """Return the consent that is fetched on: the one named, or the one that the caller's token is for.

    :raises Invalid: if neither says which
    """
    if given is not None:
        return local_id(given, "Consent", actor, field="consentId")
    if actor.consent_id is None:
        raise Invalid(
            field="consentId", reason_zh="请指定授权", reason_en="name the consent to fetch on"
        )
    return actor.consent_id


def not_found(type_name: str, *, field: str | None = None) -> NotFound:
    """Return the refusal that says there is no such thing."""
    kind = KINDS[type_name]
    return NotFound(thing_zh=kind.zh, thing_en=kind.en, field=field)


@lru_cache(maxsize=_HEADS)
def _head(type_name: str, tenant_id: UUID) -> str:
    """Return what all ids of a type begin with: its bytes are whole groups of base64, and so a text by themselves."""
    return _text(bytes((_VERSION, KINDS[type_name].number)) + tenant_id.bytes)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    # One spelling per id: base64 leaves bits at the end that say nothing.
    return data if _text(data) == text else b""
