"""Scopes: what a token may be used for.

A scope is the name of a permission, or one of two that stand for everything their holder may: ``desk`` for a staff member
at his own desk, ``mini_program`` for whoever opened the mini program, about himself. A token never gives more than its
holder has; what it names beyond that is refused when it is asked for and is without effect when his roles shrink.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from suxin.consent.oauth.refusals import RequestInvalid, ScopeRefused
from suxin.kernel.actor import Permission
from suxin.tenancy.profiles import TenantProfile

DESK: Final = "desk"
MINI_PROGRAM: Final = "mini_program"
MAX_SCOPES: Final = 40
MAX_SCOPE_CHARACTERS: Final = 2_000

_DESK_ZH: Final = "使用工作台的全部功能"
# RFC 6749 §3.3, without the characters that no permission has.
_TOKEN: Final = re.compile(r"[a-z0-9_.:-]{1,80}", re.ASCII)


def parse_scope(text: str | None) -> tuple[str, ...]:
    """Return the scopes of a ``scope`` parameter, each once, sorted: their order says nothing (RFC 6749 §3.3).

    :raises RequestInvalid: if it is too long or holds what cannot be a scope
    """
    if text is None:
        return ()
    scopes = sorted(set(text.split(" ")) - {""})
    if (
        len(text) > MAX_SCOPE_CHARACTERS
        or len(scopes) > MAX_SCOPES
        or not all(_TOKEN.fullmatch(scope) for scope in scopes)
    ):
        raise RequestInvalid(
            parameter="scope",
            reason_zh=f"最多 {MAX_SCOPES} 个，以空格分隔",
            reason_en=f"at most {MAX_SCOPES} scopes with spaces between them",
        )
    return tuple(scopes)


def require_within(asked: Iterable[str], allowed: Collection[str]) -> None:
    """Refuse unless every scope asked for is allowed.

    :raises ScopeRefused: naming the first that is not
    """
    for scope in asked:
        if scope not in allowed:
            raise ScopeRefused(field="scope", scope=scope)


def permissions_for_clients(profile: TenantProfile) -> frozenset[Permission]:
    """Return every permission that a client of such a tenant may be registered for."""
    return profile.permissions_of(frozenset(profile.roles))


def scope_words(scopes: Iterable[str], profile: TenantProfile) -> list[tuple[str, str]]:
    """Return each scope with what people of such a tenant call it; one that is no right of theirs by its name."""
    known = {str(right): right.zh for right in permissions_for_clients(profile)} | {DESK: _DESK_ZH}
    return [(scope, known.get(scope, scope)) for scope in scopes]


def narrowed(permissions: frozenset[Permission], scopes: Collection[str]) -> frozenset[Permission]:
    """Return what is left of somebody's permissions in a token of these scopes."""
    if DESK in scopes:
        return permissions
    return frozenset(permission for permission in permissions if permission in scopes)
