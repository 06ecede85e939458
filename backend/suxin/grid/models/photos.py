"""Photos of claims, as they were made anew without anything but the picture."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, owner_tenant, system
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.tables import APPEND_ONLY, Table

PHOTO: Final = "grid.photo"
"""The purpose for which the pieces of a photo are sealed, under its own key."""

PHOTO_KEY: Final = "grid.photo_key"
"""The purpose for which a photo's own key is sealed."""


class ClaimPhoto(Table):
    """A photo of a claim, sealed under a key of its own.

    ``original_sha256`` is the digest of the file that was handed in, which is not kept; ``look`` (``pictures.look_of``) finds pictures that look alike;
    ``like_id`` is the earliest such photo of the village.
    """

    __tablename__ = "grid_claim_photos"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "claim_id"], ["grid_claims.tenant_id", "grid_claims.id"]
        ),
        CheckConstraint("length(original_sha256) = 64 and length(sha256) = 64", name="sha256"),
        CheckConstraint("number between 1 and 6", name="number"),
        Index("uq_grid_claim_photos_original", "tenant_id", "original_sha256", unique=True),
        Index("uq_grid_claim_photos_number", "tenant_id", "claim_id", "number", unique=True),
        Index("ix_grid_claim_photos_taken_in", "tenant_id", "uploaded_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    number: Mapped[int]
    original_sha256: Mapped[str]
    look: Mapped[int]
    like_id: Mapped[UUID | None]
    width: Mapped[int]
    height: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes] = sealed(PHOTO_KEY, row="id")
    content: Mapped[bytes]
    uploaded_at: Mapped[datetime]
