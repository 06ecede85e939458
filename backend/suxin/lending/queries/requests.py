"""What a subject reads of his own requests, and what matching reads for him."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.leads import LeadKey
from suxin.lending.matching import SpeedRecord
from suxin.lending.models import (
    BankSpeed,
    Lead,
    LeadParty,
    LoanProduct,
    LoanRequest,
    MatchResult,
    Offer,
    OfferState,
    PopulationCell,
    ProductStatus,
    Referral,
    RequestState,
)
from suxin.places.models import Area
from suxin.places.queries import names
from suxin.subjects.models import CreditRecord, Subject
from suxin.tenancy.models import Tenant, TenantStatus

_ENDED = (
    RequestState.ACCEPTED,
    RequestState.CONTRACTED,
    RequestState.DISBURSED,
    RequestState.WITHDRAWN,
    RequestState.EXPIRED,
    RequestState.UNMATCHED,
)
_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Applicant:
    """The subject that asks, with its records and the name of its place."""

    subject: Subject
    records: Sequence[CreditRecord]
    area_name: str
    had_loan: bool


def requests_of(subject_id: UUID) -> Select[LoanRequest]:
    """Return a subject's requests, newest first."""
    return (
        select(LoanRequest)
        .where(LoanRequest.subject_id == subject_id)
        .order_by(LoanRequest.id.desc())
    )


def match_results_of(
    subject_id: UUID, request_id: UUID
) -> Select[MatchResult, LoanProduct, Tenant]:
    """Return how every product fared for a request: the eligible by rank, then the others.

    Where a bank is suspended its row of tenants is not public and reads as nothing; what happened stays on record.
    """
    return (
        select(MatchResult, LoanProduct, Tenant)
        .join(
            LoanProduct,
            (LoanProduct.tenant_id == MatchResult.tenant_id)
            & (LoanProduct.id == MatchResult.product_id),
        )
        .outerjoin(Tenant, Tenant.id == MatchResult.tenant_id)
        .where(MatchResult.subject_id == subject_id, MatchResult.request_id == request_id)
        .order_by(MatchResult.rank.nulls_last(), MatchResult.product_id)
    )


async def match_counts(
    session: AsyncSession, subject_id: UUID, request_id: UUID
) -> tuple[int, int]:
    """Return how many products fit a request, and how many did not."""
    row = (
        await session.execute(
            select(
                func.count().filter(MatchResult.eligible),
                func.count().filter(~MatchResult.eligible),
            ).where(MatchResult.subject_id == subject_id, MatchResult.request_id == request_id)
        )
    ).one()
    return row[0], row[1]


def offers_of(subject_id: UUID, request_id: UUID) -> Select[Offer, Tenant]:
    """Return the offers on a request with their banks (nothing where one is suspended), cheapest first.

    Cheapest is the lowest annualised rate, then the lowest cost of a yuan borrowed: by its cost alone, an offer would
    move up by lending less.
    """
    return (
        select(Offer, Tenant)
        .outerjoin(Tenant, Tenant.id == Offer.tenant_id)
        .where(Offer.subject_id == subject_id, Offer.request_id == request_id)
        .order_by(Offer.annualised_rate_bps, Offer.total_cost_fen / Offer.amount_fen, Offer.id)
    )


async def offer_to(session: AsyncSession, actor: Actor, offer_id: UUID) -> Offer:
    """Return one of the offers made to the acting subject.

    :raises NotFound: if it is not on a request of his
    """
    offer = await session.scalar(
        select(Offer).where(Offer.subject_id == actor.own_subject, Offer.id == offer_id)
    )
    if offer is None:
        raise NotFound(thing_zh="报价", thing_en="offer")
    return offer


def referrals_of(request_id: UUID) -> Select[Referral, Tenant]:
    """Return a request's referrals with their banks (nothing where one is suspended), in the order of dispatch."""
    return (
        select(Referral, Tenant)
        .join(LeadParty, LeadParty.lead_id == Referral.lead_id)
        .outerjoin(Tenant, Tenant.id == Referral.tenant_id)
        .where(LeadParty.request_id == request_id)
        .order_by(Referral.id)
    )


def offered_products() -> Select[LoanProduct]:
    """Return every product that a request is matched with: as in ``published_products``, without the banks."""
    return (
        select(LoanProduct)
        .join(Tenant, Tenant.id == LoanProduct.tenant_id)
        .where(LoanProduct.status == ProductStatus.PUBLISHED, Tenant.status == TenantStatus.ACTIVE)
        .order_by(LoanProduct.min_rate_bps, LoanProduct.id)
    )


def published_products() -> Select[LoanProduct, Tenant]:
    """Return every product that is published by a bank that may act, cheapest rate first."""
    return offered_products().add_columns(Tenant)


async def applicant(session: AsyncSession, subject_id: UUID) -> Applicant:
    """Return the acting subject with what is on record about it.

    :raises NotFound: if the session's actor may not read it
    """
    row = (
        await session.execute(
            select(Subject, Area.name)
            .outerjoin(Area, Area.code == Subject.county_code)
            .where(Subject.id == subject_id)
        )
    ).first()
    if row is None:
        raise NotFound(thing_zh="申请主体", thing_en="subject")
    records = await session.scalars(
        select(CreditRecord).where(CreditRecord.subject_id == subject_id)
    )
    had_loan = await session.scalar(
        select(Offer.id)
        .where(Offer.subject_id == subject_id, Offer.state == OfferState.CHOSEN)
        .limit(1)
    )
    county = row[0].county_code
    # A seat that is no county of the city is called by what is nearest.
    place: str = row[1] or (await names(session, [county]))[county]
    return Applicant(row[0], records.all(), place, had_loan is not None)


async def bank_speeds(session: AsyncSession) -> dict[UUID, SpeedRecord]:
    """Return how fast each bank answered lately."""
    rows = await session.scalars(select(BankSpeed))
    return {
        row.tenant_id: SpeedRecord(
            response_hours=row.median_response_hours,
            on_time_bps=row.answered_on_time * _BPS // row.referrals if row.referrals else 0,
            referrals=row.referrals,
        )
        for row in rows
    }


async def population(session: AsyncSession, keys: Sequence[LeadKey]) -> dict[LeadKey, int]:
    """Return how many subjects of the city share each key.

    Statistics count kind, industry section and county. No subject is graded differently from its neighbours and the
    first-loan flag is not shown, so that neither narrows a key.
    """
    cells = {(key.kind, key.county_code, key.industry_section) for key in keys}
    rows = await session.execute(
        select(PopulationCell).where(
            tuple_(
                PopulationCell.kind, PopulationCell.county_code, PopulationCell.industry_section
            ).in_(cells)
        )
    )
    counted = {
        (cell.kind, cell.county_code, cell.industry_section): cell.subjects
        for cell in rows.scalars()
    }
    return {key: counted.get((key.kind, key.county_code, key.industry_section), 0) for key in keys}


async def bank_name(session: AsyncSession, tenant_id: UUID) -> str:
    """Return a bank's short name as applicants know it."""
    return await session.scalar(select(Tenant.short_name).where(Tenant.id == tenant_id)) or "银行"


async def live_requests(session: AsyncSession, subject_id: UUID) -> int:
    """Return how many of a subject's requests are still running."""
    count = await session.scalar(
        select(func.count())
        .select_from(LoanRequest)
        .where(LoanRequest.subject_id == subject_id, LoanRequest.state.not_in(_ENDED))
    )
    return count or 0


async def open_requests_by(
    session: AsyncSession, *, subject_id: UUID, person_id: UUID
) -> Sequence[UUID]:
    """Return which of a subject's running requests a person made, in the order of their ids."""
    return (
        await session.scalars(
            select(LoanRequest.id)
            .where(
                LoanRequest.subject_id == subject_id,
                LoanRequest.person_id == person_id,
                LoanRequest.state.not_in(_ENDED),
            )
            .order_by(LoanRequest.id)
        )
    ).all()


async def own_request(session: AsyncSession, actor: Actor, request_id: UUID) -> LoanRequest:
    """Return one of the acting subject's requests.

    :raises NotFound: if it is not his
    """
    return _found(
        await session.scalar(
            select(LoanRequest).where(
                LoanRequest.subject_id == actor.own_subject, LoanRequest.id == request_id
            )
        )
    )


async def lock_own_request(session: AsyncSession, actor: Actor, request_id: UUID) -> LoanRequest:
    """Return one of the acting subject's requests, locked: the first of the path's ordered locks.

    :raises NotFound: if it is not his
    """
    return _found(await lock_request(session, actor.own_subject, request_id))


async def lock_request(
    session: AsyncSession, subject_id: UUID, request_id: UUID
) -> LoanRequest | None:
    """Return a request, locked. Locks are taken in the order request, lead, referrals, offers, each by id."""
    return await session.scalar(
        select(LoanRequest)
        .where(LoanRequest.subject_id == subject_id, LoanRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lead_of(session: AsyncSession, request_id: UUID) -> Lead | None:
    """Return the lead of a request, if it became one."""
    return await session.scalar(
        select(Lead)
        .join(LeadParty, LeadParty.lead_id == Lead.id)
        .where(LeadParty.request_id == request_id)
    )


async def lock_lead_of(session: AsyncSession, request_id: UUID) -> Lead | None:
    """Return the lead of a request, locked."""
    return await session.scalar(
        select(Lead)
        .join(LeadParty, LeadParty.lead_id == Lead.id)
        .where(LeadParty.request_id == request_id)
        .with_for_update(of=Lead)
    )


async def lock_referrals_of_lead(session: AsyncSession, lead_id: UUID) -> Sequence[Referral]:
    """Return the referrals of a lead, locked in the order of their ids."""
    return (
        await session.scalars(
            select(Referral)
            .where(Referral.lead_id == lead_id)
            .order_by(Referral.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()


async def lock_offers_of(
    session: AsyncSession, subject_id: UUID, request_id: UUID
) -> Sequence[Offer]:
    """Return the offers on a request, locked in the order of their ids."""
    return (
        await session.scalars(
            select(Offer)
            .where(Offer.subject_id == subject_id, Offer.request_id == request_id)
            .order_by(Offer.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()


def _found(request: LoanRequest | None) -> LoanRequest:
    if request is None:
        raise NotFound(thing_zh="贷款申请", thing_en="loan request")
    return request
