"""Enumerations of the core in the schema, each member described in Chinese and in English."""

from typing import Final

from suxin.consent.models import ConsentState
from suxin.consent.oauth.models import ClientStatus
from suxin.consent.purposes import FetchUnit
from suxin.events.models import DeliveryState, EndpointState
from suxin.exports.models import ExportState
from suxin.kernel.bases import BasisKind
from suxin.lending.exchange.models import AttachmentKind, Author, ItemState, MaterialState
from suxin.lending.guarantees.states import GuaranteeDecline, GuaranteeRelease, GuaranteeState
from suxin.lending.leads import AmountBand, TermBand
from suxin.lending.league.measures import Measure
from suxin.lending.loans.reporting import OutcomeKind
from suxin.lending.loans.states import LoanState, RepaymentKind, RiskClass
from suxin.lending.models import (
    DispatchMode,
    OfferState,
    ProductStatus,
    ReferralState,
    RequestState,
)
from suxin.lending.replays.models import ReplayState
from suxin.lending.terms import (
    ApplicantKind,
    DeclineReason,
    GuaranteeMode,
    LoanPurpose,
    RepaymentMethod,
)
from suxin.lending.warnings.states import (
    Evidence,
    FalseAlarmReason,
    Severity,
    WarningAction,
    WarningState,
    WithdrawnBecause,
)
from suxin.risk_pool.claims.states import ClaimState, CollectionKind, CollectionResult, GapCode
from suxin.risk_pool.filings.states import FilingState, Release
from suxin.risk_pool.guarantor_parts.states import (
    PartRefusal,
    PartState,
    TransferKind,
    TransferState,
)
from suxin.risk_pool.pools.states import PoolState
from suxin.risk_pool.recoveries.states import RecoveryState
from suxin.risk_pool.signing.states import AgreementState, RateBasis
from suxin.risk_pool.stop_loss import StopLossState
from suxin.sandboxes.conformance import WORDS as BEHAVIOURS
from suxin.sandboxes.conformance import Behaviour, Verdict
from suxin.sandboxes.models import SandboxEvent, SandboxOutcome
from suxin.sandboxes.words import EVENTS, OUTCOMES, VERDICTS
from suxin.subjects.models import DataCategory, Polarity, RecordStatus
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.providers.models import ClientMethod, ProviderState
from suxin_graphql.authorisation_types import ServiceAuthorisationOrder
from suxin_graphql.claim_types import PoolClaimOrder, PoolRecoveryOrder
from suxin_graphql.clients import OAuthClientOrder
from suxin_graphql.deprecated_uses import DeprecatedUseOrder
from suxin_graphql.enum_words import Labels, describe
from suxin_graphql.exchange_types import MaterialRequestOrder
from suxin_graphql.guarantee_types import GuaranteeRequestOrder
from suxin_graphql.league import LeagueLineOrder
from suxin_graphql.lending_orderings import (
    LeadOrder,
    LoanProductOrder,
    OfferOrder,
    ReferralOrder,
)
from suxin_graphql.loan_types import (
    LoanDrawdownOrder,
    LoanInstalmentOrder,
    LoanOrder,
    LoanRepaymentOrder,
)
from suxin_graphql.order_types import ServiceOrderOrder, ServiceOrderRefundOrder
from suxin_graphql.part_types import GuarantorPartOrder, GuarantorTransferOrder
from suxin_graphql.perk_enums import describe_perk_enums
from suxin_graphql.perk_types import PerkProgrammeOrder, PerkRedemptionOrder
from suxin_graphql.point_types import describe_point_enums
from suxin_graphql.pool_types import PoolFilingOrder
from suxin_graphql.replay_types import ProductReplayOrder
from suxin_graphql.rural_types import describe_rural_enums
from suxin_graphql.settlement_types import PerkSettlementOrder
from suxin_graphql.shop_types import describe_shop_enums
from suxin_graphql.village_credit_types import describe_village_credit_enums
from suxin_graphql.village_types import describe_village_enums
from suxin_graphql.warning_types import LoanWarningOrder

_REFERRAL_STATES: Final[Labels] = {
    "DISPATCHED": ("待受理", "dispatched, not yet accepted"),
    "ACCEPTED": ("已受理", "accepted by the bank"),
    "CONTACTED": ("已联系", "the applicant was contacted"),
    "DUE_DILIGENCE": ("尽调中", "under examination"),
    "OFFERED": ("已报价", "an offer stands"),
    "DECLINED": ("未予受理", "declined with a reason"),
    "LAPSED": ("超时退回", "a deadline was missed"),
    "PASSED": ("已结束", "the applicant chose another offer or withdrew"),
}
_OFFER_STATES: Final[Labels] = {
    "OPEN": ("待选择", "may be chosen"),
    "CHOSEN": ("已接受", "chosen by the applicant"),
    "PASSED": ("未选中", "passed over"),
    "EXPIRED": ("已过期", "its validity is over"),
    "WITHDRAWN": ("已撤回", "withdrawn by the bank"),
}
_PRODUCT_STATES: Final[Labels] = {
    "DRAFT": ("草稿", "a draft"),
    "PUBLISHED": ("已发布", "offered to applicants"),
    "RETIRED": ("已下架", "no longer offered"),
}
_MODES: Final[Labels] = {
    "NAMED": ("指定产品", "the applicant named one product"),
    "RECOMMENDED": ("平台推荐", "the best few products"),
    "OPEN_POOL": ("公开抢单", "whoever claims it first"),
}
_REQUEST_STATES: Final[Labels] = {
    "DRAFT": ("草稿", "a draft"),
    "SUBMITTED": ("已提交", "submitted"),
    "MATCHING": ("匹配中", "being matched"),
    "OPEN": ("对接中", "open to banks"),
    "OFFERED": ("已有报价", "with an offer"),
    "ACCEPTED": ("已接受报价", "an offer was accepted"),
    "CONTRACTED": ("已签约", "contracted"),
    "DISBURSED": ("已放款", "disbursed"),
    "WITHDRAWN": ("已撤回", "withdrawn by the applicant"),
    "EXPIRED": ("已到期", "expired"),
    "UNMATCHED": ("未匹配", "nothing fits"),
}
_CONSENT_STATES: Final[Labels] = {
    "REQUESTED": ("待确认", "requested"),
    "ACTIVE": ("有效", "active"),
    "PAUSED": ("已暂停", "paused"),
    "REVOKED": ("已撤回", "revoked"),
    "EXPIRED": ("已到期", "expired"),
    "SUPERSEDED": ("已被取代", "superseded"),
    "REJECTED": ("已拒绝", "rejected"),
    "LAPSED": ("未确认失效", "lapsed before a decision"),
}
_EXPORT_STATES: Final[Labels] = {
    "QUEUED": ("排队中", "waits"),
    "RUNNING": ("进行中", "runs"),
    "COMPLETED": ("已完成", "the whole list is in the file"),
    "FAILED": ("失败", "ended for a named reason"),
    "CANCELLED": ("已取消", "cancelled by its owner"),
}
_FETCH_UNITS: Final[Labels] = {
    "ONCE": ("共计", "the whole consent"),
    "DAY": ("每日", "a day in Shanghai"),
    "MONTH": ("每月", "a month in Shanghai"),
}
_BASES: Final[Labels] = {
    "CONSENT": ("申请人授权", "the subject's consent"),
    "CONTRACT": ("履行合同所必需", "a contract with him"),
    "STATUTORY": ("法定职责或义务", "a statute"),
}
_CATEGORIES: Final[Labels] = {
    "IDENTITY": ("身份信息", "identity"),
    "CONTACT": ("联系方式", "contact"),
    "REGISTRATION": ("登记注册信息", "registration"),
    "TAX": ("纳税信息", "tax"),
    "SOCIAL_INSURANCE": ("社会保险费缴纳信息", "social insurance contributions"),
    "HONOURS": ("诚信荣誉信息", "honours"),
    "PENALTIES": ("行政处罚信息", "administrative penalties"),
    "ENVIRONMENT": ("生态环境信用评价信息", "environmental credit rating"),
    "LOAN_REQUEST": ("本次贷款申请内容", "this loan request"),
    "SCORE_TIER": ("信用等级（不含分值）", "credit tier, without its number"),
    "PERK_ORDER": ("优惠订单信息", "order of a benefit"),
    "RURAL_RATING": ("农村信用评价等级", "rural credit rating"),
    "GRID_POINTS": ("网格积分", "points of grid governance"),
    "PERFORMANCE": (
        "履约与经营信息",
        "how contracts, fees and loans were served, and what is owned",
    ),
    "HEALTH": ("医疗健康信息，须单独授权", "health; sensitive, by a consent of its own"),
    "CONVICTIONS": ("违法犯罪记录，须单独授权", "convictions; sensitive, by a consent of its own"),
    "SPECIAL_STATUS": (
        "特定身份信息，须单独授权",
        "a person's special status; sensitive, by a consent of its own",
    ),
    "SCORE": ("信用分值，仅本人可见", "score as a number; its subject alone sees it"),
    "LOAN_PERFORMANCE": (
        "贷款履约信息，不向其他机构提供",
        "how a loan is served; no other organisation sees it",
    ),
}
_POLARITIES: Final[Labels] = {
    "POSITIVE": ("正面", "speaks for its subject"),
    "NEUTRAL": ("中性", "neither for nor against"),
    "NEGATIVE": ("负面", "speaks against its subject"),
}
_RECORD_STATES: Final[Labels] = {
    "ACTIVE": ("有效", "counts"),
    "DISPUTED": ("异议中", "disputed"),
    "EXEMPTED": ("免予计入", "exempted"),
    "REPAIRED": ("已修复", "repaired"),
    "WITHDRAWN": ("已撤销", "withdrawn"),
}
_TENANT_KINDS: Final[Labels] = {
    "OPERATOR": ("运营机构", "the city's operator"),
    "BANK": ("银行", "a bank"),
    "MERCHANT": ("商户", "a merchant"),
    "ATTRACTION": ("景区", "an attraction"),
    "VILLAGE_GRID": ("村居网格", "a village"),
    "GUARANTOR": ("担保机构", "a guarantor"),
}

_CLIENT_STATES: Final[Labels] = {
    "ACTIVE": ("正常", "may act"),
    "SUSPENDED": ("已暂停", "stopped, may be resumed"),
    "RETIRED": ("已停用", "ended for good"),
}


_PROVIDER_STATES: Final[Labels] = {
    "DRAFT": ("草稿，须试登录", "waits for a log-in that is tried"),
    "ACTIVE": ("已启用", "in force"),
    "SUSPENDED": ("已暂停", "out of force"),
}
_ENDPOINT_STATES: Final[Labels] = {
    "ACTIVE": ("推送中", "is sent to"),
    "PAUSED": ("已暂停", "is not sent to until it is resumed"),
    "BROKEN": ("连续失败，试探中", "fails, and is only probed until it takes an event again"),
}
_DELIVERY_STATES: Final[Labels] = {
    "PENDING": ("推送中", "on its way"),
    "DELIVERED": ("已送达", "taken by the receiver"),
    "GIVEN_UP": ("已放弃", "not taken within 72 hours"),
}
_CLIENT_METHODS: Final[Labels] = {
    "PRIVATE_KEY_JWT": ("平台私钥签名", "signed by the platform's key (private_key_jwt)"),
    "CLIENT_SECRET_BASIC": ("客户端密钥", "a secret (client_secret_basic)"),
}


_GAPS: Final = {
    gap.value: (gap.zh.replace("{n}", " n "), gap.en.replace("{n}", "n")) for gap in GapCode
}
_ORDERS: Final = {
    ReferralOrder: "对接申请的排序。In which order referrals are listed.",
    LeadOrder: "公开线索的排序。In which order the pool is listed.",
    OfferOrder: "报价的排序。In which order offers are listed.",
    LoanProductOrder: "产品的排序。In which order products are listed.",
    LeagueLineOrder: "季度榜指标的排序。In which order a league table's lines are listed.",
    LoanOrder: "贷款的排序。In which order loans are listed.",
    LoanInstalmentOrder: "还款计划的排序。In which order a plan is listed.",
    LoanRepaymentOrder: "还款记录的排序。In which order repayments are listed.",
    MaterialRequestOrder: "补充材料要求的排序。In which order requests for material are listed.",
    ProductReplayOrder: "产品回放的排序。In which order replays are listed.",
    LoanDrawdownOrder: "放款记录的排序。In which order draw-downs are listed.",
    LoanWarningOrder: "预警的排序。In which order warnings are listed.",
    PerkProgrammeOrder: "权益的排序。In which order programmes are listed.",
    PerkRedemptionOrder: "核销记录的排序。In which order redemptions are listed.",
    GuaranteeRequestOrder: "担保申请的排序。In which order requests for guarantees are listed.",
    GuarantorPartOrder: "分担的排序。In which order guarantors' parts are listed.",
    GuarantorTransferOrder: "划款的排序。In which order transfers are listed.",
    PoolFilingOrder: "备案的排序。In which order filings are listed.",
    PoolClaimOrder: "代偿申请的排序。In which order claims are listed.",
    PoolRecoveryOrder: "追偿的排序。In which order recoveries are listed.",
    ServiceOrderOrder: "服务订单的排序。In which order service orders are listed.",
    ServiceOrderRefundOrder: "退款的排序。In which order refunds are listed.",
    PerkSettlementOrder: "结算单的排序。In which order statements are listed.",
    ServiceAuthorisationOrder: "免确认授权的排序。In which order authorisations are listed.",
    OAuthClientOrder: "接口客户端的排序。In which order clients are listed.",
    DeprecatedUseOrder: "弃用使用情况的排序。In which order the deprecation report is listed.",
}


def describe_enums() -> None:
    """Give every enumeration of the core its words in the schema, before the schema is made."""
    describe(ApplicantKind, "申请主体类型。Who asks.")
    describe(LoanPurpose, "贷款用途。What the money is for.")
    describe(GuaranteeMode, "担保方式。What secures the loan.")
    describe(RepaymentMethod, "还款方式。How principal and interest come back.")
    describe(DeclineReason, "不予受理原因。Why a bank declines; the applicant always learns it.")
    describe(AmountBand, "金额区间。How much is asked, as a lead shows it.")
    describe(TermBand, "期限区间。How long the loan shall run, as a lead shows it.")
    describe(ReferralState, "对接状态。Where a referral stands.", _REFERRAL_STATES)
    describe(OfferState, "报价状态。Where an offer stands.", _OFFER_STATES)
    describe(ProductStatus, "产品状态。Where a product stands.", _PRODUCT_STATES)
    describe(DispatchMode, "对接方式。How a request reaches banks.", _MODES)
    describe(RequestState, "申请状态。Where a loan request stands.", _REQUEST_STATES)
    describe(ConsentState, "授权状态。Where a consent stands.", _CONSENT_STATES)
    describe(ExportState, "导出状态。Where an export stands.", _EXPORT_STATES)
    describe(FetchUnit, "查询频次的计算单位。What a frequency counts by.", _FETCH_UNITS)
    describe(BasisKind, "查阅依据。The ground of lawful access, PIPL art. 13.", _BASES)
    describe(DataCategory, "数据类别。The categories in which data is consented to.", _CATEGORIES)
    describe(Polarity, "记录性质。Whether a record speaks for its subject.", _POLARITIES)
    describe(RecordStatus, "记录状态。Whether a record counts.", _RECORD_STATES)
    describe(TenantKind, "机构类型。The kinds of organisation.", _TENANT_KINDS)
    _describe_systems()
    _describe_loans()
    _describe_pools()
    describe_perk_enums()
    _describe_countryside()
    _describe_exchange()
    _describe_sandboxes()
    for order, words in _ORDERS.items():
        describe(order, words)


def _describe_systems() -> None:
    describe(ClientStatus, "客户端状态。Whether a client may act.", _CLIENT_STATES)
    describe(ProviderState, "统一登录状态。Whether staff log in by the provider.", _PROVIDER_STATES)
    describe(
        ClientMethod,
        "平台如何向其证明身份。How the platform shows a provider that it is its client.",
        _CLIENT_METHODS,
    )
    describe(EndpointState, "推送地址状态。Whether an endpoint is sent to.", _ENDPOINT_STATES)
    describe(
        DeliveryState, "推送状态。Where an event's way to an endpoint stands.", _DELIVERY_STATES
    )


def _describe_loans() -> None:
    describe(GuaranteeState, "担保申请状态。Where a request for a guarantee stands.")
    describe(GuaranteeDecline, "不予担保原因。Why a guarantor declines.")
    describe(PartState, "担保机构对代偿分担的答复。What a guarantor says of its part of a claim.")
    describe(PartRefusal, "不同意分担原因。Why a guarantor refuses its part.")
    describe(TransferKind, "划款种类。What is paid between a guarantor and a bank.")
    describe(TransferState, "划款状态。Where a transfer stands.")
    describe(GuaranteeRelease, "担保解除原因。Why a commitment binds no more.")
    describe(LoanState, "贷款状态。Where a loan stands.")
    describe(RiskClass, "五级分类。What a loan is worth by the days that it is overdue.")
    describe(RepaymentKind, "还款类型。What a repayment is to the plan.")
    describe(Measure, "银行排行的指标。What a league table measures.")
    describe(OutcomeKind, "登记结果。What came of one report.")
    describe(WarningState, "预警状态。Where a warning stands.")
    describe(Severity, "严重程度。How severe a warning is.")
    describe(Evidence, "预警依据。What a warning rests on.")
    describe(WarningAction, "处置措施。What a bank did about a warning.")
    describe(FalseAlarmReason, "误报原因。Why a warning was none.")
    describe(WithdrawnBecause, "撤销原因。Why a warning was withdrawn.")


def _describe_countryside() -> None:
    describe_village_enums()
    describe_point_enums()
    describe_rural_enums()
    describe_village_credit_enums()
    describe_shop_enums()


def _describe_pools() -> None:
    describe(PoolState, "资金池状态。Whether a pool takes loans.")
    describe(AgreementState, "合作协议状态。Where an agreement stands.")
    describe(RateBasis, "代偿率口径。Which balance a compensation rate is over.")
    describe(FilingState, "备案状态。Where a filing stands.")
    describe(Release, "备案解除原因。Why a filing commits nothing any more.")
    describe(StopLossState, "熔断状态。Whether new loans of a product are taken.")
    describe(ClaimState, "代偿申请状态。Where a claim stands.")
    describe(GapCode, "代偿材料缺口。What keeps a claim from being submitted.", _GAPS)
    describe(CollectionKind, "催收方式。How a bank tried to get its money.")
    describe(CollectionResult, "催收结果。What came of it.")
    describe(RecoveryState, "追偿状态。Where a recovery stands.")


def _describe_exchange() -> None:
    describe(AttachmentKind, "材料类型。What a file is, or what is asked for.")
    describe(MaterialState, "补充材料要求的状态。Where a request for material stands.")
    describe(ItemState, "单项材料的状态。Where one thing stands that was asked for.")
    describe(
        Author,
        "消息发送方。Who has written a message.",
        {"BANK": ("银行", "the bank"), "APPLICANT": ("申请人", "the applicant")},
    )
    describe(
        ReplayState,
        "回放的状态。Whether a replay's figures are there.",
        {"PENDING": ("计算中", "on its way"), "DONE": ("已完成", "done")},
    )


def _describe_sandboxes() -> None:
    describe(SandboxOutcome, "沙箱申请人的表现。How an invented applicant behaves.", OUTCOMES)
    describe(SandboxEvent, "可触发的事件。What an invented applicant can do.", EVENTS)
    describe(
        Behaviour,
        "良好客户端的行为。What a good client does.",
        {one.value: (words.zh, words.en) for one, words in BEHAVIOURS.items()},
    )
    describe(Verdict, "结论。What is known of one behaviour.", VERDICTS)
