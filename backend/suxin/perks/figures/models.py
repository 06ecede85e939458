"""The counted months."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, operator, system
from suxin.kernel.tables import Table
from suxin.lending.terms import LabelledEnum


class PerkDimension(LabelledEnum):
    """By what a month is told apart."""

    CITY = "city", "全市", "the city"
    COUNTY = "county", "地区", "area"
    SCENARIO = "scenario", "场景", "scenario"


class PerkMonth(Table):
    """What came of 信易+ in a month (``month`` is its first day): completed redemptions of it, and defaults that became known in it.

    ``key`` is the code of the merchant's county or of a scenario, or empty for the city. ``people`` are those who redeemed, a visitor each time
    anew; ``value_fen`` is what the uses cost whoever funds them.
    """

    __tablename__ = "perk_months"
    __readers__: ClassVar[tuple[Reader, ...]] = (operator(), system())
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("(dimension = 'city') = (key = '')", name="key"),
        CheckConstraint(
            "least(redemptions, uses, people, value_fen, defaults) >= 0 and people <= redemptions",
            name="figures",
        ),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[PerkDimension] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    redemptions: Mapped[int]
    uses: Mapped[int]
    people: Mapped[int]
    value_fen: Mapped[int]
    defaults: Mapped[int]
    counted_at: Mapped[datetime]
