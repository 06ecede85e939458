"""Labels: how codes read to an applicant. States are told from his side of the counter."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from suxin.consent.models import ConsentState
from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.counter.models import Decision, EvidenceKind, ReceiptBy
from suxin.kernel.bases import BasisKind
from suxin.lending.models import DispatchMode, OfferState, ReferralState, RequestState
from suxin.lending.terms import (
    ApplicantKind,
    DeclineReason,
    GuaranteeMode,
    LabelledEnum,
    LoanPurpose,
    RepaymentMethod,
)
from suxin.subjects.commitments.models import KINDS_ZH
from suxin.subjects.models import DataCategory, MandateRole


class Label(msgspec.Struct, rename="camel", frozen=True):
    """A code with its Chinese and its English name."""

    code: str
    zh: str
    en: str


Words = Mapping[StrEnum, tuple[str, str]]

REQUEST_STATES: Final[Words] = {
    RequestState.DRAFT: ("草稿", "draft"),
    RequestState.SUBMITTED: ("已提交", "submitted"),
    RequestState.MATCHING: ("匹配中", "being matched"),
    RequestState.OPEN: ("银行办理中", "with banks"),
    RequestState.OFFERED: ("收到报价", "offers received"),
    RequestState.ACCEPTED: ("已接受报价", "offer accepted"),
    RequestState.CONTRACTED: ("已签约", "contract signed"),
    RequestState.DISBURSED: ("已放款", "paid out"),
    RequestState.WITHDRAWN: ("已撤回", "withdrawn"),
    RequestState.EXPIRED: ("已到期", "expired"),
    RequestState.UNMATCHED: ("暂无匹配", "no match"),
}
REFERRAL_STATES: Final[Words] = {
    ReferralState.DISPATCHED: ("待银行受理", "waiting for the bank"),
    ReferralState.ACCEPTED: ("银行已受理", "taken up by the bank"),
    ReferralState.CONTACTED: ("银行已联系", "contacted by the bank"),
    ReferralState.DUE_DILIGENCE: ("银行尽调中", "being examined"),
    ReferralState.OFFERED: ("银行已报价", "offer made"),
    ReferralState.DECLINED: ("未予受理", "declined"),
    ReferralState.LAPSED: ("超时退回", "lapsed"),
    ReferralState.PASSED: ("对接已结束", "closed"),
}
OFFER_STATES: Final[Words] = {
    OfferState.OPEN: ("待您决定", "waiting for you"),
    OfferState.CHOSEN: ("已接受", "accepted"),
    OfferState.PASSED: ("未选择", "not chosen"),
    OfferState.EXPIRED: ("已过期", "expired"),
    OfferState.WITHDRAWN: ("银行已撤回", "withdrawn by the bank"),
}
CONSENT_STATES: Final[Words] = {
    ConsentState.REQUESTED: ("待您决定", "waiting for you"),
    ConsentState.ACTIVE: ("生效中", "active"),
    ConsentState.PAUSED: ("已暂停", "paused"),
    ConsentState.REVOKED: ("已撤回", "revoked"),
    ConsentState.EXPIRED: ("已到期", "expired"),
    ConsentState.SUPERSEDED: ("已被替代", "superseded"),
    ConsentState.REJECTED: ("已拒绝", "rejected"),
    ConsentState.LAPSED: ("已失效", "lapsed"),
}
MODES: Final[Words] = {
    DispatchMode.RECOMMENDED: ("平台推荐", "recommended banks"),
    DispatchMode.NAMED: ("指定产品", "a named product"),
    DispatchMode.OPEN_POOL: ("公开抢单", "open to every bank"),
}
BASES: Final[Words] = {
    BasisKind.CONSENT: ("本人授权", "consent"),
    BasisKind.CONTRACT: ("履行合同", "contract"),
    BasisKind.STATUTORY: ("法律规定", "statute"),
}
COMMITMENT_KINDS: Final[Words] = {kind: (zh, kind.value) for kind, zh in KINDS_ZH.items()}
MANDATE_ROLES: Final[Words] = {
    MandateRole.LEGAL_REPRESENTATIVE: ("法定代表人", "legal representative"),
    MandateRole.AGENT: ("代理人", "agent"),
    MandateRole.HELPER: ("协办人", "helper"),
    MandateRole.HOUSEHOLD_HEAD: ("户主", "head of the household"),
}
_CATEGORY_EN: Final = {
    "identity": "identity (name, resident id)",
    "contact": "contact (phone)",
    "registration": "registration",
    "tax": "tax",
    "social_insurance": "social insurance",
    "honours": "honours",
    "penalties": "administrative penalties",
    "environment": "environmental grade",
    "loan_request": "this loan request",
    "score_tier": "credit tier",
    "perk_order": "order of a benefit",
    "rural_rating": "rural credit rating",
    "grid_points": "points of grid governance",
    "performance": "how contracts, fees and loans were served",
    "health": "health (sensitive)",
    "convictions": "convictions (sensitive)",
    "special_status": "special status (sensitive)",
    "score": "score as a number",
    "loan_performance": "how a loan is served",
}


COUNTER_DECISIONS: Final[Words] = {
    Decision.ALLOW: ("同意授权", "allowed"),
    Decision.REFUSE: ("不同意授权", "refused"),
    Decision.PAUSE: ("暂停授权", "paused"),
    Decision.RESUME: ("恢复授权", "resumed"),
    Decision.REVOKE: ("撤回授权", "taken back"),
}
EVIDENCE_KINDS: Final[Words] = {
    EvidenceKind.SIGNATURE: ("签名板手写签名", "a signature on the pad"),
    EvidenceKind.PAPER: ("纸质签字", "a signed paper"),
}
RECEIPTS: Final[Words] = {
    ReceiptBy.SMS: ("短信回执", "by SMS"),
    ReceiptBy.PAPER: ("纸质回执", "on paper"),
}


def label_of(code: StrEnum, words: Words) -> Label:
    """Return the label of one code."""
    zh, en = words[code]
    return Label(code.value, zh, en)


def labelled(member: LabelledEnum) -> Label:
    """Return the label of a member that carries its own words."""
    return Label(member.value, member.zh, member.en)


def category(code: str) -> Label:
    """Return the label of a data category."""
    return Label(code, CATEGORY_ZH.get(code, code), _CATEGORY_EN.get(code, code))


def all_of(words: Words) -> list[Label]:
    """Return every label of a set of words."""
    return [label_of(code, words) for code in words]


class Vocabulary(msgspec.Struct, rename="camel", kw_only=True):
    """Every code that occurs in this API, with its names."""

    purposes: list[Label]
    guarantees: list[Label]
    repayment_methods: list[Label]
    decline_reasons: list[Label]
    subject_kinds: list[Label]
    modes: list[Label]
    request_states: list[Label]
    referral_states: list[Label]
    offer_states: list[Label]
    consent_states: list[Label]
    data_categories: list[Label]


def vocabulary() -> Vocabulary:
    """Return all of them."""
    return Vocabulary(
        purposes=[labelled(member) for member in LoanPurpose],
        guarantees=[labelled(member) for member in GuaranteeMode],
        repayment_methods=[labelled(member) for member in RepaymentMethod],
        decline_reasons=[labelled(member) for member in DeclineReason],
        subject_kinds=[labelled(member) for member in ApplicantKind],
        modes=all_of(MODES),
        request_states=all_of(REQUEST_STATES),
        referral_states=all_of(REFERRAL_STATES),
        offer_states=all_of(OFFER_STATES),
        consent_states=all_of(CONSENT_STATES),
        data_categories=[category(member.value) for member in DataCategory],
    )
