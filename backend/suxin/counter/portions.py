"""What this context holds about a subject: visits to a counter, and the evidence of what was decided there.

A signature is told by its hash and not shown: a downloaded file is passed on, and a signature in it could be used elsewhere.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from suxin.counter.models import EVIDENCE_KEPT_YEARS, CounterEvidence, CounterVisit
from suxin.kernel.holdings import Kept, Portion

VISITS_KEPT: Final = Kept(
    why_zh="窗口接待记录说明谁在何处为您帮办、宣读了哪份告知书，是追责的依据",
    why_en="a visit says who helped, where, and which notice was read aloud; it is the evidence of it",
    law_zh="《征信业管理条例》第二十二条；《网络数据安全管理条例》第十二条",
    until_zh=f"至少保存 {EVIDENCE_KEPT_YEARS} 年",
)
EVIDENCE_KEPT: Final = Kept(
    why_zh="签字凭据证明决定由您本人作出；签名加密保存，仅在争议和审计时经授权调阅，每次调阅均有记录",
    why_en="it proves that the decision was the person's own; it is sealed, and opened for disputes and audits alone",
    law_zh="《个人信息保护法》第十四条、第二十三条；《民法典》第一百八十八条",
    until_zh=f"授权结束后 {EVIDENCE_KEPT_YEARS} 年",
)

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="counter_visits",
        zh="窗口接待记录",
        en="visits to a counter",
        tables=("counter_visits",),
        fields={
            "id": "编号",
            "office": "窗口",
            "helper_id": "帮办员编号",
            "opened_at": "接待时间",
            "proof_method": "核验方式",
            "proof_ref": "核验编号",
            "notice_version": "最后宣读的告知书",
            "read_aloud_at": "最后宣读时间",
            "phone_confirmed_at": "手机号核验时间",
            "ended_at": "结束时间",
        },
        rows=lambda person_id: select(CounterVisit).where(CounterVisit.person_id == person_id),
        by=(CounterVisit.id,),
        of_person=True,
        kept=VISITS_KEPT,
    ),
    Portion(
        code="counter_evidence",
        zh="窗口签字凭据",
        en="what was signed at a counter",
        tables=("counter_evidence",),
        fields={
            "id": "编号",
            "office": "窗口",
            "helper_id": "帮办员编号",
            "person_id": "签字人编号",
            "consent_id": "授权编号",
            "decision": "决定",
            "notice_version": "告知书版本",
            "notice_sha256": "告知书摘要值",
            "words_sha256": "宣读内容摘要值",
            "read_aloud_at": "宣读时间",
            "kind": "凭据类型",
            "sha256": "凭据摘要值",
            "receipt": "回执方式",
            "taken_at": "签字时间",
            "carried_out_at": "办理时间",
        },
        rows=lambda subject_id: select(CounterEvidence).where(
            CounterEvidence.subject_id == subject_id
        ),
        by=(CounterEvidence.id,),
        kept=EVIDENCE_KEPT,
    ),
)
