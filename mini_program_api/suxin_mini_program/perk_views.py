"""信易+ as a resident sees it: a benefit, its notice, a code to show, and what was redeemed."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from suxin.perks.benefits import Benefit
from suxin.perks.first_use import FirstUse
from suxin.perks.limits import closed_because
from suxin.perks.models import Programme, Redemption
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.tickets.issuing import has_tickets
from suxin.subjects.models import PassKind
from suxin.tenancy.models import Tenant
from suxin_mini_program.labels import Label, labelled
from suxin_mini_program.recipients import recipient_view
from suxin_mini_program.reference import BankView


class BenefitView(msgspec.Struct, rename="camel", kw_only=True):
    """What one person gets; ``figure`` counts by ``unit``: fen, bps, minutes, pieces, or nothing."""

    kind: Label
    label: str
    terms: str
    figure: int
    unit: str


class PerkView(msgspec.Struct, rename="camel", kw_only=True):
    """A programme: ``better`` are the benefits that a tier opens, best first, ``fallback`` is everybody's.

    ``tickets`` is whether there are tickets that a gate reads without a connection.
    ``closed`` says why nothing is redeemed at this moment, null while it is open; a period ends before ``endsBefore``. ``recordRule`` says whether
    a use that was kept becomes a positive record of whoever agrees to that.
    """

    id: UUID
    merchant: BankView
    name: str
    summary: str
    venue: str
    sector: Label
    better: list[BenefitView]
    fallback: BenefitView
    areas: list[str]
    starts_on: date
    ends_before: date
    party_limit: int
    person_daily: int | None
    person_total: int | None
    record_rule: Label
    closed: str | None
    tickets: bool


class FirstUseView(msgspec.Struct, rename="camel", kw_only=True):
    """A programme with the notice before a first use at its merchant; ``answer`` is what one said last: none, agreed or declined."""

    perk: PerkView
    answer: Label
    notice_version: str
    notice_body: str
    contact: str


class StoredPass(msgspec.Struct, rename="camel", kw_only=True):
    """A pass as it is kept with the request's key, without what makes its codes."""

    id: UUID
    number: int
    kind: PassKind
    weighed: bool
    opened_at: datetime
    expires_at: datetime


class PassView(msgspec.Struct, rename="camel", kw_only=True):
    """A pass to be shown once. On the phone ``key`` (base64url) makes its codes, of ``windowSeconds`` each; on paper ``paperCode`` is the code.

    ``weighed`` is whether the tier may be weighed for it; the code is the same if not. ``serverTime`` is for a phone whose clock is off.
    """

    id: UUID
    number: int
    kind: PassKind
    weighed: bool
    key: str | None
    paper_code: str | None
    window_seconds: int
    opened_at: datetime
    expires_at: datetime
    server_time: datetime


class OrderView(msgspec.Struct, rename="camel", kw_only=True):
    """The service order that came of a redemption: what is waived or paid later, and what is asked for; amounts in fen.

    ``fundFen`` is the deposit that is waived (``fundName``), or the estimate of what will be paid; ``totalFen`` is there once the merchant has completed it.
    """

    mode: Label
    state: Label
    fund_name: Label
    fund_fen: int
    total_fen: int | None
    refunded_fen: int
    created_at: datetime
    completed_at: datetime | None
    paid_at: datetime | None


class RedemptionView(msgspec.Struct, rename="camel", kw_only=True):
    """One redemption: which benefit applied, where it stands, and the service order that came of it, if one did."""

    id: UUID
    perk_id: UUID
    perk_name: str
    merchant: BankView
    benefit: BenefitView
    state: Label
    persons: int
    uses: int
    uses_allowed: int
    held_at: datetime
    held_until: datetime
    granted_at: datetime | None
    use_by: datetime | None
    ended_at: datetime | None
    order: OrderView | None


_ANSWERS = {
    "none": ("尚未选择", "not answered yet"),
    "agreed": ("同意", "agreed"),
    "declined": ("不同意", "declined"),
}


def benefit_view(benefit: Benefit) -> BenefitView:
    """Return a benefit as it is shown."""
    return BenefitView(
        kind=labelled(benefit.kind),
        label=benefit.label,
        terms=benefit.terms,
        figure=benefit.figure,
        unit=benefit.kind.unit,
    )


def perk_view(programme: Programme, merchant: Tenant | None, *, now: datetime) -> PerkView:
    """Return a programme as it is shown."""
    closed = closed_because(programme, now=now)
    return PerkView(
        id=programme.id,
        merchant=recipient_view(programme.tenant_id, merchant),
        name=programme.name,
        summary=programme.summary,
        venue=programme.venue,
        sector=labelled(programme.sector),
        better=[benefit_view(offer.benefit) for offer in programme.offers_read],
        fallback=benefit_view(programme.fallback_read),
        areas=programme.areas,
        starts_on=programme.starts_on,
        ends_before=programme.ends_before,
        party_limit=programme.party_limit,
        person_daily=programme.person_daily,
        person_total=programme.person_total,
        record_rule=labelled(programme.record_rule),
        closed=None if closed is None else closed[0],
        tickets=merchant is not None and has_tickets(programme, merchant.kind),
    )


def first_use_view(programme: Programme, found: FirstUse, *, now: datetime) -> FirstUseView:
    """Return a programme with its notice as they are shown."""
    return FirstUseView(
        perk=perk_view(programme, found.merchant, now=now),
        answer=Label(found.answer.value, *_ANSWERS[found.answer.value]),
        notice_version=found.notice.version,
        notice_body=found.notice.body,
        contact=found.merchant.contact,
    )


def order_view(order: ServiceOrder) -> OrderView:
    """Return a service order as it is shown to whoever redeemed."""
    return OrderView(
        mode=labelled(order.mode),
        state=labelled(order.stage),
        fund_name=labelled(order.fund_name),
        fund_fen=order.fund_fen,
        total_fen=order.total_fen,
        refunded_fen=order.refunded_fen,
        created_at=order.created_at,
        completed_at=order.completed_at,
        paid_at=order.paid_at,
    )


def redemption_view(
    redemption: Redemption,
    programme: Programme,
    merchant: Tenant | None,
    order: ServiceOrder | None,
) -> RedemptionView:
    """Return a redemption as it is shown to whoever redeemed."""
    return RedemptionView(
        id=redemption.id,
        perk_id=programme.id,
        perk_name=programme.name,
        merchant=recipient_view(redemption.tenant_id, merchant),
        benefit=benefit_view(redemption.benefit_read),
        state=labelled_state(redemption),
        persons=redemption.persons,
        uses=redemption.uses,
        uses_allowed=redemption.uses_allowed,
        held_at=redemption.held_at,
        held_until=redemption.held_until,
        granted_at=redemption.granted_at,
        use_by=redemption.use_by,
        ended_at=redemption.ended_at,
        order=None if order is None else order_view(order),
    )


def labelled_state(redemption: Redemption) -> Label:
    """Return where a redemption stands, in words."""
    state = redemption.state
    return Label(state.value, state.zh, state.en)
