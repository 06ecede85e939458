"""Every change of state that anyone could write × everyone who may write: the database takes exactly the declared steps.

The statements are plain SQL under the application's role, past every command; policies that admit the row are met first.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from small_city import SmallCity, offered
from small_endpoint import build_webhook
from small_exchange import exchange
from small_loans import drawn
from small_warnings import come_on_record, warnings, watch, watched
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.cautions.models import PublicCaution
from suxin.consent.models import Consent, ConsentState
from suxin.counter.models import CounterVisit
from suxin.disasters.models import DeclaredDisaster, RenewalProposal
from suxin.events.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from suxin.exports.models import Export
from suxin.grid.field.models import Capture
from suxin.grid.models import PointClaim, RuleSet
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import sqlstate
from suxin.kernel.tables import Table, models
from suxin.lending.exchange.models import MaterialRequest, MaterialState
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.models import (
    LoanProduct,
    LoanRequest,
    Offer,
    OfferState,
    ProductStatus,
    Referral,
    ReferralState,
    RequestState,
)
from suxin.lending.warnings.models import LoanWarning, WarningRuleSet
from suxin.lending.warnings.states import WarningState
from suxin.perks.covers.models import CoverClaim, CoverRecovery
from suxin.perks.limiting.models import Limit
from suxin.perks.models import Programme, Redemption
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.settlements.models import Settlement
from suxin.perks.tickets.models import Ticket
from suxin.relief.models import DisasterNotice
from suxin.repair.models import RepairApplication
from suxin.review.models import ReviewCase
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.incentives.models import IncentiveRuleSet, IncentiveRun
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.pools.models import PoolFunding, RiskPool
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.statements.models import CustodianLine
from suxin.rural.models import RatingCycle, RatingEntry, RuralGrade, RuralStatement, RuralTitle
from suxin.scoring.models import ScoreModel
from suxin.shop.models import ShopBudget, ShopCard, ShopGood, ShopRedemption
from suxin.subjects.catalogue_releases import CatalogueDraft
from suxin.subjects.commitments.models import Commitment
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.models import DataCategory
from suxin.tenancy.providers.commands import ProviderDraft, note_provider_tried, set_provider
from suxin.tenancy.providers.models import ClientMethod, IdentityProvider, ProviderState
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.villages.models import Grid, Household, HouseholdLink, Village, VillageMerger

BANK, SUBJECT, PLATFORM, OPERATOR = "bank", "subject", "platform", "operator"
CHECK_VIOLATION = "23514"
REFUSED = "no step of this caller leads there"
ALIVE = ("SUBMITTED", "MATCHING", "OPEN", "OFFERED")
WAITING = ("DISPATCHED", "ACCEPTED", "CONTACTED", "DUE_DILIGENCE")

WARNING_SET = (
    "state = cast(:to as text), action = case when cast(:to as text) = 'ACTED' then 'called' end,"
    " false_alarm = case when cast(:to as text) = 'FALSE_ALARM' then 'known' end,"
    " answered_at = case when cast(:to as text) in ('ACTED', 'FALSE_ALARM') then raised_at end,"
    " withdrawn_because = case when cast(:to as text) = 'WITHDRAWN' then 'loan' end"
)

Moves = dict[tuple[str, str], tuple[str, ...]]


def moves(sources: tuple[str, ...], to: str, *by: str) -> Moves:
    return {(source, to): by for source in sources if source != to}


# Who may write which change; written down here once more, so that a change of the declaration is seen.
REQUEST = (
    moves(("SUBMITTED", "MATCHING"), "OPEN", SUBJECT)
    | moves(ALIVE, "UNMATCHED", SUBJECT, PLATFORM)
    | moves(("OPEN",), "OFFERED", BANK)
    | moves(("OFFERED",), "OPEN", BANK, PLATFORM)
    | moves(("OFFERED",), "ACCEPTED", SUBJECT)
    | moves(("DRAFT", *ALIVE), "WITHDRAWN", SUBJECT)
    | moves(ALIVE, "EXPIRED", PLATFORM)
    | moves(("ACCEPTED",), "CONTRACTED", BANK)
    | moves(("CONTRACTED",), "WITHDRAWN", BANK)
    | moves(("CONTRACTED",), "DISBURSED", BANK)
)
REFERRAL = (
    moves(("DISPATCHED",), "ACCEPTED", BANK)
    | moves(("ACCEPTED",), "CONTACTED", BANK)
    | moves(("CONTACTED", "OFFERED"), "DUE_DILIGENCE", BANK)
    | moves(("ACCEPTED", "CONTACTED", "DUE_DILIGENCE"), "OFFERED", BANK)
    | moves(WAITING, "DECLINED", BANK)
    | moves(WAITING, "LAPSED", PLATFORM)
    | moves((*WAITING, "OFFERED"), "PASSED", SUBJECT, PLATFORM)
)
OFFER = (
    moves(("OPEN",), "CHOSEN", SUBJECT)
    | moves(("OPEN",), "PASSED", SUBJECT, PLATFORM)
    | moves(("OPEN",), "EXPIRED", PLATFORM)
    | moves(("OPEN",), "WITHDRAWN", BANK)
)
LOAN = (
    moves(("SIGNED",), "CANCELLED", BANK)
    | moves(("SIGNED",), "DISBURSED", BANK)
    | moves(("DISBURSED", "OVERDUE"), "PERFORMING", BANK, PLATFORM)
    | moves(("DISBURSED", "PERFORMING"), "OVERDUE", BANK, PLATFORM)
    | moves(("DISBURSED", "PERFORMING"), "SETTLED", BANK)
    | moves(("OVERDUE",), "WRITTEN_OFF", BANK)
    | moves(("OVERDUE",), "COMPENSATED", PLATFORM, OPERATOR)
    | moves(("COMPENSATED",), "RECOVERING", BANK)
    | moves(("COMPENSATED",), "OVERDUE", PLATFORM, OPERATOR)
    | moves(("COMPENSATED", "RECOVERING"), "SETTLED", BANK, PLATFORM, OPERATOR)
    | moves(("COMPENSATED", "RECOVERING"), "WRITTEN_OFF", PLATFORM, OPERATOR)
)
WARNING = (
    moves(("RAISED", "LAPSED"), "ACKNOWLEDGED", BANK)
    | moves(("ACKNOWLEDGED",), "ACTED", BANK)
    | moves(("ACKNOWLEDGED",), "FALSE_ALARM", BANK)
    | moves(("RAISED", "ACKNOWLEDGED"), "LAPSED", PLATFORM)
    | moves(("RAISED", "ACKNOWLEDGED", "LAPSED"), "WITHDRAWN", PLATFORM)
    | moves(("WITHDRAWN",), "RAISED", PLATFORM)
)
MATERIAL = moves(("OPEN",), "ANSWERED", SUBJECT) | {
    ("OPEN", to): (PLATFORM,) for to in ("EXPIRED", "CLOSED")
}
PRODUCT = moves(("DRAFT",), "PUBLISHED", BANK) | moves(("DRAFT", "PUBLISHED"), "RETIRED", BANK)
CONSENT = (
    moves(("REQUESTED", "PAUSED"), "ACTIVE", SUBJECT)
    | moves(("REQUESTED",), "REJECTED", SUBJECT)
    | moves(("REQUESTED",), "LAPSED", PLATFORM)
    | moves(("ACTIVE",), "PAUSED", SUBJECT)
    | moves(("ACTIVE", "PAUSED"), "REVOKED", SUBJECT, PLATFORM)
    | moves(("ACTIVE", "PAUSED"), "EXPIRED", PLATFORM)
    | moves(("ACTIVE", "PAUSED"), "SUPERSEDED", SUBJECT)
)
PROVIDER = (
    moves(("DRAFT", "SUSPENDED"), "ACTIVE", BANK, OPERATOR)
    | moves(("ACTIVE",), "SUSPENDED", BANK, OPERATOR)
    | moves(("ACTIVE", "SUSPENDED"), "DRAFT", BANK, OPERATOR)
)
HOUSE = (BANK, OPERATOR)
ENDPOINT = (
    moves(("ACTIVE", "BROKEN"), "PAUSED", *HOUSE, PLATFORM)
    | moves(("PAUSED",), "ACTIVE", *HOUSE)
    | moves(("BROKEN",), "ACTIVE", *HOUSE, PLATFORM)
    | moves(("ACTIVE",), "BROKEN", PLATFORM)
)
DELIVERY = (
    moves(("PENDING",), "DELIVERED", PLATFORM)
    | moves(("PENDING",), "GIVEN_UP", PLATFORM)
    | moves(("DELIVERED", "GIVEN_UP"), "PENDING", *HOUSE)
)
MACHINES: dict[type[Table], tuple[type[StrEnum], Moves]] = {
    LoanRequest: (RequestState, REQUEST),
    Referral: (ReferralState, REFERRAL),
    Offer: (OfferState, OFFER),
    Loan: (LoanState, LOAN),
    LoanWarning: (WarningState, WARNING),
    LoanProduct: (ProductStatus, PRODUCT),
    MaterialRequest: (MaterialState, MATERIAL),
    Consent: (ConsentState, CONSENT),
    IdentityProvider: (ProviderState, PROVIDER),
    WebhookEndpoint: (EndpointState, ENDPOINT),
    WebhookDelivery: (DeliveryState, DELIVERY),
}
# In which states a row may be added, and by whom; the platform loads rows that have a history, in any. Warnings are added by the
# batch role alone: test_warning_steps.py.
BEGINS = {
    LoanRequest: {"SUBMITTED": {SUBJECT}},
    Referral: {"DISPATCHED": {SUBJECT}, "ACCEPTED": {BANK}},
    Offer: {"OPEN": {BANK}},
    Loan: {"SIGNED": {BANK}},
    LoanProduct: {"DRAFT": {BANK}},
    MaterialRequest: {"OPEN": {BANK}},
    Consent: {"REQUESTED": {SUBJECT, BANK, OPERATOR}, "ACTIVE": {SUBJECT}},
    IdentityProvider: {"DRAFT": {BANK, OPERATOR}},
    WebhookEndpoint: {"ACTIVE": {BANK, OPERATOR}},
    WebhookDelivery: {"PENDING": {BANK, OPERATOR}},
}


def writers(city: SmallCity) -> dict[str, Actor]:
    """Return who may come: each sees the row he would write, so that the triggers alone are in question."""
    bank, applicant = city.banks[0].officer, city.applicant
    both = {"tenant_id": bank.tenant_id, "tenant_kind": "bank", "subject_id": applicant.subject_id}
    return {
        "staff": replace(bank, **both),
        "client": replace(bank, kind=ActorKind.CLIENT, **both),
        "subject": replace(applicant, **both),
        "system": replace(Actor.system("test"), **both),
        "operator": replace(city.operator, **both),
    }


PARTY = {
    "staff": BANK,
    "client": BANK,
    "subject": SUBJECT,
    "system": PLATFORM,
    "operator": OPERATOR,
}


async def row_of(city: SmallCity, admin: asyncpg.Connection, model: type[Table]) -> UUID:
    """Let a bank offer, or set its provider up; return the id of the row that everything is tried on."""
    if model is IdentityProvider:
        return await provider_of(city)
    if model is Loan:
        return (await drawn(city)).id
    if model is LoanWarning:
        await watched(city)
        await come_on_record(city, "TAX-ARREARS", DataCategory.TAX)
        await watch(city)
        return (await warnings(city))[0].id
    if model is MaterialRequest:
        return (await exchange(city)).material_id
    submitted, offer_id = await offered(city, city.banks[0])
    if model in (WebhookEndpoint, WebhookDelivery):
        webhook = await build_webhook(city, city.banks[0])
        return webhook.endpoint_id if model is WebhookEndpoint else webhook.delivery_id
    consent_id: UUID = await admin.fetchval("select id from consents")
    return {
        LoanRequest: submitted.request.id,
        Referral: await city.referral_to(submitted, city.banks[0]),
        Offer: offer_id,
        LoanProduct: city.banks[0].product_id,
        Consent: consent_id,
    }[model]


async def provider_of(city: SmallCity) -> UUID:
    """Set the first bank's provider up, tried, so that it may be in any state."""
    admin = city.banks[0].officer
    draft = ProviderDraft(
        issuer="https://sso.bank.example", client_id="suxin", method=ClientMethod.PRIVATE_KEY_JWT
    )
    provider = await city.act(set_provider, admin, draft=draft, sealer=city.sealer)
    known = {"provider_id": provider.id, "begun_at": city.now}
    await city.act(note_provider_tried, admin, **known)
    provider_id: UUID = provider.id
    return provider_id


def setting(model: type[Table]) -> str:
    """Return the SET clause that writes a state, with what the table's own checks want beside it."""
    assert model.__machine__ is not None
    column = model.__machine__.column
    if model is WebhookDelivery:
        delivered = "case when cast(:to as text) = 'DELIVERED' then created_at end"
        return f"{column} = cast(:to as text), delivered_at = {delivered}"
    if model is Loan:
        ended = "cast(:to as text) in ('CANCELLED', 'SETTLED', 'WRITTEN_OFF')"
        return f"{column} = cast(:to as text), ended_at = case when {ended} then signed_at end"
    if model is LoanWarning:
        return WARNING_SET
    if model is MaterialRequest:
        ended = "case when cast(:to as text) <> 'OPEN' then asked_at end"
        return f"{column} = cast(:to as text), ended_at = {ended}"
    if model is not Referral:
        return f"{column} = cast(:to as text)"
    reason = "case when cast(:to as text) = 'DECLINED' then 'OVER_INDEBTED' end"
    return f"{column} = cast(:to as text), decline_reason = {reason}"


def test_every_table_with_a_machine_is_listed() -> None:
    machines = {model for model in models() if model.__machine__ is not None}
    # Row policies bind the steps of these besides: counter/test_steps.py, isolation/test_export_steps.py, …/test_model_steps.py;
    # review/test_database.py; a batch is changed by the batch role alone: subjects/ingestion/test_steps.py.
    # an application for credit repair: repair/test_steps.py.
    # a commitment and a drafted catalogue: subjects/test_written_steps.py; an incentive: risk_pool/test_incentives.py.
    beside = {CatalogueDraft, Commitment, CounterVisit, Export, IncentiveRun, IngestionBatch}
    beside |= {IncentiveRuleSet}
    # Guarantees: lending/test_guarantee_steps.py; rules of early warning: lending/test_warning_steps.py.
    # Pools, payments into them, agreements and filings: risk_pool/test_written_steps.py.
    beside |= {GuaranteeRequest, RepairApplication, ReviewCase, ScoreModel, WarningRuleSet}
    beside |= {PoolAgreement, PoolFiling, PoolFunding, RiskPool}
    # programmes, redemptions and tickets: perks/test_written_steps.py
    beside |= {Programme, Redemption, Ticket}
    # what merchants are owed for these, claim on covers, and limit: perks/test_settlements.py, perks/test_cover_steps.py
    beside |= {CoverClaim, CoverRecovery, Limit, Settlement}
    # claims, what was paid and recovered, and the custodian's lines: risk_pool/test_claim_steps.py
    beside |= {CustodianLine, PoolClaim, PoolPayment, PoolRecovery}
    # what a guarantor says of a claim, and what is paid between it and the bank: risk_pool/test_claim_steps.py
    beside |= {GuarantorPart, GuarantorTransfer}
    # Service orders: perks/test_order_machine.py; authorisations of their services: perks/test_authorisations.py.
    beside |= {OrderAuthorisation, ServiceOrder}
    # Rounds of whole-village credit and who joined: village_credit/test_written_steps.py.
    beside |= {CreditRound, RoundMember}
    # Notices of exemption: relief/test_written_steps.py; public warnings: cautions/test_written_steps.py.
    beside |= {DisasterNotice, PublicCaution}
    # Declared disasters and what they propose to banks: disasters/test_written_steps.py.
    beside |= {DeclaredDisaster, RenewalProposal}
    # Registers of villages: villages/test_written_steps.py; one that is merged: villages/test_merging.py.
    beside |= {Grid, Household, HouseholdLink, Village, VillageMerger}
    # Claims of village points and their rules: grid/test_written_steps.py; as they are captured: field/test_written_steps.py.
    beside |= {Capture, PointClaim, RuleSet}
    # Shops' goods, budgets, cards and redemptions: shop/test_written_steps.py.
    beside |= {ShopBudget, ShopCard, ShopGood, ShopRedemption}
    # Ratings, and titles of villages: rural/test_written_steps.py.
    beside |= {RatingCycle, RatingEntry, RuralGrade, RuralStatement, RuralTitle}
    assert machines == {*MACHINES, *beside}


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.__name__)
async def test_the_database_takes_exactly_the_declared_steps(
    small_city: SmallCity, admin: asyncpg.Connection, model: type[Table]
) -> None:
    row_id = await row_of(small_city, admin, model)
    states, declared = MACHINES[model]
    table, assignment = model.__tablename__, setting(model)
    assert model.__machine__ is not None
    column = model.__machine__.column
    place = text(f"update {table} set {assignment} where id = :id returning {column}")  # noqa: S608 - names of our own tables
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in PARTY}
    for before in states:
        await admin.execute(
            f"update {table} set {assignment.replace(':to', '$1')} where id = $2",  # noqa: S608 - names of our own tables
            before.value,
            row_id,
        )
        for name, actor in writers(small_city).items():
            for to in states:
                if await written(small_city, actor, place, to=to.value, id=row_id):
                    found[name].add((before.value, to.value))
    stays = {(state.value, state.value) for state in states}
    assert found == {
        name: {pair for pair, by in declared.items() if party in by} | stays
        for name, party in PARTY.items()
    }


async def written(city: SmallCity, actor: Actor, statement: Any, **given: Any) -> bool:
    """Try a statement and take it back; return whether it wrote the row. Only a trigger may have refused it."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(statement, given)).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) != CHECK_VIOLATION or REFUSED not in str(error):
            raise
        return False
    return len(rows) == 1


@pytest.mark.parametrize("model", BEGINS, ids=lambda model: model.__name__)
async def test_a_row_begins_only_in_its_first_states(
    small_city: SmallCity, admin: asyncpg.Connection, model: type[Table]
) -> None:
    row_id = await row_of(small_city, admin, model)
    states, _ = MACHINES[model]
    assert model.__machine__ is not None
    column, table = model.__machine__.column, model.__tablename__
    again = text(
        f"insert into {table} select (jsonb_populate_record(t, jsonb_build_object("  # noqa: S608 - names of our own tables
        f"'id', gen_random_uuid(), '{column}', cast(:to as text)))).* from {table} t where id = :id"
    )
    for name, actor in writers(small_city).items():
        for state in states:
            refused = await refusal_of(small_city, actor, again, to=state.value, id=row_id)
            begins = PARTY[name] in BEGINS[model].get(state.value, ()) or name == "system"
            assert (REFUSED in refused) is not begins, (name, state)


async def refusal_of(city: SmallCity, actor: Actor, statement: Any, **given: Any) -> str:
    """Return why a statement was refused, by whatever; nothing if it was not. Nothing of it stays."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            await session.execute(statement, given)
            await session.rollback()
    except DBAPIError as error:
        return str(error)
    return ""
