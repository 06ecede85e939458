"""Who must not touch a warning, nor the rules: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_world import World
from trespassing import Case, banks_own, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.warnings.rules import packaged_rules
from suxin.lending.warnings.states import FalseAlarmReason, WarningAction


def warning(world: World) -> dict[str, Any]:
    return {"warning_id": world.warned.warning_id}


def rules(world: World) -> dict[str, Any]:
    return {"rule_set_id": world.warned.rule_set_id}


COMMANDS: dict[str, list[Case]] = {
    "lending.warnings.answering.acknowledge_warning": banks_own(warning),
    "lending.warnings.answering.act_on_warning": banks_own(
        lambda world: warning(world) | {"action": WarningAction.CALLED, "note": "x"}
    ),
    "lending.warnings.answering.dismiss_warning": banks_own(
        lambda world: warning(world) | {"reason": FalseAlarmReason.KNOWN, "note": "x"}
    ),
    "lending.warnings.asking.ask_to_watch": banks_own(lambda world: {"loan_id": world.loan_id}),
    "lending.warnings.rule_sets.activate_rules": operators_own(rules),
    "lending.warnings.rule_sets.draft_rules": operators_own(
        lambda _world: {"document": packaged_rules()}
    ),
    "lending.warnings.rule_sets.withdraw_rules": operators_own(rules),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "lending.warnings.queries.active_rules": ("rival", lambda _world: {}, None),
    "lending.warnings.queries.evidence_of": (
        "rival",
        lambda world: {"warning": world.warned.warning},
        None,
    ),
    "lending.warnings.queries.figures_of": ("rival", rules, None),
    "lending.warnings.queries.latest_change": ("rival", lambda _world: {}, None),
    "lending.warnings.queries.lock_own_warning": ("rival", warning, NotFound),
    "lending.warnings.queries.lock_rule_set": ("rival", rules, Forbidden),
    "lending.warnings.queries.lock_warning": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, **warning(world)},
        None,
    ),
    "lending.warnings.queries.own_warning": ("rival", warning, NotFound),
    "lending.warnings.queries.rule_set_row": ("rival", rules, Forbidden),
    "lending.warnings.queries.rule_sets": ("rival", lambda _world: {}, None),
    "lending.warnings.queries.untold_warnings": ("rival", lambda _world: {"limit": 5}, None),
    "lending.warnings.queries.records_behind": (
        "stranger",
        lambda world: {"subject_id": world.city.firm_id, "warnings": [world.warned.warning]},
        None,
    ),
    "lending.warnings.queries.warning_counts": ("rival", lambda _world: {}, None),
    "lending.warnings.queries.warnings_in_reach": ("rival", lambda _world: {}, None),
    "lending.warnings.queries.warnings_of": (
        "stranger",
        lambda world: {"subject_id": world.city.firm_id},
        None,
    ),
}
