"""How credit repair reads to the subject: the records that may be repaired, and the applications on their way."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from suxin.kernel.refusals import Refusal
from suxin.repair.clocks import CLOCKS_ZH
from suxin.repair.models import DOCUMENTS_ZH, STATES_ZH, RepairApplication, RepairDocument
from suxin.repair.periods import facts_of, finder_of, repairable_from, require_repairable
from suxin.subjects.models import CatalogueItem, CreditRecord
from suxin_mini_program.labels import Label


class RepairableRecord(msgspec.Struct, rename="camel", kw_only=True):
    """A record that speaks against the subject: ``repairableFrom`` is the first day on which repair may be asked for.

    ``refusal`` says why it cannot be asked for now, where it cannot; ``asked`` that it is asked for.
    """

    record_id: UUID
    item: str
    source: str
    number: str
    occurred_on: date
    repairable_from: date
    asked: bool
    refusal: Label | None


class RepairDocumentView(msgspec.Struct, rename="camel", kw_only=True):
    """A document of an application; ``sentAt`` is when the window had it."""

    id: UUID
    kind: Label
    name: str
    size_bytes: int
    sent_at: datetime | None


class RepairView(msgspec.Struct, rename="camel", kw_only=True):
    """An application: where it stands, what is waited for until when, and what the window said.

    ``receiptNo`` is the window's receipt; ``copies`` in how many records the result was carried out.
    """

    id: UUID
    record_id: UUID
    item: str
    source: str
    number: str
    statement: str
    round: int
    state: Label
    waits_for: Label | None
    due_at: datetime | None
    due_provisional: bool
    late: bool
    receipt_no: str | None
    reason: str | None
    filed_at: datetime
    relayed_at: datetime | None
    decided_at: datetime | None
    applied_at: datetime | None
    ended_at: datetime | None
    copies: int | None
    documents: list[RepairDocumentView]


def record_view(
    record: CreditRecord, item: CatalogueItem, *, asked: set[UUID], today: date
) -> RepairableRecord:
    """Return a record with whether its repair may be asked for today, and why not; ``asked`` are those that it is asked for."""
    facts, refusal = facts_of(record), None
    try:
        require_repairable(facts, today=today)
    except Refusal as refused:
        refusal = Label(refused.code, refused.zh_message, refused.en_message)
    return RepairableRecord(
        record_id=record.id,
        item=item.name,
        source=finder_of(record, item),
        number=str(record.content.get("number", "")),
        occurred_on=record.occurred_on,
        repairable_from=repairable_from(record.item_code, facts.penalty_class, record.occurred_on),
        asked=record.id in asked,
        refusal=refusal,
    )


def application_view(
    application: RepairApplication, documents: Sequence[RepairDocument]
) -> RepairView:
    """Return an application with those of the documents that are its own."""
    clock, state = application.clock, application.state
    return RepairView(
        id=application.id,
        record_id=application.record_id,
        item=application.item,
        source=application.source,
        number=application.record_ref,
        statement=application.statement,
        round=application.round,
        state=Label(state.value, STATES_ZH[state], state.value.lower().replace("_", " ")),
        waits_for=None if clock is None else Label(clock.value, CLOCKS_ZH[clock], clock.lower()),
        due_at=application.due_at,
        due_provisional=application.due_provisional,
        late=application.late_at is not None,
        receipt_no=application.receipt_no,
        reason=application.reason,
        filed_at=application.filed_at,
        relayed_at=application.relayed_at,
        decided_at=application.decided_at,
        applied_at=application.applied_at,
        ended_at=application.ended_at,
        copies=application.copies,
        documents=[
            RepairDocumentView(
                id=document.id,
                kind=Label(document.kind.value, DOCUMENTS_ZH[document.kind], document.kind.value),
                name=document.name,
                size_bytes=document.size_bytes,
                sent_at=document.sent_at,
            )
            for document in documents
            if document.application_id == application.id
        ],
    )
