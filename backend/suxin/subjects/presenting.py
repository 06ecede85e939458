"""Presenting (出示): a subject opens a pass for one merchant, whose counter takes its code once.

Whose code it is never leaves the core: who takes a code gets what it stands for, and hands out a handle of his own. Guessing
is bounded for each pass here, and for each counter by the limits of the edges.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.kernel.single_steps import Term
from suxin.subjects.models import PassKind, PresentationPass
from suxin.subjects.presentation_codes import (
    NUMBER_DIGITS,
    PAPER_WINDOW,
    WINDOWS_ACCEPTED,
    Shown,
    proves,
    read_code,
    window_of,
)

LIVES: Final = {PassKind.PHONE: timedelta(minutes=10), PassKind.PAPER: timedelta(hours=24)}
"""How long a pass is good, and a phone without a connection makes its codes (proposed)."""

MAX_FAILURES: Final = 5
MAX_DRAWS: Final = 8
KEY_PURPOSE: Final = "presentation.key"


class CodeNotGenuine(Refusal):
    """No pass has this number, or the code was not made with its key; a wrong one is counted."""

    code = "PRESENTATION_CODE_NOT_GENUINE"
    kind = RefusalKind.INVALID
    commits = True
    zh = "权益码无法核验，请对方刷新后重新出示"
    en = "The code is not genuine; ask for a fresh one"


class CodeExpired(Refusal):
    """The code is of a window that is over, or its pass has ended."""

    code = "PRESENTATION_CODE_EXPIRED"
    kind = RefusalKind.INVALID
    zh = "权益码已过期，请对方刷新后重新出示"
    en = "The code has expired; ask for a fresh one"


class CodeReplayed(Refusal):
    """The pass was used already: a photograph of a code is worth nothing."""

    code = "PRESENTATION_CODE_REPLAYED"
    zh = "该权益码已使用过，请对方重新出示"
    en = "This code was used already; ask for a new one"


class CodeForAnotherMerchant(Refusal):
    """The pass was opened for another merchant."""

    code = "PRESENTATION_CODE_FOR_ANOTHER_MERCHANT"
    kind = RefusalKind.INVALID
    zh = "该权益码是为其他商户出示的，请对方选择本店后重新出示"
    en = "This code was opened for another merchant; ask for one of this place"


class CodeTriedTooOften(Refusal):
    """Too many wrong codes were tried with this pass's number; it is good for nothing any more."""

    code = "PRESENTATION_CODE_TRIED_TOO_OFTEN"
    kind = RefusalKind.LIMITED
    zh = "输错次数过多，该权益码已作废，请对方重新出示"
    en = "Too many wrong codes were tried; this one is void, ask for a new one"


class NoNumberFree(Refusal):
    """So many passes are open that no free number was found."""

    code = "NO_PRESENTATION_NUMBER_FREE"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "当前出示人数过多，请稍后再试"
    en = "Too many codes are open at present; try again in a moment"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedPass:
    """A pass as its subject's phone has it; ``key`` makes its codes and is told once."""

    pass_id: UUID
    number: int
    kind: PassKind
    key: bytes
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a code that was taken stands for, inside the core; ``context_id`` is the matter it was opened for."""

    pass_id: UUID
    subject_id: UUID
    context_id: UUID
    consent_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftPass:
    """A pass that another takes the place of, not taken by anybody."""

    tenant_id: UUID
    context_id: UUID
    consent_id: UUID | None


async def open_pass(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    context_id: UUID,
    consent_id: UUID | None,
    kind: PassKind,
    life: timedelta | None = None,
    sealer: Sealer,
    now: datetime,
) -> OpenedPass:
    """Open a pass of the acting subject's for one merchant and one matter; his last of this kind ends with it.

    It is good for as long as ``LIVES`` says, or for ``life`` where that is given.

    :raises NoNumberFree: if no free number was found
    """
    subject_id, pass_id = actor.own_subject, new_id(now)
    expires_at = now + (LIVES[kind] if life is None else life)
    fresh = {
        "id": pass_id,
        "kind": kind,
        "subject_id": subject_id,
        "tenant_id": tenant_id,
        "context_id": context_id,
        "consent_id": consent_id,
        "opened_at": now,
        "expires_at": expires_at,
        "failures": 0,
        "used_at": None,
    }
    async with doorway(session):
        await session.execute(
            delete(PresentationPass)
            .where(PresentationPass.subject_id == subject_id, PresentationPass.kind == kind)
            .execution_options(synchronize_session=False)
        )
        number = await _drawn(session, fresh, now=now)
    key = key_of(pass_id, sealer=sealer)
    return OpenedPass(pass_id, number, kind, key, now, expires_at)


def key_of(pass_id: UUID, *, sealer: Sealer) -> bytes:
    """Return the key of a pass, which is kept nowhere: to be told to the phone of whoever opened it, and to nobody else."""
    return sealer.blind_index(pass_id.hex, purpose=KEY_PURPOSE).digest


async def left_pass(
    session: AsyncSession, actor: Actor, *, kind: PassKind, now: datetime
) -> LeftPass | None:
    """Return the acting subject's pass of a kind that he opened and that nobody took, if it has not expired."""
    async with doorway(session):
        row = (
            await session.execute(
                select(
                    PresentationPass.tenant_id,
                    PresentationPass.context_id,
                    PresentationPass.consent_id,
                ).where(
                    PresentationPass.subject_id == actor.own_subject,
                    PresentationPass.kind == kind,
                    PresentationPass.used_at.is_(None),
                    PresentationPass.expires_at > now,
                )
            )
        ).one_or_none()
    if row is None:
        return None
    return LeftPass(tenant_id=row.tenant_id, context_id=row.context_id, consent_id=row.consent_id)


async def paper_open(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, sealer: Sealer, now: datetime
) -> OpenedPass | None:
    """Return the acting subject's paper pass that goes with a consent, if it is good still, to be printed again.

    :raises Forbidden: if the actor acts for no subject
    """
    async with doorway(session):
        row = (
            await session.execute(
                select(*PresentationPass.__table__.columns).where(
                    PresentationPass.subject_id == actor.own_subject,
                    PresentationPass.consent_id == consent_id,
                    PresentationPass.kind == PassKind.PAPER,
                    PresentationPass.failures < MAX_FAILURES,
                    PresentationPass.used_at.is_(None),
                    PresentationPass.expires_at > now,
                )
            )
        ).one_or_none()
    if row is None:
        return None
    key = key_of(row.id, sealer=sealer)
    return OpenedPass(row.id, row.number, row.kind, key, row.opened_at, row.expires_at)


async def take_code(
    session: AsyncSession, actor: Actor, *, code: str, sealer: Sealer, now: datetime
) -> Presented:
    """Use up the pass of a code shown at a counter of the actor's tenant; return what it stands for.

    Takers of one pass come one after another, and the second is refused. What names another merchant is told only of a
    code that is genuine.

    :raises CodeUnreadable: if it is no code, or its check digit is wrong
    :raises CodeNotGenuine: if no pass made it; a wrong one is counted
    :raises CodeTriedTooOften: if too many wrong ones were tried with its number
    :raises CodeExpired: if its window or its pass is over
    :raises CodeForAnotherMerchant: if it was opened for another tenant
    :raises CodeReplayed: if it was taken before
    """
    tenant_id, shown = actor.own_tenant, read_code(code)
    async with doorway(session):
        found = await _locked(session, shown)
        if found is None:
            raise CodeNotGenuine(field="code")
        try:
            presented = presented_by(found, shown, tenant_id=tenant_id, sealer=sealer, now=now)
        except CodeNotGenuine:
            await _change(session, found.id, failures=found.failures + 1)
            raise
        await _change(session, presented.pass_id, used_at=now)
    return presented


def presented_by(
    found: "Row[PresentationPass] | PresentationPass",
    shown: Shown,
    *,
    tenant_id: UUID,
    sealer: Sealer,
    now: datetime,
) -> Presented:
    """Return what a code stands for at a tenant's counter, by the pass of its number, which is locked.

    Whoever asks counts a wrong one against the pass, and uses it up otherwise.

    :raises CodeNotGenuine, CodeTriedTooOften, CodeExpired, CodeForAnotherMerchant, CodeReplayed: see ``take_code``
    """
    if found.failures >= MAX_FAILURES:
        raise CodeTriedTooOften(field="code")
    if not _is_genuine(found, shown, sealer, now=now):
        raise CodeNotGenuine(field="code")
    _require_timely(found, shown, sealer, now=now)
    if found.tenant_id != tenant_id:
        raise CodeForAnotherMerchant(field="code")
    if found.used_at is not None:
        raise CodeReplayed(field="code")
    return Presented(
        pass_id=found.id,
        subject_id=found.subject_id,
        context_id=found.context_id,
        consent_id=found.consent_id,
    )


def is_of(number: Term[int], kind: Term[PassKind]) -> ColumnElement[bool]:
    """Return the condition that a pass is of the number and kind that a code names; each may be a column of a statement."""
    return (PresentationPass.number == number) & (PresentationPass.kind == kind)


async def _drawn(session: AsyncSession, fresh: dict[str, object], *, now: datetime) -> int:
    """Add a pass under a number that no pass has that is still good; return the number."""
    for _ in range(MAX_DRAWS):
        number = secrets.randbelow(10**NUMBER_DIGITS)
        added = await session.execute(
            insert(PresentationPass)
            .values(number=number, **fresh)
            .on_conflict_do_update(
                index_elements=[PresentationPass.number],
                set_=fresh,
                where=PresentationPass.expires_at <= now,
            )
            .returning(PresentationPass.number)
            .execution_options(synchronize_session=False)
        )
        if added.scalar() is not None:
            return number
    raise NoNumberFree


async def _locked(session: AsyncSession, shown: Shown) -> Row[PresentationPass] | None:
    # Columns and not the object, which would outlive the lock.
    found = select(*PresentationPass.__table__.columns).where(is_of(shown.number, shown.kind))
    return (await session.execute(found.with_for_update())).one_or_none()


def _is_genuine(
    found: "Row[PresentationPass] | PresentationPass",
    shown: Shown,
    sealer: Sealer,
    *,
    now: datetime,
) -> bool:
    """Tell whether the pass made the code in any window of its life until now."""
    windows = range(window_of(found.opened_at), window_of(min(now, found.expires_at)) + 1)
    return proves(shown, _keys(found, sealer), _windows(shown, windows))


def _require_timely(
    found: "Row[PresentationPass] | PresentationPass",
    shown: Shown,
    sealer: Sealer,
    *,
    now: datetime,
) -> None:
    """Refuse a genuine code whose window or pass is over.

    :raises CodeExpired: if it is
    """
    present = window_of(now)
    accepted = range(present - WINDOWS_ACCEPTED + 1, present + 1)
    timely = proves(shown, _keys(found, sealer), _windows(shown, accepted))
    if now >= found.expires_at or not timely:
        raise CodeExpired(field="code")


def _windows(shown: Shown, windows: range) -> range:
    return range(PAPER_WINDOW, PAPER_WINDOW + 1) if shown.kind is PassKind.PAPER else windows


def _keys(found: "Row[PresentationPass] | PresentationPass", sealer: Sealer) -> tuple[bytes, ...]:
    # A pass may have been opened under the key before.
    return sealer.blind_indexes(found.id.hex, purpose=KEY_PURPOSE)


async def _change(session: AsyncSession, pass_id: UUID, **values: object) -> None:
    await session.execute(
        update(PresentationPass)
        .where(PresentationPass.id == pass_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
