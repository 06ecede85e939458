"""Who must not touch a risk pool: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from datetime import date
from typing import Any

from small_loans import NUMBER
from small_pools import FILE_SHA256, agreement_draft, partner_draft, pool_draft
from small_world import World
from trespassing import Case, banks_own, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.risk_pool.pools.funding import FundingDraft
from suxin.risk_pool.statistics.figures import PoolDimension
from suxin.risk_pool.stopping.models import PoolStopLoss

Given = Callable[[World], dict[str, Any]]


def pool(world: World) -> dict[str, Any]:
    return {"pool_id": world.pools.small.pool.id}


def drafted(world: World) -> dict[str, Any]:
    return {"agreement_id": world.pools.drafted_id}


def offered(world: World) -> dict[str, Any]:
    return {"agreement_id": world.pools.offered_id}


def recorded(world: World) -> dict[str, Any]:
    return {"funding_id": world.pools.recorded_id}


def stop_loss(world: World) -> dict[str, Any]:
    return {"stop_loss_id": world.pools.stop_loss_id}


def noted(given: Given) -> Given:
    return lambda world: given(world) | {"note": "x"}


def payment(world: World) -> dict[str, Any]:
    draft = FundingDraft(
        partner_id=world.pools.small.partner.id,
        reference="CZ-9",
        amount_fen=1,
        paid_on=date(2026, 11, 3),
    )
    return pool(world) | {"draft": draft}


def of_pool_and_bank(world: World) -> dict[str, Any]:
    return pool(world) | {"bank_id": world.bank.tenant_id}


COMMANDS: dict[str, list[Case]] = {
    "risk_pool.filings.files.file_list": banks_own(
        lambda world: pool(world) | {"name": "x.csv", "content": "合同编号\nHT-1\n".encode()}
    ),
    "risk_pool.filings.filing.file_loan": banks_own(
        lambda world: pool(world) | {"loan_id": world.loan_id}
    ),
    "risk_pool.filings.filing.file_loans": banks_own(
        lambda world: pool(world) | {"contract_numbers": [NUMBER]}
    ),
    "risk_pool.pools.commands.add_partner": operators_own(
        lambda world: pool(world) | {"draft": partner_draft(name="另一方", share_bps=1)}
    ),
    "risk_pool.pools.commands.close_pool": operators_own(pool),
    "risk_pool.pools.commands.open_pool": operators_own(
        lambda world: {"draft": pool_draft(name="另一个"), "sealer": world.city.sealer}
    ),
    "risk_pool.pools.commands.pause_pool": operators_own(pool),
    "risk_pool.pools.commands.resume_pool": operators_own(pool),
    "risk_pool.pools.funding.confirm_funding": operators_own(recorded),
    "risk_pool.pools.funding.record_funding": operators_own(payment),
    "risk_pool.pools.funding.reject_funding": operators_own(noted(recorded)),
    "risk_pool.stopping.lifting.ask_lift": operators_own(
        lambda world: stop_loss(world) | {"reason": "x"}
    ),
    "risk_pool.stopping.lifting.lift_stop_loss": operators_own(stop_loss),
    "risk_pool.signing.answering.accept_agreement": banks_own(offered),
    "risk_pool.signing.answering.decline_agreement": banks_own(noted(offered)),
    "risk_pool.signing.drafting.draft_agreement": operators_own(
        lambda world: of_pool_and_bank(world) | {"draft": agreement_draft()}
    ),
    "risk_pool.signing.drafting.end_agreement": operators_own(noted(drafted)),
    "risk_pool.signing.drafting.sign_agreement": operators_own(drafted),
    "risk_pool.signing.drafting.withdraw_agreement": operators_own(noted(drafted)),
}


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def filed(world: World) -> dict[str, Any]:
    return {"loan_ids": [world.loan_id]}


QUERIES: dict[str, tuple[str, Given, Any]] = {
    "risk_pool.filings.queries.committed_of": ("stranger", pool, Forbidden),
    "risk_pool.filings.queries.exposure_of": ("rival", pool, Forbidden),
    "risk_pool.filings.queries.file_with": (
        "rival",
        lambda world: pool(world) | {"sha256": FILE_SHA256},
        None,
    ),
    "risk_pool.filings.queries.filing_of_loan": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, "loan_id": world.loan_id},
        None,
    ),
    "risk_pool.filings.queries.filings_behind": ("rival", lambda _world: {"limit": 5}, None),
    "risk_pool.filings.queries.filings_by_loan": ("rival", filed, None),
    "risk_pool.filings.queries.filings_in_reach": ("rival", nothing_given, None),
    "risk_pool.filings.queries.filings_of_pools": ("rival", nothing_given, Forbidden),
    "risk_pool.filings.queries.own_filing": (
        "rival",
        lambda world: {"filing_id": world.pools.filing_id},
        NotFound,
    ),
    "risk_pool.filings.queries.own_files": ("rival", nothing_given, None),
    "risk_pool.statistics.queries.figures_by": (
        "rival",
        lambda _world: {"by": PoolDimension.BANK},
        Forbidden,
    ),
    "risk_pool.filings.queries.products_by_referral": (
        "rival",
        lambda world: {"referral_ids": [world.chosen_referral]},
        None,
    ),
    "risk_pool.filings.queries.requests_by_id": (
        "rival",
        lambda world: {"request_ids": [world.chosen.request.id]},
        None,
    ),
    "risk_pool.filings.queries.stop_loss_states": ("rival", of_pool_and_bank, None),
    "risk_pool.pools.queries.funding_with": (
        "rival",
        lambda world: pool(world) | {"reference": "CZ-1"},
        None,
    ),
    "risk_pool.pools.queries.fundings_of": ("rival", pool, Forbidden),
    "risk_pool.pools.queries.joined_pool": ("rival", pool, NotFound),
    "risk_pool.pools.queries.joined_pools": ("rival", nothing_given, None),
    "risk_pool.pools.queries.lock_own_funding": ("rival", recorded, NotFound),
    "risk_pool.pools.queries.lock_own_pool": ("rival", pool, NotFound),
    "risk_pool.pools.queries.own_pool": ("rival", pool, Forbidden),
    "risk_pool.pools.queries.own_pools": ("rival", nothing_given, Forbidden),
    "risk_pool.pools.queries.partners_of": ("rival", pool, Forbidden),
    "risk_pool.pools.queries.pool_of_funding": ("rival", recorded, Forbidden),
    "risk_pool.pools.queries.pool_named": (
        "rival",
        lambda world: {"name": world.pools.small.pool.name},
        None,
    ),
    "risk_pool.signing.queries.agreement_in_force": ("rival", pool, None),
    "risk_pool.signing.queries.agreements_in_force": (
        "rival",
        lambda world: pool(world) | {"bank_ids": [world.bank.tenant_id]},
        None,
    ),
    "risk_pool.signing.queries.agreements_of_pools": ("rival", nothing_given, Forbidden),
    "risk_pool.signing.queries.agreements_over": ("rival", lambda _world: {"limit": 5}, None),
    "risk_pool.signing.queries.bank_names": ("rival", nothing_given, Forbidden),
    "risk_pool.signing.queries.last_version": ("rival", of_pool_and_bank, None),
    "risk_pool.signing.queries.lock_in_force": ("rival", of_pool_and_bank, None),
    "risk_pool.signing.queries.lock_keepers_agreement": ("rival", drafted, NotFound),
    "risk_pool.signing.queries.lock_offered_agreement": ("rival", offered, NotFound),
    "risk_pool.signing.queries.own_agreements": ("rival", nothing_given, None),
    "risk_pool.stopping.queries.changes_of": ("rival", stop_loss, Forbidden),
    "risk_pool.stopping.queries.latest_agreement": (
        "rival",
        lambda world: {
            "stop_loss": PoolStopLoss(
                tenant_id=world.city.operator.tenant_id,
                pool_id=world.pools.small.pool.id,
                bank_id=world.bank.tenant_id,
            )
        },
        None,
    ),
    "risk_pool.stopping.queries.lock_own_stop_loss": ("rival", stop_loss, NotFound),
    "risk_pool.stopping.queries.lock_stop_loss_of": (
        "rival",
        lambda world: (
            of_pool_and_bank(world)
            | {"operator_id": world.city.operator.tenant_id, "product_code": "P-1"}
        ),
        None,
    ),
    "risk_pool.stopping.queries.lock_stop_losses_after": (
        "rival",
        lambda _world: {"after": None, "limit": 5},
        None,
    ),
    "risk_pool.stopping.queries.own_stop_losses": ("rival", nothing_given, None),
    "risk_pool.stopping.queries.stop_losses_of_pools": ("rival", nothing_given, Forbidden),
}
