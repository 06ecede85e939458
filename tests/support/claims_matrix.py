"""Who must not touch a claim, a payment, a recovery or a custodian's statement: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from small_world import World
from trespassing import Case, banks_own, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day
from suxin.risk_pool.claims.commands import CollectionDraft
from suxin.risk_pool.claims.models import CollectionAttempt
from suxin.risk_pool.claims.states import CollectionKind, CollectionResult, Ending, Place
from suxin.risk_pool.recoveries.reporting import RecoveryDraft
from suxin.risk_pool.statements.states import Matched
from suxin.tenancy.second_factors import SecondFactorMissing

Given = Callable[[World], dict[str, Any]]


def claim(world: World) -> dict[str, Any]:
    return {"claim_id": world.claims.claim_id}


def line(world: World) -> dict[str, Any]:
    return {"line_id": world.claims.line_id}


def noted(given: Given) -> Given:
    return lambda world: given(world) | {"note": "x"}


def coded(given: Given) -> Given:
    return lambda world: given(world) | {"code": "000000", "sealer": world.city.sealer}


def pool(world: World) -> dict[str, Any]:
    return {"pool_id": world.pools.small.pool.id}


def booked(world: World) -> dict[str, Any]:
    return pool(world) | {"operator_id": world.city.operator.own_tenant}


def collection(world: World) -> dict[str, Any]:
    draft = CollectionDraft(
        kind=CollectionKind.CALL,
        result=CollectionResult.REFUSED,
        attempted_on=local_day(world.city.now),
    )
    return {"loan_id": world.loan_id, "draft": draft}


def recovery(world: World) -> dict[str, Any]:
    draft = RecoveryDraft(
        reference="ZS-else", received_fen=1, cost_fen=0, recovered_on=local_day(world.city.now)
    )
    return claim(world) | {"draft": draft}


def keepers_own(given: Given) -> list[Case]:
    """A pool's operator's command on a claim: another bank finds none, and whoever has not the right may not."""
    return [
        ("rival", NotFound, given),
        *by(("stranger", "merchant", "anonymous", "system"), Forbidden, given),
    ]


ENDED = coded(lambda world: claim(world) | {"ending": Ending.WRITE_OFF, "reason": "x"})
APPROVED = coded(lambda world: claim(world) | {"place": Place.FUND_MANAGER})
STATEMENT = {"name": "x", "content": b"x"}

COMMANDS: dict[str, list[Case]] = {
    "risk_pool.claims.commands.draft_claim": banks_own(lambda world: {"loan_id": world.loan_id}),
    "risk_pool.claims.commands.record_collection": banks_own(collection),
    "risk_pool.claims.commands.submit_claim": banks_own(claim),
    "risk_pool.claims.commands.withdraw_claim": banks_own(claim),
    "risk_pool.collection_files.attaching.attach_file": banks_own(
        lambda world: (
            {"attempt_id": world.claims.attempt_id, "name": "x.pdf", "content": b"%PDF-1"}
            | {"sealer": world.city.sealer}
        )
    ),
    "risk_pool.claims.ending.ask_to_end": operators_own(ENDED),
    "risk_pool.claims.ending.confirm_ending": operators_own(coded(claim)),
    "risk_pool.claims.ending.drop_ending": operators_own(claim),
    "risk_pool.claims.reviewing.pass_claim_on": operators_own(claim),
    "risk_pool.claims.reviewing.reject_claim": operators_own(noted(claim)),
    "risk_pool.claims.reviewing.return_claim": keepers_own(noted(claim)),
    "risk_pool.claims.reviewing.take_up_claim": operators_own(claim),
    "risk_pool.payments.approving.approve_claim": operators_own(APPROVED),
    "risk_pool.recoveries.reporting.report_recovery": banks_own(recovery),
    "risk_pool.statements.importing.import_statement": operators_own(
        lambda world: pool(world) | STATEMENT | {"sealer": world.city.sealer}
    ),
    "risk_pool.statements.matching.awaited_in": operators_own(pool),
    "risk_pool.statements.matching.match_line": operators_own(
        lambda world: (
            line(world) | {"matched": Matched.PAYMENT, "matched_id": world.claims.payment_id}
        )
    ),
    "risk_pool.statements.matching.set_line_aside": operators_own(noted(line)),
    "risk_pool.statements.matching.take_line_up": operators_own(line),
    # Whoever acts for no organisation has no such code, and whoever does has his own alone.
    "tenancy.second_factors.show_second_factor": [
        *by(("stranger", "anonymous", "system"), Forbidden, coded(lambda _world: {})),
        *by(("rival", "merchant", "operator"), SecondFactorMissing, coded(lambda _world: {})),
    ],
}


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def of_payment(world: World) -> dict[str, Any]:
    return {"operator_id": world.city.operator.own_tenant, "claim_id": world.claims.claim_id}


def of_bank(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "claim_id": world.claims.claim_id}


def attempted(world: World) -> dict[str, Any]:
    attempt = CollectionAttempt(
        tenant_id=world.bank.tenant_id, loan_id=world.loan_id, id=world.claims.attempt_id
    )
    return {"attempt": attempt}


QUERIES: dict[str, tuple[str, Given, Any]] = {
    "risk_pool.claims.queries.claim_counts": ("rival", nothing_given, None),
    "risk_pool.claims.queries.claim_on_pool": ("rival", claim, NotFound),
    "risk_pool.claims.queries.claimable_filings": ("rival", nothing_given, None),
    "risk_pool.claims.queries.claims_in_reach": ("rival", nothing_given, None),
    "risk_pool.claims.queries.claims_within": ("rival", nothing_given, None),
    "risk_pool.claims.queries.claims_on_pools": ("rival", nothing_given, None),
    "risk_pool.claims.queries.collections_of": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, "loan_id": world.loan_id},
        None,
    ),
    "risk_pool.claims.queries.live_claim": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, "filing_id": world.pools.filing_id},
        None,
    ),
    "risk_pool.claims.queries.lock_claim": ("rival", of_payment, None),
    "risk_pool.claims.queries.lock_own_claim": ("rival", claim, NotFound),
    "risk_pool.claims.queries.own_claim": ("rival", claim, NotFound),
    "risk_pool.collection_files.queries.files_of_attempt": ("rival", attempted, None),
    "risk_pool.collection_files.queries.files_of_loan": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, "loan_id": world.loan_id},
        None,
    ),
    "risk_pool.collection_files.queries.opened_file": (
        "rival",
        lambda world: {"sealer": world.city.sealer, "file_id": world.claims.file_id},
        NotFound,
    ),
    "risk_pool.collection_files.queries.own_attempt": (
        "rival",
        lambda world: {"attempt_id": world.claims.attempt_id},
        NotFound,
    ),
    "risk_pool.payments.queries.issued_payments": ("rival", booked, None),
    "risk_pool.payments.queries.open_payment": ("rival", of_payment, None),
    "risk_pool.payments.queries.own_payment": (
        "rival",
        lambda world: {"payment_id": world.claims.payment_id},
        NotFound,
    ),
    "risk_pool.payments.queries.own_payments": ("rival", nothing_given, None),
    "risk_pool.payments.queries.payments_of": ("rival", of_payment, None),
    "risk_pool.recoveries.queries.recoveries_in_reach": ("rival", nothing_given, None),
    "risk_pool.recoveries.queries.recoveries_of": ("rival", of_bank, None),
    "risk_pool.recoveries.queries.recoveries_of_pools": ("rival", nothing_given, None),
    "risk_pool.recoveries.queries.recovery_with": (
        "rival",
        lambda _world: {"reference": "ZS-x"},
        None,
    ),
    "risk_pool.recoveries.queries.reported_recoveries": ("rival", booked, None),
    "risk_pool.statements.queries.line_counts": (
        "rival",
        lambda world: {"statement_id": world.claims.statement_id},
        Forbidden,
    ),
    "risk_pool.statements.queries.lines_with": (
        "rival",
        lambda world: pool(world) | {"references": ["LS-x"]},
        None,
    ),
    "risk_pool.statements.queries.lock_open_lines": (
        "rival",
        lambda world: booked(world) | {"after": None, "limit": 5},
        None,
    ),
    "risk_pool.statements.queries.lock_own_line": ("rival", line, NotFound),
    "risk_pool.statements.queries.own_lines": ("rival", nothing_given, Forbidden),
    "risk_pool.statements.queries.own_statement": (
        "rival",
        lambda world: {"statement_id": world.claims.statement_id},
        Forbidden,
    ),
    "risk_pool.statements.queries.own_statements": ("rival", nothing_given, Forbidden),
    "risk_pool.statements.queries.statement_with": (
        "rival",
        lambda world: pool(world) | {"number": "DZD-x"},
        None,
    ),
}


def period(world: World) -> dict[str, Any]:
    day = local_day(world.city.now)
    return pool(world) | {"first": day - timedelta(days=30), "last": day}


QUERIES |= {
    "risk_pool.reconciliation.queries.closing_balances": ("rival", pool, Forbidden),
    "risk_pool.reconciliation.queries.days_of": ("rival", period, Forbidden),
    "risk_pool.reconciliation.queries.differences": ("rival", period, Forbidden),
    "risk_pool.reconciliation.queries.reckoned_days": ("rival", period, Forbidden),
}
