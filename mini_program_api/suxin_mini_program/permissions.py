"""What a subject decides about his data: consents, and the contract bases that consents leave behind."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import commands, queries
from suxin.consent.assessments import AssessmentMissing
from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.giving import ConsentExists, Granted, NoticeOutdated, RecipientUnknown
from suxin.consent.models import Consent, ConsentStateConflict
from suxin.consent.purposes import CategoriesOutsidePurpose
from suxin.kernel.bases import AccessBasis
from suxin.kernel.refusals import NotFound
from suxin.lending.commands.requests import consent_to_bank
from suxin.lending.models import StepNotPossible
from suxin.subjects.models import DataCategory
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import newest_page, write_once
from suxin_mini_program.consent_notices import TAG, CutView, LifeDays, cut_views
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import BASES, CONSENT_STATES, Label, category, label_of
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest, path_id, read_body
from suxin_mini_program.recipients import purpose_label, recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

MAX_REASON: Final = 200

Categories = Annotated[list[DataCategory], msgspec.Meta(max_length=len(DataCategory))]


class NewConsent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Permission for one bank to see who is behind a request, after this version of the text was shown."""

    request_id: UUID
    tenant_id: UUID
    categories: Categories
    life_days: LifeDays
    notice_version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class GrantedView(msgspec.Struct, rename="camel", kw_only=True):
    """A permission that was given; ``cuts`` say in words what was narrowed, ``supersedes`` which permission it replaces."""

    id: UUID
    expires_at: datetime
    categories: list[Label]
    cuts: list[CutView]
    supersedes: UUID | None


class Revocation(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Why a permission is taken back, if one likes to say."""

    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] | None = None


class ConsentView(msgspec.Struct, rename="camel", kw_only=True):
    """A permission that a subject gave, or was asked for and refused or left unanswered.

    A request waits for its answer until ``answer_by``; what was given unasked, or refused where the question came up, has
    none. Until it is answered ``starts_at`` and ``expires_at`` are what was asked for.
    """

    id: UUID
    recipient: BankView
    request_id: UUID | None
    purpose: Label
    categories: list[Label]
    state: Label
    notice_version: str
    life_days: int
    retention_days: int
    requested_at: datetime
    answer_by: datetime | None
    decided_at: datetime | None
    starts_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str | None


class ConsentStateView(msgspec.Struct, rename="camel", kw_only=True):
    """Where a permission stands after a decision."""

    id: UUID
    state: Label
    expires_at: datetime
    ended_at: datetime | None


class BasisView(msgspec.Struct, rename="camel", kw_only=True):
    """A ground other than consent on which a bank may read, such as a contract."""

    id: UUID
    recipient: BankView
    kind: Label
    purpose: Label
    categories: list[Label]
    request_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


GRANT: Final = Contract(
    tag=TAG,
    zh="授权一家银行查阅",
    en="Permit one bank that holds the request to see who asks",
    body=NewConsent,
    answer=GrantedView,
    status=201,
    keyed=True,
    refusals=(
        NotFound,
        StepNotPossible,
        NoticeOutdated,
        ConsentExists,
        RecipientUnknown,
        AssessmentMissing,
        LicensedChannelRequired,
        CategoriesOutsidePurpose,
    ),
)
CONSENTS: Final = Contract(
    tag=TAG,
    zh="我的授权，最新在前",
    en="My permissions, newest first",
    query=PageQuery,
    answer=Page[ConsentView],
)
BASES_LIST: Final = Contract(
    tag=TAG,
    zh="授权以外的查阅依据（如借款合同）",
    en="Grounds other than consent on which a bank may read, such as a contract; newest first",
    query=PageQuery,
    answer=Page[BasisView],
)


def _decision(zh: str, en: str, *, body: type | None = None) -> Contract:
    return Contract(
        tag=TAG,
        zh=zh,
        en=en,
        body=body,
        answer=ConsentStateView,
        keyed=True,
        refusals=(NotFound, ConsentStateConflict),
    )


PAUSE: Final = _decision("暂停授权", "Pause a permission")
RESUME: Final = _decision("恢复授权", "Resume a paused permission")
REVOKE: Final = _decision(
    "撤回授权：下一次查阅即被拒绝",
    "Take a permission back; the bank's very next request is refused",
    body=Revocation,
)


@post("/consents", status_code=201, opt=GRANT.opt)
async def grant(request: AnyRequest, runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Permit one bank to see who asks."""
    given, now = await read_body(request, NewConsent), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        granted = await consent_to_bank(
            session,
            actor,
            request_id=given.request_id,
            tenant_id=given.tenant_id,
            categories=given.categories,
            life_days=given.life_days,
            notice_version=given.notice_version,
            now=now,
        )
        return granted_view(granted)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/consents", opt=CONSENTS.opt)
async def list_consents(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List one's permissions."""
    return await newest_page(
        request,
        runtime,
        actor,
        queries.consents_of(actor.own_subject),
        name="consents",
        by=Consent.id,
        view=lambda row: _consent_view(row[0], row[1]),
    )


@post("/consents/{consent_id:str}/pause", status_code=200, opt=PAUSE.opt)
async def pause(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Pause a permission."""
    wanted, now = path_id(consent_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return state_view(await commands.pause_consent(session, actor, consent_id=wanted, now=now))

    return await write_once(request, runtime, actor, work)


@post("/consents/{consent_id:str}/resume", status_code=200, opt=RESUME.opt)
async def resume(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Resume a paused permission."""
    wanted, now = path_id(consent_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return state_view(await commands.resume_consent(session, actor, consent_id=wanted, now=now))

    return await write_once(request, runtime, actor, work)


@post("/consents/{consent_id:str}/revocation", status_code=200, opt=REVOKE.opt)
async def revoke(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, consent_id: FromPath[str]
) -> Response[bytes]:
    """Take a permission back."""
    wanted, now = path_id(consent_id), runtime.clock.now()
    given = await read_body(request, Revocation)

    async def work(session: AsyncSession) -> msgspec.Struct:
        return state_view(
            await commands.revoke_consent(
                session, actor, consent_id=wanted, reason=given.reason, now=now
            )
        )

    return await write_once(request, runtime, actor, work, body=given)


@get("/access-bases", opt=BASES_LIST.opt)
async def list_bases(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the grounds other than consent."""
    return await newest_page(
        request,
        runtime,
        actor,
        queries.grounds_of(actor.own_subject),
        name="access-bases",
        by=AccessBasis.id,
        view=lambda row: _basis_view(row[0], row[1]),
    )


def _consent_view(consent: Consent, tenant: Tenant | None) -> ConsentView:
    return ConsentView(
        id=consent.id,
        recipient=recipient_view(consent.tenant_id, tenant),
        request_id=consent.context_id,
        purpose=purpose_label(consent.purpose),
        categories=[category(code) for code in consent.categories],
        state=label_of(consent.state, CONSENT_STATES),
        notice_version=consent.notice_version,
        life_days=consent.life_days,
        requested_at=consent.requested_at,
        answer_by=consent.answer_by,
        decided_at=consent.decided_at,
        retention_days=consent.retention_days,
        starts_at=consent.starts_at,
        expires_at=consent.expires_at,
        ended_at=consent.ended_at,
        end_reason=consent.end_reason,
    )


def granted_view(granted: Granted) -> GrantedView:
    """Return a permission that was given, as its subject sees it."""
    return GrantedView(
        id=granted.consent_id,
        expires_at=granted.expires_at,
        categories=[category(code.value) for code in granted.categories],
        cuts=cut_views(granted.cuts),
        supersedes=granted.supersedes,
    )


def state_view(consent: Consent) -> ConsentStateView:
    """Return where a permission stands after a decision."""
    return ConsentStateView(
        id=consent.id,
        state=label_of(consent.state, CONSENT_STATES),
        expires_at=consent.expires_at,
        ended_at=consent.ended_at,
    )


def _basis_view(basis: AccessBasis, tenant: Tenant | None) -> BasisView:
    return BasisView(
        id=basis.id,
        recipient=recipient_view(basis.tenant_id, tenant),
        kind=label_of(basis.kind, BASES),
        purpose=purpose_label(basis.purpose),
        categories=[category(code) for code in basis.categories],
        request_id=basis.context_id,
        starts_at=basis.starts_at,
        ends_at=basis.ends_at,
        ended_at=basis.ended_at,
    )


HANDLERS: Final = (
    grant,
    list_consents,
    pause,
    resume,
    revoke,
    list_bases,
)
