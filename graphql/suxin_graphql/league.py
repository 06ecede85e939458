"""League tables in the schema: what was counted of a quarter, and the lines that the caller sees."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Final
from uuid import UUID

import strawberry

from suxin.lending.league import models
from suxin.lending.league.measures import Measure
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.league.queries import lines, tables
from suxin_graphql.context import Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.readings import Page
from suxin_graphql.execution.records import Source, ToMany, column, to_many
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.scalars import Fen

TABLES: Final = Ordering("lending.league_tables/1", (Key(models.LeagueTable.id, UUID),))


@strawberry.input(
    description="排行指标行的筛选条件，同时满足。Which lines; every given field must fit."
)
class LeagueLineFilter(Filter):
    """Which lines of a table."""

    __model__: ClassVar = models.LeagueLine

    measure: Choice[Measure] | None = None


class LeagueLineOrder(Order):
    """The order of a table's lines."""

    BY_ID = (
        Ordering("lending.league_lines/1", (Key(models.LeagueLine.id, UUID, descending=False),)),
        "按统计顺序",
        "as they were counted",
    )


def _bank(stored: UUID, _: object) -> str:
    return str(stored)


@strawberry.type(
    description="一家银行的一项指标。One bank's measure in a quarter's table; its own, and others' where the operator names the banks."
)
class LeagueLine(Node):
    """One bank's measure in a quarter's table."""

    __model__: ClassVar = models.LeagueLine
    __source__: ClassVar = Source(lines, models.LeagueLine.id, LEAGUE_READ)

    id: strawberry.ID = global_id("LeagueLine")
    bank_id: str = column(
        lambda: models.LeagueLine.tenant_id,
        convert=_bank,
        description="银行的机构编号。The bank's organisation, as in events.",
    )
    measure: Measure
    numerator: Fen = column(
        description="分子：金额以分计，利率为分×基点，其余为件数或工作日。Fen where money is counted (times basis points for the rate), else cases or"
        " working days.",
    )
    denominator: Fen = column(
        description="分母：金额以分计，其余为件数。Fen where money is counted, else cases."
    )
    cases: int
    value: int | None = column(
        description="基点；办理天数为百分之一工作日的中位数。Basis points; for decision days the median in hundredths of a working day."
    )
    place: int | None = column(description="名次；样本不足不排名。None with too few cases.")


@strawberry.type(
    description="一个季度的银行排行的一个版本。One version of a quarter's league table: never counted anew; a correction is another version."
)
class LeagueTable(Node):
    """One version of a quarter's league table."""

    __model__: ClassVar = models.LeagueTable
    __source__: ClassVar = Source(tables, models.LeagueTable.id, LEAGUE_READ)

    id: strawberry.ID = global_id("LeagueTable")
    quarter: date = column(description="季度首日。The quarter's first day.")
    version: int
    definition: int = column(description="口径版本。The version of the definitions.")
    reason: str | None = column(
        description="更正原因；第一版为空。Why it was corrected; none for the first version."
    )
    counted_until: datetime = column(description="事实截至。Facts count as they were known then.")
    counted_at: datetime | None
    named: bool = column(description="各行是否可见彼此名称。Whether banks see each other's lines.")

    @to_many(
        ToMany(lambda: LeagueLine, "id", models.LeagueLine.table_id),
        description="各行各项指标中可见的部分。The lines that the caller sees.",
    )
    def lines(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[LeagueLineFilter | None, FILTER] = None,
        order_by: LeagueLineOrder = LeagueLineOrder.BY_ID,
    ) -> Connection[LeagueLine]:
        """Declare the page of a table's lines."""
        raise NotImplementedError


@strawberry.type
class LeagueQueries:
    """Queries of league tables."""

    @query(
        LEAGUE_READ,
        Connection[LeagueTable],
        description="已统计的银行排行，新的在前。The league tables that were counted, newest first.",
    )
    def league_tables(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
    ) -> Page:
        """Return the league tables."""
        return Page(
            type=LeagueTable,
            statement=Statement(tables, info.context.actor),
            ordering=TABLES,
            first=first,
            after=after,
        )
