"""Fetches: a tenant uses a consent, and each use counts against the frequency that was agreed.

A system fetches with ``fetch_records``, which counts one and delivers once; what it delivered is read again without
counting (``delivered_before``), and otherwise a system reads no records. People read at their desk with ``use_at_desk``: a
Shanghai day at the desk is one use, however often they look, because a page turned is no new enquiry; a day on which the
consent was used already is no second use. Both count under the lock of the consent's basis, so that uses come one after
another and each comes before the consent's end or not at all.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.channels import require_lawful_channel
from suxin.consent.giving import RecipientUnknown
from suxin.consent.models import Consent, ConsentFetch, ConsentState
from suxin.consent.purposes import CategoriesOutsidePurpose
from suxin.consent.uses import ConsentNotActive, number_of_next, require_active, use_of
from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.kernel.database import before_answer
from suxin.kernel.refusals import Forbidden, NotFound, Refusal, RefusalKind
from suxin.kernel.working_days import local_day
from suxin.subjects.models import CreditRecord, DataCategory
from suxin.subjects.policies import RECORD_READ
from suxin.subjects.queries import RECORD_FIELDS, records

MAX_DELIVERED: Final = 5_000
"""How many records one fetch delivers (proposed default): some ten times what the fullest subject has on record."""

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class RangeOutsideConsent(Refusal):
    """Records are asked for from before the first day that the consent covers."""

    code = "RANGE_OUTSIDE_CONSENT"
    kind = RefusalKind.INVALID
    zh = "授权的数据范围自 {records_from} 起"
    en = "The consent covers records from {records_from}"


class TooManyRecords(Refusal):
    """One fetch would deliver more records than one may."""

    code = "TOO_MANY_RECORDS"
    kind = RefusalKind.LIMITED
    zh = "一次最多获取 {limit} 条，请缩小类别或起始日期后重试；本次未计入查询频次"
    en = "One fetch delivers at most {limit} records; ask for fewer categories or a later start; nothing was counted"


class RecordsAreFetched(Refusal):
    """A system would read records as people do at their desk, so that no use of the consent were counted."""

    code = "RECORDS_ARE_FETCHED"
    kind = RefusalKind.FORBIDDEN
    zh = "系统须通过 fetchRecords 获取信用信息，每次获取计入授权约定的查询频次"
    en = "A system gets records by fetchRecords, each time of which is one use of the consent"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one fetch delivered: its number, the records, and the SHA-256 of their JSON."""

    number: int
    records: tuple[dict[str, Any], ...]
    sha256: str


async def fetch_records(
    session: AsyncSession,
    actor: Actor,
    *,
    consent_id: UUID,
    categories: Sequence[DataCategory] | None = None,
    since: date | None = None,
    now: datetime,
) -> Delivery:
    """Deliver the records that a consent covers, and count it; a receipt tells the subject.

    Without ``categories`` and ``since`` everything is delivered that the consent covers.

    :raises Forbidden: if the actor may not read records, or not for the consent's purpose
    :raises NotFound: if it is no consent of the actor's tenant, or his token is for another
    :raises ConsentNotActive: if it is paused, has ended, or waits for an answer
    :raises CategoriesOutsidePurpose: if a category is not one of the consent's
    :raises RangeOutsideConsent: if records from before its range are asked for
    :raises LicensedChannelRequired: if a category may not reach this bank any more
    :raises FrequencyExhausted: if it was used as often as was agreed
    :raises TooManyRecords: if it would deliver more than ``MAX_DELIVERED``; no use is counted
    """
    consent = await _readable(session, actor, consent_id, now=now)
    wanted = await _wanted(session, actor, consent, categories)
    if since is not None and since < consent.records_from:
        raise RangeOutsideConsent(field="since", records_from=consent.records_from.isoformat())
    number = await _next_number(session, consent, free_today=False, now=now) or 0
    covered = records(consent.subject_id).where(CreditRecord.category.in_(wanted))
    if since is not None:
        covered = covered.where(CreditRecord.occurred_on >= since)
    found = (await session.scalars(covered.limit(MAX_DELIVERED + 1))).all()
    if len(found) > MAX_DELIVERED:
        raise TooManyRecords(field="since", limit=MAX_DELIVERED)
    content, sha256 = delivery_of(found)
    session.add(
        use_of(
            consent, number, at_desk=False, categories=wanted, now=now, content=content, sha=sha256
        )
    )
    note_read(session, _receipt(consent, wanted, len(content)))
    return Delivery(number, tuple(content), sha256)


async def fetch_category(
    session: AsyncSession,
    actor: Actor,
    *,
    consent_id: UUID,
    category: DataCategory,
    needs: Permission,
    found: Callable[[Consent], Awaitable[list[dict[str, Any]]]],
    now: datetime,
) -> Delivery:
    """Deliver what another context holds of one category, and count it as one use; ``found`` notes its own receipt.

    :raises Forbidden: if the actor may not read this, or not for the consent's purpose
    :raises NotFound: if it is no consent of the actor's tenant, or his token is for another
    :raises ConsentNotActive: if it is paused, has ended, or waits for an answer
    :raises CategoriesOutsidePurpose: if the category is not one of the consent's
    :raises LicensedChannelRequired: if it may not reach this bank any more
    :raises FrequencyExhausted: if it was used as often as was agreed
    """
    consent = await _readable(session, actor, consent_id, needs=needs, now=now)
    wanted = await _wanted(session, actor, consent, [category])
    number = await _next_number(session, consent, free_today=False, now=now) or 0
    content, sha256 = hashed(await found(consent))
    session.add(
        use_of(
            consent, number, at_desk=False, categories=wanted, now=now, content=content, sha=sha256
        )
    )
    return Delivery(number, tuple(content), sha256)


async def use_within(
    session: AsyncSession,
    actor: Actor,
    *,
    consent_id: UUID,
    categories: Sequence[DataCategory],
    now: datetime,
) -> None:
    """Count one use of a consent by the platform itself, which weighs the data for its tenant and delivers none of it.

    :raises NotFound: if it is no consent of the actor's tenant
    :raises ConsentNotActive: if it is paused, has ended, or waits for an answer
    :raises FrequencyExhausted: if it was used as often as was agreed
    """
    consent = await queries.tenants_consent(session, actor, consent_id)
    require_active(consent, now=now)
    number = await _next_number(session, consent, free_today=False, now=now) or 0
    session.add(use_of(consent, number, at_desk=False, categories=categories, now=now))


def use_at_desk(session: AsyncSession, actor: Actor, consent: Consent) -> None:
    """Have a staff member's look at a consent's data counted before its answer is sent: his day is one use.

    A system's look is none, because it gets no records by it (``require_people``).

    :raises FrequencyExhausted: then, if it was used as often as was agreed
    :raises ConsentNotActive: then, if it has ended meanwhile
    """
    if actor.kind is not ActorKind.STAFF:
        return

    async def count(settling: AsyncSession) -> None:
        now: datetime = settling.info["now"]
        number = await _next_number(settling, consent, free_today=True, now=now)
        if number is not None:
            wanted = [DataCategory(category) for category in consent.categories]
            settling.add(use_of(consent, number, at_desk=True, categories=wanted, now=now))

    before_answer(session, count)


def require_people(actor: Actor) -> None:
    """Refuse a system: it fetches.

    :raises RecordsAreFetched: if no staff member stands behind the actor
    """
    if actor.kind is not ActorKind.STAFF:
        raise RecordsAreFetched


async def delivered_before(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, number: int, now: datetime
) -> ConsentFetch:
    """Return what an earlier fetch delivered, to be sent once more: no new use, and a receipt of its own.

    :raises Forbidden: if the actor may not read records
    :raises NotFound: if it is no consent of the actor's tenant, or it has no such fetch
    :raises ConsentNotActive: if the consent is paused or has ended
    """
    found = await delivered(session, actor, consent_id=consent_id, number=number, now=now)
    consent = await queries.tenants_consent(session, actor, consent_id)
    wanted = [DataCategory(category) for category in found.categories]
    note_read(session, _receipt(consent, wanted, len(found.content or ())))
    return found


async def delivered(
    session: AsyncSession,
    actor: Actor,
    *,
    consent_id: UUID,
    number: int,
    needs: Permission = RECORD_READ,
    now: datetime,
) -> ConsentFetch:
    """Return what a fetch has just delivered, whose receipt its own transaction wrote.

    :raises Forbidden, NotFound, ConsentNotActive: see ``delivered_before``
    """
    consent = await _readable(session, actor, consent_id, needs=needs, now=now)
    found = await queries.fetch_numbered(session, consent, number)
    if found is None or found.content is None:
        raise NotFound(thing_zh="查询记录", thing_en="fetch")
    return found


async def _readable(
    session: AsyncSession,
    actor: Actor,
    consent_id: UUID,
    *,
    needs: Permission = RECORD_READ,
    now: datetime,
) -> Consent:
    """Return a consent of the actor's tenant that is active, if he may read what is asked for its purpose."""
    actor.require(needs)
    consent = await queries.tenants_consent(session, actor, consent_id)
    if consent.purpose not in actor.purposes:
        raise Forbidden(permission=consent.purpose)
    require_active(consent, now=now)
    return consent


async def _wanted(
    session: AsyncSession,
    actor: Actor,
    consent: Consent,
    categories: Sequence[DataCategory] | None,
) -> list[DataCategory]:
    agreed = [DataCategory(category) for category in consent.categories]
    if categories is None:
        return agreed
    if not categories or not set(categories) <= set(agreed):
        raise CategoriesOutsidePurpose(field="categories")
    recipient = await queries.recipient(session, actor.own_tenant)
    if recipient is None:
        raise RecipientUnknown(field="tenantId")
    require_lawful_channel(
        categories, natural_person=consent.natural_person is True, recipient=recipient
    )
    return sorted(set(categories))


async def _next_number(
    session: AsyncSession, consent: Consent, *, free_today: bool, now: datetime
) -> int | None:
    """Return the number of the next use, under the basis' lock; nothing where the day is free because it is counted.

    :raises ConsentNotActive: if no live basis is left
    :raises FrequencyExhausted: if there is no use left
    """
    if await queries.hold_consent_basis(session, consent, now=now) is None:
        raise ConsentNotActive(state=ConsentState.REVOKED)
    last, used, today = await queries.fetches_counted(
        session, consent, period=consent.frequency.period_of(now), day_began=_day_began(now)
    )
    if free_today and today:
        return None
    return number_of_next(consent, last=last, used=used)


def _day_began(now: datetime) -> datetime:
    return datetime.combine(local_day(now), time.min, tzinfo=_SHANGHAI)


def delivery_of(found: Sequence[CreditRecord]) -> tuple[list[dict[str, Any]], str]:
    """Return what a delivery says of some records, and the SHA-256 of its JSON."""
    return hashed([_delivered(row) for row in found])


def hashed(content: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """Return what is delivered, and the SHA-256 of its JSON."""
    document = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return content, hashlib.sha256(document.encode()).hexdigest()


def _delivered(row: CreditRecord) -> dict[str, Any]:
    return {
        "item": row.item_code,
        "category": row.category.value,
        "occurredOn": row.occurred_on.isoformat(),
        "amountFen": row.amount_fen,
        "content": row.content,
        "status": row.status.value,
        "selfDeclared": row.self_declared,
    }


def _receipt(consent: Consent, categories: Sequence[DataCategory], count: int) -> Receipt:
    return Receipt(
        subject_id=consent.subject_id,
        purpose=consent.purpose,
        categories=tuple(category.value for category in categories),
        fields=RECORD_FIELDS,
        row_count=count,
        object_type="credit_record",
        ground=Ground(consent_id=consent.id),
    )
