"""Limits after a default, for whom they concern: the notice of each, and the way to object."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.perks.limiting.models import Limit
from suxin.perks.limiting.refusals import LimitObjectionOver
from suxin.perks.models import Programme
from suxin.perks.showing.queries import limits_shown
from suxin.review.filing import MAX_TEXT
from suxin.rights.corrections import TooManyCases
from suxin.rights.limit_objections import object_to_limit
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import newest_page, write_once
from suxin_mini_program.case_views import CaseView, shown_case
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.perk_views import BenefitView, benefit_view
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_mini_program.recipients import recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信易+"


class PerkLimitView(msgspec.Struct, rename="camel", kw_only=True):
    """A limit: why, from when until when, and until when one may object. ``still`` is what one has there all the same."""

    id: UUID
    perk_id: UUID
    perk_name: str
    merchant: BankView
    order_number: str
    owed_fen: int
    months: int
    reason: str
    state: Label
    still: BenefitView
    noticed_at: datetime | None
    object_until: datetime | None
    may_object: bool
    effective_at: datetime | None
    ends_on: date | None
    ended_at: datetime | None
    end_reason: str | None


class LimitObjection(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Why one objects, with documents that were put down before."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
    documents: Annotated[list[UUID], msgspec.Meta(max_length=10)] = []


LIMITS: Final = Contract(
    tag=TAG,
    zh="对我的权益限制，最新在前：只涉及一项权益，告知期满前不生效",
    en="Limits that concern one, newest first: of one benefit each, and never in force before the time of the notice is over",
    query=PageQuery,
    answer=Page[PerkLimitView],
)
OBJECT: Final = Contract(
    tag=TAG,
    zh="对限制申诉（一次，申诉期内）：申诉期间不生效",
    en="Object to a limit, once and within its time: it is frozen until two people have decided",
    body=LimitObjection,
    answer=CaseView,
    status=201,
    keyed=True,
    refusals=(Invalid, NotFound, LimitObjectionOver, TooManyCases),
)


@get("/perk-limits", opt=LIMITS.opt)
async def list_limits(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the limits that concern one."""
    now = runtime.clock.now()
    return await newest_page(
        request,
        runtime,
        actor,
        limits_shown(actor),
        name="perk-limits",
        by=Limit.id,
        view=lambda row: _view(row[0], row[1], row[2], now=now),
    )


@post("/perk-limits/{limit_id:str}/objection", status_code=201, opt=OBJECT.opt)
async def send_objection(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, limit_id: FromPath[str]
) -> Response[bytes]:
    """Object to a limit."""
    wanted, given = path_id(limit_id), await read_body(request, LimitObjection)
    now = runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        case = await object_to_limit(
            session,
            actor,
            limit_id=wanted,
            reason=given.reason,
            document_ids=given.documents,
            now=now,
        )
        return await shown_case(session, case, now=now)

    return await write_once(request, runtime, actor, work, body=given, status=201)


def _view(
    limit: Limit, programme: Programme, merchant: Tenant | None, *, now: datetime
) -> PerkLimitView:
    return PerkLimitView(
        id=limit.id,
        perk_id=programme.id,
        perk_name=programme.name,
        merchant=recipient_view(limit.tenant_id, merchant),
        order_number=limit.order_number,
        owed_fen=limit.owed_fen,
        months=limit.months,
        reason=limit.reason,
        state=Label(limit.state.value, limit.state.zh, limit.state.en),
        still=benefit_view(programme.fallback_read),
        noticed_at=limit.noticed_at,
        object_until=limit.object_until,
        may_object=limit.may_object(now=now),
        effective_at=limit.effective_at,
        ends_on=limit.ends_on,
        ended_at=limit.ended_at,
        end_reason=limit.end_reason,
    )


HANDLERS: Final = (list_limits, send_objection)
