"""A penalty of the small city's firm, the documents to go with an application for its repair, and the application."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.repair.commands import apply_for_repair
from suxin.repair.documents import put_down_document
from suxin.repair.models import DocumentKind, RepairApplication, RepairDocument
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.contents import publication_end
from suxin.subjects.models import (
    CreditRecord,
    DataCategory,
    LawfulChannel,
    Polarity,
    RecordStatus,
)

PDF = b"%PDF-1.7 a receipt of payment"
NUMBER = "宿市监罚〔2026〕12号"


async def add_penalty(
    city: SmallCity,
    *,
    subject_id: UUID | None = None,
    source: str = "scjg",
    number: str = NUMBER,
    penalty_class: str = "一般",
    occurred_on: date = date(2026, 6, 1),
    **changes: Any,
) -> UUID:
    """Load a penalty as the batch role does, with the catalogue that names it; return the record's id."""
    content: Mapping[str, Any] = {
        "authority": "市场监督管理局",
        "number": number,
        "class": penalty_class,
    }
    record_id = new_id()
    values: dict[str, Any] = {
        "item_code": "PENALTY",
        "category": DataCategory.PENALTIES,
        "channel": LawfulChannel.PUBLICLY_DISCLOSED,
        "natural_person": False,
        "published_until": publication_end("PENALTY", content, occurred_on),
        "valid_until": None,
        "polarity": Polarity.NEGATIVE,
        "status": RecordStatus.ACTIVE,
        "amount_fen": None,
        "content": content,
        "self_declared": False,
        **changes,
    }
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        await load_catalogue(session)
        session.add(
            CreditRecord(
                subject_id=subject_id or city.firm_id,
                id=record_id,
                source=source,
                source_ref=str(record_id),
                occurred_on=occurred_on,
                loaded_at=city.now,
                **values,
            )
        )
        append_act(session, action="test.penalty.loaded", now=city.now)
    return record_id


async def put_down(
    city: SmallCity,
    kind: DocumentKind = DocumentKind.PROOF,
    *,
    actor: Actor | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> UUID:
    """Put a document down; return its id."""
    given = {"name": f"{kind.value}.pdf", "content": PDF, **changes}
    document_id: UUID = await city.act(
        put_down_document, actor or city.applicant, now=now, kind=kind, sealer=city.sealer, **given
    )
    return document_id


async def both_documents(city: SmallCity, *, now: datetime | None = None) -> list[UUID]:
    """Put down what the measures ask for: a proof and a commitment."""
    return [
        await put_down(city, kind, now=now)
        for kind in (DocumentKind.PROOF, DocumentKind.COMMITMENT)
    ]


async def file_repair(
    city: SmallCity,
    *,
    record_id: UUID | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> RepairApplication:
    """Let the firm apply for the repair of a penalty, with both documents."""
    wanted = record_id or await add_penalty(city)
    given: dict[str, Any] = {
        "record_id": wanted,
        "statement": "罚款已缴清，已整改到位",
        **changes,
    }
    if "document_ids" not in given:
        given["document_ids"] = await both_documents(city, now=now)
    application: RepairApplication = await city.act(
        apply_for_repair, city.applicant, now=now, **given
    )
    return application


async def fill_repair(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let the firm have an application with a document; return its id, which is also its record's and a loose document's."""
    own = {"subject_id": city.firm_id}
    application = sample(
        RepairApplication,
        city.now,
        **own,
        person_id=city.person_id,
        state="FILED",
        clock="RELAY",
        clock_from=city.now,
        due_at=city.now + timedelta(days=1),
    )
    await insert(admin, RepairApplication, application)
    application_id: UUID = application["id"]
    document = {**own, "sha256": "0" * 64}
    attached = sample(RepairDocument, city.now, **document, application_id=application_id)
    await insert(admin, RepairDocument, attached)
    loose = sample(RepairDocument, city.now, **document, id=application_id)
    await insert(admin, RepairDocument, loose)
    record = sample(
        CreditRecord,
        city.now,
        **own,
        id=application_id,
        item_code="PENALTY",
        category="penalties",
        polarity="negative",
        # So that it counts nowhere else.
        status="disputed",
    )
    await insert(admin, CreditRecord, record)
    return application_id
