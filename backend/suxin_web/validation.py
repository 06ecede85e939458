"""Validation: what the framework says about a request's shape, retold for the person who wrote it."""

from collections.abc import Mapping, Sequence
from typing import Final

from suxin.kernel.decoding import MISSING, UNKNOWN, in_chinese
from suxin_web.problems import FieldProblem

MAX_FIELDS: Final = 20

UNREADABLE: Final = FieldProblem(field="", detail="格式不正确", detail_en="It cannot be read")
"""What is said where the framework says nothing."""

_NO_BODY: Final = "'data'"
"""All the framework says when there is no body."""


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
    named = MISSING.search(message) or UNKNOWN.search(message)
    if named is not None:
        key = f"{key}.{named['name']}" if key else named["name"]
    return FieldProblem(field=key, detail=in_chinese(message), detail_en=message)
