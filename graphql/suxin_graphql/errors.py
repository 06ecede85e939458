"""Errors of an answer: refusals by their code, defects masked under the request's id.

What graphql-core finds wrong with a document or its variables keeps graphql-core's own words as the message, which is what
a developer looks up; the sentences for people stand beside it, as with every refusal.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

import structlog
from graphql import GraphQLError

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_web.error_answers import is_outage
from suxin_web.problems import INTERNAL_ERROR, internal_problem
from suxin_web.refusals import ServiceUnavailable

Shown = dict[str, Any]

_VARIABLE: Final = re.compile(
    r"Variable '\$(?P<name>\w+)' has invalid (?:default )?value(?: at (?P<place>[\w.\[\]]+))?:"
)
_GUESS: Final = " Did you mean "

log = structlog.get_logger("suxin.graphql")


class DocumentMalformed(Refusal):
    """The document is no GraphQL."""

    code = "DOCUMENT_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "查询文档语法有误：第 {line} 行第 {column} 列"
    en = "The document is not well-formed at line {line}, column {column}"


class DocumentInvalid(Refusal):
    """The document asks for what the schema does not have."""

    code = "DOCUMENT_INVALID"
    kind = RefusalKind.INVALID
    zh = "查询文档与接口模式不符：第 {line} 行第 {column} 列"
    en = "The document does not fit the schema at line {line}, column {column}"


class VariablesInvalid(Refusal):
    """A variable is missing or not of the type that the document declares."""

    code = "VARIABLES_INVALID"
    kind = RefusalKind.INVALID
    zh = "变量缺失或类型不符：{variable}"
    en = "A variable is missing or of another type: {variable}"


FAULTS: Final = {fault.code: fault for fault in (DocumentMalformed, DocumentInvalid)}
"""What may be wrong with a document, by the code that it is remembered with."""


def shown_errors(errors: Iterable[GraphQLError], request_id: str) -> list[Shown]:
    """Return errors as the answer carries them."""
    return [_shown(error, request_id) for error in errors]


def shown_refusal(refusal: Refusal, request_id: str) -> Shown:
    """Return a refusal as an error: Chinese message, and all that a program needs in its extensions."""
    return {
        "message": refusal.zh_message,
        "extensions": {
            "code": refusal.code,
            "messageZh": refusal.zh_message,
            "messageEn": refusal.en_message,
            "retryable": refusal.retryable,
            "field": refusal.field,
            "requestId": request_id,
        },
    }


def is_internal(error: Shown) -> bool:
    """Return whether a shown error is a masked defect."""
    return bool(error["extensions"]["code"] == INTERNAL_ERROR)


def masked(request_id: str) -> Shown:
    """Return a defect as an error that tells nothing but under which number it is recorded."""
    problem = internal_problem(instance="/graphql", request_id=request_id)
    return {
        "message": problem.detail,
        "extensions": {
            "code": problem.code,
            "messageZh": problem.detail,
            "messageEn": problem.detail_en,
            "retryable": problem.retryable,
            "requestId": request_id,
        },
    }


def _shown(error: GraphQLError, request_id: str) -> Shown:
    cause = _cause(error)
    shown = {key: value for key, value in error.formatted.items() if key in ("locations", "path")}
    if isinstance(cause, Refusal):
        return shown_refusal(cause, request_id) | shown
    if cause is None and error.path is None:
        # Without what it takes the caller to have meant: a guess tells of names that he did not know.
        words, _, _ = error.message.partition(_GUESS)
        return shown_refusal(_fault(error), request_id) | {"message": words} | shown
    if isinstance(cause, Exception) and is_outage(cause):
        log.error("unavailable", reason=type(cause).__name__)
        return shown_refusal(ServiceUnavailable(), request_id) | shown
    log.error("unexpected", exc_info=cause or error)
    return masked(request_id) | shown


def _fault(error: GraphQLError) -> Refusal:
    """Return what graphql-core found wrong, as a refusal; its words name a variable and the place in it."""
    fault = FAULTS.get((error.extensions or {}).get("code", ""))
    if fault is not None:
        line, column = next(iter(error.locations or ()), (1, 1))
        return fault(line=line, column=column)
    named = _VARIABLE.match(error.message)
    field = named["name"] + (named["place"] or "") if named else None
    return VariablesInvalid(field=field, variable=field or "variables")


def _cause(error: GraphQLError) -> BaseException | None:
    """Return what a resolver raised; nothing when graphql-core itself found the fault."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
