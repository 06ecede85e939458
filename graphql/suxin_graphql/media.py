"""Media types of an answer, chosen as GraphQL over HTTP asks (Accept, RFC 9110 §12.5.1)."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from suxin.kernel.refusals import RefusalKind
from suxin_web.refusals import EdgeRefusal

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
_OFFERED: Final = (GRAPHQL, JSON)
# Whoever takes anything gets what every client reads.
_WILD: Final = {"*/*": JSON, "application/*": JSON}
_MAX_ITEMS: Final = 30


class MediaTypeNotAcceptable(EdgeRefusal):
    """The caller accepts none of the media types that are served here."""

    code = "MEDIA_TYPE_NOT_ACCEPTABLE"
    kind = RefusalKind.INVALID
    status = HTTPStatus.NOT_ACCEPTABLE
    zh = "响应类型仅支持 application/graphql-response+json 和 application/json"
    en = "Answers come as application/graphql-response+json or application/json"


def accepted(header: str | None) -> str:
    """Return the media type to answer in; without the header it is ``application/json``.

    :raises MediaTypeNotAcceptable: if none that is served is accepted
    """
    if header is None or not header.strip():
        return JSON
    best, weight = None, 0.0
    for name, q in _items(header):
        found = _WILD.get(name, name)
        if found in _OFFERED and (q > weight or (q == weight > 0 and found == GRAPHQL)):
            best, weight = found, q
    if best is None:
        raise MediaTypeNotAcceptable
    return best


def wants_events(header: str | None) -> bool:
    """Return whether server-sent events are accepted and an answer in JSON is not."""
    named = {name for name, q in _items(header or "") if q > 0}
    return EVENTS in named and not named & {*_OFFERED, *_WILD}


def _items(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(",")[:_MAX_ITEMS]:
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        yield name, _quality(parameters)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
