"""Areas in the schema."""

from datetime import date
from typing import ClassVar

import strawberry

from suxin.places import models
from suxin.places.queries import every_area
from suxin_graphql.execution.records import Record, Source


@strawberry.type(description="行政区划。An area of the city.")
class Area(Record):
    """An area of the city."""

    __model__: ClassVar = models.Area
    __source__: ClassVar = Source(lambda _: every_area().order_by(None), models.Area.code)

    code: str
    name: str
    full_name: str
    valid_from: date
    valid_until: date | None
