"""Decoding: what the decoder says about a text's shape, retold in Chinese for the person who wrote it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

_TYPES: Final[Mapping[str, str]] = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "是或否",
    "array": "列表",
    "object": "对象",
    "uuid": "标识（UUID）",
    "date": "日期（如 2026-11-20）",
    "datetime": "时间（如 2026-11-20T10:00:00+08:00）",
    "null": "空",
}
MISSING: Final = re.compile(
    r"(?:Object m|M)issing required (?:field|query parameter|parameter) .?(?P<name>[\w.\[\]]+)"
)
UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]+)`")
_LENGTH: Final = re.compile(r"of length (?P<sign>>=|<=) (?P<bound>\d+)")
_BOUND: Final = re.compile(r"(?P<sign>>=|<=|>|<) (?P<bound>-?[\d.]+)")
_EXPECTED: Final = re.compile(r"Expected `(?P<type>\w+)(?: \| \w+)*`")
_SIGNS: Final = {">=": "不小于", "<=": "不大于", ">": "大于", "<": "小于"}

_RETOLD: Final[Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]] = (
    (MISSING, lambda _: "此项必填"),
    (UNKNOWN, lambda _: "没有这一项"),
    (_LENGTH, lambda match: f"长度应{_SIGNS[match['sign']]} {match['bound']}"),
    (_BOUND, lambda match: f"应{_SIGNS[match['sign']]} {match['bound']}"),
    (re.compile("enum value"), lambda _: "不在可选范围内"),
    (re.compile("pattern|matching regex"), lambda _: "格式不正确"),
    (_EXPECTED, lambda match: f"应为{_TYPES.get(match['type'], match['type'])}"),
)


def in_chinese(message: str) -> str:
    """Retell one of the decoder's messages in Chinese."""
    for pattern, retell in _RETOLD:
        if match := pattern.search(message):
            return retell(match)
    return "格式不正确"
