"""Who must not touch a loan: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_loans import FILE_SHA256, NUMBER, days, repayment
from small_world import World
from trespassing import EVERYONE_BUT_BANKS, Case, banks_own, by

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.kernel.working_days import local_day
from suxin.lending.loans.collateral import CollateralDraft
from suxin.lending.loans.contracts import ContractDraft
from suxin.lending.loans.drawing import DrawdownDraft
from suxin.lending.loans.ending import RenewalDraft
from suxin.lending.loans.models import Loan
from suxin.lending.loans.refusals import LoanUnknown
from suxin.lending.terms import RepaymentMethod

CONTRACT = ContractDraft(number="HT-else")


def loan(world: World) -> dict[str, Any]:
    return {"loan_id": world.loan_id}


def drawdown(world: World) -> dict[str, Any]:
    day = local_day(world.city.now)
    draft = DrawdownDraft(reference="FK-else", amount_fen=1, drawn_on=day)
    return loan(world) | {"draft": draft}


def renewal(world: World) -> dict[str, Any]:
    draft = RenewalDraft(
        contract=CONTRACT, rate_bps=400, term_months=6, repayment_method=RepaymentMethod.BULLET
    )
    return loan(world) | {"draft": draft}


def report(world: World) -> dict[str, Any]:
    return {"draft": repayment(1, local_day(world.city.now))}


def noted(world: World) -> dict[str, Any]:
    return loan(world) | {"note": "x"}


COMMANDS: dict[str, list[Case]] = {
    "lending.loans.collateral.record_collateral": banks_own(
        lambda world: (
            loan(world)
            | {
                "draft": CollateralDraft(
                    registry="x", number="x", expires_on=local_day(world.city.now + days(9))
                )
            }
        )
    ),
    "lending.loans.contracts.cancel_contract": banks_own(noted),
    "lending.loans.contracts.sign_contract": banks_own(
        lambda world: {"offer_id": world.chosen_offer, "draft": CONTRACT}
    ),
    "lending.loans.drawing.draw_down": banks_own(drawdown),
    "lending.loans.ending.renew_loan": banks_own(renewal),
    "lending.loans.ending.settle_loan": banks_own(loan),
    "lending.loans.ending.write_off_loan": banks_own(noted),
    # Another bank's file is its own, of which no line finds a loan.
    "lending.loans.files.report_file": by(
        EVERYONE_BUT_BANKS, Forbidden, lambda _world: {"name": "x.csv", "content": b"x"}
    ),
    "lending.loans.reporting.report_repayment": [
        ("rival", LoanUnknown, report),
        *by(EVERYONE_BUT_BANKS, Forbidden, report),
    ],
    "lending.loans.reporting.report_repayments": by(
        EVERYONE_BUT_BANKS, Forbidden, lambda world: {"drafts": [report(world)["draft"]]}
    ),
}


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


def located(world: World) -> dict[str, Any]:
    return {"tenant_id": world.bank.tenant_id, "loan_id": world.loan_id}


QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "lending.loans.queries.drawdown_with": ("rival", lambda _world: {"reference": "FK-1"}, None),
    "lending.loans.queries.drawdowns_in_reach": ("rival", nothing_given, None),
    "lending.loans.queries.facts_of": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, "loan_ids": [world.loan_id]},
        None,
    ),
    "lending.loans.queries.file_with": ("rival", lambda _world: {"sha256": FILE_SHA256}, None),
    "lending.loans.queries.instalments_in_reach": ("rival", nothing_given, None),
    "lending.loans.queries.instalments_of": (
        "stranger",
        lambda world: {"loan": Loan(tenant_id=world.bank.tenant_id, id=world.loan_id)},
        None,
    ),
    "lending.loans.queries.loan_counts": ("rival", nothing_given, None),
    "lending.loans.queries.loan_on_offer": (
        "rival",
        lambda world: {"offer_id": world.chosen_offer},
        None,
    ),
    "lending.loans.queries.loan_with_number": (
        "rival",
        lambda world: {"tenant_id": world.bank.tenant_id, "number": NUMBER},
        None,
    ),
    "lending.loans.queries.loans_in_reach": ("rival", nothing_given, None),
    "lending.loans.queries.loans_of": (
        "stranger",
        lambda world: {
            "subject_id": world.city.firm_id,
            "request_id": world.chosen.request.id,
        },
        None,
    ),
    "lending.loans.queries.lock_loan": ("rival", located, None),
    "lending.loans.queries.lock_numbered_loans": (
        "rival",
        lambda _world: {"numbers": [NUMBER]},
        None,
    ),
    "lending.loans.queries.lock_own_loan": ("rival", loan, NotFound),
    "lending.loans.queries.own_files": ("rival", nothing_given, None),
    "lending.loans.queries.own_loan": ("rival", loan, NotFound),
    "lending.loans.queries.repayments_in_reach": ("rival", nothing_given, None),
    "lending.loans.queries.repayments_with": (
        "rival",
        lambda _world: {"references": ["HK-file-1"]},
        None,
    ),
    "lending.loans.queries.unreminded_collateral": (
        "rival",
        lambda world: {"until": local_day(world.city.now + days(30)), "limit": 5},
        None,
    ),
    "lending.loans.queries.untold_loans": ("rival", lambda _world: {"limit": 5}, None),
}
