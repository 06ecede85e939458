"""Every kind of event that any context records, as all edges tell of them."""

from typing import Final

from suxin.consent import event_types as consent
from suxin.events.catalogue import Catalogue, catalogue_of
from suxin.grid import event_types as grid
from suxin.lending import event_types as lending
from suxin.lending.exchange import event_types as exchange
from suxin.lending.guarantees import event_types as guarantees
from suxin.lending.loans import event_types as loans
from suxin.lending.warnings import event_types as warnings
from suxin.perks import event_types as perks
from suxin.perks.covers import event_types as covers
from suxin.perks.limiting import event_types as limiting
from suxin.perks.orders import event_types as orders
from suxin.perks.tickets import event_types as tickets
from suxin.repair import event_types as repair
from suxin.risk_pool import event_types as risk_pool
from suxin.risk_pool.claims import event_types as claims
from suxin.risk_pool.guarantor_parts import event_types as guarantor_parts
from suxin.rural import event_types as rural
from suxin.shop import event_types as shop
from suxin.village_credit import event_types as village_credit

CATALOGUE: Final[Catalogue] = catalogue_of(
    consent.EVENT_TYPES,
    lending.EVENT_TYPES,
    exchange.EVENT_TYPES,
    guarantees.EVENT_TYPES,
    loans.EVENT_TYPES,
    warnings.EVENT_TYPES,
    repair.EVENT_TYPES,
    orders.EVENT_TYPES,
    claims.EVENT_TYPES,
    guarantor_parts.EVENT_TYPES,
    risk_pool.EVENT_TYPES,
    perks.EVENT_TYPES,
    tickets.EVENT_TYPES,
    covers.EVENT_TYPES,
    limiting.EVENT_TYPES,
    grid.EVENT_TYPES,
    village_credit.EVENT_TYPES,
    shop.EVENT_TYPES,
    rural.EVENT_TYPES,
)
