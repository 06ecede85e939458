"""Who must not touch an incentive run: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_league import QUARTER
from small_world import World
from trespassing import Case, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.risk_pool.incentives.models import IncentiveRun
from suxin.risk_pool.incentives.rules import DEMO_RULES


def run(world: World) -> dict[str, Any]:
    return {"run_id": world.incentive_run}


def quarter(_world: World) -> dict[str, Any]:
    return {"quarter": QUARTER}


def rule_set(world: World) -> dict[str, Any]:
    return {"rule_set_id": world.incentive_rules}


COMMANDS: dict[str, list[Case]] = {
    "risk_pool.incentives.commands.fund_incentives": operators_own(
        lambda _world: {"amount_fen": 1, "reference": "x"}
    ),
    "risk_pool.incentives.commands.post_run": operators_own(run),
    "risk_pool.incentives.commands.propose_reversal": operators_own(
        lambda world: run(world) | {"reason": "x"}
    ),
    "risk_pool.incentives.commands.propose_run": operators_own(quarter),
    "risk_pool.incentives.rule_sets.approve_rules": operators_own(rule_set),
    "risk_pool.incentives.rule_sets.draft_rules": operators_own(
        lambda world: quarter(world) | {"rules": DEMO_RULES}
    ),
    "risk_pool.incentives.rule_sets.withdraw_rules": operators_own(rule_set),
    "risk_pool.incentives.commands.reverse_run": operators_own(run),
    "risk_pool.incentives.commands.withdraw_run": operators_own(run),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "risk_pool.incentives.queries.awards_in_run": (
        "rival",
        lambda world: {
            "run": IncentiveRun(tenant_id=world.city.operator.own_tenant, id=world.incentive_run)
        },
        None,
    ),
    "risk_pool.incentives.queries.awards_of": ("rival", run, Forbidden),
    "risk_pool.incentives.queries.lock_rule_set": ("rival", rule_set, NotFound),
    "risk_pool.incentives.queries.lock_run": ("rival", run, NotFound),
    "risk_pool.incentives.queries.own_awards": ("rival", lambda _world: {}, None),
    "risk_pool.incentives.queries.rule_sets_of": ("rival", lambda _world: {}, Forbidden),
    "risk_pool.incentives.queries.rules_for": ("rival", quarter, Forbidden),
    "risk_pool.incentives.queries.runs_of": ("rival", quarter, Forbidden),
}
