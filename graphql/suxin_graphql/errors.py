"""Errors of an answer: refusals by their code, defects masked under the request's id."""

from collections.abc import Iterable
from typing import Any, Final

import structlog
from graphql import GraphQLError

from suxin.kernel.refusals import Refusal
from suxin_web.error_answers import is_outage
from suxin_web.problems import INTERNAL_ERROR, internal_problem
from suxin_web.refusals import ServiceUnavailable

VARIABLES_INVALID: Final = "VARIABLES_INVALID"

Shown = dict[str, Any]

log = structlog.get_logger("suxin.graphql")


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


def _shown(error: GraphQLError, request_id: str) -> Shown:
    cause = _cause(error)
    shown = {key: value for key, value in error.formatted.items() if key in ("locations", "path")}
    if isinstance(cause, Refusal):
        return shown_refusal(cause, request_id) | shown
    if cause is None and error.path is None:
        code = (error.extensions or {}).get("code", VARIABLES_INVALID)
        extensions = {"code": code, "retryable": False, "requestId": request_id}
        return {"message": error.message, **shown, "extensions": extensions}
    if isinstance(cause, Exception) and is_outage(cause):
        log.error("unavailable", reason=type(cause).__name__)
        return shown_refusal(ServiceUnavailable(), request_id) | shown
    log.error("unexpected", exc_info=cause or error)
    return _masked(request_id) | shown


def _cause(error: GraphQLError) -> BaseException | None:
    """Return what a resolver raised; nothing when graphql-core itself found the fault."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _masked(request_id: str) -> Shown:
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
