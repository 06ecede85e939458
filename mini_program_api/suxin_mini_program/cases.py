"""Disputes, corrections, exemptions and human reviews of the acting subject: asking, where they stand, taking back, appealing."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.review.filing import (
    MAX_TEXT,
    AppealNotOpen,
    appeal_case,
    supplement_case,
    withdraw_case,
)
from suxin.review.models import ReviewCase
from suxin.review.queries import case
from suxin.review.states import CaseElsewhere
from suxin.rights.corrections import TooManyCases
from suxin.rights.exemptions import ExemptionAsked, NothingToExempt, request_exemption
from suxin.rights.human_reviews import AutomatedOutcome, ReviewAsked, request_human_review
from suxin.rights.queries.cases import kind_of, own_cases
from suxin_mini_program.answering import answer, newest_page, write_once
from suxin_mini_program.case_views import CaseView, rows_at, view_of
from suxin_mini_program.contract import Contract
from suxin_mini_program.my_data import TAG
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class ExemptionWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which record should no longer count, why, and what proves it."""

    record_id: UUID
    reason: Text
    evidence: Text


class HumanReviewWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which automated outcome a person should look at: a score (the newest, or of the run ``objectId``), or a product (``productId``) for a loan request."""

    about: AutomatedOutcome
    object_id: UUID | None = None
    product_id: UUID | None = None
    wanted: Text
    reason: Text


class CaseReason(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is said with a step."""

    reason: Text


EXEMPT: Final = Contract(
    tag=TAG,
    zh="申请信用豁免：负面记录保留在案，不再计入评价",
    en="Ask that a record which speaks against the subject counts no more",
    body=ExemptionWanted,
    answer=CaseView,
    status=201,
    keyed=True,
    refusals=(Invalid, NotFound, NothingToExempt, ExemptionAsked, TooManyCases),
)
REVIEW: Final = Contract(
    tag=TAG,
    zh="申请人工复核自动作出的评分或匹配结果，由人工说明理由（《个人信息保护法》第二十四条）",
    en="Have a person look at a score or match that was decided by automated means, and answer with reasons",
    body=HumanReviewWanted,
    answer=CaseView,
    status=201,
    keyed=True,
    refusals=(Invalid, NotFound, ReviewAsked, TooManyCases),
)
LIST: Final = Contract(
    tag=TAG,
    zh="我的异议、更正、豁免与人工复核，最新在前",
    en="My disputes, corrections, exemptions and human reviews, newest first",
    query=PageQuery,
    answer=Page[CaseView],
)
SHOW: Final = Contract(
    tag=TAG, zh="其中一件", en="One of them", answer=CaseView, refusals=(NotFound,)
)
WITHDRAW: Final = Contract(
    tag=TAG,
    zh="撤回（答复前）",
    en="Take one back before it is answered",
    answer=CaseView,
    keyed=True,
    refusals=(NotFound, CaseElsewhere),
)
SUPPLEMENT: Final = Contract(
    tag=TAG,
    zh="补充材料",
    en="Hand in what was missing",
    body=CaseReason,
    answer=CaseView,
    keyed=True,
    refusals=(Invalid, NotFound, CaseElsewhere),
)
APPEAL: Final = Contract(
    tag=TAG,
    zh="申诉（一次，由另外的人员重新决定）",
    en="Appeal, once; somebody else decides anew",
    body=CaseReason,
    answer=CaseView,
    keyed=True,
    refusals=(Invalid, NotFound, AppealNotOpen),
)


@post("/cases/exemptions", status_code=201, opt=EXEMPT.opt)
async def ask_exemption(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Ask for an exemption."""
    given, now = await read_body(request, ExemptionWanted), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        asked = await request_exemption(
            session,
            actor,
            record_id=given.record_id,
            reason=given.reason,
            evidence=given.evidence,
            now=now,
        )
        return view_of(asked, now=now)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/cases/human-reviews", status_code=201, opt=REVIEW.opt)
async def ask_human_review(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Ask for a human review."""
    given, now = await read_body(request, HumanReviewWanted), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        asked = await request_human_review(
            session,
            actor,
            about=given.about,
            object_id=given.object_id,
            product_id=given.product_id,
            wanted=given.wanted,
            reason=given.reason,
            now=now,
        )
        return view_of(asked, now=now)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/cases", opt=LIST.opt)
async def list_cases(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the subject's cases."""
    return await newest_page(
        request,
        runtime,
        actor,
        own_cases(actor.own_subject),
        name="cases",
        by=ReviewCase.id,
        view=rows_at(runtime.clock.now()),
    )


@get("/cases/{case_id:str}", opt=SHOW.opt)
async def show_case(
    runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Show one case."""
    wanted, now = path_id(case_id), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        await kind_of(session, wanted)
        return answer(view_of(await case(session, wanted), now=now))


@post("/cases/{case_id:str}/withdrawal", status_code=200, opt=WITHDRAW.opt)
async def take_case_back(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Take a case back."""
    wanted, now = path_id(case_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        kind = await kind_of(session, wanted)
        taken = await withdraw_case(session, actor, kind=kind, case_id=wanted, now=now)
        return view_of(taken, now=now)

    return await write_once(request, runtime, actor, work)


@post("/cases/{case_id:str}/supplement", status_code=200, opt=SUPPLEMENT.opt)
async def hand_in(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Hand in what was missing."""
    wanted, now = path_id(case_id), runtime.clock.now()
    given = await read_body(request, CaseReason)

    async def work(session: AsyncSession) -> msgspec.Struct:
        kind, said = await kind_of(session, wanted), given.reason
        whole = await supplement_case(
            session, actor, kind=kind, case_id=wanted, reason=said, now=now
        )
        return view_of(whole, now=now)

    return await write_once(request, runtime, actor, work, body=given)


@post("/cases/{case_id:str}/appeal", status_code=200, opt=APPEAL.opt)
async def appeal(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Appeal against what was answered."""
    wanted, now = path_id(case_id), runtime.clock.now()
    given = await read_body(request, CaseReason)

    async def work(session: AsyncSession) -> msgspec.Struct:
        kind, said = await kind_of(session, wanted), given.reason
        appealed = await appeal_case(
            session, actor, kind=kind, case_id=wanted, reason=said, now=now
        )
        return view_of(appealed, now=now)

    return await write_once(request, runtime, actor, work, body=given)


HANDLERS: Final = (
    ask_exemption,
    ask_human_review,
    list_cases,
    show_case,
    take_case_back,
    hand_in,
    appeal,
)
