"""Every table of every context, imported once so that migrations and checks see them all."""

from suxin.consent import models as consent
from suxin.consent.oauth import models as oauth
from suxin.counter import models as counter
from suxin.events import models as events
from suxin.exports import models as exports
from suxin.kernel import (
    audit,
    bases,
    calendars,
    idempotency,
    notices,
    outbox,
    sandbox_clocks,
    signing,
)
from suxin.kernel.tables import Table
from suxin.ledger import models as ledger
from suxin.lending import models as lending
from suxin.lending.league import models as league
from suxin.lending.loans import models as loans
from suxin.places import models as places
from suxin.repair import models as repair
from suxin.review import models as review
from suxin.rights import models as rights
from suxin.risk_pool.incentives import models as incentives
from suxin.sandboxes import models as sandboxes
from suxin.scoring import models as scoring
from suxin.subjects import catalogue_releases, closures
from suxin.subjects import models as subjects
from suxin.subjects.commitments import models as commitments
from suxin.subjects.ingestion import models as ingestion
from suxin.tenancy import models as tenancy
from suxin.tenancy.providers import models as providers

CONTEXTS = (
    audit,
    bases,
    calendars,
    idempotency,
    notices,
    outbox,
    sandbox_clocks,
    signing,
    places,
    tenancy,
    providers,
    events,
    subjects,
    commitments,
    catalogue_releases,
    ingestion,
    closures,
    ledger,
    consent,
    oauth,
    review,
    scoring,
    counter,
    exports,
    lending,
    loans,
    league,
    repair,
    rights,
    sandboxes,
    incentives,
)

metadata = Table.metadata
