"""What whole-village credit holds about a household: the rounds it joined with its lines, and the requests that it made on them."""

from collections.abc import Sequence
from typing import Final

from suxin.kernel.holdings import Kept, Portion
from suxin.village_credit.models import LineUse, RoundMember
from suxin.village_credit.queries import memberships_about, uses_about
from suxin.village_credit.states import MEMBERS_ZH

_KEPT: Final = Kept(
    why_zh="整村授信由您自愿参加，结果用于用款、复核和年度复评；撤回授权即退出并清除额度和等级",
    why_en="you joined of your own accord; what came of it is kept to be used, contested and reviewed, and goes when you take your consent back",
    law_zh="《个人信息保护法》第十三条第一项、第十五条、第四十七条",
    until_zh="撤回授权即清除；否则自额度终止起 1 年（平台暂定）",
)

_USES_KEPT: Final = Kept(
    why_zh="向银行提出的贷款申请，以及据以计算的可用额度",
    why_en="requests for a loan that you made, by which what is left of your line is worked out",
    law_zh="《个人信息保护法》第十三条第二项；《征信业管理条例》",
    until_zh="与该笔贷款申请同期",
)

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="credit_round_members",
        zh="参加的整村授信",
        en="rounds of whole-village credit taken part in",
        tables=("credit_round_members",),
        fields={
            "product": "产品",
            "label": "名称",
            "state": "状态",
            "number": "公示编号",
            "tier": "信用等级",
            "line_fen": "额度（分）",
            "reason": "理由",
            "joined_at": "参加时间",
            "objection": "异议",
            "answer": "复核意见",
            "starts_on": "生效日期",
            "expires_on": "到期日期",
        },
        values={
            "product": lambda row, _: row[1].product_name,
            "state": lambda row, _: MEMBERS_ZH[row[0].state],
        },
        rows=memberships_about,
        by=(RoundMember.id,),
        kept=_KEPT,
    ),
    Portion(
        code="credit_line_uses",
        zh="使用预授信额度的申请",
        en="requests made on a line",
        tables=("credit_line_uses",),
        fields={"amount_fen": "金额（分）", "asked_at": "申请时间"},
        rows=uses_about,
        by=(LineUse.asked_at, LineUse.request_id),
        kept=_USES_KEPT,
    ),
)
