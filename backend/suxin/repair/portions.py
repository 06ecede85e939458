"""What this context holds about a subject: what it asked to have repaired, with the documents it gave."""

from collections.abc import Sequence
from typing import Final

from suxin.kernel.holdings import Kept, Portion
from suxin.repair.models import RepairApplication, RepairDocument
from suxin.repair.queries import applications_of, documents_of

_KEPT: Final = Kept(
    why_zh="修复申请、转送回执和办理结果是您行使权利的凭据",
    why_en="an application, the window's receipt and the result are the evidence of how the right was served",
    law_zh="《信用修复管理办法》第二条；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="办结后 3 年（平台暂定），期满自动删除；材料内容在办结时即删除",
)

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="repairs",
        zh="信用修复申请",
        en="applications for credit repair",
        tables=("repair_applications",),
        fields={
            "id": "编号",
            "record_id": "记录编号",
            "item": "事项",
            "source": "认定单位",
            "record_ref": "文号",
            "statement": "申请说明",
            "round": "第几次提交",
            "state": "状态",
            "filed_at": "申请时间",
            "receipt_no": "国家窗口回执号",
            "relayed_at": "转送时间",
            "due_at": "当前期限",
            "late_at": "逾期记入时间",
            "reason": "窗口意见",
            "decided_at": "决定时间",
            "applied_at": "落实时间",
            "copies": "已更新的记录数",
            "ended_at": "办结时间",
        },
        rows=applications_of,
        by=(RepairApplication.id,),
        kept=_KEPT,
    ),
    Portion(
        code="repair_documents",
        zh="信用修复材料",
        en="documents of applications for credit repair",
        tables=("repair_documents",),
        fields={
            "id": "编号",
            "application_id": "申请编号",
            "kind": "材料类别",
            "name": "文件名",
            "media_type": "文件类型",
            "size_bytes": "字节数",
            "sha256": "摘要（SHA-256）",
            "uploaded_at": "上传时间",
            "sent_at": "转送时间",
        },
        rows=documents_of,
        by=(RepairDocument.id,),
        kept=_KEPT,
    ),
)
