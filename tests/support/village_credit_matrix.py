"""Who must not touch a round of whole-village credit, nor read another's: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from filled_village_credit import MEMBER_ID, ROUND_ID
from small_world import World
from trespassing import (
    EVERYONE_BUT_BANKS,
    EVERYONE_BUT_SUBJECTS,
    PUBLIC,
    Case,
    banks_own,
    by,
    subjects_own,
)

from suxin.consent.notice_texts import current_text
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.terms import LoanPurpose
from suxin.village_credit.requesting import LineRequest

Given = Callable[[World], dict[str, Any]]


def nothing(_world: World) -> dict[str, Any]:
    return {}


def found(_world: World) -> dict[str, Any]:
    return {"round_id": ROUND_ID}


def member(_world: World) -> dict[str, Any]:
    return {"member_id": MEMBER_ID}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.firm_id}


def beside(given: Given, **more: Any) -> Given:
    return lambda world: given(world) | more


def villages_own(given: Given) -> list[Case]:
    """A village's command: whoever has not the right may not; a village and its bank are in ``tests/village_credit``."""
    return by((*EVERYONE_BUT_SUBJECTS, "stranger"), Forbidden, given)


WANTED = LineRequest(
    amount_fen=1_000_000,
    term_months=12,
    purpose=LoanPurpose.OTHER,
    notice_version=current_text("loan.match").version,
)
COMMANDS: dict[str, list[Case]] = {
    "village_credit.rounds.propose_round": by(
        EVERYONE_BUT_BANKS,
        Forbidden,
        lambda world: {
            "village_code": "321302150201",
            "product_id": world.bank.product_id,
            "rules": {"AAA": 1_000_000},
        },
    ),
    "village_credit.rounds.sign_round": banks_own(found),
    "village_credit.rounds.accept_round": villages_own(found),
    "village_credit.rounds.confirm_round": villages_own(found),
    "village_credit.rounds.end_round": banks_own(beside(found, reason="x")),
    "village_credit.deciding.decide_lines": banks_own(beside(found, member_ids=[MEMBER_ID])),
    "village_credit.deciding.answer_objection": banks_own(
        beside(member, line_fen=None, answer="x")
    ),
    "village_credit.deciding.end_line": banks_own(beside(member, reason="x")),
    "village_credit.joining.join_round": subjects_own(
        beside(found, notice_version=current_text("bank.credit").version)
    ),
    "village_credit.joining.leave_round": subjects_own(member),
    "village_credit.joining.object_to_line": subjects_own(beside(member, reason="x")),
    "village_credit.requesting.request_notice": subjects_own(member),
    "village_credit.requesting.request_on_line": subjects_own(beside(member, wanted=WANTED)),
}

QUERIES: dict[str, tuple[str, Given, Any]] = {
    "village_credit.queries.own_rounds": ("rival", nothing, None),
    "village_credit.queries.own_round": ("rival", found, NotFound),
    "village_credit.queries.lock_round": ("rival", found, NotFound),
    "village_credit.queries.rounds_overseen": ("rival", nothing, Forbidden),
    "village_credit.queries.own_round_members": ("rival", nothing, None),
    "village_credit.queries.own_members": ("rival", found, None),
    "village_credit.queries.lock_members": (
        "rival",
        beside(found, member_ids=[MEMBER_ID]),
        NotFound,
    ),
    "village_credit.queries.own_member": ("rival", member, NotFound),
    "village_credit.queries.lock_member": ("rival", member, NotFound),
    "village_credit.queries.rounds_for": ("stranger", nothing, None),
    "village_credit.queries.open_round": ("stranger", found, NotFound),
    "village_credit.queries.memberships_about": ("stranger", subject, None),
    "village_credit.queries.own_membership": ("stranger", member, NotFound),
    "village_credit.queries.lock_own_membership": ("stranger", member, NotFound),
    "village_credit.queries.uses_about": ("stranger", subject, None),
    "village_credit.queries.used_fen": ("stranger", member, None),
    "village_credit.queries.lines_in_use": (
        "rival",
        beside(nothing, member_ids=[MEMBER_ID]),
        None,
    ),
    "village_credit.queries.public_notices": ("stranger", found, PUBLIC),
}
