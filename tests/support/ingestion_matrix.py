"""Who must not take batches in or see them: commands and queries for the proofs as two tenants."""

from collections.abc import Callable
from typing import Any

from small_world import World
from trespassing import OUTSIDE_THE_OPERATOR, Case, by, operators_own

from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.ingestion.deliveries import Delivery


def batch(world: World) -> dict[str, Any]:
    return {"batch_id": world.batch_id}


def draft(world: World) -> dict[str, Any]:
    return {"draft_id": world.promised.draft_release_id}


def nothing_given(_world: World) -> dict[str, Any]:
    return {}


DELIVERY = Delivery(source="外人", batch_key="1", file_name="a.csv", content=b"x")

COMMANDS: dict[str, list[Case]] = {
    "subjects.ingestion.commands.cancel_batch": operators_own(
        lambda world: batch(world) | {"reason": "x"}
    ),
    "subjects.ingestion.commands.receive_batch": by(
        (*OUTSIDE_THE_OPERATOR, "system"),
        Forbidden,
        lambda world: {"delivery": DELIVERY, "sealer": world.city.sealer},
    ),
}

COMMANDS |= {
    f"subjects.catalogue_drafts.{name}": operators_own(given)
    for name, given in (
        ("draft_release", lambda _world: {"release": "2030.1", "source": "x", "file": b"x"}),
        ("activate_release", draft),
        ("discard_release", draft),
    )
}

QUERIES: dict[str, tuple[str, Callable[[World], dict[str, Any]], Any]] = {
    "subjects.ingestion.queries.batch_of_key": (
        "rival",
        lambda _world: {"source": "x", "batch_key": "x"},
        None,
    ),
    "subjects.ingestion.queries.batches_waiting": ("rival", nothing_given, None),
    "subjects.ingestion.queries.ingestion_batch": ("rival", batch, NotFound),
    "subjects.ingestion.queries.ingestion_batches": ("rival", nothing_given, None),
    "subjects.ingestion.queries.ingestion_rejects": ("rival", batch, None),
    "subjects.ingestion.queries.lock_batch": ("rival", batch, NotFound),
    "subjects.ingestion.queries.source_qualities": ("rival", nothing_given, None),
    "subjects.queries.catalogue_draft": ("rival", draft, NotFound),
    "subjects.queries.catalogue_drafts": ("rival", nothing_given, None),
    "subjects.queries.lock_catalogue_draft": ("rival", draft, NotFound),
    "subjects.queries.catalogue": (
        "anonymous",
        nothing_given,
        "published: the same for everyone",
    ),
    "subjects.queries.catalogue_releases": (
        "anonymous",
        nothing_given,
        "published: the same for everyone",
    ),
}
