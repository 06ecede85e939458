"""Whole-village credit in the schema, as a bank's systems see it, and a village's without the households: rounds, and whoever joined them."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import strawberry

from suxin.village_credit import models
from suxin.village_credit.policies import ROUND_READ
from suxin.village_credit.queries import own_round_members, own_rounds
from suxin.village_credit.states import MEMBERS_EN, MEMBERS_ZH, ROUNDS_ZH, MemberState, RoundState
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.enum_words import describe
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, to_one
from suxin_graphql.node import Node, global_id

strawberry.enum(RoundState, name="VillageCreditRoundState")
strawberry.enum(MemberState, name="VillageCreditMemberState")
_ROUNDS_EN = {
    RoundState.PROPOSED: "waits for the bank's signature",
    RoundState.SIGNED: "waits for the village to accept it",
    RoundState.ACCEPTED: "waits for the village to confirm it",
    RoundState.OPEN: "households may join",
    RoundState.CLOSED: "over",
    RoundState.CALLED_OFF: "given up before all had signed",
}


@strawberry.input(
    description="整村授信的筛选条件，同时满足。Which rounds; every given field must fit."
)
class VillageCreditRoundFilter(Filter):
    """Which rounds."""

    __model__: ClassVar = models.CreditRound

    state: Choice[RoundState] | None = None


@strawberry.input(
    description="参加农户的筛选条件，同时满足。Which households of a round; every given field must fit."
)
class VillageCreditMemberFilter(Filter):
    """Which households of a round."""

    __model__: ClassVar = models.RoundMember

    state: Choice[MemberState] | None = None


class VillageCreditRoundOrder(Order):
    """The order of rounds."""

    NEWEST = (
        Ordering("village_credit.rounds/1", (Key(models.CreditRound.id, UUID),)),
        "新的在前",
        "newest first",
    )


class VillageCreditMemberOrder(Order):
    """The order of a round's households."""

    NEWEST = (
        Ordering("village_credit.members/1", (Key(models.RoundMember.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="整村授信：银行与村居的约定和进度；人数按 5 取整，少于 5 为空。A round of whole-village credit; counts in whole fives, null for fewer."
)
class VillageCreditRound(Node):
    """A round that the caller's bank or village is a party of."""

    __model__: ClassVar = models.CreditRound
    __source__: ClassVar = Source(
        lambda actor: own_rounds(actor).order_by(None), models.CreditRound.id, ROUND_READ
    )

    id: strawberry.ID = global_id("VillageCreditRound")
    village_code: str
    product_name: str
    state: RoundState
    proposed_at: datetime
    signed_at: datetime | None
    accepted_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    households: int | None
    joined: int | None
    lined: int | None
    active: int | None
    counted_at: datetime | None


@strawberry.type(
    description="参加整村授信的农户（仅本银行）；退出的不再可见。A household that joined, for its bank alone; one that left is there no more."
)
class VillageCreditMember(Node):
    """A household of one of the caller's rounds."""

    __model__: ClassVar = models.RoundMember
    __source__: ClassVar = Source(
        lambda actor: own_round_members(actor).order_by(None), models.RoundMember.id, ROUND_READ
    )

    id: strawberry.ID = global_id("VillageCreditMember")
    round: VillageCreditRound | None = to_one(lambda: VillageCreditRound, "round_id")
    label: str = strawberry.field(description="农户的称呼。How the household is called.")
    state: MemberState
    number: int | None = strawberry.field(description="公示编号。Its number on a notice.")
    tier: str | None = strawberry.field(
        description="测算时的信用等级。The grade by which it was decided on."
    )
    line_fen: int | None
    joined_at: datetime
    decided_at: datetime | None
    notice_ends_at: datetime | None
    starts_on: date | None
    expires_on: date | None = strawberry.field(
        description="额度失效的第一天。The first day without the line."
    )
    ended_at: datetime | None


def describe_village_credit_enums() -> None:
    """Give the enumerations of whole-village credit their words."""
    describe(
        RoundState,
        "整村授信状态。Where a round stands.",
        {one.name: (ROUNDS_ZH[one], _ROUNDS_EN[one]) for one in RoundState},
    )
    describe(
        MemberState,
        "参加农户状态。Where a household of a round stands.",
        {one.name: (MEMBERS_ZH[one], MEMBERS_EN[one]) for one in MemberState},
    )
    describe(VillageCreditRoundOrder, "整村授信的排序。In which order rounds are listed.")
    describe(VillageCreditMemberOrder, "参加农户的排序。In which order households are listed.")
