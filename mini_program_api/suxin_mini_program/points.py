"""积分 for residents: what one's household has, claiming, objecting, and what one agrees to."""

from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import agreeing, appealing, claiming
from suxin.grid.contents import ClaimContent, coarse, digest
from suxin.grid.models import PointClaim
from suxin.grid.refusals import (
    AgreementOutdated,
    AppealOver,
    CapReached,
    ClaimIdTaken,
    DigestWrong,
    NoRulesInForce,
    NotClaimable,
    NotOfVillage,
    NotYourAppeal,
    PhotosMissing,
    PhotoUnreadable,
    PhotoUsedBefore,
    RuleUnknown,
)
from suxin.grid.showing.queries import own_household_claims, own_villages, rules_for_residents
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealed_documents import DocumentTooLarge
from suxin.kernel.working_days import local_day
from suxin.lending.models.steps import StepNotPossible
from suxin.villages.queries import household_of_person
from suxin.villages.states import HouseholdElsewhere
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.paging import Page, PageQuery, newest_first
from suxin_mini_program.point_views import (
    MAX_BODY_BYTES,
    AgreementGiven,
    ClaimWanted,
    Done,
    LineObjected,
    OwnVillagesView,
    PointClaimView,
    ReasonGiven,
    RulesView,
    claim_view,
    rule_view,
    village_view,
)
from suxin_mini_program.reading import AnyRequest, path_id, read_body, read_query
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "积分"

VILLAGES: Final = Contract(
    tag=TAG,
    zh="我的积分：我所在农户的村、已入账合计，以及我同意的用途",
    en="The villages in whose households one is, what was posted there, and what one agreed to",
    answer=OwnVillagesView,
)
RULES: Final = Contract(
    tag=TAG,
    zh="今天可以申报的事项",
    en="The rules by which one may claim today",
    answer=RulesView,
    refusals=(NoRulesInForce,),
)
CLAIMS: Final = Contract(
    tag=TAG,
    zh="本户的申报，新的在前",
    en="The claims of one's household, newest first",
    query=PageQuery,
    answer=Page[PointClaimView],
    refusals=(NotOfVillage,),
)
CLAIM: Final = Contract(
    tag=TAG,
    zh="申报积分；带编号和摘要时，同一申报重发仍是同一件",
    en="Claim points; with an id and a digest the same claim sent twice is one",
    body=ClaimWanted,
    answer=PointClaimView,
    status=201,
    keyed=True,
    refusals=(
        NotOfVillage,
        HouseholdElsewhere,
        NoRulesInForce,
        RuleUnknown,
        NotClaimable,
        CapReached,
        PhotosMissing,
        PhotoUnreadable,
        PhotoUsedBefore,
        DocumentTooLarge,
        ClaimIdTaken,
        DigestWrong,
    ),
)
WITHDRAWAL: Final = Contract(
    tag=TAG,
    zh="撤回自己的申报（公示前）",
    en="Take one's own claim back before it is on notice",
    answer=PointClaimView,
    keyed=True,
    refusals=(NotFound, StepNotPossible),
)
APPEAL: Final = Contract(
    tag=TAG,
    zh="对本户的申报提出异议或申诉",
    en="Appeal against a refusal of one's household's claim, or object to it on notice",
    body=ReasonGiven,
    answer=Done,
    keyed=True,
    refusals=(NotFound, NotOfVillage, NotYourAppeal, AppealOver, StepNotPossible),
)
TOWN: Final = Contract(
    tag=TAG,
    zh="不服村监委决定，提请乡镇决定",
    en="Take what the supervisors decided to the town",
    body=ReasonGiven,
    answer=Done,
    keyed=True,
    refusals=(NotFound, NotOfVillage, NotYourAppeal, AppealOver, StepNotPossible),
)
OBJECTION: Final = Contract(
    tag=TAG,
    zh="对公示中的某一号提出异议；该项暂缓入账",
    en="Object to a line of a notice, which is then frozen",
    body=LineObjected,
    answer=Done,
    keyed=True,
    refusals=(NotFound, NotOfVillage, AppealOver, StepNotPossible),
)
AGREEMENT: Final = Contract(
    tag=TAG,
    zh="同意或撤回一项用途",
    en="Say yes to one use of one's points, or take it back",
    body=AgreementGiven,
    answer=Done,
    keyed=True,
    refusals=(NotOfVillage, AgreementOutdated),
)


@get("/points", opt=VILLAGES.opt)
async def list_own_villages(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """List the villages in whose households one is."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        found = await own_villages(session, actor)
        return answer(OwnVillagesView(items=[village_view(one) for one in found]))


@get("/points/{village_id:str}/rules", opt=RULES.opt)
async def list_rules(
    runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """List by which rules one may claim today."""
    wanted, now = path_id(village_id), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        rules = await rules_for_residents(session, tenant_id=wanted, on=local_day(now))
        return answer(RulesView(items=[rule_view(rule) for rule in rules]))


@get("/points/{village_id:str}/claims", opt=CLAIMS.opt)
async def list_point_claims(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """List the claims of one's household."""
    wanted, query = path_id(village_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        page = await newest_first(
            session,
            await own_household_claims(session, actor, tenant_id=wanted),
            query,
            name="point-claims",
            by=PointClaim.id,
            view=lambda row: claim_view(row[0], person_id=actor.own_person),
        )
        return answer(page)


@post("/points/{village_id:str}/claims", status_code=201, opt=CLAIM.opt, request_max_body_size=MAX_BODY_BYTES)  # fmt: skip
async def send_claim(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """Claim points for one's household."""
    wanted, now = path_id(village_id), runtime.clock.now()
    given = await read_body(request, ClaimWanted)

    async def work(session: AsyncSession) -> msgspec.Struct:
        member = await household_of_person(session, wanted, actor.own_person)
        if member is None:
            raise NotOfVillage
        at = (given.latitude, given.longitude)
        content = ClaimContent(
            household_id=member.household_id,
            member_id=None if given.for_household else member.id,
            rule_code=given.rule_code,
            times=given.times,
            happened_on=given.happened_on,
            note=given.note,
            place=None if at[0] is None or at[1] is None else coarse(at[0], at[1]),
            photos=tuple(given.photos),
        )
        recorded = await claiming.record_own_claim(
            session,
            actor,
            tenant_id=wanted,
            claim_id=given.id or new_id(now),
            content_hash=given.content_hash or digest(content),
            content=content,
            sealer=runtime.sealer,
            now=now,
        )
        return claim_view(recorded.claim, person_id=actor.own_person)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/points/{village_id:str}/claims/{claim_id:str}/withdrawal", status_code=200, opt=WITHDRAWAL.opt)  # fmt: skip
async def withdraw_claim(
    request: AnyRequest,
    runtime: GivenRuntime,
    actor: GivenActor,
    village_id: FromPath[str],
    claim_id: FromPath[str],
) -> Response[bytes]:
    """Take one's own claim back."""
    which, now = _which(village_id, claim_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        claim = await claiming.withdraw_own_claim(session, actor, now=now, **which)
        return claim_view(claim, person_id=actor.own_person)

    return await write_once(request, runtime, actor, work)


@post("/points/{village_id:str}/claims/{claim_id:str}/appeal", status_code=200, opt=APPEAL.opt)
async def appeal_claim(
    request: AnyRequest,
    runtime: GivenRuntime,
    actor: GivenActor,
    village_id: FromPath[str],
    claim_id: FromPath[str],
) -> Response[bytes]:
    """Appeal against a refusal, or object."""
    which, now = _which(village_id, claim_id), runtime.clock.now()
    given = await read_body(request, ReasonGiven)

    async def work(session: AsyncSession) -> msgspec.Struct:
        await appealing.object_to_claim(session, actor, reason=given.reason, now=now, **which)
        return Done()

    return await write_once(request, runtime, actor, work, body=given)


@post("/points/{village_id:str}/claims/{claim_id:str}/town", status_code=200, opt=TOWN.opt)
async def go_to_town(
    request: AnyRequest,
    runtime: GivenRuntime,
    actor: GivenActor,
    village_id: FromPath[str],
    claim_id: FromPath[str],
) -> Response[bytes]:
    """Take what the supervisors decided to the town."""
    which, now = _which(village_id, claim_id), runtime.clock.now()
    given = await read_body(request, ReasonGiven)

    async def work(session: AsyncSession) -> msgspec.Struct:
        await appealing.take_to_town(session, actor, reason=given.reason, now=now, **which)
        return Done()

    return await write_once(request, runtime, actor, work, body=given)


@post("/points/{village_id:str}/objections", status_code=200, opt=OBJECTION.opt)
async def object_to_notice(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """Object to a line of a notice."""
    wanted, now = path_id(village_id), runtime.clock.now()
    given = await read_body(request, LineObjected)

    async def work(session: AsyncSession) -> msgspec.Struct:
        await appealing.object_to_line(
            session,
            actor,
            tenant_id=wanted,
            notice_number=given.notice_number,
            line=given.line,
            reason=given.reason,
            now=now,
        )
        return Done()

    return await write_once(request, runtime, actor, work, body=given)


@post("/points/{village_id:str}/agreements", status_code=200, opt=AGREEMENT.opt)
async def send_agreement(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """Say yes to one use, or take it back."""
    wanted, now = path_id(village_id), runtime.clock.now()
    given = await read_body(request, AgreementGiven)

    async def work(session: AsyncSession) -> msgspec.Struct:
        if given.agree:
            await agreeing.agree(
                session,
                actor,
                tenant_id=wanted,
                use=given.use,
                text_version=given.text_version,
                now=now,
            )
        else:
            await agreeing.take_back(session, actor, tenant_id=wanted, use=given.use, now=now)
        return Done()

    return await write_once(request, runtime, actor, work, body=given)


def _which(village_id: str, claim_id: str) -> dict[str, UUID]:
    return {"tenant_id": path_id(village_id), "claim_id": path_id(claim_id)}


HANDLERS: Final = (
    list_own_villages,
    list_rules,
    list_point_claims,
    send_claim,
    withdraw_claim,
    appeal_claim,
    go_to_town,
    object_to_notice,
    send_agreement,
)
