"""Whole-village credit on the phone: rounds that one's household may join and the notice before, how it stands, an objection, and one tap to ask for money."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import AssessmentMissing
from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.giving import NoticeOutdated, RecipientUnknown
from suxin.consent.notice_texts import Told
from suxin.consent.queries import recipient
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.commands.requests import ProductNotOffered, TooManyLoanRequests
from suxin.lending.terms import LoanPurpose, LoanTermOutOfRange
from suxin.village_credit import queries
from suxin.village_credit.joining import (
    MAX_OBJECTION,
    join_round,
    leave_round,
    object_to_line,
    round_notice,
)
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.village_credit.refusals import (
    JoinedAlready,
    LineExceeded,
    LineMisfit,
    LineNotActive,
    MemberNotAt,
    NotOfThisVillage,
    ObjectedAlready,
    RoundNotAt,
)
from suxin.village_credit.requesting import LineRequest, request_notice, request_on_line
from suxin.village_credit.states import MEMBERS_EN, MEMBERS_ZH, MemberState
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label
from suxin_mini_program.pages import PAGES
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_mini_program.requests import AmountFen, TermMonths
from suxin_web.callers import GivenActor, by_address
from suxin_web.rate_limits import Limit
from suxin_web.runtime import GivenRuntime

TAG: Final = "整村授信"
SHOWN: Final = 20
"""How many memberships are shown, the latest of them."""

READS: Final = Limit(name="village_credit", burst=30, per_minute=60)
_ANYBODY: Final = Actor.anonymous("village_credit")


class RoundShown(msgspec.Struct, rename="camel", kw_only=True):
    """A round that the household may join now."""

    id: UUID
    bank: str
    product: str


class MembershipShown(msgspec.Struct, rename="camel", kw_only=True):
    """How the household stands in a round; ``leftFen`` is what may still be asked for on a line that is in force."""

    id: UUID
    bank: str
    product: str
    state: Label
    number: int | None
    tier: str | None
    line_fen: int | None
    left_fen: int | None
    reason: str | None
    notice_ends_at: datetime | None
    objection: str | None
    answer: str | None
    starts_on: date | None
    expires_on: date | None


class MyVillageCredit(msgspec.Struct, rename="camel", kw_only=True):
    """What there is to join, and where the household takes part, the latest first."""

    rounds: list[RoundShown]
    memberships: list[MembershipShown]


class CreditNotice(msgspec.Struct, rename="camel", kw_only=True):
    """What is told before one says yes, with the version that the yes names."""

    version: str
    sha256: str
    body: str


class Joining(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The version of the notice that was shown."""

    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class Objection(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What speaks against the line, or against having none."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_OBJECTION)]


class LineAsked(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is asked for on the line, with the version of the notice of the loan's consent that was shown."""

    amount_fen: AmountFen
    term_months: TermMonths
    purpose: LoanPurpose
    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class MemberStands(msgspec.Struct, rename="camel", kw_only=True):
    """Where the household stands now."""

    id: UUID
    state: Label


class LineAnswered(msgspec.Struct, rename="camel", kw_only=True):
    """The loan request that was made, at the line's bank alone."""

    request_id: UUID


MINE: Final = Contract(
    tag=TAG,
    zh="可参加的整村授信，和本户的额度",
    en="Rounds that may be joined, and the household's lines",
    answer=MyVillageCredit,
)
NOTICE: Final = Contract(
    tag=TAG,
    zh="参加前的告知",
    en="What is told before one joins",
    answer=CreditNotice,
    refusals=(NotFound,),
)
JOIN: Final = Contract(
    tag=TAG,
    zh="授权并参加；不参加不留任何记录",
    en="Permit and join; whoever does not leaves no mark",
    body=Joining,
    answer=MemberStands,
    status=201,
    keyed=True,
    refusals=(
        NotFound,
        RoundNotAt,
        NotOfThisVillage,
        JoinedAlready,
        NoticeOutdated,
        AssessmentMissing,
        RecipientUnknown,
        LicensedChannelRequired,
    ),
)
LEAVE: Final = Contract(
    tag=TAG,
    zh="退出：撤回授权，额度和等级立即清除",
    en="Leave: the consent is taken back, line and grade are erased at once",
    answer=MemberStands,
    keyed=True,
    refusals=(NotFound, MemberNotAt),
)
OBJECT: Final = Contract(
    tag=TAG,
    zh="对额度提出异议，由银行另一人复核",
    en="Object to the line; another person of the bank decides",
    body=Objection,
    answer=MemberStands,
    keyed=True,
    refusals=(Invalid, NotFound, MemberNotAt, ObjectedAlready),
)
REQUEST_NOTICE: Final = Contract(
    tag=TAG,
    zh="用款前的告知：允许该银行审核本次申请",
    en="What is told before one asks: that this bank may assess the request",
    answer=CreditNotice,
    refusals=(NotFound,),
)
ASK: Final = Contract(
    tag=TAG,
    zh="一键用款：向该银行提出贷款申请并同时授权",
    en="One tap: make a loan request to the line's bank, and permit it in the same step",
    body=LineAsked,
    answer=LineAnswered,
    status=201,
    keyed=True,
    refusals=(
        LineNotActive,
        LineExceeded,
        LineMisfit,
        LoanTermOutOfRange,
        TooManyLoanRequests,
        ProductNotOffered,
        NotFound,
        NoticeOutdated,
        AssessmentMissing,
        RecipientUnknown,
        LicensedChannelRequired,
    ),
)


@get("/village-credit", opt=MINE.opt)
async def show_village_credit(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Show what may be joined and where the household takes part."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        rounds = [
            RoundShown(id=one.id, bank=await _bank(session, one), product=one.product_name)
            for one in await queries.rounds_for(session, actor)
        ]
        rows = await session.execute(queries.memberships_about(actor.own_subject).limit(SHOWN))
        shown = [await _membership(session, actor, member, found) for member, found in rows.all()]
    return answer(MyVillageCredit(rounds=rounds, memberships=shown))


@get("/village-credit/rounds/{round_id:str}/notice", opt=NOTICE.opt)
async def show_round_notice(
    runtime: GivenRuntime, actor: GivenActor, round_id: FromPath[str]
) -> Response[bytes]:
    """Show what is told before one joins."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(_notice(await round_notice(session, round_id=path_id(round_id))))


@post("/village-credit/rounds/{round_id:str}/join", status_code=201, opt=JOIN.opt)
async def join(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, round_id: FromPath[str]
) -> Response[bytes]:
    """Join a round."""
    given, now = await read_body(request, Joining), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        member = await join_round(
            session,
            actor,
            round_id=path_id(round_id),
            notice_version=given.notice_version,
            now=now,
        )
        return _stands(member)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/village-credit/memberships/{member_id:str}/leave", status_code=200, opt=LEAVE.opt)
async def leave_credit(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, member_id: FromPath[str]
) -> Response[bytes]:
    """Leave a round."""
    now = runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return _stands(await leave_round(session, actor, member_id=path_id(member_id), now=now))

    return await write_once(request, runtime, actor, work)


@post("/village-credit/memberships/{member_id:str}/objection", status_code=200, opt=OBJECT.opt)
async def object_to_credit(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, member_id: FromPath[str]
) -> Response[bytes]:
    """Object to a line."""
    given, now = await read_body(request, Objection), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        member = await object_to_line(
            session, actor, member_id=path_id(member_id), reason=given.reason, now=now
        )
        return _stands(member)

    return await write_once(request, runtime, actor, work, body=given)


@get("/village-credit/memberships/{member_id:str}/request-notice", opt=REQUEST_NOTICE.opt)
async def show_request_notice(
    runtime: GivenRuntime, actor: GivenActor, member_id: FromPath[str]
) -> Response[bytes]:
    """Show what is told before one asks for money on a line."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(_notice(await request_notice(session, actor, member_id=path_id(member_id))))


@post("/village-credit/memberships/{member_id:str}/request", status_code=201, opt=ASK.opt)
async def ask_on_line(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, member_id: FromPath[str]
) -> Response[bytes]:
    """Make a loan request on a line."""
    given, now = await read_body(request, LineAsked), runtime.clock.now()
    wanted = LineRequest(
        amount_fen=given.amount_fen,
        term_months=given.term_months,
        purpose=given.purpose,
        notice_version=given.notice_version,
    )

    async def work(session: AsyncSession) -> msgspec.Struct:
        made = await request_on_line(
            session, actor, member_id=path_id(member_id), wanted=wanted, now=now
        )
        return LineAnswered(request_id=made.request.id)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get(
    "/village-credit/notices/{round_id:uuid}",
    include_in_schema=False,
    guards=[by_address(READS)],
)
async def show_credit_notice(
    request: AnyRequest, runtime: GivenRuntime, round_id: FromPath[UUID]
) -> Response[bytes]:
    """Show what of a round is on notice: whose round it is, numbers and until when; neither names nor lines; 410 where nothing is."""
    async with runtime.database.snapshot(_ANYBODY, now=runtime.clock.now()) as session:
        notices = await queries.public_notices(session, round_id)
        shown = PAGES.render(request, "village_credit_notice.html", {"notices": notices})
    if not notices:
        shown.status_code = 410
    return shown


async def _bank(session: AsyncSession, found: CreditRound) -> str:
    bank = await recipient(session, found.tenant_id)
    return "" if bank is None else bank.name


async def _membership(
    session: AsyncSession, actor: Actor, member: RoundMember, found: CreditRound
) -> MembershipShown:
    left = None
    if member.state is MemberState.ACTIVE and member.line_fen is not None:
        left = max(0, member.line_fen - await queries.used_fen(session, actor, member.id))
    return MembershipShown(
        id=member.id,
        bank=await _bank(session, found),
        product=found.product_name,
        state=_label(member.state),
        number=member.number,
        tier=member.tier,
        line_fen=member.line_fen,
        left_fen=left,
        reason=member.reason,
        notice_ends_at=member.notice_ends_at,
        objection=member.objection,
        answer=member.answer,
        starts_on=member.starts_on,
        expires_on=member.expires_on,
    )


def _label(state: MemberState) -> Label:
    return Label(code=state.value, zh=MEMBERS_ZH[state], en=MEMBERS_EN[state])


def _stands(member: RoundMember) -> MemberStands:
    return MemberStands(id=member.id, state=_label(member.state))


def _notice(text: Told) -> CreditNotice:
    return CreditNotice(version=text.version, sha256=text.sha256, body=text.body)


HANDLERS: Final = (
    show_village_credit,
    show_round_notice,
    join,
    leave_credit,
    object_to_credit,
    show_request_notice,
    ask_on_line,
)
