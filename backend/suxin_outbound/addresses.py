"""Where a call may go: trusted addresses from settings, and guarded ones that a tenant typed.

A tenant's address is resolved once, every address it resolves to must be public, and the connection is made to exactly
that address, so that a second answer of the name service cannot lead it into our own network (server-side request
forgery). TLS still proves the name the tenant gave.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from suxin.kernel.refusals import Refusal, RefusalKind

Resolver = Callable[[str, int], Awaitable[tuple[str, ...]]]
Permits = Callable[[IPv4Address | IPv6Address], bool]

MAX_URL_LENGTH = 2048
HTTPS_PORT = 443
FIRST_UNPRIVILEGED_PORT = 1024
LAST_PORT = 65535

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*)(\.[a-z0-9_]([a-z0-9_-]*))*\.?")
_NUMERIC_LABEL = re.compile(r"([0-9]+|0x[0-9a-f]*)")
# Of IPv6 only this prefix is assigned for the public internet (IANA IPv6 address space).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Special ranges (IANA special-purpose registries) that the standard library judges differently from version to version:
# protocol assignments, where clouds put their metadata, and prefixes that carry an IPv4 address inside.
_SPECIAL: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


class TargetNotAllowed(Refusal):
    """The address a tenant gave is not one the platform may call."""

    code = "OUTBOUND_TARGET_NOT_ALLOWED"
    kind = RefusalKind.INVALID
    zh = "不允许访问该地址：{reason_zh}"
    en = "This address may not be called: {reason_en}"


@dataclass(frozen=True, slots=True)
class Destination:
    """One place to connect to: the URL to open, and the name that TLS and the Host header must show."""

    url: httpx.URL
    host_header: str | None = None
    tls_name: str | None = None


Route = Callable[[str], Awaitable[tuple[Destination, ...]]]


async def trusted_route(url: str) -> tuple[Destination, ...]:
    """Return the address as it stands: it comes from settings, not from a tenant."""
    return (Destination(httpx.URL(url)),)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses the name service gives for a host."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address belongs to the public internet.

    IPv6 forms that lead to an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) do not.
    """
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class PublicRoute:
    """The route to an address a tenant gave: https only, public only, connected to what was checked."""

    def __init__(self, *, resolver: Resolver = resolve, permits: Permits = is_public) -> None:
        self._resolver = resolver
        self._permits = permits

    async def __call__(self, url: str) -> tuple[Destination, ...]:
        """Return the checked places to connect to.

        :raises TargetNotAllowed: if the address is malformed, not https, or not public
        """
        parsed = _parse(url)
        port = parsed.port or HTTPS_PORT
        host = parsed.raw_host.decode("ascii")
        addresses = await self._addresses(host, port)
        return tuple(
            Destination(
                url=parsed.copy_with(host=address),
                host_header=parsed.netloc.decode("ascii"),
                tls_name=host.rstrip("."),
            )
            for address in addresses
        )

    async def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        literal = _literal(host)
        if literal is not None:
            found: tuple[str, ...] = (host,)
        else:
            try:
                found = await self._resolver(host, port)
            except OSError:
                found = ()
        if not found:
            raise TargetNotAllowed(reason_zh="域名无法解析", reason_en="the name does not resolve")
        # One private answer among public ones is how rebinding looks: refuse all of them.
        for address in found:
            parsed = _literal(address)
            if parsed is None or not self._permits(parsed):
                raise TargetNotAllowed(
                    reason_zh="不是公网地址", reason_en="it is not a public address"
                )
        return found


class LocalRoute:
    """The route of a developer's own machine: to this machine as well, by plain http too; elsewhere as ``PublicRoute``."""

    def __init__(self) -> None:
        self._public = PublicRoute()

    async def __call__(self, url: str) -> tuple[Destination, ...]:
        """Return the places to connect to.

        :raises TargetNotAllowed: if the address is neither on this machine nor a public one
        """
        if is_local(url):
            return (Destination(httpx.URL(url)),)
        return await self._public(url)


def is_local(url: str) -> bool:
    """Return whether an address names this machine by its loopback address or as ``localhost``."""
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL:
        return False
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def _parse(url: str) -> httpx.URL:
    malformed = TargetNotAllowed(
        reason_zh="网址格式不正确", reason_en="it is not a well-formed URL"
    )
    if len(url) > MAX_URL_LENGTH:
        raise malformed
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise malformed from None
    if parsed.scheme != "https":
        raise TargetNotAllowed(reason_zh="必须使用 https", reason_en="it must use https")
    if parsed.userinfo or parsed.fragment or not _is_host(parsed.raw_host.decode("ascii")):
        raise malformed
    port = parsed.port if parsed.port is not None else HTTPS_PORT
    if port != HTTPS_PORT and not FIRST_UNPRIVILEGED_PORT <= port <= LAST_PORT:
        raise TargetNotAllowed(reason_zh="端口不允许", reason_en="the port is not allowed")
    return parsed


def _is_host(host: str) -> bool:
    if _literal(host) is not None:
        return True
    if not _HOST_NAME.fullmatch(host):
        return False
    # 2130706433, 0x7f.1 and 127.1 are addresses in disguise: resolvers read them as 127.0.0.1.
    last_label = host.rstrip(".").rsplit(".", 1)[-1]
    return not _NUMERIC_LABEL.fullmatch(last_label)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
