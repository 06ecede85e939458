"""信易+ in the schema as a merchant's systems see it: templates, programmes and redemptions; of who redeems, a pseudonym."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import strawberry

from suxin.perks.benefits import MAX_OFFERS, Benefit, Offer, read_benefit, read_offers
from suxin.perks.models import Programme, Redemption
from suxin.perks.policies import PROGRAMME_READ, REDEMPTION_READ
from suxin.perks.queries import own_programmes, tenant_redemptions
from suxin.perks.scenarios import Scenario
from suxin.perks.states import (
    BenefitKind,
    Eligible,
    FunderKind,
    ProgrammeState,
    RecordRule,
    RedemptionState,
    RiskFundName,
    Sector,
)
from suxin_graphql.context import Context
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.node import Node, global_id
from suxin_graphql.scalars import Fen


@strawberry.type(
    description="待遇。What one person gets; the tier's and everybody's have one shape."
)
class PerkBenefit:
    """What one person gets."""

    kind: BenefitKind
    label: str
    terms: str
    figure: Fen = strawberry.field(
        description="数值，含义见 unit。A figure; what it counts is in `unit`."
    )
    unit: str = strawberry.field(
        description="fen（分）、bps（万分之一）、minutes（分钟）、pieces（件）或空。What the figure counts; empty for none."
    )
    value_fen: Fen = strawberry.field(
        description="每人次由出资方承担的金额。What one person's use costs the funder."
    )

    @classmethod
    def of(cls, benefit: Benefit) -> Self:
        """Return a benefit of the core as it is shown."""
        return cls(
            kind=benefit.kind,
            label=benefit.label,
            terms=benefit.terms,
            figure=Fen(benefit.figure),
            unit=benefit.kind.unit,
            value_fen=Fen(benefit.value_fen),
        )


@strawberry.type(description="一档待遇及其门槛。A benefit behind a gate.")
class PerkOffer:
    """A benefit behind a gate."""

    model_code: str | None
    place: int | None = strawberry.field(
        description="不低于该模型的第几等级，0 为最高。No lower than this tier of the model, 0 being its best."
    )
    eligible: Eligible | None
    benefit: PerkBenefit


def _offers_shown(offers: Sequence[Offer]) -> list[PerkOffer]:
    return [
        PerkOffer(
            model_code=offer.gate.model_code,
            place=offer.gate.place,
            eligible=offer.gate.eligible,
            benefit=PerkBenefit.of(offer.benefit),
        )
        for offer in offers
    ]


def _offers(stored: Any, _: Context) -> list[PerkOffer]:  # noqa: ANN401 - a JSON column
    return _offers_shown(read_offers(stored))


def _benefit(stored: Any, _: Context) -> PerkBenefit:  # noqa: ANN401 - a JSON column
    return PerkBenefit.of(read_benefit(stored))


@strawberry.type(
    description="场景模板；数值为演示配置。A ready template; its figures are demo configuration."
)
class PerkScenario:
    """A ready template."""

    code: str
    name_zh: str
    name_en: str
    sector: Sector
    kind: BenefitKind
    offers: list[PerkOffer]
    fallback: PerkBenefit
    record_rule: RecordRule
    risk_fund: RiskFundName | None = strawberry.field(
        description="由此产生的服务订单的风险金名称。What the risk fund of its service order is called, where it opens one."
    )
    source: str = strawberry.field(
        description="数值的来源，空为演示配置。Where a figure was seen; empty for demo configuration alone."
    )

    @classmethod
    def of(cls, scenario: Scenario) -> Self:
        """Return a template of the core as it is shown."""
        return cls(
            code=scenario.code,
            name_zh=scenario.zh,
            name_en=scenario.en,
            sector=scenario.sector,
            kind=scenario.kind,
            offers=_offers_shown(scenario.offers),
            fallback=PerkBenefit.of(scenario.fallback),
            record_rule=scenario.record_rule,
            risk_fund=scenario.risk_fund,
            source=scenario.source,
        )


@strawberry.input(
    description="权益的筛选条件，同时满足。Which programmes; every given field must fit."
)
class PerkProgrammeFilter(Filter):
    """Which programmes."""

    __model__: ClassVar = Programme

    state: Choice[ProgrammeState] | None = None


class PerkProgrammeOrder(Order):
    """The order of a merchant's programmes."""

    NEWEST = (
        Ordering("perks.programmes/1", (Key(Programme.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(description="本单位的一项权益。One of the caller's own programmes.")
class PerkProgramme(Node):
    """One of the caller's own programmes."""

    __model__: ClassVar = Programme
    __source__: ClassVar = Source(
        lambda actor: own_programmes(actor).order_by(None), Programme.id, PROGRAMME_READ
    )

    id: strawberry.ID = global_id("PerkProgramme")
    scenario_code: str
    sector: Sector
    state: ProgrammeState
    name: str
    summary: str
    venue: str
    offers: list[PerkOffer] = column(convert=_offers, items=MAX_OFFERS)
    fallback: PerkBenefit = column(convert=_benefit, items=1)
    areas: list[str]
    starts_on: date
    ends_before: date
    closed_on: list[str]
    person_daily: int | None
    person_total: int | None
    scenario_monthly: int | None = strawberry.field(
        description="同一场景各商户合计每人每月次数。How often a person has the scenario in a month, at all merchants."
    )
    daily: int | None
    uses_each: int
    party_limit: int
    funder: FunderKind
    funder_name: str
    stock: Fen | None = strawberry.field(description="投放数量。How many pieces were put in.")
    budget_fen: Fen | None
    record_rule: RecordRule
    published_at: datetime | None
    ended_at: datetime | None
    reason: str | None = strawberry.field(
        description="退回或暂停的原因。Why it was given back or suspended."
    )


@strawberry.input(
    description="核销记录的筛选条件，同时满足。Which redemptions; every given field must fit."
)
class PerkRedemptionFilter(Filter):
    """Which redemptions."""

    __model__: ClassVar = Redemption

    state: Choice[RedemptionState] | None = None


class PerkRedemptionOrder(Order):
    """The order of a merchant's redemptions."""

    NEWEST = (
        Ordering("perks.redemptions/1", (Key(Redemption.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="一次核销：只显示待遇，不显示顾客的身份、等级或分数。"
    "One redemption: the benefit, and neither who it is nor any tier or number."
)
class PerkRedemption(Node):
    """One redemption."""

    __model__: ClassVar = Redemption
    __source__: ClassVar = Source(
        lambda actor: tenant_redemptions(actor).order_by(None), Redemption.id, REDEMPTION_READ
    )

    id: strawberry.ID = global_id("PerkRedemption")
    programme: PerkProgramme | None = to_one(lambda: PerkProgramme, "programme_id")
    handle: str | None = strawberry.field(
        description="顾客编号，仅在本商户有效，访客为空。A pseudonym at this merchant alone; none for a visitor."
    )
    persons: int
    benefit: PerkBenefit = column(convert=_benefit, items=1)
    state: RedemptionState
    uses: int
    uses_allowed: int
    value_fen: Fen
    used_value_fen: Fen
    held_at: datetime
    held_until: datetime
    granted_at: datetime | None
    use_by: datetime | None
    ended_at: datetime | None
    reason: str | None
