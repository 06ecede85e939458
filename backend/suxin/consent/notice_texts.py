"""The texts a subject is shown before he consents, by purpose and version.

A text is a template over the facts that PIPL art. 17 and 23 require to be told: the recipient's name and contact, the
purpose and method, the categories, the period and the retention. A published version is never changed; a new wording
is a new version.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from suxin.consent.purposes import (
    GUARANTEE_ASSESS,
    LOAN_MATCH,
    LOAN_WATCH,
    PERK_REDEEM,
    POINTS_REDEEM,
    RURAL_CREDIT,
    RURAL_RATE,
    Purpose,
    PurposeUnknown,
)

# In the order in which people read them: who he is, what he asks for, then his records.
CATEGORY_ZH: Final = {
    "identity": "身份信息（姓名、身份证号码）",
    "contact": "联系方式（手机号码）",
    "registration": "登记注册信息",
    "loan_request": "本次贷款申请内容",
    "tax": "纳税信息",
    "social_insurance": "社会保险费缴纳信息",
    "honours": "诚信荣誉信息",
    "penalties": "行政处罚信息",
    "environment": "生态环境信用评价信息",
    "score_tier": "信用等级（不含分值）",
    "perk_order": "本次优惠订单信息",
    "rural_rating": "农村信用评价等级",
    "grid_points": "网格积分（仅加分项合计）",
    "performance": "履约与经营信息",
    "health": "医疗健康信息（敏感个人信息）",
    "convictions": "违法犯罪记录（敏感个人信息）",
    "special_status": "特定身份信息（敏感个人信息）",
    "score": "信用分值（仅本人可见）",
    "loan_performance": "贷款履约信息（仅本人和放款机构可见）",
}
_ORDER: Final = {code: place for place, code in enumerate(CATEGORY_ZH)}


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of categories in the order in which people are told them."""
    return tuple(sorted(categories, key=lambda code: (_ORDER.get(code, len(_ORDER)), code)))


@dataclass(frozen=True, slots=True)
class Text:
    """One published wording."""

    version: str
    purpose: str
    body: str

    @property
    def sha256(self) -> str:
        """The hash that a consent keeps as evidence of what was shown."""
        return hashlib.sha256(self.body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """The text with its blanks filled, as it is shown."""

    version: str
    sha256: str
    body: str


_LOAN_MATCH_1: Final = Text(
    version="loan.match/2026-11",
    purpose=LOAN_MATCH.code,
    body=(
        "您将同意宿信平台把您的信息提供给下列接收方：\n"
        "接收方：{recipient}（联系方式：{contact}）\n"
        "用途：审核您本次的贷款申请并向您报价\n"
        "方式：由接收方工作人员或系统在平台上查阅，每次查阅都会记录并向您公开\n"
        "数据类别：{categories}\n"
        "授权期限：{life_days} 天，到期自动停止\n"
        "保存期限：接收方最长保存 {retention_days} 天，未成交的到期删除\n"
        "您可以随时暂停或撤回本授权，撤回后接收方的下一次查阅即被拒绝；"
        "撤回不影响撤回前已进行的处理。不同意不影响您向其他银行申请，也不影响您使用平台的其他服务。"
    ),
)


def _plain_text(purpose: Purpose, *, use: str) -> Text:
    """Return the wording for a purpose of one sentence."""
    return Text(
        version=f"{purpose.code}/2026-11",
        purpose=purpose.code,
        body=(
            "您将同意宿信平台把您的信息提供给下列接收方：\n"
            "接收方：{recipient}（联系方式：{contact}）\n"
            f"用途：{use}\n"
            f"方式：由接收方在平台上查询，{purpose.frequency.zh}，每次查询都会记录并向您公开\n"
            "数据类别：{categories}\n"
            "授权期限：{life_days} 天，到期自动停止\n"
            "保存期限：接收方最长保存 {retention_days} 天，到期删除\n"
            "您可以随时暂停或撤回本授权，撤回后接收方的下一次查询即被拒绝；"
            "撤回不影响撤回前已进行的处理。不同意不影响您使用平台的其他服务。"
        ),
    )


_LOAN_WATCH_1: Final = Text(
    version=f"{LOAN_WATCH.code}/2026-11",
    purpose=LOAN_WATCH.code,
    body=(
        "您将同意宿信平台把您的信息提供给下列接收方：\n"
        "接收方：{recipient}（联系方式：{contact}）\n"
        "用途：贷款存续期间的风险预警\n"
        "方式：平台自动比对放款后新增的下列信息，符合已公布规则的向接收方提示，每次提示都会告知您；"
        "接收方可在平台上查阅所依据的记录，每次查阅都会记录并向您公开。预警只作提示，不自动作出影响您的决定\n"
        "数据类别：{categories}\n"
        "授权期限：{life_days} 天，到期或贷款结束后自动停止\n"
        "保存期限：接收方最长保存 {retention_days} 天，到期删除\n"
        "您可以随时暂停或撤回本授权，撤回后立即停止比对，未处理的预警随即撤销；对记录有异议的可申请核查。"
        "不同意不影响您的借款合同，也不影响您使用平台的其他服务。"
    ),
)

_RURAL_RATE_1: Final = Text(
    version=f"{RURAL_RATE.code}/2026-11",
    purpose=RURAL_RATE.code,
    body=(
        "您将自愿参加下列村居组织的信用评级：\n"
        "组织方：{recipient}（联系方式：{contact}）\n"
        "用途：评定您本年度的涉农主体信用等级\n"
        "方式：平台按公布的评级模型汇总您的登记、履约、荣誉、处罚等公共信用记录和您自主申报的情况；"
        "5 至 9 名评议员背靠背评议，评议以代号保存，您可以看到汇总后的意见；组织方只得到等级，看不到分值和记录。"
        "结果由另一人复核并公示，公示只列编号，另经您单独同意的才列名称；公示期内您可以申诉，降级前您可以陈述\n"
        "数据类别：{categories}\n"
        "授权期限：{life_days} 天，到期自动停止\n"
        "保存期限：组织方最长保存 {retention_days} 天，到期删除\n"
        "您可以随时撤回，撤回后不再参评、等级失效。不参加没有任何不利影响，也不留下任何记录。"
    ),
)

_PERK_REDEEM_2: Final = Text(
    version=f"{PERK_REDEEM.code}/2026-12",
    purpose=PERK_REDEEM.code,
    body=(
        "您将同意宿信平台在您出示权益码时，为下列商户核验您的信用等级：\n"
        "商户：{recipient}（联系方式：{contact}）\n"
        "用途：确定您本次适用的信易+待遇\n"
        f"方式：每次出示由平台自动核验，{PERK_REDEEM.frequency.zh}；商户只看到适用的待遇，看不到您的等级、分值和身份，"
        "每次核验都会记录并向您公开\n"
        "数据类别：{categories}\n"
        "授权期限：每次出示为一次性授权，核销后即结束，未核销的最长 {life_days} 天\n"
        "保存期限：等级不向商户提供，商户无可保存；核销记录只含待遇和顾客编号\n"
        "您可以随时撤回，撤回后不再核验。不同意也可以出示权益码，享受人人可享的待遇，柜台上没有区别。"
    ),
)
"""Says more exactly what happens than the wording before: the platform weighs the tier, and the merchant learns what applies."""

_PERK_REDEEM_3: Final = Text(
    version=f"{PERK_REDEEM.code}/2027-01",
    purpose=PERK_REDEEM.code,
    body=_PERK_REDEEM_2.body
    + (
        "\n形成记录：权益写明“守约形成正面记录”的，您同意后按约完成本次使用，平台为您记一条正面信用记录，计入以后的评分，"
        "一年后失效；您可以查看，也可以提出异议。不同意的不记录；就医、就学类权益一律不记录；本同意不会使您产生负面记录。"
    ),
)
"""Says besides what is put on record: who agreed before to less has nothing recorded."""

RECORDING: Final = frozenset({_PERK_REDEEM_3.version})
"""The wordings that say that a kept agreement becomes a record."""

TEXTS: Final = (
    _LOAN_MATCH_1,
    _LOAN_WATCH_1,
    _plain_text(GUARANTEE_ASSESS, use="审查是否为您的贷款提供担保"),
    _plain_text(PERK_REDEEM, use="核验您是否可以享受本次信易+优惠"),
    _PERK_REDEEM_2,
    _PERK_REDEEM_3,
    _plain_text(RURAL_CREDIT, use="根据农村信用评价等级向您提供授信服务"),
    _RURAL_RATE_1,
    _plain_text(POINTS_REDEEM, use="核验您的网格积分并办理兑换"),
)
CURRENT: Final = {text.purpose: text for text in TEXTS}


def current_text(purpose: str) -> Text:
    """Return the wording in force for a purpose.

    :raises PurposeUnknown: if subjects are never asked for it
    """
    try:
        return CURRENT[purpose]
    except KeyError:
        raise PurposeUnknown(field="purpose", purpose=purpose) from None


def told(
    text: Text,
    *,
    recipient: str,
    contact: str,
    categories: tuple[str, ...],
    life_days: int,
    retention_days: int,
) -> Told:
    """Return the text as one subject is shown it, about one recipient."""
    return Told(
        text.version,
        text.sha256,
        text.body.format(
            recipient=recipient,
            contact=contact,
            categories="、".join(CATEGORY_ZH[category] for category in in_order(categories)),
            life_days=life_days,
            retention_days=retention_days,
        ),
    )
