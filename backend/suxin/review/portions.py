"""What this context holds about a subject: its cases, and the decisions on them that were checked."""

from collections.abc import Sequence
from typing import Final

from suxin.kernel.holdings import Kept, Portion
from suxin.review.models import CaseDocument, ReviewCase, ReviewDecision
from suxin.review.queries import cases_of, decisions_about, documents_of
from suxin.review.states import OUTCOMES_ZH, STATES_ZH

CASES_KEPT: Final = Kept(
    why_zh="申请事项及答复是您行使权利、承办单位依法办理的凭据",
    why_en="a case and its answer are the evidence of how the right was served",
    law_zh="参照《征信业管理条例》第二十五条（异议处理）；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="办结后 3 年（平台暂定），期满自动删除",
)

DOCUMENTS_KEPT: Final = Kept(
    why_zh="证明材料是作出决定的依据",
    why_en="a document is what the decision rests on",
    law_zh=CASES_KEPT.law_zh,
    until_zh="与申请事项同期；撤回或逾期未补正的，材料内容随即删除",
)

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="cases",
        zh="申请与申诉事项",
        en="cases: what was asked for and contested",
        tables=("review_cases",),
        fields={
            "id": "编号",
            "item": "事项",
            "source": "来源",
            "object_id": "对象编号",
            "stated": "申请时的记载",
            "wanted": "请求",
            "reason": "理由",
            "missing": "需补正",
            "state": "状态",
            "filed_at": "提出时间",
            "accepted_at": "受理时间",
            "due_at": "当前期限",
            "late_at": "逾期记入时间",
            "extension_reason": "延期理由",
            "answer": "答复",
            "noticed_at": "答复时间",
            "appeal_reason": "申诉理由",
            "appealed_at": "申诉时间",
            "ended_at": "办结时间",
        },
        values={"state": lambda row, _: STATES_ZH[row[0].state]},
        rows=cases_of,
        by=(ReviewCase.id,),
        kept=CASES_KEPT,
    ),
    Portion(
        code="case_decisions",
        zh="事项的决定",
        en="decisions on cases",
        tables=("review_decisions",),
        fields={
            "case_id": "事项编号",
            "number": "序号",
            "outcome": "结论",
            "reason": "理由",
            "decided_at": "决定时间",
            "checked_at": "复核时间",
        },
        values={"outcome": lambda row, _: OUTCOMES_ZH[row[0].outcome]},
        rows=decisions_about,
        by=(ReviewDecision.case_id, ReviewDecision.decided_by),
        kept=CASES_KEPT,
    ),
    Portion(
        code="case_documents",
        zh="申请事项的证明材料",
        en="documents that were handed in as evidence",
        tables=("case_documents",),
        fields={
            "id": "编号",
            "case_id": "事项编号",
            "name": "文件名",
            "media_type": "文件类型",
            "size_bytes": "字节数",
            "sha256": "摘要（SHA-256）",
            "uploaded_at": "上传时间",
        },
        rows=documents_of,
        by=(CaseDocument.id,),
        kept=DOCUMENTS_KEPT,
    ),
)
