"""Lists of households that a village sent in, and what came of every line."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, owner_tenant
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table


class RegisterImport(Table):
    """One list and what came of it. ``rejects`` holds the lines that were not taken, each with why; the list itself is not kept.

    Its id is the sender's, and ``sha256`` is of the file: what is sent again under its id is known by both.
    """

    __tablename__ = "register_imports"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), batch())
    __table_args__ = (
        CheckConstraint(
            "lines = added + changed + unchanged + jsonb_array_length(rejects)", name="lines"
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str]
    lines: Mapped[int] = mapped_column(Integer)
    households: Mapped[int] = mapped_column(Integer)
    added: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    rejects: Mapped[list[dict[str, Any]]]
    imported_by: Mapped[UUID]
    imported_at: Mapped[datetime]
