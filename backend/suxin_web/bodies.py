"""Bodies: how much is read, of which type, and decoded."""

from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.handlers import BaseRouteHandler

from suxin_web.refusals import BodyMalformed, ContentTypeUnsupported
from suxin_web.runtime import Connection

MAX_BODY_BYTES: Final = 256 * 1024
"""The largest body any route reads, unless it says otherwise (files have routes of their own)."""

_METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_JSON: Final = "application/json"

Shape = TypeVar("Shape")


def json_only(connection: Connection, _: BaseRouteHandler) -> None:
    """Refuse a body that does not call itself JSON; a guard for routers of a JSON API.

    A browser's form can send no such type to another site without asking first, which also keeps forged forms out.

    :raises ContentTypeUnsupported: if there is a body and its type is another one
    """
    request: Request[Any, Any, Any] = connection  # type: ignore[assignment] # guards of HTTP routes get the request
    if request.method not in _METHODS_WITH_BODY:
        return
    headers = request.headers
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    if not empty and request.content_type[0].lower() != _JSON:
        raise ContentTypeUnsupported


def decoded(content: bytes, shape: type[Shape]) -> Shape:
    """Return a JSON body in its shape.

    :raises BodyMalformed: if it is no JSON
    :raises msgspec.ValidationError: if it is JSON of another shape
    """
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.ValidationError:
        # The decoder stops at the first field of another shape: whether all of it is JSON is not known yet.
        _require_json(content)
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BodyMalformed from None


def _require_json(content: bytes) -> None:
    try:
        msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BodyMalformed from None
