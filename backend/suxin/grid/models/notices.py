"""Notices: what was put before the village, until when, and the page behind the poster's code."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import NOW, Reader, owner_tenant, published, system
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change


class PointNotice(Table):
    """A notice with its lines as they are shown (``notice_lines.Line``); nobody outside reads it from its end on, and then its lines are erased."""

    __tablename__ = "grid_notices"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("lines", "closed_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        published(f"ends_at > {NOW}"),
        system(),
    )
    __table_args__ = (
        CheckConstraint("days between 5 and 7 and ends_at > published_at", name="days"),
        CheckConstraint("claims between 1 and 200", name="claims"),
        Index("uq_grid_notices_number", "tenant_id", "number", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    claims: Mapped[int]
    days: Mapped[int]
    lines: Mapped[list[dict[str, Any]]]
    village_name: Mapped[str]
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ends_provisional: Mapped[bool]
    closed_at: Mapped[datetime | None]


class NoticePage(Table):
    """The address on a poster: which notice it shows, until when. It stays, so that it can say that the notice is over."""

    __tablename__ = "grid_notice_pages"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), published(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "notice_id"], ["grid_notices.tenant_id", "grid_notices.id"]
        ),
        # Whoever scans it knows no village.
        Index("uq_grid_notice_pages_token", "token", unique=True),
        CheckConstraint("length(token) between 20 and 40", name="token"),
        Index("uq_grid_notice_pages_notice", "tenant_id", "notice_id", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID]
    ends_at: Mapped[datetime]
