"""Words: how states, kinds and refusals are said at a desk, in Chinese."""

from collections.abc import Mapping
from typing import Final

from suxin.consent.models import ConsentState
from suxin.consent.oauth.models import ClientStatus
from suxin.events.models import DeliveryState, EndpointState
from suxin.kernel.identifiers import UsccChecksum
from suxin.kernel.refusals import Forbidden, Invalid, Refusal
from suxin.lending.models import LoanProduct, OfferState, ProductStatus, ReferralState
from suxin.lending.terms import LoanTermOutOfRange
from suxin.tenancy.models import TenantStatus
from suxin.tenancy.profiles import QuotaName
from suxin.tenancy.providers.models import ProviderState
from suxin_outbound.guarded import CallProblem
from suxin_outbound.webhooks import NOT_ALLOWED as TARGET_NOT_ALLOWED

# A label and the tone of its badge.
Said = tuple[str, str]

REFERRAL_STATES: Final[Mapping[ReferralState, Said]] = {
    ReferralState.DISPATCHED: ("待受理", "warn"),
    ReferralState.ACCEPTED: ("已受理", "info"),
    ReferralState.CONTACTED: ("已联系", "info"),
    ReferralState.DUE_DILIGENCE: ("尽调中", "info"),
    ReferralState.OFFERED: ("已报价", "good"),
    ReferralState.DECLINED: ("已婉拒", "plain"),
    ReferralState.LAPSED: ("超时退回", "bad"),
    ReferralState.PASSED: ("已结束", "plain"),
}
OFFER_STATES: Final[Mapping[OfferState, Said]] = {
    OfferState.OPEN: ("等待申请人选择", "info"),
    OfferState.CHOSEN: ("申请人已接受", "good"),
    OfferState.PASSED: ("申请人未选择", "plain"),
    OfferState.EXPIRED: ("已过期", "plain"),
    OfferState.WITHDRAWN: ("已撤回", "plain"),
}
_PRODUCT_STATES: Final[Mapping[ProductStatus, Said]] = {
    ProductStatus.DRAFT: ("草稿", "warn"),
    ProductStatus.PUBLISHED: ("已发布", "good"),
    ProductStatus.RETIRED: ("已下架", "plain"),
}
_DISCARDED: Final[Said] = ("已作废", "plain")
CONSENT_STATES: Final[Mapping[ConsentState, Said]] = {
    ConsentState.REQUESTED: ("待决定", "warn"),
    ConsentState.ACTIVE: ("有效", "good"),
    ConsentState.PAUSED: ("已暂停", "warn"),
    ConsentState.REVOKED: ("已撤回", "bad"),
    ConsentState.EXPIRED: ("已到期", "plain"),
    ConsentState.SUPERSEDED: ("已被替代", "plain"),
    ConsentState.REJECTED: ("已拒绝", "bad"),
    ConsentState.LAPSED: ("未决定", "plain"),
}
CLIENT_STATES: Final[Mapping[ClientStatus, Said]] = {
    ClientStatus.ACTIVE: ("正常", "good"),
    ClientStatus.SUSPENDED: ("已暂停", "warn"),
    ClientStatus.RETIRED: ("已停用", "plain"),
}
ENDPOINT_STATES: Final[Mapping[EndpointState, Said]] = {
    EndpointState.ACTIVE: ("推送中", "good"),
    EndpointState.PAUSED: ("已暂停", "warn"),
    EndpointState.BROKEN: ("连续失败", "bad"),
}
DELIVERY_STATES: Final[Mapping[DeliveryState, Said]] = {
    DeliveryState.PENDING: ("待送达", "info"),
    DeliveryState.DELIVERED: ("已送达", "good"),
    DeliveryState.GIVEN_UP: ("已放弃", "bad"),
}
WEBHOOK_PROBLEMS: Final[Mapping[str, str]] = {
    CallProblem.NOT_CONNECTED: "连接不上或证书无效",
    CallProblem.CONNECT_TIMEOUT: "连接超时",
    CallProblem.POOL_TIMEOUT: "平台繁忙",
    CallProblem.WRITE_TIMEOUT: "发送超时",
    CallProblem.READ_TIMEOUT: "未及时回答",
    CallProblem.TOTAL_TIMEOUT: "未及时回答",
    CallProblem.BROKEN_OFF: "连接中断",
    CallProblem.TOO_LARGE: "回答过长",
    CallProblem.REDIRECTED: "回答为跳转，平台不跟随",
    CallProblem.NOT_UNDERSTOOD: "回答无法识别",
    TARGET_NOT_ALLOWED: "不允许访问该地址",
}
PROVIDER_STATES: Final[Mapping[ProviderState, Said]] = {
    ProviderState.DRAFT: ("草稿", "plain"),
    ProviderState.ACTIVE: ("已启用", "good"),
    ProviderState.SUSPENDED: ("已暂停", "warn"),
}
TENANT_STATES: Final[Mapping[TenantStatus, Said]] = {
    TenantStatus.ACTIVE: ("正常", "good"),
    TenantStatus.SUSPENDED: ("已暂停", "bad"),
}
QUOTAS: Final[Mapping[QuotaName, str]] = {
    QuotaName.STAFF: "工作人员",
    QuotaName.BRANCHES: "网点",
    QuotaName.PRODUCTS: "产品",
    QuotaName.OPEN_CLAIMS: "在手线索",
}


def product_state(product: LoanProduct) -> Said:
    """Return how a product's state is said: what was given up as a draft was never taken off."""
    given_up = product.status is ProductStatus.RETIRED and product.published_at is None
    return _DISCARDED if given_up else _PRODUCT_STATES[product.status]


def said(refusal: Refusal, *, beside: bool = False) -> str:
    """Return a refusal's reason as a desk says it.

    ``beside`` is for the place beside the field at fault, where the field need not be named again.
    """
    if isinstance(refusal, LoanTermOutOfRange) and beside:
        return f"应为 {refusal.facts['range_zh']}"
    if isinstance(refusal, Invalid) and beside:
        return str(refusal.facts["reason_zh"])
    if isinstance(refusal, UsccChecksum):
        return f"{refusal.zh_message}。如证照确系如此，请填写校验例外原因"
    if isinstance(refusal, Forbidden):
        return "您的角色没有这项操作的权限"
    return refusal.zh_message
