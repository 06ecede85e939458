"""Codes shown at several tills, taken in one short transaction: their passes are locked, read and written together.

What a code stands for and why it is refused is told by ``presenting.presented_by``, as in ``presenting.take_code``. Passes are at a doorway,
which is open while these steps are carried out.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import JSON, Integer, String, bindparam, cast, column, func, select, text

from suxin.kernel.many_rows import document_of
from suxin.kernel.single_steps import SingleStep
from suxin.subjects.models import PassKind, PresentationPass
from suxin.subjects.presentation_codes import Shown
from suxin.subjects.presenting import is_of

_SETTING: Final = "suxin.passes"
_CODES: Final = (
    func.json_to_recordset(cast(bindparam("codes", type_=String()), JSON))
    .table_valued(column("number", Integer()), column("kind", PresentationPass.kind.type))
    .render_derived(name="shown", with_types=True)
)
# In one order, so that two transactions do not wait for each other.
_ORDERED: Final = select(_CODES).distinct().order_by(_CODES.c.number, _CODES.c.kind).subquery()
_PASSES: Final = select(*PresentationPass.__table__.columns).where(
    is_of(_ORDERED.c.number, _ORDERED.c.kind)
)
_LOCKED: Final = _PASSES.with_for_update().lateral("locked")
# Looked up one by one, whatever statistics say of so small a table.
_FOUND: Final = _PASSES.offset(0).lateral("found")

LOCK: Final = SingleStep(
    select(func.count()).select_from(_ORDERED.join(_LOCKED, text("true"))).having(func.count() < 0)
)
SHOW: Final = SingleStep(
    select(text("1")).where(
        func.set_config(
            _SETTING,
            select(cast(func.coalesce(func.json_agg(text("found")), text("'[]'")), String))
            .select_from(_ORDERED.join(_FOUND, text("true")))
            .scalar_subquery(),
            text("true"),
        ).is_(None)
    )
)
"""Reads them, once they are locked, into a setting of the transaction."""

FOUND: Final = f"current_setting('{_SETTING}') as passes"
"""What a reading says so that ``passes_of`` is told."""

WRITE: Final = SingleStep(
    text(
        "update presentation_passes p set used_at = r.used_at, failures = r.failures"
        " from json_populate_recordset(null::presentation_passes, cast(:passes as json)) r where p.id = r.id"
    )
)


class _Kept(msgspec.Struct):
    """A pass as its row is kept."""

    id: UUID
    number: int
    kind: PassKind
    subject_id: UUID
    tenant_id: UUID
    context_id: UUID
    consent_id: UUID | None
    opened_at: datetime
    expires_at: datetime
    failures: int
    used_at: datetime | None


_KEPT: Final = msgspec.json.Decoder(list[_Kept])


def given(codes: Iterable[Shown]) -> dict[str, str]:
    """Return the values of ``LOCK`` and ``SHOW`` for some codes."""
    named = [{"number": one.number, "kind": one.kind.value} for one in codes]
    return {"codes": msgspec.json.encode(named).decode()}


def passes_of(found: str) -> dict[tuple[int, PassKind], PresentationPass]:
    """Return the passes that ``FOUND`` told, by number and kind."""
    return {
        (one.number, one.kind): PresentationPass(**msgspec.structs.asdict(one))
        for one in _KEPT.decode(found)
    }


def written(changed: Iterable[PresentationPass]) -> dict[str, str]:
    """Return the values of ``WRITE``: what became of some passes."""
    rows = [{"id": one.id, "used_at": one.used_at, "failures": one.failures} for one in changed]
    return {"passes": document_of(rows)}
