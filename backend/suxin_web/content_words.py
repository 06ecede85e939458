"""Content words: what a credit record holds, as the desks and its subject read it."""

from collections.abc import Mapping
from typing import Any, Final

from suxin.lending.facts import EcoGrade
from suxin.lending.industries import industry_name_zh

NAMES: Final = {
    "year": "年度",
    "headcount": "参保人数",
    "title": "名称",
    "level": "级别",
    "kind": "种类",
    "authority": "机关",
    "court": "法院",
    "number": "文号",
    "list": "名单",
    "class": "情节",
    "reason": "事由",
    "finding": "结论",
    "commitment": "承诺编号",
    "document": "文书",
    "industry": "行业",
    "staff": "从业人数",
    "issuer": "颁发单位",
    "counterparty": "对方",
    "organisation": "组织单位",
    "hours": "时长（小时）",
    "service": "服务",
    "programme": "项目",
    "standing": "身份",
    "library": "图书馆",
    "exam": "考试",
    "carrier": "承运单位",
    "breach": "行为",
    "use": "用途",
    "band": "档次",
    "left": "剩余年限",
    "species": "种类",
    "crop": "作物",
    "event": "事件",
}
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "finding": {"good": "良好", "bad": "不良"},
}
_ORDER: Final = {name: place for place, name in enumerate(("grade", "title", "industry", *NAMES))}
_ECO: Final = {grade.value: grade.zh for grade in EcoGrade}


def content_words(content: Mapping[str, Any]) -> str:
    """Return what a credit record holds, as one line."""
    parts = []
    # Documents come from the database with their names in no order that a reader would expect.
    for name in sorted(content, key=lambda name: (_ORDER.get(name, len(_ORDER)), name)):
        value = content[name]
        if name == "industry":
            parts.append(f"行业 {industry_name_zh(str(value))}")
        elif name == "grade":
            parts.append(_ECO.get(str(value), f"{value} 级"))
        else:
            word = _VALUES.get(name, {}).get(str(value), value)
            parts.append(f"{NAMES.get(name, name)} {word}")
    return "，".join(parts)
