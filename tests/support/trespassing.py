"""Who must not give a command with someone else's ids, and what he is told."""

from collections.abc import Callable
from typing import Any

from small_world import World

from suxin.kernel.refusals import Forbidden, NotFound

Case = tuple[str, type[Exception], Callable[[World], dict[str, Any]]]

EVERYONE_BUT_SUBJECTS = ("rival", "merchant", "anonymous", "operator", "system")
EVERYONE_BUT_BANKS = ("stranger", "merchant", "anonymous", "operator", "system")


def by(
    callers: tuple[str, ...], refusal: type[Exception], given: Callable[[World], dict[str, Any]]
) -> list[Case]:
    return [(caller, refusal, given) for caller in callers]


def subjects_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A subject's command: another subject finds nothing, and whoever acts for none may not."""
    return [("stranger", NotFound, given), *by(EVERYONE_BUT_SUBJECTS, Forbidden, given)]


def banks_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A bank's command: another bank finds nothing, and whoever has not the right may not."""
    return [("rival", NotFound, given), *by(EVERYONE_BUT_BANKS, Forbidden, given)]


def tenants_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command on a tenant's client: another tenant's people find nothing, and whoever has not the right may not."""
    return [
        *by(("rival", "merchant", "operator"), NotFound, given),
        *by(("stranger", "anonymous", "system"), Forbidden, given),
    ]


def in_the_house(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command on a tenant's house: from outside it is not permitted, and inside one's own nothing of the kind is found."""
    outside = by(
        ("rival", "stranger", "merchant", "anonymous"),
        Forbidden,
        lambda world: given(world) | {"tenant_id": world.bank.tenant_id},
    )
    return [*outside, *by(("stranger", "anonymous"), Forbidden, given)]
