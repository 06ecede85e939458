"""Correcting one's data: what one declared at once, what a source department recorded by a request that is answered."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.review.filing import MAX_TEXT, withdraw_case
from suxin.review.states import CaseElsewhere
from suxin.rights.corrections import (
    CorrectionAsked,
    RecordNotContestable,
    TooManyCases,
    correct_declaration,
    request_correction,
)
from suxin.rights.kinds import DISPUTE_DAYS
from suxin.rights.queries.cases import contests_of, kind_of
from suxin.rights.remedies import CorrectionAbout
from suxin.subjects.declarations import DeclaredTooMany
from suxin_mini_program.answering import write_once
from suxin_mini_program.case_views import CaseView, case_page, shown_case
from suxin_mini_program.contract import Contract
from suxin_mini_program.my_data import TAG
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.profile import MAX_CONTENT_KEYS, Declared
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class CorrectedContent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What the declaration should say."""

    content: Annotated[dict[str, str | int | bool], msgspec.Meta(max_length=MAX_CONTENT_KEYS)]


class CorrectionAskedFor(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is wrong (``recordId`` if, and only if, a record is), what it should say, and why."""

    about: CorrectionAbout
    wanted: Text
    reason: Text
    record_id: UUID | None = None


CORRECT: Final = Contract(
    tag=TAG,
    zh="更正自主申报（立即生效，原记录留作历史）",
    en="Correct what one declared, at once; the old record stays as history",
    body=CorrectedContent,
    answer=Declared,
    keyed=True,
    refusals=(Invalid, DeclaredTooMany),
)
ASK: Final = Contract(
    tag=TAG,
    zh=f"申请更正信用记录或登记资料（最迟 {DISPUTE_DAYS} 个工作日内答复，可延长一次，期间记录标为核查中）",
    en="Ask for the correction of a record or of the subject's own data; disputed until it is answered",
    body=CorrectionAskedFor,
    answer=CaseView,
    status=201,
    keyed=True,
    refusals=(Invalid, RecordNotContestable, CorrectionAsked, TooManyCases),
)
LIST: Final = Contract(
    tag=TAG,
    zh="我的更正申请，最新在前",
    en="My correction requests, newest first",
    query=PageQuery,
    answer=Page[CaseView],
)
WITHDRAW: Final = Contract(
    tag=TAG,
    zh="撤回更正申请",
    en="Take a correction request back",
    answer=CaseView,
    keyed=True,
    refusals=(CaseElsewhere,),
)


@post("/my-data/declarations/{record_id:str}/correction", status_code=200, opt=CORRECT.opt)
async def correct_declared(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, record_id: FromPath[str]
) -> Response[bytes]:
    """Correct a declaration."""
    wanted, now = path_id(record_id), runtime.clock.now()
    given = await read_body(request, CorrectedContent)

    async def work(session: AsyncSession) -> msgspec.Struct:
        corrected = await correct_declaration(
            session, actor, record_id=wanted, content=given.content, now=now
        )
        return Declared(id=corrected)

    return await write_once(request, runtime, actor, work, body=given)


@post("/my-data/corrections", status_code=201, opt=ASK.opt)
async def ask_correction(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Ask for a correction."""
    given, now = await read_body(request, CorrectionAskedFor), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        asked = await request_correction(
            session,
            actor,
            about=given.about,
            record_id=given.record_id,
            wanted=given.wanted,
            reason=given.reason,
            now=now,
        )
        return await shown_case(session, asked, now=now)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/my-data/corrections", opt=LIST.opt)
async def list_corrections(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the subject's correction requests."""
    return await case_page(
        request, runtime, actor, contests_of(actor.own_subject), name="corrections"
    )


@post("/my-data/corrections/{correction_id:str}/withdrawal", status_code=200, opt=WITHDRAW.opt)
async def take_correction_back(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, correction_id: FromPath[str]
) -> Response[bytes]:
    """Take a correction request back."""
    wanted, now = path_id(correction_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        kind = await kind_of(session, wanted)
        taken = await withdraw_case(session, actor, kind=kind, case_id=wanted, now=now)
        return await shown_case(session, taken, now=now)

    return await write_once(request, runtime, actor, work)


HANDLERS: Final = (correct_declared, ask_correction, list_corrections, take_correction_back)
