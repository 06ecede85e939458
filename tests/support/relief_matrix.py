"""Who must not touch a notice of exemption: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_relief import PDF, SOURCE, draft
from small_world import World
from trespassing import Case, operators_own

from suxin.kernel.refusals import Forbidden
from suxin.kernel.sealed_documents import SentFile


def notice(world: World) -> dict[str, Any]:
    return {"notice_id": world.relieved.notice_id}


COMMANDS: dict[str, list[Case]] = {
    "relief.commands.answer_ending": operators_own(lambda world: notice(world) | {"granted": True}),
    "relief.commands.ask_to_end": operators_own(lambda world: notice(world) | {"reason": "x"}),
    "relief.commands.decide_notice": operators_own(
        lambda world: notice(world) | {"granted": True, "answer": "x"}
    ),
    "relief.commands.propose_notice": operators_own(
        lambda world: {
            "draft": draft(),
            "paper": SentFile(name="x.pdf", content=PDF),
            "sealer": world.city.sealer,
        }
    ),
    "relief.commands.withdraw_notice": operators_own(notice),
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "relief.queries.exemptions_of": (
        "stranger",
        lambda world: {"subject_id": world.city.firm_id},
        None,
    ),
    "relief.queries.lock_notice": ("rival", notice, Forbidden),
    "relief.queries.notices_waiting": ("rival", lambda _world: {}, None),
    "relief.queries.own_document": ("rival", notice, Forbidden),
    "relief.queries.own_notice": ("rival", notice, Forbidden),
    "relief.queries.own_notices": ("rival", lambda _world: {}, Forbidden),
    "relief.queries.proposed_from": ("rival", lambda _world: {"source": SOURCE}, None),
}
