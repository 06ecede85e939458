"""Who must not judge, register or lock commitments, and whose each is told: for the proofs as two tenants."""

from collections.abc import Callable
from datetime import date
from typing import Any

from small_world import World
from trespassing import Case, operators_own

from suxin.kernel.refusals import NotFound
from suxin.subjects.commitments.judging import Verdict
from suxin.subjects.commitments.models import CommitmentKind, CommitmentState
from suxin.subjects.commitments.registering import Promise

VERDICT = Verdict(state=CommitmentState.BROKEN, reason="x", document="x")
PROMISE = Promise(
    kind=CommitmentKind.APPROVAL,
    number="x",
    authority="x",
    title="x",
    text="x",
    made_on=date(2026, 1, 1),
    due_on=None,
)


def commitment(world: World) -> dict[str, Any]:
    return {"commitment_id": world.promised.commitment_id}


def subject(world: World) -> dict[str, Any]:
    return {"subject_id": world.city.person_id}


COMMANDS: dict[str, list[Case]] = {
    "subjects.commitments.judging.judge_commitment": operators_own(
        lambda world: commitment(world) | {"verdict": VERDICT}
    ),
    "subjects.commitments.registering.register_commitment": operators_own(
        lambda _world: {"uscc": "91321302MATE5T017A", "promise": PROMISE}
    ),
}
# The world's commitment is a natural person's, of which nothing is published.
QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "subjects.commitments.queries.commitment": ("rival", commitment, NotFound),
    "subjects.commitments.queries.commitments": ("rival", lambda _world: {"waiting": True}, None),
    "subjects.commitments.queries.commitments_of": ("stranger", subject, None),
    "subjects.commitments.queries.commitments_waiting": ("merchant", lambda _world: {}, None),
    "subjects.commitments.queries.lock_commitment": ("stranger", commitment, NotFound),
    "subjects.commitments.queries.public_commitments": ("anonymous", lambda _world: {}, None),
    "subjects.commitments.queries.signed_before": ("rival", subject, None),
}
