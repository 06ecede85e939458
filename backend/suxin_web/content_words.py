"""Content words: what a credit record holds, as the desks and its subject read it."""

from collections.abc import Mapping
from typing import Any, Final

from suxin.lending.facts import EcoGrade
from suxin.lending.industries import industry_name_zh

_NAMES: Final = {
    "year": "年度",
    "headcount": "参保人数",
    "title": "荣誉",
    "level": "级别",
    "authority": "处罚机关",
    "number": "文号",
    "class": "情节",
    "industry": "行业",
    "staff": "从业人数",
    "issuer": "颁发单位",
    "counterparty": "对方",
}
_ORDER: Final = {name: place for place, name in enumerate(("grade", "title", "industry", *_NAMES))}
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
            parts.append(f"{_NAMES.get(name, name)} {value}")
    return "，".join(parts)
