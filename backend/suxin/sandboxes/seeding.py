"""Seeding: the cast enters a sandbox that has just been made."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.masks import mask_name
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.sandboxes.cast import CAST, CastRecord, Part
from suxin.sandboxes.models import SandboxApplicant
from suxin.subjects.catalogue import ItemRow, packaged
from suxin.subjects.contents import months_later, publication_end
from suxin.subjects.models import (
    NAME,
    PHONE,
    RESIDENT_ID,
    CreditRecord,
    Mandate,
    MandateRole,
    PersonIdentity,
    RecordStatus,
    Subject,
    SubjectKind,
)

PROOF: Final = "sandbox"
"""By which somebody in the cast counts as proved, and where what is on record about him comes from."""

_MANDATE_LIFE: Final = timedelta(days=3_650)


async def seed_cast(
    session: AsyncSession, *, tenant_id: UUID, sealer: Sealer, now: datetime
) -> int:
    """Let everybody of the cast enter a sandbox; return how many did: nobody, where they are in it.

    A duty of the platform, confined to that sandbox.
    """
    known = await session.scalar(
        select(func.count())
        .select_from(SandboxApplicant)
        .where(SandboxApplicant.tenant_id == tenant_id)
    )
    if known:
        return 0
    items = {item.code: item for item in packaged().items}
    for part in CAST.values():
        await _enter(session, tenant_id, part, items, sealer=sealer, now=now)
    append_act(
        session,
        action="sandboxes.cast.entered",
        now=now,
        tenant_id=tenant_id,
        object_type="tenant",
        object_id=tenant_id,
        detail={"applicants": len(CAST)},
    )
    return len(CAST)


async def _enter(
    session: AsyncSession,
    tenant_id: UUID,
    part: Part,
    items: Mapping[str, ItemRow],
    *,
    sealer: Sealer,
    now: datetime,
) -> None:
    person_id, firm_id, mandate_id = new_id(), new_id(), new_id()
    session.add_all(
        (
            _person(person_id, part, tenant_id, now=now),
            _identity(person_id, part, sealer, now=now),
            _firm(firm_id, part, tenant_id, now=now),
        )
    )
    # Records are admitted for a subject of the same sandbox, who must be there.
    await session.flush()
    session.add(
        Mandate(
            id=mandate_id,
            person_id=person_id,
            subject_id=firm_id,
            role=MandateRole.LEGAL_REPRESENTATIVE,
            proof_method=PROOF,
            proof_ref=part.outcome.value,
            starts_at=now,
            ends_at=now + _MANDATE_LIFE,
        )
    )
    session.add_all(_record(firm_id, one, items[one.item_code], now=now) for one in part.records)
    session.add(
        SandboxApplicant(
            tenant_id=tenant_id,
            id=new_id(),
            outcome=part.outcome,
            name=part.firm,
            person_id=person_id,
            subject_id=firm_id,
            mandate_id=mandate_id,
            steps_done=0,
        )
    )
    await session.flush()


def _person(person_id: UUID, part: Part, tenant_id: UUID, *, now: datetime) -> Subject:
    return Subject(
        id=person_id,
        kind=SubjectKind.PERSON,
        name=mask_name(part.person),
        name_pinyin=pinyin_of(part.person[0]),
        county_code=part.county_code,
        sandbox_id=tenant_id,
        created_at=now,
    )


def _identity(person_id: UUID, part: Part, sealer: Sealer, *, now: datetime) -> PersonIdentity:
    return PersonIdentity(
        subject_id=person_id,
        name_sealed=sealer.seal(part.person, purpose=NAME, row=person_id),
        resident_id_sealed=sealer.seal(part.resident_id, purpose=RESIDENT_ID, row=person_id),
        phone_sealed=sealer.seal(part.phone, purpose=PHONE, row=person_id),
        proof_method=PROOF,
        proof_ref=part.outcome.value,
        proved_at=now,
    )


def _firm(firm_id: UUID, part: Part, tenant_id: UUID, *, now: datetime) -> Subject:
    return Subject(
        id=firm_id,
        kind=SubjectKind.FIRM,
        name=part.firm,
        name_pinyin=pinyin_of(part.firm),
        uscc=part.uscc,
        county_code=part.county_code,
        industry=part.industry,
        registered_on=local_day(now - part.registered),
        sandbox_id=tenant_id,
        created_at=now,
    )


def _record(firm_id: UUID, told: CastRecord, item: ItemRow, *, now: datetime) -> CreditRecord:
    occurred_on = local_day(now - told.age)
    months = item.validity_months
    return CreditRecord(
        subject_id=firm_id,
        id=new_id(),
        item_code=item.code,
        category=item.category,
        channel=item.channel,
        natural_person=False,
        source=PROOF,
        source_ref=item.code,
        occurred_on=occurred_on,
        published_until=publication_end(item.code, told.content, occurred_on),
        valid_until=None if months is None else months_later(occurred_on, months),
        polarity=told.polarity,
        status=RecordStatus.ACTIVE,
        amount_fen=told.amount_fen,
        content=dict(told.content),
        self_declared=False,
        loaded_at=now,
    )
