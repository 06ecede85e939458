"""The platform's work on batches, by topic."""

from collections.abc import Mapping

from suxin.kernel.outbox import Handler
from suxin.subjects.ingestion.commands import RUN_TOPIC


def handlers(run: Handler) -> Mapping[str, Handler]:
    """Return the work on batches by its topic; ``run`` reads them, as a role that requests have not."""
    return {RUN_TOPIC: run}
