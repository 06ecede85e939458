"""Rows of persons, firms, mandates and records, as the batch role loads them into a test's city."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import (
    CreditRecord,
    DataCategory,
    LawfulChannel,
    Mandate,
    MandateRole,
    PersonIdentity,
    Polarity,
    RecordStatus,
    Subject,
    SubjectKind,
)

COLUMNS = tuple(column.name for column in CreditRecord.__table__.columns if column.computed is None)
"""The columns of a record that whoever writes it gives: all but what the database makes of them."""
GIVEN = ", ".join(COLUMNS)


def add_person(
    session: AsyncSession,
    sealer: Sealer,
    person_id: UUID,
    name: str,
    resident_id: str,
    *,
    now: datetime,
) -> None:
    session.add(
        Subject(
            id=person_id,
            kind=SubjectKind.PERSON,
            name=f"{name[0]}**",
            name_pinyin="x",
            county_code="321302",
            created_at=now,
        )
    )
    session.add(
        PersonIdentity(
            subject_id=person_id,
            name_sealed=sealer.seal(name, purpose="person.name", row=person_id),
            resident_id_sealed=sealer.seal(
                resident_id, purpose="person.resident_id", row=person_id
            ),
            phone_sealed=sealer.seal("19900000001", purpose="person.phone", row=person_id),
            proof_method="three_factor",
            proof_ref="test",
            proved_at=now,
        )
    )


def add_firm(session: AsyncSession, firm_id: UUID, name: str, uscc: str, *, now: datetime) -> None:
    session.add(
        Subject(
            id=firm_id,
            kind=SubjectKind.FIRM,
            name=name,
            name_pinyin="x",
            uscc=uscc,
            county_code="321302",
            town_code="321302150",
            industry="C20",
            registered_on=date(2020, 5, 1),
            created_at=now,
        )
    )


def add_mandate(session: AsyncSession, person_id: UUID, firm_id: UUID, *, now: datetime) -> None:
    session.add(
        Mandate(
            id=new_id(),
            person_id=person_id,
            subject_id=firm_id,
            role=MandateRole.LEGAL_REPRESENTATIVE,
            proof_method="registry",
            proof_ref="test",
            starts_at=now,
            ends_at=now.replace(year=now.year + 1),
        )
    )


def add_records(session: AsyncSession, firm_id: UUID, *, now: datetime) -> None:
    rows: Sequence[tuple[str, DataCategory, dict[str, object], int | None]] = (
        ("TAX-GRADE", DataCategory.TAX, {"grade": "A", "year": 2025}, None),
        ("TAX-PAID", DataCategory.TAX, {"year": 2025}, 30_000_000),
        ("SI-HEADCOUNT", DataCategory.SOCIAL_INSURANCE, {"headcount": 25}, None),
    )
    session.add_all(
        CreditRecord(
            subject_id=firm_id,
            id=new_id(),
            item_code=code,
            category=category,
            channel=LawfulChannel.AUTHORISED_PUBLIC,
            natural_person=False,
            source="test",
            source_ref=code,
            occurred_on=date(2026, 4, 1),
            polarity=Polarity.NEUTRAL,
            status=RecordStatus.ACTIVE,
            amount_fen=amount,
            content=content,
            self_declared=False,
            loaded_at=now,
        )
        for code, category, content, amount in rows
    )
