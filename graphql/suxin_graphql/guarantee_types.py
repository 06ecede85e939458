"""Guarantees in the schema, as their bank and their guarantor see them; who the applicant is stands elsewhere, on his consent."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

import strawberry

from suxin.lending.guarantees.models import GuaranteeRequest as RequestRow
from suxin.lending.guarantees.policies import GUARANTEE_READ
from suxin.lending.guarantees.queries import guarantors_shown, requests_shown
from suxin.lending.guarantees.states import GuaranteeDecline, GuaranteeRelease, GuaranteeState
from suxin.lending.leads import AmountBand, TermBand
from suxin.tenancy.models import Tenant
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, to_one
from suxin_graphql.node import Node, global_id
from suxin_graphql.scalars import Fen

GUARANTORS: Final = Ordering("lending.guarantors/1", (Key(Tenant.id, UUID),))


@strawberry.input(
    description="担保申请的筛选条件，同时满足。Which requests; every given field must fit."
)
class GuaranteeRequestFilter(Filter):
    """Which requests for a guarantee."""

    __model__: ClassVar = RequestRow

    state: Choice[GuaranteeState] | None = None


class GuaranteeRequestOrder(Order):
    """The order of requests for guarantees."""

    NEWEST = (
        Ordering("lending.guarantees/1", (Key(RequestRow.id, UUID),)),
        "新的在前",
        "newest first",
    )
    OLDEST = (
        Ordering("lending.guarantees.oldest/1", (Key(RequestRow.id, UUID, descending=False),)),
        "早的在前",
        "oldest first",
    )


@strawberry.type(
    description="担保机构：融资担保公司或保证保险公司。Who may answer for a part of a loan."
)
class Guarantor(Node):
    """Who may answer for a part of a loan."""

    __model__: ClassVar = Tenant
    __source__: ClassVar = Source(guarantors_shown, Tenant.id, GUARANTEE_READ)

    id: strawberry.ID = global_id("Guarantor")
    name: str
    short_name: str
    contact: str


@strawberry.type(
    description="担保申请和承诺：申请人授权前，担保机构只看到匿名信息。"
    "What a bank asks a guarantor about an accepted offer, blind until the applicant consents, and what it answers."
)
class GuaranteeRequest(Node):
    """What a bank asks a guarantor, and what it answers."""

    __model__: ClassVar = RequestRow
    __source__: ClassVar = Source(
        lambda actor: requests_shown(actor).order_by(None), RequestRow.id, GUARANTEE_READ
    )

    id: strawberry.ID = global_id("GuaranteeRequest")
    guarantor: Guarantor | None = to_one(lambda: Guarantor, "guarantor_id")
    number: str
    state: GuaranteeState
    share_bps: int = strawberry.field(
        description="担保比例，占本金，基点。Which part of the principal, in basis points."
    )
    county_code: str
    industry_section: str
    amount_band: AmountBand
    term_band: TermBand
    grade: str
    asked_at: datetime
    answer_by: datetime
    letter_number: str | None
    letter_fen: Fen | None = strawberry.field(
        description="担保函（保单）的本金金额。The principal that the letter is for."
    )
    fee_bps: int | None
    starts_on: date | None
    ends_on: date | None = strawberry.field(
        description="届满日，该日起不再承担。From this day on nothing is answered for."
    )
    committed_fen: Fen = strawberry.field(
        description="在保余额。What of the letter is outstanding."
    )
    approved_at: datetime | None
    sign_by: datetime | None = strawberry.field(
        description="签约期限。Until when the contract must be signed."
    )
    decline_reason: GuaranteeDecline | None
    release: GuaranteeRelease | None
    note: str | None
    ended_at: datetime | None
