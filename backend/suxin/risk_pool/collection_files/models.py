"""Files of collection attempts."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import SUBJECT, Reader, batch, owner_tenant, system, when
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table

FILE: Final = "risk_pool.collection_file"
"""The purpose for which the pieces of a file are sealed."""
FILE_KEY: Final = "risk_pool.collection_file_key"
"""The purpose for which a file's own key is sealed."""


class CollectionFile(Table):
    """A file of one collection attempt, sealed under a key of its own; the same content is there once."""

    __tablename__ = "pool_collection_files"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("collected_from", f"subject_id = {SUBJECT}"),
        system(),
        batch(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "attempt_id", "sha256"),
        ForeignKeyConstraint(
            ["tenant_id", "attempt_id"], ["pool_collections.tenant_id", "pool_collections.id"]
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index("ix_pool_collection_files_loan_id", "tenant_id", "loan_id", "id"),
        Index("ix_pool_collection_files_subject_id", "subject_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID]
    loan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes] = sealed(FILE_KEY, row="id")
    content: Mapped[bytes]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[UUID | None]
