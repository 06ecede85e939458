"""Request ids: the name under which one request is found again in logs, answers and the audit stream."""

import re
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

from suxin.kernel.ids import new_id
from suxin_web.runtime import Connection

HEADER: Final = "X-Request-Id"
_HEADER: Final = HEADER.lower().encode()
_STATE_KEY: Final = "suxin_request_id"
# A caller's own id is taken only in this form: it is written to logs and sent back, so nothing else may travel in it.
_ACCEPTED: Final = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def choose_request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the id the caller sent when it is one, shaped like a UUID and sent once; otherwise a new one."""
    given = [value for name, value in headers if name.lower() == _HEADER]
    if len(given) == 1 and _ACCEPTED.fullmatch(given[0]):
        return given[0].decode("ascii").lower()
    return str(new_id())


def remember_request_id(scope: MutableMapping[str, Any], request_id: str) -> None:
    """Keep the id with the request it names."""
    scope[_STATE_KEY] = request_id


def request_id_of(connection: Connection) -> str:
    """Return the id of the request; a connection that came past the access log gets one now."""
    scope: MutableMapping[str, Any] = connection.scope  # type: ignore[assignment] # a TypedDict, used openly
    known = scope.get(_STATE_KEY)
    if known is None:
        known = choose_request_id(scope["headers"])
        remember_request_id(scope, known)
    request_id: str = known
    return request_id
