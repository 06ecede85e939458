"""What nobody needs any more is deleted once a day, in chunks that hold no lock for long."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import prune_assessments
from suxin.consent.keeping import forget_consents, forget_contract_bases
from suxin.consent.oauth.deprecated_uses import prune_uses
from suxin.consent.oauth.models import (
    AuthorizationCode,
    DeviceCode,
    EndedToken,
    LogInSession,
    OAuthGrant,
    PushedRequest,
    RefreshToken,
    UsedAssertion,
)
from suxin.events.feed import prune_events
from suxin.events.schedule import KEPT_FOR as EVENTS_KEPT_FOR
from suxin.exports.files import delete_file, file_ids
from suxin.exports.progress import kept_of, prune_exports
from suxin.kernel import idempotency, performing
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.subjects.mandates import forget_mandates
from suxin.subjects.models import PhoneCode, PresentationPass, WeChatAccount
from suxin.tenancy.models import DeskSession, LogInFailure
from suxin.tenancy.providers.models import ProviderFlow

CHUNK: Final = 1_000
PAUSE_S: Final = 0.05
FIRST_AFTER_S: Final = 60.0
EVERY_S: Final = 24 * 3600.0
OUTBOX_KEPT_FOR: Final = timedelta(days=30)
# An ended session is kept for a day, so that a page can still say that it has ended. Nothing of the authorization server
# is looked up longer: whoever had visited a pushed request decides within minutes, and expired is refused before used.
EXPIRED_KEPT_FOR: Final = timedelta(days=1)
# How a grant ended is told this long to whoever asks why his tokens died; the audit stream knows it for good.
GRANTS_KEPT_FOR: Final = timedelta(days=30)
# Who opened the mini program and never proved who he is, is nobody's account: it goes after his last log-in has gone. He
# who comes again is a new visitor (PIPL art. 19; proposed).
VISITORS_KEPT_FOR: Final = timedelta(days=30)
Expiring = type[
    DeskSession
    | LogInFailure
    | PhoneCode
    | PresentationPass
    | PushedRequest
    | AuthorizationCode
    | DeviceCode
    | UsedAssertion
    | EndedToken
    | RefreshToken
    | LogInSession
    | ProviderFlow
]
_EXPIRING: Final[tuple[Expiring, ...]] = (
    DeskSession,
    LogInFailure,
    PhoneCode,
    PresentationPass,
    PushedRequest,
    AuthorizationCode,
    DeviceCode,
    UsedAssertion,
    EndedToken,
    RefreshToken,
    LogInSession,
    ProviderFlow,
)
_PRUNER: Final = Actor.system("prune")

Chunk = Callable[[AsyncSession], Awaitable[int]]


async def prune(
    database: Database, *, now: datetime, exports_folder: Path | None = None
) -> dict[str, int]:
    """Delete what is done, forgotten, expired or over; return how many rows of each table.

    Running it again deletes nothing more.
    """
    before = now - OUTBOX_KEPT_FOR
    kept_since = now - idempotency.KEPT_FOR
    gone = {
        "outbox": await _in_chunks(
            database, lambda session: performing.prune(session, before=before, limit=CHUNK), now
        ),
        "idempotency_keys": await _in_chunks(
            database,
            lambda session: idempotency.prune(session, before=kept_since, limit=CHUNK),
            now,
        ),
        "tenant_events": await _in_chunks(
            database,
            lambda session: prune_events(session, before=now - EVENTS_KEPT_FOR, limit=CHUNK),
            now,
        ),
        "exports": await _in_chunks(
            database, lambda session: prune_exports(session, now=now, limit=CHUNK), now
        ),
        "impact_assessments": await _in_chunks(
            database, lambda session: prune_assessments(session, now=now, limit=CHUNK), now
        ),
    }
    gone["consents"] = await _in_chunks(
        database, lambda session: forget_consents(session, now=now, limit=CHUNK), now
    )
    gone["access_bases"] = await _in_chunks(
        database, lambda session: forget_contract_bases(session, now=now, limit=CHUNK), now
    )
    gone["mandates"] = await _in_chunks(
        database, lambda session: forget_mandates(session, now=now, limit=CHUNK), now
    )
    gone["deprecated_uses"] = await _in_chunks(
        database, lambda session: prune_uses(session, now=now, limit=CHUNK), now
    )
    for model in _EXPIRING:
        over = model.expires_at < now - EXPIRED_KEPT_FOR
        gone[model.__tablename__] = await _in_chunks(database, _deleting(model, over), now)
    # After its refresh tokens, each of which must find its grant while it is there.
    gone[OAuthGrant.__tablename__] = await _in_chunks(
        database, _deleting(OAuthGrant, _is_over(now)), now
    )
    gone[WeChatAccount.__tablename__] = await _in_chunks(
        database, _deleting(WeChatAccount, _is_nobody(now)), now
    )
    if exports_folder is not None:
        gone["export_files"] = await _sweep(database, exports_folder, now=now)
    return gone


async def prune_daily(database: Database, exports_folder: Path) -> None:
    """Prune a minute after the start and then every day."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        await prune(database, now=datetime.now(UTC), exports_folder=exports_folder)
        await asyncio.sleep(EVERY_S)


async def _sweep(database: Database, folder: Path, *, now: datetime) -> int:
    """Delete the files of exports that are over: each is deleted when it ends, unless its worker was killed just then."""
    ids = await asyncio.to_thread(file_ids, folder)
    kept: frozenset[UUID] = frozenset()
    for start in range(0, len(ids), CHUNK):
        async with database.snapshot(_PRUNER, now=now) as session:
            kept |= await kept_of(session, ids[start : start + CHUNK])
    gone = [export_id for export_id in ids if export_id not in kept]
    for export_id in gone:
        delete_file(folder, export_id)
    return len(gone)


def _is_over(now: datetime) -> ColumnElement[bool]:
    held = select(RefreshToken.token_hash).where(RefreshToken.grant_id == OAuthGrant.id).exists()
    # PostgreSQL's least passes over a null: of a grant that was not ended.
    ended = func.least(OAuthGrant.ended_at, OAuthGrant.expires_at)
    return (ended < now - GRANTS_KEPT_FOR) & ~held


def _is_nobody(now: datetime) -> ColumnElement[bool]:
    logged_in = select(OAuthGrant.id).where(OAuthGrant.openid == WeChatAccount.openid).exists()
    old = WeChatAccount.created_at < now - VISITORS_KEPT_FOR
    return WeChatAccount.person_id.is_(None) & old & ~logged_in


def _deleting(
    model: Expiring | type[OAuthGrant | WeChatAccount], over: ColumnElement[bool]
) -> Chunk:
    key = list(model.__table__.primary_key)

    async def work(session: AsyncSession) -> int:
        old = select(*key).where(over).limit(CHUNK)
        async with doorway(session):
            gone = await session.execute(
                delete(model)
                .where(tuple_(*key).in_(old))
                .returning(*key)
                .execution_options(synchronize_session=False)
            )
            return len(gone.all())

    return work


async def _in_chunks(database: Database, chunk: Chunk, now: datetime) -> int:
    total = 0
    while True:
        async with database.transaction(_PRUNER, now=now) as session:
            gone = await chunk(session)
        total += gone
        if gone < CHUNK:
            return total
        await asyncio.sleep(PAUSE_S)
