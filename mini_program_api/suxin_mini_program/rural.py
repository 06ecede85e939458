"""Rural ratings of the subject acted for: what it may enter, how it stands and why, its say before a fall, its appeal, its certificate."""

from typing import Final

import msgspec
import segno
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import AssessmentMissing
from suxin.consent.giving import NoticeOutdated, RecipientUnknown
from suxin.consent.queries import recipient
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.rights.corrections import TooManyCases
from suxin.rights.rating_appeals import appeal_rating
from suxin.rural.certificates import grade_certificate
from suxin.rural.entering import enter_cycle, leave_cycle, rating_notice
from suxin.rural.hearings import state_hearing
from suxin.rural.models import RuralGrade
from suxin.rural.panel import reasons
from suxin.rural.queries import own
from suxin.rural.refusals import (
    AppealTimeOver,
    CycleNotAt,
    EnteredAlready,
    EntryNotAt,
    HearingOver,
    NotOfThisCycle,
)
from suxin.rural.states import GradeState
from suxin.subjects.queries import subject_row
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.case_views import CaseView, shown_case
from suxin_mini_program.contract import Contract
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_mini_program.rural_views import (
    Entered,
    Entering,
    GradeCertificateShown,
    HearingShown,
    HearingStatement,
    MyRural,
    RatingExplanation,
    RatingNotice,
    RatingReason,
    shown_cycle,
    shown_entered,
    shown_entry,
    shown_grade,
    shown_hearing,
)
from suxin_mini_program.scores import ContributionShown
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信用乡村"
SHOWN: Final = 20
"""How many entries and grades are shown, the latest of them."""

CERTIFICATE_PAGE: Final = "/rural/certificates"


OVERVIEW: Final = Contract(
    tag=TAG,
    zh="可参加的评级、参评情况与等级",
    en="Ratings to enter, where one takes part, and one's grades",
    answer=MyRural,
)
NOTICE: Final = Contract(
    tag=TAG,
    zh="参评前的告知书",
    en="What is told before one enters a rating",
    answer=RatingNotice,
    refusals=(NotFound,),
)
ENTER: Final = Contract(
    tag=TAG,
    zh="授权并参评；名称是否公示另行单独同意",
    en="Consent and enter; whether the name may be published is a consent of its own",
    body=Entering,
    answer=Entered,
    status=201,
    keyed=True,
    refusals=(
        NotFound,
        CycleNotAt,
        NotOfThisCycle,
        EnteredAlready,
        NoticeOutdated,
        AssessmentMissing,
        RecipientUnknown,
    ),
)
LEAVE: Final = Contract(
    tag=TAG,
    zh="撤回授权并退出，等级随之失效",
    en="Take the consent back and leave; the grade ends with it",
    answer=Entered,
    keyed=True,
    refusals=(NotFound, EntryNotAt),
)
EXPLAIN: Final = Contract(
    tag=TAG,
    zh="等级的构成与评议的汇总意见（仅本人）",
    en="What a grade is made of, and what the panel thought on the whole; for the subject alone",
    answer=RatingExplanation,
    refusals=(NotFound,),
)
APPEAL: Final = Contract(
    tag=TAG,
    zh="公示期内对拟定等级申诉，申诉期间不生效",
    en="Appeal against a proposed grade while its notice runs; it does not take effect meanwhile",
    body=RatingReason,
    answer=CaseView,
    status=201,
    keyed=True,
    refusals=(Invalid, NotFound, AppealTimeOver, TooManyCases),
)
HEARING: Final = Contract(
    tag=TAG,
    zh="拟降级时陈述",
    en="Say something before one's grade falls",
    body=HearingStatement,
    answer=HearingShown,
    keyed=True,
    refusals=(Invalid, NotFound, HearingOver),
)
CERTIFICATE: Final = Contract(
    tag=TAG,
    zh="等级证书及验证二维码",
    en="The certificate of a grade, with the code to verify it",
    answer=GradeCertificateShown,
    refusals=(NotFound,),
)


@get("/rural", opt=OVERVIEW.opt)
async def show_rural(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Show where the subject acted for stands."""
    now = runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        subject_id = actor.own_subject
        cycles = [await shown_cycle(session, one) for one in await own.cycles_for(session, actor)]
        heard = {
            one.entry_id: one
            for one in await session.scalars(own.hearings_about(subject_id).limit(SHOWN))
        }
        rows = await session.execute(own.entries_about(subject_id).limit(SHOWN))
        entries = [shown_entry(entry, cycle, heard.get(entry.id), now) for entry, cycle in rows]
        grades = await session.scalars(own.grades_about(subject_id).limit(SHOWN))
        return answer(
            MyRural(cycles=cycles, entries=entries, grades=[shown_grade(one) for one in grades])
        )


@get("/rural/cycles/{cycle_id:str}/notice", opt=NOTICE.opt)
async def show_rating_notice(
    runtime: GivenRuntime, actor: GivenActor, cycle_id: FromPath[str]
) -> Response[bytes]:
    """Show what is told before one enters."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        text = await rating_notice(session, cycle_id=path_id(cycle_id))
        return answer(RatingNotice(version=text.version, sha256=text.sha256, body=text.body))


@post("/rural/cycles/{cycle_id:str}/enter", status_code=201, opt=ENTER.opt)
async def enter(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, cycle_id: FromPath[str]
) -> Response[bytes]:
    """Enter a rating."""
    given, now = await read_body(request, Entering), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        entry = await enter_cycle(
            session,
            actor,
            cycle_id=path_id(cycle_id),
            notice_version=given.notice_version,
            publish_name=given.publish_name,
            now=now,
        )
        return shown_entered(entry)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/rural/entries/{entry_id:str}/leave", status_code=200, opt=LEAVE.opt)
async def leave(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, entry_id: FromPath[str]
) -> Response[bytes]:
    """Leave a rating."""
    now = runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        entry = await leave_cycle(session, actor, entry_id=path_id(entry_id), now=now)
        return shown_entered(entry)

    return await write_once(request, runtime, actor, work)


@get("/rural/entries/{entry_id:str}/explanation", opt=EXPLAIN.opt)
async def explain(
    runtime: GivenRuntime, actor: GivenActor, entry_id: FromPath[str]
) -> Response[bytes]:
    """Show how the subject was rated."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        found = await own.explained(session, actor, path_id(entry_id))
        if found is None:
            raise NotFound(thing_zh="评级结果", thing_en="rating")
        row = found.row
        return answer(
            RatingExplanation(
                model_name=found.model_name,
                model_version=found.model_version,
                as_of=row.as_of,
                score=row.score,
                tier=row.tier,
                contributions=[
                    ContributionShown(
                        kind=one.kind.value, code=one.code, name=one.name, points=one.points
                    )
                    for one in found.contributions
                ],
                panel_votes=row.votes,
                panel_said=reasons(row.aspects) if row.aspects else [],
            )
        )


@post("/rural/entries/{entry_id:str}/appeal", status_code=201, opt=APPEAL.opt)
async def appeal_grade(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, entry_id: FromPath[str]
) -> Response[bytes]:
    """Appeal against a proposed grade."""
    given, now = await read_body(request, RatingReason), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        case = await appeal_rating(
            session, actor, entry_id=path_id(entry_id), reason=given.reason, now=now
        )
        return await shown_case(session, case, now=now)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/rural/entries/{entry_id:str}/hearing", status_code=200, opt=HEARING.opt)
async def be_heard(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, entry_id: FromPath[str]
) -> Response[bytes]:
    """Say something before one's grade falls."""
    given, now = await read_body(request, HearingStatement), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        hearing = await state_hearing(
            session, actor, entry_id=path_id(entry_id), statement=given.statement, now=now
        )
        return shown_hearing(hearing)

    return await write_once(request, runtime, actor, work, body=given)


@get("/rural/grades/{grade_id:str}/certificate", opt=CERTIFICATE.opt)
async def show_grade_certificate(
    runtime: GivenRuntime, actor: GivenActor, grade_id: FromPath[str]
) -> Response[bytes]:
    """Sign a grade in force of the subject acted for."""
    now = runtime.clock.now()
    keys = await runtime.keys.at(now)
    async with runtime.database.snapshot(actor, now=now) as session:
        grades = own.grades_about(actor.own_subject).where(RuralGrade.id == path_id(grade_id))
        grade = await session.scalar(grades)
        held = grade is not None and grade.expires_on > local_day(now)
        if grade is None or not held or grade.state is not GradeState.IN_FORCE:
            raise NotFound(thing_zh="有效的等级", thing_en="grade in force")
        holder = (await subject_row(session, actor.own_subject)).name
        village = await recipient(session, grade.tenant_id)
    signed = grade_certificate(
        grade,
        holder=holder,
        village="" if village is None else village.name,
        issuer=runtime.public_url,
        keys=keys,
        now=now,
    )
    address = f"{runtime.public_url}{CERTIFICATE_PAGE}?c={signed}"
    picture = segno.make(address, error="l", boost_error=False).svg_data_uri(scale=4)
    return answer(
        GradeCertificateShown(
            certificate=signed, address=address, qr=picture, expires_on=grade.expires_on
        )
    )


HANDLERS: Final = (
    show_rural,
    show_rating_notice,
    enter,
    leave,
    explain,
    appeal_grade,
    be_heard,
    show_grade_certificate,
)
