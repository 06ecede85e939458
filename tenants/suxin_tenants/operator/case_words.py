"""How cases about subjects' data are said at the operator's desk."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.industries import industry_name_zh
from suxin.review.models import ReviewCase
from suxin.review.states import STATES_ZH, CaseState, Outcome
from suxin.rights.kinds import (
    CORRECTION,
    DISPUTE,
    EXEMPTION,
    HUMAN_REVIEW,
    LIMIT_OBJECTION,
    RATING_APPEAL,
)
from suxin.rights.remedies import CorrectionAbout, Remedy, contested
from suxin.rural.states import KINDS_ZH, RuralKind
from suxin_tenants.area_names import area_names
from suxin_tenants.words import Said
from suxin_web.content_words import content_words
from suxin_web.formats import money

_TONES: Final[Mapping[CaseState, str]] = {
    CaseState.SUBMITTED: "warn",
    CaseState.RETURNED: "plain",
    CaseState.ACCEPTED: "info",
    CaseState.DECIDED: "warn",
    CaseState.NOTICED: "info",
    CaseState.APPEALED: "warn",
    CaseState.EFFECTIVE: "good",
    CaseState.WITHDRAWN: "plain",
    CaseState.LAPSED: "plain",
}
CASE_STATES: Final[Mapping[CaseState, Said]] = {
    state: (zh, _TONES[state]) for state, zh in STATES_ZH.items()
}
_CORRECTED: Final[Mapping[Remedy, str]] = {
    Remedy.PLATFORM: (
        "平台自有资料：予以更正的，经复核后平台登记资料改为所填内容。登记机关再次报送同一旧值时不覆盖，报送新值时以新值为准。"
    ),
    Remedy.SOURCE: (
        "来源在外：该记录由{source}提供，平台不改写。予以更正的，经复核后原记录停止使用，请随后转请{source}核改、重新报送；"
        "不予更正的，申诉期满后原记录恢复使用。"
    ),
    Remedy.PROOF: (
        "来源在外：自然人姓名以实名核验为准，平台不代改。予以更正的，申请人会被告知重新实名认证，核验通过后姓名随即更新。"
    ),
}
_WILL: Final[Mapping[str, str]] = {
    EXEMPTION.code: "予以豁免的，经复核后该记录保留在案，不再计入任何评价；不予豁免的，申诉期满后照常使用。",
    LIMIT_OBJECTION.code: "申诉期间限制不生效。申诉成立的，经复核后该限制解除；不成立的，答复的申诉期满后限制生效。只涉及这一项权益，不影响评分和信用记录。",
    HUMAN_REVIEW.code: "由人工核实自动结果并说明理由。认为应予改正的，经复核后由信用办落实改正。",
    RATING_APPEAL.code: "申诉期间拟定等级不生效。申诉成立的，经复核后按当日在案的记录重新测算，评议得分不低于同期参评户的平均分，结果不会低于拟定等级；不成立的，维持拟定等级。",
}


def will_do(case: ReviewCase) -> str:
    """Return what granting a case does, said before it is decided."""
    if case.kind in (DISPUTE.code, CORRECTION.code):
        return _CORRECTED[contested(case)[1]].format(source=case.source)
    return _WILL[case.kind]


def takes_value(case: ReviewCase) -> bool:
    """Return whether whoever grants a case says what the platform's own data should be."""
    return case.kind == CORRECTION.code and contested(case)[1] is Remedy.PLATFORM


def outcome_said(case: ReviewCase, outcomes: Mapping[Outcome, str]) -> Said:
    """Return how a case ended or stands: what was decided where something is in force, else its state."""
    if case.state is CaseState.EFFECTIVE and case.outcome is not None:
        tone = "good" if case.outcome is Outcome.GRANTED else "plain"
        return outcomes[case.outcome], tone
    return CASE_STATES[case.state]


async def stated_facts(session: AsyncSession, case: ReviewCase) -> list[tuple[str, str]]:
    """Return what is on record, as it was when the case was filed: names and values."""
    stated = case.stated
    if case.kind == HUMAN_REVIEW.code:
        return _automated(stated)
    if case.kind == LIMIT_OBJECTION.code:
        return [
            ("订单", stated["order"]),
            ("逾期未付", f"{stated['owed']} 元"),
            ("拟限制", f"{stated['months']} 个月"),
            ("商户理由", stated["why"]),
        ]
    if case.kind == RATING_APPEAL.code:
        return [
            ("评级年度", str(stated["year"])),
            ("主体类型", KINDS_ZH[RuralKind(stated["kind"])]),
            ("拟定等级", stated["tier"]),
        ]
    if case.kind == CORRECTION.code:
        return [(case.item, await _own(session, contested(case)[0], stated["value"]))]
    amount, evidence = stated["amountFen"], stated.get("evidence")
    return [
        ("内容", content_words(stated["content"]) or "—"),
        ("发生日期", stated["occurredOn"]),
        *([] if amount is None else [("金额", money(amount))]),
        ("来源文号", stated["sourceRef"] or "—"),
        *([] if evidence is None else [("豁免依据与证明", evidence)]),
    ]


def _automated(stated: Mapping[str, Any]) -> list[tuple[str, str]]:
    if stated["automated"] == "score":
        return [
            ("得分", str(stated["score"])),
            ("等级", stated["tier"]),
            ("评分日期", stated["asOf"]),
        ]
    if stated["automated"] == "tier":
        return [("等级", stated["tier"]), ("评定日期", stated["asOf"])]
    if stated["automated"] == "benefit":
        return [("适用待遇", stated["benefit"]), ("核销日期", stated["day"])]
    reasons = "；".join(one.get("zh") or one.get("code") or "" for one in stated["reasons"])
    return [("结果", "符合" if stated["eligible"] else "不符合"), ("原因", reasons or "—")]


async def _own(session: AsyncSession, about: CorrectionAbout, value: str | None) -> str:
    if value and about is CorrectionAbout.REGION:
        return (await area_names(session, [value]))[value]
    if value and about is CorrectionAbout.INDUSTRY:
        return industry_name_zh(value)
    return value or "—"
