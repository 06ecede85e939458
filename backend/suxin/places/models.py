"""Areas of the city."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, Reader, batch, exists, operator, published, when
from suxin.kernel.tables import Table

CITY_CODE: Final = "321300"
"""The code of the city itself, above its counties."""


class AreaLevel(StrEnum):
    """The level of an area; the value's order is from wide to narrow."""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


# A village draws its own grids, and those of villages that were merged into it.
_OWN_GRID: Final = "level = 'grid' and " + exists(
    "villages v",
    f"v.tenant_id = {TENANT} and v.state = 'ACTIVE'"
    " and left({row}.code, 12) = any (v.former_codes || v.code)",
)


class Area(Table):
    """One area of the city in one period.

    ``statistical_only`` marks a county-level code that only statistics use. ``predecessors`` are the codes that were
    merged into this one or renumbered.
    """

    __tablename__ = "areas"
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published(),
        operator(writes=True),
        when("grid_drawn", _OWN_GRID, "INSERT"),
        when("grid_redrawn", _OWN_GRID, "UPDATE"),
        batch(),
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{6}([0-9]{3}){0,3}$'", name="code"),
        CheckConstraint(
            "parent_code is null or parent_code = left(code, length(parent_code)) or level = 'county'",
            name="parent",
        ),
        CheckConstraint("valid_until is null or valid_until > valid_from", name="period"),
        Index("ix_areas_parent_code", "parent_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[AreaLevel]
    name: Mapped[str]
    full_name: Mapped[str]
    pinyin: Mapped[str]
    parent_code: Mapped[str | None]
    statistical_only: Mapped[bool]
    predecessors: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
