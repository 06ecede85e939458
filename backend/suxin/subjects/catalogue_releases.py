"""Releases of the catalogue: which were in force since when, and the document that each follows."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, published
from suxin.kernel.tables import READ_ONLY, Privilege, Table


class CatalogueRelease(Table):
    """One release of the catalogue; ``sha256`` is of its items, so that no number stands for two."""

    __tablename__ = "catalogue_releases"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), batch())
    __table_args__ = (CheckConstraint("item_count > 0", name="item_count"),)

    release: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    sha256: Mapped[str]
    item_count: Mapped[int]
    loaded_at: Mapped[datetime]
