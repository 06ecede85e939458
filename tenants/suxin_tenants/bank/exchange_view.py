"""What a referral's page shows of its exchange: files, what was asked for besides, the conversation, and who has the referral."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.exchange.asking import MAX_ASKS
from suxin.lending.exchange.models import (
    Attachment,
    AttachmentKind,
    Author,
    ItemState,
    MaterialRequest,
    MaterialState,
    ReferralMessage,
)
from suxin.lending.exchange.queries import attachments_on, material_of, messages_on
from suxin.lending.models import Referral, ReferralState
from suxin.lending.routing.queries import own_officers
from suxin.subjects.policies import RECORD_READ
from suxin.tenancy.leaves import at_work
from suxin.tenancy.queries import branches_by_id, covers_on, staff_names
from suxin_tenants.forms import Form, options
from suxin_tenants.visits import Visit
from suxin_tenants.words import Said

MATERIAL_STATES: Final[Mapping[MaterialState, Said]] = {
    MaterialState.OPEN: ("待补充", "warn"),
    MaterialState.ANSWERED: ("已答复", "good"),
    MaterialState.EXPIRED: ("逾期未补充", "bad"),
    MaterialState.CLOSED: ("已终止", "plain"),
}
_ITEM_STATES: Final[Mapping[ItemState, Said]] = {
    ItemState.ASKED: ("待补充", "warn"),
    ItemState.SUPPLIED: ("已提供", "good"),
    ItemState.DECLINED: ("不提供", "plain"),
}
_ASKING: Final = (ReferralState.CONTACTED, ReferralState.DUE_DILIGENCE)
_KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class ItemWords:
    """One thing that was asked for, in words."""

    kind: str
    note: str
    state: Said
    words: str | None


@dataclass(frozen=True, slots=True)
class FileWords:
    """A file, in words."""

    id: UUID
    name: str
    kind: str
    size: str
    uploaded_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """Who has a referral: a branch, an officer, and whoever covers for him today."""

    branch: str
    officer: str | None
    cover: str | None
    officers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ExchangeShown:
    """The parts of a referral's page that are about its exchange."""

    files: Sequence[FileWords]
    material: Sequence[tuple[MaterialRequest, Said, Sequence[ItemWords]]]
    messages: Sequence[ReferralMessage]
    older: bool
    unread: int
    may_ask: bool
    may_write: bool
    kinds: Sequence[tuple[str, str]]
    typed: Mapping[str, str | tuple[str, ...]]


async def exchange_shown(
    session: AsyncSession, visit: Visit, referral: Referral, form: Form | None, *, known: bool
) -> ExchangeShown:
    """Return what is shown of a referral's exchange; files and messages only of whom the bank may know, on receipts."""
    asked = (await session.scalars(material_of(referral.tenant_id, referral.id))).all()
    reads = known and visit.actor.may(RECORD_READ)
    files = (await attachments_on(session, visit.actor, referral)).rows if reads else ()
    page = await messages_on(session, visit.actor, referral) if reads else None
    works = visit.actor.may(policies.REFERRAL_WORK) and known and referral.answerable
    messages = () if page is None else page.rows
    return ExchangeShown(
        [_file(one) for one in files],
        [(one, MATERIAL_STATES[one.state], _items(one)) for one in asked],
        tuple(reversed(messages)),
        page is not None and page.more,
        sum(one.author is Author.APPLICANT and one.read_at is None for one in messages),
        works
        and referral.state in _ASKING
        and len(asked) < MAX_ASKS
        and not any(one.open for one in asked),
        works,
        options(AttachmentKind),
        {} if form is None else _typed(form),
    )


async def placed(session: AsyncSession, visit: Visit, referral: Referral) -> Placed | None:
    """Return who has a referral, and to whom the actor may give it; nothing where it is nobody's."""
    tenant_id = visit.actor.own_tenant
    assigns = visit.actor.may(policies.REFERRAL_ASSIGN) and referral.answerable
    officers = await own_officers(session, visit.actor) if assigns else []
    if not referral.routed and not officers:
        return None
    covers = await covers_on(session, tenant_id, day=local_day(visit.world_now))
    officer_id = referral.officer_id
    cover_id = None if officer_id is None else at_work(officer_id, covers)
    wanted = {one.staff_id for one in officers} | {officer_id, cover_id} - {None}
    names = await staff_names(session, tenant_id, [one for one in wanted if one is not None])
    branch = await session.scalar(
        branches_by_id(tenant_id, [] if referral.branch_id is None else [referral.branch_id])
    )
    offered = [
        (str(one.staff_id), names[one.staff_id] + ("（请假）" if one.staff_id in covers else ""))
        for one in officers
        if one.staff_id != officer_id and one.staff_id in names
    ]
    return Placed(
        "总行" if branch is None else branch.name,
        None if officer_id is None else names.get(officer_id),
        None if cover_id in (None, officer_id) else names.get(cover_id),
        offered,
    )


def _items(asked: MaterialRequest) -> list[ItemWords]:
    return [
        ItemWords(
            AttachmentKind.coded(item["kind"]).zh,
            item["note"],
            _ITEM_STATES[ItemState.coded(item["state"])],
            item["words"],
        )
        for item in asked.items
    ]


def _file(row: Attachment) -> FileWords:
    size = f"{max(1, row.size_bytes // _KIB)} KB"
    return FileWords(
        row.id, row.name, row.kind.zh, size, row.uploaded_at, kept=row.erased_at is None
    )


def _typed(form: Form) -> dict[str, str | tuple[str, ...]]:
    return {
        "kinds": form.texts("kinds"),
        **{name: form.text(name) for name in ("materialNote", "text", "staffId", "assignReason")},
    }
