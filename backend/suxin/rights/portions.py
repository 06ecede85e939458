"""Every portion of what is held about a subject, of all contexts in one list."""

from collections.abc import Iterator, Sequence
from typing import Final

from suxin.consent import portions as consent
from suxin.counter import portions as counter
from suxin.kernel import portions as kernel
from suxin.kernel.actor import Actor
from suxin.kernel.holdings import Kept, Portion
from suxin.kernel.refusals import Invalid
from suxin.lending import portions as lending
from suxin.repair import portions as repair
from suxin.review import portions as review
from suxin.rights.models import CorrectionRequest
from suxin.rights.queries.corrections import corrections_of
from suxin.scoring import portions as scoring
from suxin.subjects import portions as subjects

CORRECTIONS: Final = Portion(
    code="corrections",
    zh="更正申请",
    en="correction requests",
    tables=("correction_requests",),
    fields={
        "id": "编号",
        "about": "对象",
        "record_id": "记录编号",
        "item": "事项",
        "source": "来源",
        "remedy": "更正方式",
        "stated": "申请时的记载",
        "wanted": "应为",
        "reason": "理由",
        "state": "状态",
        "filed_at": "提出时间",
        "answer_by": "答复期限",
        "late_at": "逾期记入时间",
        "answered_at": "答复时间",
        "answer": "答复",
        "applied": "已更正为",
    },
    rows=corrections_of,
    by=(CorrectionRequest.id,),
    kept=Kept(
        why_zh="更正申请及答复是您行使权利、信用办依法答复的凭据",
        why_en="a request and its answer are the evidence of how the right was served",
        law_zh="参照《征信业管理条例》第二十五条（异议处理）；《民法典》第一百八十八条（诉讼时效三年）",
        until_zh="答复或撤回后 3 年（平台暂定），期满自动删除",
    ),
)

PORTIONS: Final[Sequence[Portion]] = (
    *subjects.PORTIONS,
    CORRECTIONS,
    *review.PORTIONS,
    *repair.PORTIONS,
    *scoring.PORTIONS,
    *lending.PORTIONS,
    *consent.PORTIONS,
    *counter.PORTIONS,
    *kernel.PORTIONS,
)
"""Everything that is held about anybody, in the order in which it is told."""


def portions_of(actor: Actor) -> Iterator[Portion]:
    """Return the portions that the acting subject has: a firm has nothing of what is a natural person's alone."""
    himself = actor.own_subject == actor.own_person
    return (portion for portion in PORTIONS if himself or not portion.of_person)


def portion_named(actor: Actor, code: str, *, field: str = "part") -> Portion:
    """Return one of the acting subject's portions.

    :raises Invalid: if it has none of that name
    """
    for portion in portions_of(actor):
        if portion.code == code:
            return portion
    raise Invalid(
        field=field,
        reason_zh="当前主体没有这一部分",
        reason_en="the subject has no such part",
    )
