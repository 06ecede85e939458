"""Error answers: each exception that leaves a handler, as a problem document or as a page.

Callers of an API get problem JSON; people get a page that says what happened and under which number it is recorded.
htmx gets the message alone, which its configuration puts into the page's message region.
"""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    SerializationException,
    ValidationException,
)
from litestar.handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suxin.kernel.database import DEADLOCK_DETECTED, SERIALIZATION_FAILURE, sqlstate
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.tenancy.log_ins import PasswordChangeRequired
from suxin_web import problems
from suxin_web.access_log import NO_ANSWER
from suxin_web.bodies import MAX_BODY_BYTES
from suxin_web.desk_errors import DeskErrorPage
from suxin_web.desk_paths import ACCOUNT_PATH, LOG_IN_PATH, is_desk_path, log_in_url
from suxin_web.pages import SHARED_PAGES
from suxin_web.problems import Problem, headers_of, internal_problem, problem_of
from suxin_web.refusals import (
    BodyMalformed,
    BodyTooLarge,
    MethodNotAllowed,
    RequestMalformed,
    RouteUnknown,
    ServiceUnavailable,
)
from suxin_web.request_ids import request_id_of
from suxin_web.validation import UNREADABLE, field_problems

AnyRequest = Request[Any, Any, Any]

API_PATHS: Final = (
    "/mp",
    "/graphql",
    "/sources",
    "/perks",
    "/health",
    "/metrics",
    "/oauth",
    "/.well-known",
)
CHARACTER_NOT_IN_REPERTOIRE: Final = "22021"
_PASSING_STATES: Final = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED})
_LEFT: Final = "client disconnected prematurely"
"""All by which the framework's own exception for this can be told from others."""

_CONNECTION_STATES: Final = ("08", "57P0", "53300")

log = structlog.get_logger("suxin.web")


def wants_page(request: AnyRequest) -> bool:
    """Return whether the answer is for a person's eyes rather than for a program."""
    path = request.scope["path"]
    if any(path == prefix or path.startswith(f"{prefix}/") for prefix in API_PATHS):
        return False
    accept = request.headers.get("accept", "*/*")
    return "text/html" in accept or "application/json" not in accept or is_htmx(request)


def is_htmx(request: AnyRequest) -> bool:
    """Return whether htmx asked, for a part of a page."""
    return request.headers.get("hx-request") == "true"


def answer_refusal(request: AnyRequest, refusal: Refusal) -> Response[bytes]:
    """Answer a refusal of the core."""
    instance, request_id = request.scope["path"], request_id_of(request)
    problem = problem_of(refusal, instance=instance, request_id=request_id)
    if not wants_page(request):
        return _json(problem, headers_of(refusal))
    if refusal.kind is RefusalKind.UNAUTHENTICATED and is_desk_path(instance):
        return _to_log_in(request)
    if isinstance(refusal, PasswordChangeRequired) and is_desk_path(instance):
        return _to(request, ACCOUNT_PATH)
    return _page(request, problem, headers_of(refusal))


def answer_validation(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """Answer a request whose fields do not have the expected shape."""
    fields = field_problems(error.extra)
    first = fields[0] if fields else UNREADABLE
    refusal = Invalid(field=first.field or None, reason_zh=first.detail, reason_en=first.detail_en)
    problem = problem_of(
        refusal, instance=request.scope["path"], request_id=request_id_of(request), fields=fields
    )
    return _page(request, problem, {}) if wants_page(request) else _json(problem, {})


def answer_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer what the framework refused: an unknown path, a wrong method, a body that is too large or broken."""
    if isinstance(error, ValidationException):
        return answer_validation(request, error)
    if is_departure(error):
        log.info("client left")
        return Response(b"", status_code=NO_ANSWER, media_type=MediaType.TEXT)
    refusal = _edge_refusal(request, error)
    if refusal is None:
        return answer_unexpected(request, error)
    answer = answer_refusal(request, refusal)
    if isinstance(error, MethodNotAllowedException) and error.headers:
        answer.headers["Allow"] = ", ".join(sorted(error.headers["allow"].split(", ")))
    return answer


def answer_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Mask a defect, and record it once under the request's id; a server that does not answer is a refusal."""
    if is_outage(error):
        log.error("unavailable", reason=type(error).__name__)
        return answer_refusal(request, ServiceUnavailable())
    if is_unstorable(error):
        return answer_refusal(request, RequestMalformed())
    log.error("unexpected", exc_info=error)
    problem = internal_problem(instance=request.scope["path"], request_id=request_id_of(request))
    return _page(request, problem, {}) if wants_page(request) else _json(problem, {})


def is_departure(error: HTTPException) -> bool:
    """Return whether the caller left before his body had arrived, which is nobody's defect."""
    return isinstance(error, InternalServerException) and error.detail == _LEFT


def is_outage(error: Exception) -> bool:
    """Return whether a database that does not answer, or asks to try again, is behind the exception."""
    if isinstance(error, PoolTimeout | ConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = sqlstate(error) or ""
    return (
        error.connection_invalidated
        or state in _PASSING_STATES
        or state.startswith(_CONNECTION_STATES)
    )


def is_unstorable(error: Exception) -> bool:
    """Return whether a text of the request holds what PostgreSQL cannot keep: the character NUL."""
    return isinstance(error, DBAPIError) and sqlstate(error) == CHARACTER_NOT_IN_REPERTOIRE


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    Refusal: answer_refusal,
    ValidationException: answer_validation,
    RecursionError: lambda request, _: answer_refusal(request, BodyMalformed()),
    HTTPException: answer_http,
    Exception: answer_unexpected,
}


def _edge_refusal(request: AnyRequest, error: HTTPException) -> Refusal | None:
    known: dict[int, Refusal] = {
        HTTPStatus.NOT_FOUND: RouteUnknown(),
        HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed(),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BodyTooLarge(limit_kib=_body_limit(request) // 1024),
    }
    if error.status_code in known:
        return known[error.status_code]
    if isinstance(error, ClientException):
        broken = isinstance(error.__cause__, SerializationException)
        return BodyMalformed() if broken else RequestMalformed()
    return None


def _body_limit(request: AnyRequest) -> int:
    """Return how much the route reads that was asked for; what no route reads has the usual limit."""
    handler = request.scope.get("route_handler")
    own = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    return own or MAX_BODY_BYTES


def _json(problem: Problem, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=problems.MEDIA_TYPE,
        headers=headers,
    )


def _page(request: AnyRequest, problem: Problem, headers: dict[str, str]) -> Response[bytes]:
    if is_htmx(request):
        template = "error_message.html"
    elif is_desk_path(request.scope["path"]):
        return DeskErrorPage(request, problem, headers)
    else:
        template = "error.html"
    return SHARED_PAGES.render(
        request, template, {"problem": problem, "home": "/"}, status=problem.status, headers=headers
    )


def _to_log_in(request: AnyRequest) -> Response[bytes]:
    """Send a person whose session has ended to the log-in page, and back to where he was afterwards."""
    if is_htmx(request):
        shown = urlsplit(request.headers.get("hx-current-url", ""))
        return _to(request, log_in_url(shown.path, shown.query), htmx_status=401)
    scope = request.scope
    target = LOG_IN_PATH
    if request.method == "GET":
        target = log_in_url(scope["path"], scope["query_string"].decode("latin-1"))
    return _to(request, target)


def _to(request: AnyRequest, target: str, *, htmx_status: int = 403) -> Response[bytes]:
    """Send the browser to another page of the desks."""
    if is_htmx(request):
        # A redirect would be followed by htmx itself and its page put into a part of this one.
        return Response(
            b"",
            status_code=htmx_status,
            headers={"HX-Redirect": target},
            media_type=MediaType.TEXT,
        )
    return Response(b"", status_code=303, headers={"Location": target}, media_type=MediaType.TEXT)
