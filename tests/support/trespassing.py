"""Who must not give a command with someone else's ids, and what he is told."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from small_world import World

import suxin
from suxin.kernel.refusals import Forbidden, NotFound

Case = tuple[str, type[Exception], Callable[[World], dict[str, Any]]]

PUBLIC = "published: the same for everyone"
EXPRESSION = "part of a statement, not a query"
EVERYONE_BUT_SUBJECTS = ("rival", "merchant", "anonymous", "operator", "system")
OUTSIDE_THE_OPERATOR = ("rival", "stranger", "merchant", "anonymous")
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


def operators_own(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command on any tenant: whoever is not the operator's staff, the platform too, may not."""
    return by((*OUTSIDE_THE_OPERATOR, "system"), Forbidden, given)


def in_the_house(given: Callable[[World], dict[str, Any]]) -> list[Case]:
    """A command on a tenant's house: from outside it is not permitted, and inside one's own nothing of the kind is found."""
    outside = by(
        OUTSIDE_THE_OPERATOR,
        Forbidden,
        lambda world: given(world) | {"tenant_id": world.bank.tenant_id},
    )
    return [*outside, *by(("stranger", "anonymous"), Forbidden, given)]


def found() -> Iterator[tuple[str, Callable[..., Any], set[str]]]:
    """Every public coroutine function of the core outside the kernel and the queries, by its place in it."""
    for module in pkgutil.walk_packages(suxin.__path__, "suxin."):
        if ".kernel" in module.name or ".queries" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if inspect.iscoroutinefunction(value) and value.__module__ == module.name:
                place = f"{module.name.removeprefix('suxin.')}.{name}"
                yield place, value, set(inspect.signature(value).parameters)
