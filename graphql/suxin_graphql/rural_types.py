"""Rural ratings in the schema: a village's cycles and entries for its own systems, and what is published of titles and certificates.

Of whom an entry is, a village's system is told the household of its own register and nothing else; no score is told to anybody.
"""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy import Select

from suxin.kernel.actor import Actor
from suxin.rural import models
from suxin.rural.policies import RATING_READ
from suxin.rural.queries.areas import published_titles
from suxin.rural.queries.cycles import own_cycles, own_entries
from suxin.rural.states import (
    CYCLES_ZH,
    ENTRIES_ZH,
    KINDS_ZH,
    TITLE_STATES_ZH,
    TITLES_ZH,
    CycleState,
    EntryState,
    RuralKind,
    TitleLevel,
    TitleState,
)
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.enum_words import describe
from suxin_graphql.execution.filters import Choice, CodeChoice, Filter
from suxin_graphql.execution.records import Record, Source, column, to_one
from suxin_graphql.node import Node, global_id
from suxin_graphql.village_types import Household

for _cls, _name in (
    (CycleState, "RatingCycleState"),
    (EntryState, "RatingEntryState"),
    (TitleLevel, "RuralTitleLevel"),
    (TitleState, "RuralTitleState"),
):
    strawberry.enum(_cls, name=_name)

TITLES: Final = Ordering("rural.titles/1", (Key(models.RuralTitle.id, UUID),))
_KINDS_EN: Final = {
    "HOUSEHOLD": "a farming household",
    "FAMILY_FARM": "a family farm",
    "COOPERATIVE": "a farmers' cooperative",
    "AGRI_ENTERPRISE": "a leading agricultural enterprise",
    "LARGE_GROWER": "a large grower or breeder",
    "INPUT_DEALER": "a dealer in agricultural inputs",
}
_CYCLES_EN: Final = {
    "OPEN": "may be entered",
    "VOTING": "the panel votes",
    "COMBINING": "votes and records are being joined",
    "REVIEW": "waits to be checked by another person",
    "NOTICED": "on public notice",
    "EFFECTIVE": "in effect",
    "CALLED_OFF": "called off",
}
_ENTRIES_EN: Final = {
    "CONSENTED": "has consented and waits to be proposed",
    "PROPOSED": "was proposed and waits to be admitted",
    "NOT_ADMITTED": "was not admitted",
    "ENTERED": "takes part",
    "RATED": "rated, not in effect yet",
    "FROZEN": "appealed, without effect meanwhile",
    "REOPENED": "reckoned anew after an appeal",
    "HEARING": "heard before a fall",
    "EFFECTIVE": "in effect",
    "LEFT": "left",
}


def shown_titles(_actor: Actor) -> Select[models.RuralTitle]:
    """Return the titles that were given, for whoever asks."""
    return published_titles()


@strawberry.input(
    description="评级批次的筛选条件，同时满足。Which cycles; every given field must fit."
)
class RatingCycleFilter(Filter):
    """Which cycles."""

    __model__: ClassVar = models.RatingCycle

    state: Choice[CycleState] | None = None
    kind: Choice[RuralKind] | None = None


class RatingCycleOrder(Order):
    """The order of a village's cycles."""

    NEWEST = (
        Ordering("rural.cycles/1", (Key(models.RatingCycle.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="一个村一年一类主体的评级。One rating of one kind of entity in the caller's village and year."
)
class RatingCycle(Node):
    """A cycle of the caller's village."""

    __model__: ClassVar = models.RatingCycle
    __source__: ClassVar = Source(
        lambda actor: own_cycles(actor).order_by(None), models.RatingCycle.id, RATING_READ
    )

    id: strawberry.ID = global_id("RatingCycle")
    kind: RuralKind
    year: int
    state: CycleState
    opened_at: datetime
    as_of: date | None = column(
        description="计算截至日；评议开始时确定。The day whose records count."
    )
    entries: int | None = column(
        description="评议开始时的参评数。How many took part when the panel began."
    )
    closed_at: datetime | None
    noticed_at: datetime | None
    notice_ends_at: datetime | None
    ended_at: datetime | None = column(description="取消时间。When it was called off.")


@strawberry.input(
    description="参评记录的筛选条件，同时满足。Which entries; every given field must fit."
)
class RatingEntryFilter(Filter):
    """Which entries."""

    __model__: ClassVar = models.RatingEntry

    state: Choice[EntryState] | None = None
    tier: CodeChoice | None = None


class RatingEntryOrder(Order):
    """The order of a cycle's entries."""

    NEWEST = (
        Ordering("rural.entries/1", (Key(models.RatingEntry.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="参评记录；不含姓名、理由和分值。One entry of a cycle: no name, no reason, no score."
)
class RatingEntry(Node):
    """An entry of a cycle of the caller's village."""

    __model__: ClassVar = models.RatingEntry
    __source__: ClassVar = Source(
        lambda actor: own_entries(actor).order_by(None), models.RatingEntry.id, RATING_READ
    )

    id: strawberry.ID = global_id("RatingEntry")
    cycle: RatingCycle | None = to_one(lambda: RatingCycle, "cycle_id")
    household: Household | None = to_one(
        lambda: Household,
        "household_id",
        description="农户；其他主体为空。须有查看名册的权限。The household; none of another kind. It needs the right to read the register.",
    )
    number: int | None = column(description="公示编号。The number under which it is on notice.")
    state: EntryState
    tier: str | None = column(
        description="等级；评定后才有，未到生效状态的等级不是现行等级。The grade, once it was rated; before it is in effect it is none in force."
    )
    tier_before: str | None = column(description="原等级。The grade that was in force.")
    entered_at: datetime
    appealed_at: datetime | None


@strawberry.type(
    description="一种状态、一个等级下的参评数。How many entries stand in one state with one grade."
)
class RatingStanding:
    """How many entries of a cycle stand in one state with one grade."""

    state: EntryState
    tier: str | None
    entries: int


@strawberry.input(
    description="信用村镇命名的筛选条件，同时满足。Which titles; every given field must fit."
)
class RuralTitleFilter(Filter):
    """Which titles."""

    __model__: ClassVar = models.RuralTitle

    level: Choice[TitleLevel] | None = None
    area_code: CodeChoice | None = None
    state: Choice[TitleState] | None = None


@strawberry.type(
    description="信用村、信用乡镇、信用县（区）的年度命名，含已撤销的；名单公开。"
    "A year's title of a village, town or county, also where it was revoked; the list is public."
)
class RuralTitle(Record):
    """A title that was given."""

    __model__: ClassVar = models.RuralTitle
    __source__: ClassVar = Source(shown_titles, models.RuralTitle.id)

    level: TitleLevel
    area_code: str
    year: int
    state: TitleState
    decided_at: datetime | None
    revoked_at: datetime | None


@strawberry.type(
    description="涉农主体信用等级证书的状态，任何人按编号可查；不含主体和等级。"
    "What anybody may know of a certificate by its number: nothing of whose it is, nor of its grade."
)
class RuralCertificate:
    """The state of a certificate."""

    number: str
    expires_on: date
    ended_at: datetime | None
    in_force: bool


def describe_rural_enums() -> None:
    """Give the enumerations of rural ratings their words."""
    describe(
        RuralKind,
        "涉农主体类型。What is rated.",
        {one.name: (KINDS_ZH[one], _KINDS_EN[one.name]) for one in RuralKind},
    )
    describe(
        CycleState,
        "评级批次状态。Where a cycle stands.",
        {one.name: (CYCLES_ZH[one], _CYCLES_EN[one.name]) for one in CycleState},
    )
    describe(
        EntryState,
        "参评状态。Where an entry stands.",
        {one.name: (ENTRIES_ZH[one], _ENTRIES_EN[one.name]) for one in EntryState},
    )
    describe(
        TitleLevel,
        "命名的层级。What is titled.",
        {one.name: (TITLES_ZH[one], f"a {one.value}") for one in TitleLevel},
    )
    describe(
        TitleState,
        "命名状态。Where a title stands.",
        {
            one.name: (TITLE_STATES_ZH[one], en)
            for one, en in zip(
                TitleState, ("waits for a decision", "given", "not given", "revoked"), strict=True
            )
        },
    )
    describe(RatingCycleOrder, "评级批次的排序。In which order cycles are listed.")
    describe(RatingEntryOrder, "参评记录的排序。In which order entries are listed.")
