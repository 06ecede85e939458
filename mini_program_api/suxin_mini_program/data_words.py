"""How downloaded data reads to a person: figures, times and codes in Chinese, by the names of the fields."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.consent.purposes import PURPOSES, FetchUnit
from suxin.lending.exchange.models import AttachmentKind, Author, ItemState
from suxin.lending.facts import EcoGrade, RuralGradeFact, TaxGrade
from suxin.lending.leads import UNRATED, AmountBand, TermBand
from suxin.lending.terms import ApplicantKind, LabelledEnum, LoanPurpose
from suxin.repair.models import DOCUMENTS_ZH, DocumentKind, RepairState
from suxin.repair.models import STATES_ZH as REPAIR_STATES_ZH
from suxin.rights.human_reviews import OUTCOMES_ZH
from suxin.rights.queries.holdings import Told
from suxin.rights.remedies import CorrectionAbout, Remedy
from suxin.rural.states import KINDS_ZH as RURAL_KINDS_ZH
from suxin.rural.states import StatementState
from suxin.scoring.packaged import FIRM_GRADE, XICHU
from suxin.subjects.commitments.models import STATES_ZH as COMMITMENT_STATES_ZH
from suxin.subjects.commitments.models import CommitmentState
from suxin.subjects.models import LawfulChannel, Polarity, RecordStatus, SubjectKind
from suxin.subjects.standing import Ending
from suxin_mini_program.data_names import COPIED, NAMES, WITHIN
from suxin_mini_program.labels import (
    BASES,
    CONSENT_STATES,
    COUNTER_DECISIONS,
    EVIDENCE_KINDS,
    MANDATE_ROLES,
    MODES,
    OFFER_STATES,
    RECEIPTS,
    REFERRAL_STATES,
    REQUEST_STATES,
    Words,
)
from suxin_web.audit_words.entries import ACTIONS, ACTORS, OBJECTS, detail_words
from suxin_web.content_words import content_words
from suxin_web.formats import local_date, local_time, money, percent

NOTHING: Final = "—"
ENDED: Final = "已期满"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
"""How a document within a row writes a moment."""
_RECORD_STATUSES: Final = {
    RecordStatus.ACTIVE: "有效",
    RecordStatus.DISPUTED: "核查中",
    RecordStatus.EXEMPTED: "已豁免",
    RecordStatus.REPAIRED: "已修复",
    RecordStatus.WITHDRAWN: "已撤销",
}
_ENDINGS: Final = {
    Ending.FIVE_YEARS: "已满五年：不再向他人提供，不再计入评价，即将删除",
    Ending.PUBLICATION: "公示期满：不再向他人提供，不再计入评价",
    Ending.VALIDITY: "有效期满：不再计入评价",
}
_CHANNELS: Final = {
    LawfulChannel.PUBLICLY_DISCLOSED: "依法公开",
    LawfulChannel.AUTHORISED_PUBLIC: "授权查询公共信用信息",
    LawfulChannel.FILED_BY_SUBJECT: "本人申报",
    LawfulChannel.LICENSED: "持牌征信机构",
}
_POLARITIES: Final = {
    Polarity.POSITIVE: "正面",
    Polarity.NEUTRAL: "中性",
    Polarity.NEGATIVE: "负面",
}
ABOUT_ZH: Final = {
    CorrectionAbout.RECORD: "信用记录",
    CorrectionAbout.NAME: "名称",
    CorrectionAbout.REGION: "所在地",
    CorrectionAbout.INDUSTRY: "行业",
}
REMEDIES: Final = {
    Remedy.PLATFORM: ("核实后由平台直接更改", "changed by the platform once it is verified"),
    Remedy.SOURCE: (
        "核实后停用原记录，转请来源部门核改",
        "used no more, and asked of its source anew",
    ),
    Remedy.PROOF: ("以实名核验为准，重新实名认证后更新", "changed by proving oneself anew"),
}
"""How a granted correction is carried out, in Chinese and English."""

_SPOKEN: Final[Mapping[str, str]] = {
    "three_factor": "姓名、身份证号、手机号三要素核验",
    "registry": "登记机关核验",
    "registry_legal_representative": "登记机关核验法定代表人",
    "village_register_head": "村居名册核对户主",
    "sandbox": "沙箱数据",
    "demo": "演示数据",
    "name+resident_id+phone": "姓名、身份证号、手机号三要素核验",
    "name+resident_id+card": "窗口读取身份证核验",
    "name+resident_id+face": "窗口人脸比对核验",
    "wechat": "微信",
    "sms": "短信",
    "subject": "本人",
    "staff": "机构人员",
    "client": "机构系统",
    "operator": "运营机构",
    "system": "平台",
}


# By the kind of the code, because states of two machines share words such as EXPIRED.
_BY_KIND: Final[Mapping[type, Words]] = {
    type(next(iter(words))): words
    for words in (
        REQUEST_STATES,
        REFERRAL_STATES,
        OFFER_STATES,
        CONSENT_STATES,
        MODES,
        BASES,
        MANDATE_ROLES,
        COUNTER_DECISIONS,
        EVIDENCE_KINDS,
        RECEIPTS,
    )
}
_NAMED: Final[Mapping[type, Mapping[Any, str]]] = {
    CommitmentState: COMMITMENT_STATES_ZH,
    Ending: _ENDINGS,
    RepairState: REPAIR_STATES_ZH,
    DocumentKind: DOCUMENTS_ZH,
    Author: {Author.BANK: "银行", Author.APPLICANT: "申请人"},
    FetchUnit: {FetchUnit.ONCE: "授权期内", FetchUnit.DAY: "每日", FetchUnit.MONTH: "每月"},
    StatementState: {
        StatementState.STATED: "待复核",
        StatementState.VERIFIED: "已复核",
        StatementState.REJECTED: "未通过",
    },
}


def _zh(labels: type[LabelledEnum]) -> Mapping[str, str]:
    return {member.value: member.zh for member in labels}


_BY_FIELD: Final[Mapping[str, Mapping[Any, str]]] = {
    "status": _RECORD_STATUSES,
    "channel": _CHANNELS,
    "polarity": _POLARITIES,
    "about": ABOUT_ZH,
    "automated": OUTCOMES_ZH,
    "remedy": {remedy: zh for remedy, (zh, _) in REMEDIES.items()},
    "kind": {**_zh(ApplicantKind), **_zh(AttachmentKind), **RURAL_KINDS_ZH},
    "state": {
        **_zh(ItemState),
        **{state.value: zh for state, (zh, _) in CONSENT_STATES.items()},
    },
    "subjectKind": _zh(ApplicantKind),
    "modelCode": {
        XICHU: "西楚分",
        FIRM_GRADE: "企业信用等级",
        **{kind.model_code: f"{zh}信用等级" for kind, zh in RURAL_KINDS_ZH.items()},
    },
    "source": {
        "commitments": "信用承诺履行情况",
        "grid": "村居治理积分",
        "perks": "信易+守约情况",
        "rural": "村居信用评级",
        "village": "村居出具的情况证明",
    },
    "amountBand": _zh(AmountBand),
    "termBand": _zh(TermBand),
    "grade": {UNRATED: "未评级"},
    "tax_grade": _zh(TaxGrade),
    "eco_grade": _zh(EcoGrade),
    "rural_grade": _zh(RuralGradeFact),
    "purpose": {**_zh(LoanPurpose), **{code: one.zh for code, one in PURPOSES.items()}},
    "fields": {"name": "姓名", "phone": "手机号码", "resident_id": "身份证号码"},
    "category": CATEGORY_ZH,
    "categories": CATEGORY_ZH,
    "actorKind": {**ACTORS, "subject": "本人"},
    "action": ACTIONS,
    "objectType": OBJECTS,
}


def shown_rows(found: Told) -> list[list[tuple[str, str]]]:
    """Return a portion's rows as names with values to read; what is empty is left out."""
    names = found.portion.names
    rows = [
        [(names[key], readable(key, value)) for key, value in _standing(row).items()]
        for row in found.rows
    ]
    return [[pair for pair in row if pair[1] != NOTHING] for row in rows]


def _standing(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row whose state says that it has ended, where it has."""
    return {**row, "status": ENDED} if row.get("ended") else row


def readable(key: str, value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    """Return one value as a person reads it."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, list):
        return "；".join(readable(key, one) for one in value)
    if isinstance(value, Mapping):
        return _within(key, value)
    return _figure(key, value) or _coded(key, value)


def _within(key: str, value: Mapping[str, Any]) -> str:
    """Return a document within a row: a record's content, an act's details, a reason with its own words, or names with values."""
    if key == "content" and not COPIED & set(value):
        return content_words(value)
    if key == "detail":
        return detail_words(value, plain=readable)
    if key == "reasons":
        return str(value["zh"])
    names = WITHIN.get(key, NAMES)
    return "，".join(
        f"{names.get(name, name)}：{readable(name, one)}" for name, one in value.items()
    )


def _figure(key: str, value: Any) -> str | None:  # noqa: ANN401 - as above
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return local_time(value)
    if isinstance(value, date):
        return local_date(value)
    if isinstance(value, int):
        by_unit = {"fen": money, "bps": percent}
        return next(
            (write(value) for unit, write in by_unit.items() if key.lower().endswith(unit)),
            str(value),
        )
    if isinstance(value, str) and _MOMENT.match(value):
        return local_time(datetime.fromisoformat(value))
    return str(value) if isinstance(value, UUID) else None


def _coded(key: str, value: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, SubjectKind):
        return ApplicantKind.coded(value.value).zh
    if type(value) in _NAMED:
        return _NAMED[type(value)][value]
    if type(value) in _BY_KIND:
        return _BY_KIND[type(value)][value][0]
    if isinstance(value, LabelledEnum):
        return value.zh
    return _BY_FIELD.get(key, {}).get(value) or _SPOKEN.get(value, str(value))
