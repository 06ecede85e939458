"""Validation: what the framework says about a request's shape, retold for the person who wrote it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from suxin_web.problems import FieldProblem

MAX_FIELDS: Final = 20

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
_MISSING: Final = re.compile(
    r"(?:Object m|M)issing required (?:field|query parameter|parameter) .?(?P<name>[\w.\[\]]+)"
)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]+)`")
_LENGTH: Final = re.compile(r"of length (?P<sign>>=|<=) (?P<bound>\d+)")
_BOUND: Final = re.compile(r"(?P<sign>>=|<=|>|<) (?P<bound>-?[\d.]+)")
_EXPECTED: Final = re.compile(r"Expected `(?P<type>\w+)(?: \| \w+)*`")
_SIGNS: Final = {">=": "不小于", "<=": "不大于", ">": "大于", "<": "小于"}

UNREADABLE: Final = FieldProblem(field="", detail="格式不正确", detail_en="It cannot be read")
"""What is said where the framework says nothing."""

_NO_BODY: Final = "'data'"
"""All the framework says when there is no body."""

_RETOLD: Final[Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]] = (
    (_MISSING, lambda _: "此项必填"),
    (_UNKNOWN, lambda _: "没有这一项"),
    (_LENGTH, lambda match: f"长度应{_SIGNS[match['sign']]} {match['bound']}"),
    (_BOUND, lambda match: f"应{_SIGNS[match['sign']]} {match['bound']}"),
    (re.compile("enum value"), lambda _: "不在可选范围内"),
    (re.compile("pattern|matching regex"), lambda _: "格式不正确"),
    (_EXPECTED, lambda match: f"应为{_TYPES.get(match['type'], match['type'])}"),
)


def field_problems(errors: object) -> tuple[FieldProblem, ...]:
    """Return a problem for each field that the framework found wrong, twenty at most."""
    if not isinstance(errors, Sequence):
        return ()
    found = [_field_problem(error) for error in errors if isinstance(error, Mapping)]
    return tuple(found[:MAX_FIELDS])


def _field_problem(error: Mapping[str, object]) -> FieldProblem:
    message = str(error.get("message", ""))
    if message == _NO_BODY:
        return FieldProblem(field="", detail="请求体不能为空", detail_en="The request needs a body")
    # The body as a whole is called `data` by the framework; the caller knows only its fields.
    key = str(error.get("key", ""))
    key = "" if key == "data" else key
    named = _MISSING.search(message) or _UNKNOWN.search(message)
    if named is not None:
        key = f"{key}.{named['name']}" if key else named["name"]
    return FieldProblem(field=key, detail=in_chinese(message), detail_en=message)


def in_chinese(message: str) -> str:
    """Retell one of the decoder's messages in Chinese."""
    for pattern, retell in _RETOLD:
        if match := pattern.search(message):
            return retell(match)
    return "格式不正确"
