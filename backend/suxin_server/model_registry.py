"""Every table of every context, imported once so that migrations and checks see them all."""

from suxin.cautions import models as cautions
from suxin.consent import models as consent
from suxin.consent.oauth import models as oauth
from suxin.counter import models as counter
from suxin.disasters import models as disasters
from suxin.events import models as events
from suxin.exports import models as exports
from suxin.grid import models as grid
from suxin.grid.field import models as field
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
from suxin.lending.exchange import models as exchange
from suxin.lending.guarantees import models as guarantees
from suxin.lending.league import models as league
from suxin.lending.loans import models as loans
from suxin.lending.replays import models as replays
from suxin.lending.routing import models as routing
from suxin.lending.warnings import models as warnings
from suxin.perks import models as perks
from suxin.perks.covers import models as covers
from suxin.perks.figures import models as perk_figures
from suxin.perks.limiting import models as limiting
from suxin.perks.orders import models as orders
from suxin.perks.orders.authorisations import models as order_authorisations
from suxin.perks.orders.bills import models as order_bills
from suxin.perks.settlements import models as settlements
from suxin.perks.tickets import models as tickets
from suxin.places import models as places
from suxin.relief import models as relief
from suxin.repair import models as repair
from suxin.review import models as review
from suxin.rights import models as rights
from suxin.risk_pool.bank_ledgers import models as bank_ledgers
from suxin.risk_pool.claims import models as claims
from suxin.risk_pool.collection_files import models as collection_files
from suxin.risk_pool.filings import models as filings
from suxin.risk_pool.guarantor_parts import models as guarantor_parts
from suxin.risk_pool.incentives import models as incentives
from suxin.risk_pool.payments import models as payments
from suxin.risk_pool.pools import models as pools
from suxin.risk_pool.reconciliation import models as reconciliation
from suxin.risk_pool.recoveries import models as recoveries
from suxin.risk_pool.signing import models as agreements
from suxin.risk_pool.statements import models as statements
from suxin.risk_pool.stopping import models as stopping
from suxin.rural import models as rural
from suxin.sandboxes import models as sandboxes
from suxin.scoring import models as scoring
from suxin.shop import models as shop
from suxin.subjects import catalogue_releases, closures
from suxin.subjects import models as subjects
from suxin.subjects.commitments import models as commitments
from suxin.subjects.ingestion import models as ingestion
from suxin.tenancy import models as tenancy
from suxin.tenancy.providers import models as providers
from suxin.village_credit import models as village_credit
from suxin.villages import models as villages

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
    relief,
    cautions,
    disasters,
    village_credit,
    scoring,
    counter,
    exports,
    lending,
    exchange,
    loans,
    guarantees,
    replays,
    routing,
    warnings,
    league,
    repair,
    pools,
    agreements,
    filings,
    statements,
    payments,
    claims,
    collection_files,
    recoveries,
    guarantor_parts,
    reconciliation,
    bank_ledgers,
    stopping,
    rights,
    sandboxes,
    incentives,
    perks,
    order_authorisations,
    order_bills,
    orders,
    tickets,
    settlements,
    covers,
    limiting,
    perk_figures,
    villages,
    grid,
    shop,
    field,
    rural,
)

metadata = Table.metadata
