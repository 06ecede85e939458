"""One's household in a village's register: linked by resident id or by the village's word, and made a credit subject by its head."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.places.queries import names
from suxin.villages import queries
from suxin.villages.linking import ask_to_be_linked, end_own_link, link_by_resident_id
from suxin.villages.models import Household, HouseholdLink, HouseholdMember
from suxin.villages.notice import CURRENT
from suxin.villages.refusals import (
    HouseholdLinked,
    HouseholdUnknown,
    LinkAsked,
    NoticeNotShown,
    NotInRegister,
    NotTheHead,
    TooManyLinksAsked,
    VillageUnknown,
)
from suxin.villages.states import LINKS_ZH, RELATIONS_ZH, HouseholdElsewhere, LinkElsewhere
from suxin.villages.subjecthood import agree_household_subject
from suxin_mini_program.answering import Work, answer, answered_before, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "农户"
MAX_SHOWN: Final = 20
"""How many households and requests are shown; nobody has as many."""


class HouseholdView(msgspec.Struct, rename="camel", kw_only=True):
    """A household that one is in. ``subjectId`` is its credit subject, for which its head acts; null where it has none."""

    id: UUID
    village_code: str
    village_name: str
    number: str
    group_name: str
    address: str
    relation: Label
    is_head: bool
    subject_id: UUID | None


class LinkView(msgspec.Struct, rename="camel", kw_only=True):
    """What one said of the household that one is in, and the village's answer."""

    id: UUID
    village_name: str
    state: Label
    asked_at: datetime
    reason: str | None


class NoticeView(msgspec.Struct, rename="camel", kw_only=True):
    """What a head reads before his household becomes a credit subject."""

    version: str
    title: str
    body: str


class Households(msgspec.Struct, rename="camel", kw_only=True):
    """One's households and requests, the latest first, and the notice in force."""

    households: list[HouseholdView]
    links: list[LinkView]
    notice: NoticeView


class HouseholdNamed(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The village by its code of twelve digits, and the household by its number there."""

    village_code: Annotated[str, msgspec.Meta(pattern="^[0-9]{12}$")]
    household_number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class NoticeRead(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The version of the notice that was read."""

    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class HouseholdSubject(msgspec.Struct, rename="camel", kw_only=True):
    """The credit subject that one may act for now."""

    subject_id: UUID


class LinkMade(msgspec.Struct, rename="camel", kw_only=True):
    """The request that was made."""

    id: UUID


LIST: Final = Contract(
    tag=TAG,
    zh="我在村户名册中的农户和关联申请",
    en="One's households in villages' registers, and what one asked",
    answer=Households,
)
PROVE: Final = Contract(
    tag=TAG,
    zh="按本人证件号码关联农户",
    en="Be linked to whichever households have one's resident id",
    answer=Households,
    keyed=True,
    refusals=(NotInRegister,),
)
ASK: Final = Contract(
    tag=TAG,
    zh="申请关联某村某户，由村居确认",
    en="Say that one is in a household of a village, for the village to confirm",
    body=HouseholdNamed,
    answer=LinkMade,
    status=201,
    keyed=True,
    refusals=(VillageUnknown, HouseholdUnknown, LinkAsked, TooManyLinksAsked),
)
END: Final = Contract(
    tag=TAG,
    zh="解除关联或撤回申请",
    en="Be linked no more, or take a request back",
    answer=Households,
    keyed=True,
    refusals=(LinkElsewhere,),
)
AGREE: Final = Contract(
    tag=TAG,
    zh="户主同意建立农户信用档案，并代表本户",
    en="As the head, have one's household made a credit subject and act for it",
    body=NoticeRead,
    answer=HouseholdSubject,
    status=201,
    keyed=True,
    refusals=(NoticeNotShown, NotTheHead, HouseholdLinked, HouseholdElsewhere),
)


@get("/households", opt=LIST.opt)
async def list_households(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """List one's households."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        return answer(await _shown(session, actor))


@post("/household-links/proof", status_code=200, opt=PROVE.opt)
async def prove_link(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Be linked by one's resident id."""
    before = await answered_before(request, runtime, actor, body=None, status=200)
    if before is not None:
        return before
    now = runtime.clock.now()
    await link_by_resident_id(runtime.database, actor, sealer=runtime.sealer, now=now)
    return await write_once(request, runtime, actor, _read(actor))


@post("/household-links", status_code=201, opt=ASK.opt)
async def ask_link(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Ask a village."""
    given = await read_body(request, HouseholdNamed)
    before = await answered_before(request, runtime, actor, body=given, status=201)
    if before is not None:
        return before
    link_id = await ask_to_be_linked(
        runtime.database,
        actor,
        village_code=given.village_code,
        household_number=given.household_number,
        sealer=runtime.sealer,
        now=runtime.clock.now(),
    )

    async def work(_session: AsyncSession) -> msgspec.Struct:
        return LinkMade(id=link_id)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@delete("/household-links/{link_id:str}", status_code=200, opt=END.opt)
async def end_link(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, link_id: FromPath[str]
) -> Response[bytes]:
    """Be linked no more."""
    wanted = path_id(link_id)
    before = await answered_before(request, runtime, actor, body=None, status=200)
    if before is not None:
        return before
    await end_own_link(runtime.database, actor, link_id=wanted, now=runtime.clock.now())
    return await write_once(request, runtime, actor, _read(actor))


@post("/households/{household_id:str}/subject", status_code=201, opt=AGREE.opt)
async def agree_subject(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, household_id: FromPath[str]
) -> Response[bytes]:
    """Have one's household made a credit subject."""
    wanted, given = path_id(household_id), await read_body(request, NoticeRead)
    before = await answered_before(request, runtime, actor, body=given, status=201)
    if before is not None:
        return before
    now = runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        own = await session.scalar(
            queries.memberships_of(actor.own_person).where(HouseholdMember.household_id == wanted)
        )
    if own is None:
        raise NotFound(thing_zh="农户", thing_en="household")
    subject_id = await agree_household_subject(
        runtime.database,
        actor,
        tenant_id=own.tenant_id,
        household_id=wanted,
        notice_version=given.notice_version,
        now=now,
    )

    async def work(_session: AsyncSession) -> msgspec.Struct:
        return HouseholdSubject(subject_id=subject_id)

    return await write_once(request, runtime, actor, work, body=given, status=201)


def _read(actor: Actor) -> Work:
    async def work(session: AsyncSession) -> msgspec.Struct:
        return await _shown(session, actor)

    return work


async def _shown(session: AsyncSession, actor: Actor) -> Households:
    person_id = actor.own_person
    members = (await session.scalars(queries.memberships_of(person_id).limit(MAX_SHOWN))).all()
    links = (await session.scalars(queries.links_of(person_id).limit(MAX_SHOWN))).all()
    tenants = {one.tenant_id for one in members} | {one.tenant_id for one in links}
    codes = {one: (await queries.village_of(session, one)).code for one in sorted(tenants)}
    called = await names(session, codes.values())
    return Households(
        households=[
            _household(
                one,
                await queries.household(session, one.tenant_id, one.household_id),
                codes[one.tenant_id],
                called[codes[one.tenant_id]],
            )
            for one in members
        ],
        links=[_link(one, called[codes[one.tenant_id]]) for one in links],
        notice=NoticeView(version=CURRENT.version, title=CURRENT.title, body=CURRENT.body),
    )


def _household(
    member: HouseholdMember, household: Household, code: str, village: str
) -> HouseholdView:
    relation = member.relation
    return HouseholdView(
        id=household.id,
        village_code=code,
        village_name=village,
        number=household.number,
        group_name=household.group_name,
        address=household.address,
        relation=Label(relation.value, RELATIONS_ZH[relation], relation.value.replace("_", " ")),
        is_head=household.head_id == member.id,
        subject_id=household.subject_id,
    )


def _link(link: HouseholdLink, village: str) -> LinkView:
    state = link.state
    return LinkView(
        id=link.id,
        village_name=village,
        state=Label(state.value, LINKS_ZH[state], state.value.lower()),
        asked_at=link.asked_at,
        reason=link.reason,
    )


HANDLERS: Final = (list_households, prove_link, ask_link, end_link, agree_subject)
