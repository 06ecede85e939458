"""Logs: structured, with request, tenant and actor kind, and never a resident id, a phone or a credential.

Redaction is the last step before an event is written and covers every value at any depth, also those of libraries
that log through the standard library, so that no caller has to remember it (PIPL art. 51).
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
MAX_DEPTH: Final = 8
MAX_NAMES: Final = 1_024
_BYTES: Final = (bytes, bytearray)

# Names whose value is a secret whatever it looks like.
_SECRET_NAME = re.compile(
    r"(?i)(authorization|cookie|password|passwd|secret|token|session_key|session_id|api_?key"
    r"|private_key|keyring|js_code|sms_code|one_time_code|dsn|database_url|redis_url)"
)
# What has the shape of a request id stays whole: its digits are random, and it is what one searches for.
_KEPT = r"(?P<kept>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
# 公民身份号码 (GB 11643-1999): region, date of birth, sequence, check character; blanks and hyphens may part it.
_RESIDENT_ID = (
    r"(?P<resident>(?<!\d)[1-9]\d{5}[ -]?(?:18|19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])[ -]?"
    r"(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?!\d))"
)
# Mainland mobile numbers, with or without the country code.
_MOBILE = r"(?P<mobile>(?<!\d)(?:\+?(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d))"
_CREDENTIAL = r"(?P<scheme>\b(?:bearer|dpop|basic)\s+)[A-Za-z0-9._~+/=-]{6,}"
_JWT = r"(?P<jwt>\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)"
_COOKIE = r"(?P<cookie>\b(?:set-)?cookie\b[\"']?\s*[:=]\s*)[^\r\n]+"
_URL_PASSWORD = r"(?P<url>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s/@]+(?=@)"  # noqa: S105 - a pattern
_QUERY = (
    r"(?P<query>(?:[?&]code|\b(?:access_token|refresh_token|client_secret|secret|password|js_code))=)"
    r"[^\s&\"']+"
)
_SENSITIVE: Final = re.compile(
    f"{_COOKIE}|{_CREDENTIAL}|{_JWT}|{_URL_PASSWORD}|{_QUERY}|{_KEPT}|{_RESIDENT_ID}|{_MOBILE}",
    re.IGNORECASE | re.ASCII,
)
_LOWEST_MOBILE: Final = 13_000_000_000
_TO_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def redact_text(text: str) -> str:
    """Return the text without what looks like a resident id, a mobile number or a credential."""
    if text.isalpha():
        # Whatever is sensitive has a digit or a sign in it.
        return text
    narrow = text if text.isascii() else text.translate(_TO_HALF_WIDTH)
    found = _SENSITIVE.sub(_replacement, narrow)
    # A text without anything sensitive keeps its full-width punctuation.
    return text if found == narrow else found


def redact_value(value: object, *, depth: int = 0) -> Any:  # noqa: ANN401 - events hold anything
    """Return the value with every text in it redacted, at any depth."""
    if value is None or isinstance(value, bool) or _is_small(value):
        return value
    if depth >= MAX_DEPTH:
        return REDACTED
    if type(value) is str:
        return redact_text(value)
    if isinstance(value, Mapping):
        return {
            _redact_name(str(name)): _redact_named(str(name), content, depth=depth + 1)
            for name, content in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(content, depth=depth + 1) for content in value]
    plain = bytes(value).decode(errors="replace") if isinstance(value, _BYTES) else str(value)
    shown = redact_text(plain)
    # A number stays a number unless it reads like a phone.
    return value if isinstance(value, int | float) and shown == plain else shown


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Redact a whole event; a processor for structlog."""
    return {
        _redact_name(name): _redact_named(name, value, depth=0) for name, value in event.items()
    }


def configure_logging(
    log_format: Literal["console", "json"], *, stream: TextIO | None = None, level: str = "INFO"
) -> None:
    """Send the events of structlog and of the standard library through one chain that ends by redacting.

    Our own go through it alone. Only what libraries log takes the way through the standard library's handlers.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    sink = stream or sys.stderr
    written: list[Processor] = [
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
        _renderer(log_format, colours=sink.isatty()),
    ]
    handler = logging.StreamHandler(sink)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Its access lines hold query strings; the web edge writes its own.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").addFilter(_is_no_handshake)
    # One line for each call outside says nothing that the caller's own event does not.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Which revision it comes from and which context it runs in says nothing to whoever starts the product.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, *written],
        logger_factory=lambda name="root": _Lines(sink, name),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,
    )


class _Lines(structlog.WriteLogger):
    """Writes events to the stream, each as one line at once; it knows its name for ``add_logger_name``."""

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream)
        self.name = name
        self._write, self._flush = _harmless(stream.write), _harmless(stream.flush)


def _harmless(act: Callable[..., object]) -> Callable[..., None]:
    """Return the act without its failures: that a line could not be written stops no request."""

    def try_to(*given: str) -> None:
        with suppress(OSError, ValueError):
            act(*given)

    return try_to


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


def _one_line(event: EventDict, **_: object) -> str:
    # After the redaction an event holds nothing but texts, numbers, lists and mappings.
    return _ENCODER.encode(event)


def _is_no_handshake(record: logging.LogRecord) -> bool:
    """Tell whether a line of uvicorn's is no access line of a WebSocket, which it writes among its faults."""
    return '"WebSocket ' not in str(record.msg)


def _renderer(log_format: Literal["console", "json"], *, colours: bool) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_one_line)
    return structlog.dev.ConsoleRenderer(
        colors=colours, exception_formatter=structlog.dev.plain_traceback
    )


def _redact_named(name: str, value: object, *, depth: int) -> Any:  # noqa: ANN401 - events hold anything
    if value is not None and _is_secret(name):
        return REDACTED
    return redact_value(value, depth=depth)


def _is_small(value: object) -> bool:
    """Tell whether it is a number too small to be anybody's."""
    return type(value) is int and abs(value) < _LOWEST_MOBILE


# The same few names stand in every line.
@lru_cache(maxsize=MAX_NAMES)
def _redact_name(name: str) -> str:
    return redact_text(name)


@lru_cache(maxsize=MAX_NAMES)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _replacement(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found["kept"] is not None:
        return found["kept"]
    for prefix in ("cookie", "scheme", "url", "query"):
        if found[prefix] is not None:
            return f"{found[prefix]}{REDACTED}"
    return REDACTED
