"""Who is there: who opened the mini program, proving who one is, and for whom one may act."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import PhoneInvalid, ResidentIdInvalid, UsccChecksum, UsccMalformed
from suxin.kernel.queries import inbox_of_person, unread_count
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.terms import ApplicantKind
from suxin.subjects.identities import identity_of
from suxin.subjects.identity import (
    FirmNotRegistered,
    IdentityNotProved,
    IdentityServiceUnavailable,
    NotLegalRepresentative,
)
from suxin.subjects.mandates import SubjectUnknown, end_mandate, prove_mandate
from suxin.subjects.persons import MinorNotSupported
from suxin.subjects.phone_codes import (
    PhoneCodeDailyLimit,
    PhoneCodeLocked,
    PhoneCodeTooSoon,
    PhoneCodeWrong,
    send_phone_code,
)
from suxin.subjects.proofs import AccountBoundElsewhere, prove_person
from suxin.subjects.queries import ActableSubject, my_subjects
from suxin_mini_program.answering import answer, answered_before, write_once
from suxin_mini_program.contract import Caller, Contract
from suxin_mini_program.labels import MANDATE_ROLES, Label, label_of, labelled
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_web.applicants import GivenVisitor
from suxin_web.callers import GivenActor, by_address
from suxin_web.rate_limits import IDENTITY_PROOF, PHONE_CODE
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime

TAG: Final = "身份"


class PhoneCodeAsked(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The mobile number to send a one-time code to."""

    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class IdentityClaim(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What someone says of himself, with the code that his phone received."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    resident_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=12)]


class IdentityProved(msgspec.Struct, rename="camel", kw_only=True):
    """The person's own subject id."""

    person_id: UUID


class MandateClaim(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The unified social credit code of the firm one says to represent."""

    uscc: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


class MandateView(msgspec.Struct, rename="camel", kw_only=True):
    """By which right a person acts for a subject, and until when."""

    id: UUID
    role: Label
    ends_at: datetime


class SubjectChoice(msgspec.Struct, rename="camel", kw_only=True):
    """A subject one may act for; its id goes into the ``Suxin-Subject`` header."""

    id: UUID
    kind: Label
    name: str
    uscc: str | None
    mandate: MandateView | None


class PersonView(msgspec.Struct, rename="camel", kw_only=True):
    """Who one is, masked."""

    id: UUID
    name: str
    resident_id: str
    phone: str | None


class Me(msgspec.Struct, rename="camel", kw_only=True):
    """Who opened the mini program; without proof (``proved``) there is no person and nobody to act for."""

    proved: bool
    person: PersonView | None
    subjects: list[SubjectChoice]
    unread_notices: int


ME: Final = Contract(
    tag=TAG,
    zh="是否已实名、我是谁、可代理哪些主体、未读消息数",
    en="Whether a person is proved, who I am (masked), whom I may act for, and how many notices are unread",
    caller=Caller.VISITOR,
    answer=Me,
)
PHONE_CODES: Final = Contract(
    tag=TAG,
    zh="发送短信验证码（每分钟一次，重复请求被拒绝，故无需幂等键）",
    en="Send a one-time code; once a minute, so a repeat is refused and no idempotency key is taken",
    caller=Caller.VISITOR,
    body=PhoneCodeAsked,
    status=204,
    refusals=(PhoneInvalid, PhoneCodeTooSoon, PhoneCodeDailyLimit),
)
IDENTITY_PROOFS: Final = Contract(
    tag=TAG,
    zh="实名认证（验证码一次有效，无需幂等键；未收到答复时请查询 /me）",
    en="Prove who one is; the code is good once, so no idempotency key is taken. If no answer came, ask /me",
    caller=Caller.VISITOR,
    body=IdentityClaim,
    answer=IdentityProved,
    status=201,
    refusals=(
        Invalid,
        ResidentIdInvalid,
        PhoneInvalid,
        MinorNotSupported,
        PhoneCodeWrong,
        PhoneCodeLocked,
        IdentityNotProved,
        IdentityServiceUnavailable,
        AccountBoundElsewhere,
    ),
)
PROVE_MANDATE: Final = Contract(
    tag=TAG,
    zh="证明本人是该企业的法定代表人",
    en="Prove that one is the firm's legal representative, and may act for it",
    body=MandateClaim,
    answer=SubjectChoice,
    status=201,
    keyed=True,
    refusals=(
        UsccMalformed,
        UsccChecksum,
        SubjectUnknown,
        NotLegalRepresentative,
        FirmNotRegistered,
        IdentityServiceUnavailable,
    ),
)
END_MANDATE: Final = Contract(
    tag=TAG,
    zh="结束本人的代理授权",
    en="End one's own mandate",
    answer=SubjectChoice,
    keyed=True,
)


@get("/me", opt=ME.opt)
async def show_me(
    request: AnyRequest, runtime: GivenRuntime, visitor: GivenVisitor
) -> Response[bytes]:
    """Show who opened the mini program."""
    person_id = visitor.person_id
    if person_id is None:
        return answer(Me(proved=False, person=None, subjects=[], unread_notices=0))
    himself = Actor.subject(request_id_of(request), person_id=person_id, subject_id=person_id)
    now = runtime.clock.now()
    async with runtime.database.snapshot(himself, now=now) as session:
        identity = (await identity_of(session, runtime.sealer, person_id)).masked()
        subjects = await my_subjects(session, person_id=person_id, now=now)
        unread = await unread_count(session, inbox_of_person(person_id))
        return answer(
            Me(
                proved=True,
                person=PersonView(
                    id=person_id,
                    name=identity.name,
                    resident_id=identity.resident_id,
                    phone=identity.phone,
                ),
                subjects=[_choice(subject) for subject in subjects],
                unread_notices=unread,
            )
        )


@post("/phone-codes", status_code=204, opt=PHONE_CODES.opt, guards=[by_address(PHONE_CODE)])
async def ask_phone_code(request: AnyRequest, runtime: GivenRuntime, visitor: GivenVisitor) -> None:
    """Send a one-time code to a phone."""
    given = await read_body(request, PhoneCodeAsked)
    now, stranger = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(stranger, now=now) as session:
        await send_phone_code(
            session, openid=visitor.openid, phone=given.phone, sealer=runtime.sealer, now=now
        )


@post(
    "/identity-proofs",
    status_code=201,
    opt=IDENTITY_PROOFS.opt,
    guards=[by_address(IDENTITY_PROOF)],
)
async def prove_identity(
    request: AnyRequest, runtime: GivenRuntime, visitor: GivenVisitor
) -> Response[bytes]:
    """Prove who opened the mini program."""
    claim = await read_body(request, IdentityClaim)
    person_id = await prove_person(
        runtime.database,
        visitor=visitor,
        name=claim.name,
        resident_id=claim.resident_id,
        phone=claim.phone,
        code=claim.code,
        verifier=runtime.identity,
        sealer=runtime.sealer,
        request_id=request_id_of(request),
        now=runtime.clock.now(),
    )
    return answer(IdentityProved(person_id=person_id), status=201)


@post("/mandates", status_code=201, opt=PROVE_MANDATE.opt)
async def begin_mandate(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Prove a mandate; the registry is asked only when the key has no answer yet."""
    claim = await read_body(request, MandateClaim)
    before = await answered_before(request, runtime, actor, body=claim, status=201)
    if before is not None:
        return before
    now = runtime.clock.now()
    subject_id = await prove_mandate(
        runtime.database,
        actor,
        uscc=claim.uscc,
        verifier=runtime.identity,
        sealer=runtime.sealer,
        now=now,
    )

    async def work(session: AsyncSession) -> msgspec.Struct:
        held = await my_subjects(session, person_id=actor.own_person, now=now)
        return next(_choice(one) for one in held if one.subject.id == subject_id)

    return await write_once(request, runtime, actor, work, body=claim, status=201)


@delete("/mandates/{mandate_id:str}", status_code=200, opt=END_MANDATE.opt)
async def finish_mandate(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, mandate_id: FromPath[str]
) -> Response[bytes]:
    """End a mandate; answers what it was about."""
    wanted, now = path_id(mandate_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        held = await my_subjects(session, person_id=actor.own_person, now=now)
        about = [one for one in held if one.mandate is not None and one.mandate.id == wanted]
        if not about:
            raise NotFound(thing_zh="代理授权", thing_en="mandate")
        await end_mandate(session, actor, mandate_id=wanted, now=now)
        return _choice(about[0])

    return await write_once(request, runtime, actor, work)


def _choice(found: ActableSubject) -> SubjectChoice:
    subject, mandate = found.subject, found.mandate
    return SubjectChoice(
        id=subject.id,
        kind=labelled(ApplicantKind.coded(subject.kind.value)),
        name=subject.name,
        uscc=subject.uscc,
        mandate=None
        if mandate is None
        else MandateView(
            id=mandate.id, role=label_of(mandate.role, MANDATE_ROLES), ends_at=mandate.ends_at
        ),
    )


HANDLERS: Final = (
    show_me,
    ask_phone_code,
    prove_identity,
    begin_mandate,
    finish_mandate,
)
