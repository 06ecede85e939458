"""What this context holds about a subject: which of its records a notice exempts, and for what reason."""

from collections.abc import Sequence
from typing import Final

from suxin.kernel.holdings import Kept, Portion
from suxin.relief.models import GroupExemption
from suxin.relief.queries import exemptions_of

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="group_exemptions",
        zh="受灾群体信用豁免",
        en="records exempted by a notice for those whom a disaster has hit",
        tables=("group_exemptions",),
        fields={
            "record_id": "记录编号",
            "item": "事项",
            "title": "豁免公告",
            "reason": "豁免理由",
            "exempted_at": "豁免时间",
            "ended_at": "终止时间",
            "told_at": "告知时间",
            "end_told_at": "终止告知时间",
        },
        rows=exemptions_of,
        by=(GroupExemption.record_id, GroupExemption.notice_id),
        kept=Kept(
            why_zh="说明该记录为何不计入评价",
            why_en="it says why a record does not count",
            law_zh="《个人信息保护法》第十三条第三项；宿政办发〔2021〕62号",
            until_zh="与相应的信用记录同期",
        ),
    ),
)
