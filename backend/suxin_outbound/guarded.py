"""The one client through which every call leaves the platform.

It holds what each caller would otherwise forget: a named limit for every wait and for what is read, no redirects, no
cookies, no proxy from the environment, retries with growing and jittered pauses only where a repeat does no harm, and
failures that name the service and the problem but never an address, a header or a body.
"""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from suxin_outbound.addresses import Destination, PublicRoute, Route, trusted_route

Decoded = TypeVar("Decoded")

_RETRYABLE_STATUSES = frozenset({429, 502, 503, 504})
_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """How long each part of a call may take, how much it may return, and how often it is tried.

    ``total_timeout_s`` bounds all attempts and pauses together.
    """

    connect_timeout_s: float = 2.0
    write_timeout_s: float = 5.0
    read_timeout_s: float = 5.0
    pool_timeout_s: float = 1.0
    total_timeout_s: float = 10.0
    response_bytes: int = 1024 * 1024
    attempts: int = 3
    first_pause_s: float = 0.1
    longest_pause_s: float = 1.0


class CallProblem(StrEnum):
    """What went wrong with a call."""

    NOT_CONNECTED = "not_connected"
    CONNECT_TIMEOUT = "connect_timeout"
    POOL_TIMEOUT = "pool_timeout"
    WRITE_TIMEOUT = "write_timeout"
    READ_TIMEOUT = "read_timeout"
    TOTAL_TIMEOUT = "total_timeout"
    BROKEN_OFF = "broken_off"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    NOT_UNDERSTOOD = "not_understood"


_NEVER_SENT = frozenset(
    {CallProblem.NOT_CONNECTED, CallProblem.CONNECT_TIMEOUT, CallProblem.POOL_TIMEOUT}
)
_PASSING = _NEVER_SENT | {
    CallProblem.WRITE_TIMEOUT,
    CallProblem.READ_TIMEOUT,
    CallProblem.BROKEN_OFF,
}
_BY_EXCEPTION: tuple[tuple[type[httpx.HTTPError], CallProblem], ...] = (
    (httpx.ConnectTimeout, CallProblem.CONNECT_TIMEOUT),
    (httpx.PoolTimeout, CallProblem.POOL_TIMEOUT),
    (httpx.WriteTimeout, CallProblem.WRITE_TIMEOUT),
    (httpx.ReadTimeout, CallProblem.READ_TIMEOUT),
    (httpx.ConnectError, CallProblem.NOT_CONNECTED),
)


class CallFailed(Exception):
    """A call that brought no usable answer; its text names the service and the problem alone."""

    def __init__(self, service: str, problem: CallProblem) -> None:
        super().__init__(f"{service}: {problem}")
        self.service = service
        self.problem = problem

    @property
    def never_sent(self) -> bool:
        """Whether the service certainly did not receive the request."""
        return self.problem in _NEVER_SENT


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, read whole within the limit."""

    service: str
    status: int
    body: bytes = field(repr=False)
    retry_after_s: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def decode(self, shape: type[Decoded]) -> Decoded:
        """Return the body as the expected shape.

        :raises CallFailed: if it is not JSON of that shape
        """
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise CallFailed(self.service, CallProblem.NOT_UNDERSTOOD) from None


def _never_busy(_: Answer) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a service.

    ``body`` is sent as JSON, ``content`` as JSON that is written already, ``form`` as a form; there is one of them at most.
    ``idempotent`` says that repeating it does no harm, and opens the retries after it may have been received.
    ``enough_bytes`` is how much of the answer is wanted, the rest of which is left unread; without it a long one is a failure.
    ``sign`` is called anew for each attempt. ``says_busy`` recognises an answer by which the service itself says that it did nothing and should be asked again.
    """

    service: str
    method: str
    url: str = field(repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    body: object = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    sign: Callable[[httpx.Request], httpx.Request] | None = field(default=None, repr=False)
    idempotent: bool = False
    enough_bytes: int | None = None
    says_busy: Callable[[Answer], bool] = field(default=_never_busy, repr=False)


def _hide_address(record: logging.LogRecord) -> bool:
    # httpx logs every address it opens, and paths and queries carry secrets: keep the origin.
    if isinstance(record.args, tuple):
        record.args = tuple(
            f"{arg.scheme}://{arg.host}" if isinstance(arg, httpx.URL) else arg
            for arg in record.args
        )
    return True


def open_http(
    limits: CallLimits, *, keep_connections: bool, tls: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """Open a network client that follows nothing, remembers nothing and reads no environment."""
    logging.getLogger("httpx").addFilter(_hide_address)
    return httpx.AsyncClient(
        timeout=httpx.Timeout(
            connect=limits.connect_timeout_s,
            write=limits.write_timeout_s,
            read=limits.read_timeout_s,
            pool=limits.pool_timeout_s,
        ),
        limits=httpx.Limits(
            max_connections=100, max_keepalive_connections=20 if keep_connections else 0
        ),
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
        verify=_usual_authorities() if tls is None else tls,
    )


@cache
def _usual_authorities() -> ssl.SSLContext:
    # Reading some hundred certificates takes a while, so all clients of a process share what was read.
    return httpx.create_ssl_context(trust_env=False)


class GuardedClient:
    """Makes calls along one route, within limits."""

    def __init__(
        self, http: httpx.AsyncClient, *, route: Route = trusted_route, limits: CallLimits
    ) -> None:
        self._http = http
        self._route = route
        self._limits = limits

    @classmethod
    def to_trusted(
        cls, limits: CallLimits | None = None, *, tls: ssl.SSLContext | None = None
    ) -> Self:
        """Open a client for addresses from settings."""
        limits = limits or CallLimits()
        return cls(open_http(limits, keep_connections=True, tls=tls), limits=limits)

    @classmethod
    def to_public(
        cls,
        limits: CallLimits | None = None,
        *,
        route: Route | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """Open a client for addresses that tenants gave.

        Connections are pooled by address, and two tenants' names may share one; so none is kept for the next call.
        """
        limits = limits or CallLimits()
        http = open_http(limits, keep_connections=False, tls=tls)
        return cls(http, route=route or PublicRoute(), limits=limits)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def call(self, call: Call) -> Answer:
        """Make a call and return whatever status the service answered, redirects excepted.

        :raises CallFailed: if there was no usable answer within the limits
        :raises TargetNotAllowed: if the route refuses the address
        """
        try:
            async with asyncio.timeout(self._limits.total_timeout_s):
                return await self._attempts(call, await self._route(call.url))
        except TimeoutError:
            raise CallFailed(call.service, CallProblem.TOTAL_TIMEOUT) from None

    async def _attempts(self, call: Call, destinations: tuple[Destination, ...]) -> Answer:
        attempt = 1
        while True:
            wanted_pause_s = 0.0
            try:
                answer = await self._once(call, destinations[(attempt - 1) % len(destinations)])
            except CallFailed as failed:
                if attempt >= self._limits.attempts or not _may_repeat(call, failed):
                    raise
            else:
                wanted_pause_s = answer.retry_after_s
                if (
                    attempt >= self._limits.attempts
                    or wanted_pause_s > self._limits.longest_pause_s
                    or not _asks_to_repeat(call, answer)
                ):
                    return answer
            await asyncio.sleep(max(wanted_pause_s, self._pause_s(attempt)))
            attempt += 1

    def _pause_s(self, attempt: int) -> float:
        grown = self._limits.first_pause_s * 2 ** (attempt - 1)
        return _random.uniform(0, min(grown, self._limits.longest_pause_s))

    async def _once(self, call: Call, destination: Destination) -> Answer:
        request = self._request(call, destination)
        try:
            response = await self._http.send(
                request, stream=True, auth=call.sign, follow_redirects=False
            )
            try:
                return await self._read(call, response)
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            # From none: the client's own error holds the request, and with it every secret in it.
            raise CallFailed(call.service, _problem(error)) from None

    def _request(self, call: Call, destination: Destination) -> httpx.Request:
        # Compressed answers could grow past the limit while they are unpacked.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if destination.host_header is not None:
            headers["Host"] = destination.host_header
        content = call.content
        if call.body is not None:
            content = msgspec.json.encode(call.body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        elif call.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(call.form).encode()
        extensions = {"sni_hostname": destination.tls_name} if destination.tls_name else None
        return self._http.build_request(
            call.method,
            destination.url,
            params=call.params,
            content=content,
            headers={**headers, **(call.headers or {})},
            extensions=extensions,
        )

    async def _read(self, call: Call, response: httpx.Response) -> Answer:
        if response.is_redirect:
            raise CallFailed(call.service, CallProblem.REDIRECTED)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise CallFailed(call.service, CallProblem.NOT_UNDERSTOOD)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if call.enough_bytes is not None and len(body) >= call.enough_bytes:
                del body[call.enough_bytes :]
                break
            if len(body) > self._limits.response_bytes:
                raise CallFailed(call.service, CallProblem.TOO_LARGE)
        return Answer(
            call.service,
            response.status_code,
            bytes(body),
            _retry_after_s(response.headers),
            # By their names in small letters, as whoever checks a signature looks them up.
            dict(response.headers),
        )


def _may_repeat(call: Call, failed: CallFailed) -> bool:
    return failed.never_sent or (call.idempotent and failed.problem in _PASSING)


def _asks_to_repeat(call: Call, answer: Answer) -> bool:
    if call.idempotent and answer.status in _RETRYABLE_STATUSES:
        return True
    return call.says_busy(answer)


def _retry_after_s(headers: httpx.Headers) -> float:
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _problem(error: httpx.HTTPError) -> CallProblem:
    for kind, problem in _BY_EXCEPTION:
        if isinstance(error, kind):
            return problem
    return CallProblem.BROKEN_OFF
