"""Disputes, corrections, exemptions and human reviews of the acting subject: asking, where they stand, taking back, appealing."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.sealed_documents import (
    MAX_DOCUMENT_BYTES,
    MAX_NAME,
    DocumentTooLarge,
    DocumentTypeRefused,
)
from suxin.review.documents import MAX_DOCUMENTS, TooManyLooseDocuments, put_down_evidence
from suxin.review.filing import (
    MAX_TEXT,
    AppealNotOpen,
    appeal_case,
    supplement_case,
    withdraw_case,
)
from suxin.review.queries import case
from suxin.review.states import CaseElsewhere
from suxin.rights.corrections import TooManyCases
from suxin.rights.exemptions import ExemptionAsked, NothingToExempt, request_exemption
from suxin.rights.human_reviews import AutomatedOutcome, ReviewAsked, request_human_review
from suxin.rights.queries.cases import kind_of, own_cases
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.case_views import CaseView, case_page, shown_case
from suxin_mini_program.contract import Contract
from suxin_mini_program.my_data import TAG
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

MAX_UPLOAD_BYTES: Final = MAX_DOCUMENT_BYTES * 4 // 3 + 4096
"""A document in Base64, with its name."""

Documents = Annotated[list[UUID], msgspec.Meta(max_length=MAX_DOCUMENTS)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class ExemptionWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which record should no longer count, why, and what proves it."""

    record_id: UUID
    reason: Text
    evidence: Text
    documents: Documents = []


class EvidenceGiven(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A document: PDF, JPEG or PNG of at most two megabytes, its content in Base64."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
    content: bytes


class EvidenceKept(msgspec.Struct, rename="camel", kw_only=True):
    """The document's id; one that no case has taken within a day is erased."""

    id: UUID


class HumanReviewWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which automated outcome a person should look at: a score (the newest, or of the run ``objectId``), a tier in force (of the run ``objectId``), or a product (``productId``) for a loan request."""

    about: AutomatedOutcome
    object_id: UUID | None = None
    product_id: UUID | None = None
    wanted: Text
    reason: Text


class CaseReason(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is said with a step."""

    reason: Text


class CaseSupplement(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What was missing, in words and with documents."""

    reason: Text
    documents: Documents = []


PUT_DOWN: Final = Contract(
    tag=TAG,
    zh="上传一份证明材料（PDF、JPG、PNG，2 MB 以内），一日内未随申请提交即删除",
    en="Put down a document as evidence; it is erased after a day unless a case takes it",
    body=EvidenceGiven,
    answer=EvidenceKept,
    status=201,
    keyed=True,
    refusals=(Invalid, DocumentTooLarge, DocumentTypeRefused, TooManyLooseDocuments),
)
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
    zh="申请人工复核自动作出的评分、等级、匹配结果或适用待遇，由人工说明理由（《个人信息保护法》第二十四条）",
    en="Have a person look at a score, tier, match or benefit that was decided by automated means, and answer with reasons",
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
    body=CaseSupplement,
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


@post("/cases/documents", status_code=201, opt=PUT_DOWN.opt, request_max_body_size=MAX_UPLOAD_BYTES)
async def keep_evidence(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Keep a document for a case."""
    given, now = await read_body(request, EvidenceGiven), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        document_id = await put_down_evidence(
            session,
            actor,
            name=given.name,
            content=given.content,
            sealer=runtime.sealer,
            now=now,
        )
        return EvidenceKept(id=document_id)

    return await write_once(request, runtime, actor, work, body=given, status=201)


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
            document_ids=given.documents,
            now=now,
        )
        return await shown_case(session, asked, now=now)

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
        return await shown_case(session, asked, now=now)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/cases", opt=LIST.opt)
async def list_cases(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the subject's cases."""
    return await case_page(request, runtime, actor, own_cases(actor.own_subject), name="cases")


@get("/cases/{case_id:str}", opt=SHOW.opt)
async def show_case(
    runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Show one case."""
    wanted, now = path_id(case_id), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        await kind_of(session, wanted)
        return answer(await shown_case(session, await case(session, wanted), now=now))


@post("/cases/{case_id:str}/withdrawal", status_code=200, opt=WITHDRAW.opt)
async def take_case_back(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Take a case back."""
    wanted, now = path_id(case_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        kind = await kind_of(session, wanted)
        taken = await withdraw_case(session, actor, kind=kind, case_id=wanted, now=now)
        return await shown_case(session, taken, now=now)

    return await write_once(request, runtime, actor, work)


@post("/cases/{case_id:str}/supplement", status_code=200, opt=SUPPLEMENT.opt)
async def hand_in(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, case_id: FromPath[str]
) -> Response[bytes]:
    """Hand in what was missing."""
    wanted, now = path_id(case_id), runtime.clock.now()
    given = await read_body(request, CaseSupplement)

    async def work(session: AsyncSession) -> msgspec.Struct:
        whole = await supplement_case(
            session,
            actor,
            kind=await kind_of(session, wanted),
            case_id=wanted,
            reason=given.reason,
            document_ids=given.documents,
            now=now,
        )
        return await shown_case(session, whole, now=now)

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
        return await shown_case(session, appealed, now=now)

    return await write_once(request, runtime, actor, work, body=given)


HANDLERS: Final = (
    keep_evidence,
    ask_exemption,
    ask_human_review,
    list_cases,
    show_case,
    take_case_back,
    hand_in,
    appeal,
)
