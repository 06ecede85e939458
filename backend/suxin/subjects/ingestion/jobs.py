"""The platform's work on batches and on releases of the catalogue, by topic."""

from collections.abc import Mapping

from suxin.kernel.outbox import Handler
from suxin.subjects.catalogue_drafts import APPLY_TOPIC
from suxin.subjects.ingestion.commands import RUN_TOPIC


def handlers(run: Handler, apply: Handler) -> Mapping[str, Handler]:
    """Return the work by its topic: ``run`` reads batches and ``apply`` puts releases in force, as a role that requests have not."""
    return {RUN_TOPIC: run, APPLY_TOPIC: apply}
