"""What a merchant decides about a programme, and what makes it coherent; limits and texts are bounds of the platform (demo configuration)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin.kernel.refusals import Invalid
from suxin.perks.benefits import Benefit, Offer, check_offers, stored
from suxin.perks.refusals import (
    FunderMissing,
    LimitsIncoherent,
    PeriodOver,
    RecordNotLawful,
)
from suxin.perks.scenarios import scenario_named
from suxin.perks.states import FunderKind, RecordRule

MAX_NAME: Final = 40
MAX_SUMMARY: Final = 500
MAX_VENUE: Final = 120
MAX_FUNDER: Final = 60
MAX_AREAS: Final = 30
MAX_BLACKOUT_DAYS: Final = 60
MAX_LIMIT: Final = 1_000_000
MAX_STOCK: Final = 100_000_000
MAX_PARTY: Final = 100
MAX_HOLD_MINUTES: Final = 60
MAX_USE_DAYS: Final = 400
MAX_PERIOD_DAYS: Final = 3 * 366
MINUTES_A_DAY: Final = 1_440


class ProgrammeDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a merchant decides. Limits count persons; hours are minutes of the day in Shanghai; see ``models.Programme``."""

    scenario_code: str
    name: str
    summary: str = ""
    venue: str = ""
    offers: tuple[Offer, ...]
    fallback: Benefit
    areas: tuple[str, ...] = ()
    starts_on: date
    ends_before: date
    closed_on: tuple[date, ...] = ()
    opens_minute: int | None = None
    closes_minute: int | None = None
    person_daily: int | None = 1
    person_total: int | None = None
    scenario_monthly: int | None = None
    daily: int | None = None
    uses_each: int = 1
    party_limit: int = 1
    hold_minutes: int = 5
    use_days: int = 30
    funder: FunderKind = FunderKind.MERCHANT
    funder_name: str
    stock: int | None = None
    budget_fen: int | None = None
    record_rule: RecordRule = RecordRule.NEVER

    def columns(self) -> dict[str, Any]:
        """Return the values as the table stores them."""
        columns = msgspec.structs.asdict(self)
        columns["offers"], columns["fallback"] = stored(self.offers), stored(self.fallback)
        columns["areas"] = list(self.areas)
        columns["closed_on"] = [day.isoformat() for day in sorted(self.closed_on)]
        columns["name"] = self.name.strip()
        columns["sector"] = scenario_named(self.scenario_code).sector
        return columns


def from_template(scenario_code: str, **changes: Any) -> ProgrammeDraft:  # noqa: ANN401 - fields of a draft
    """Return a draft as its template has it, with these fields changed; the funder and the period are always given.

    :raises ScenarioUnknown: if there is no such template
    """
    template = scenario_named(scenario_code)
    limits = template.limits
    values: dict[str, Any] = {
        "scenario_code": scenario_code,
        "name": template.zh,
        "offers": template.offers,
        "fallback": template.fallback,
        "person_daily": limits.person_daily,
        "scenario_monthly": limits.scenario_monthly,
        "uses_each": limits.uses_each,
        "party_limit": limits.party_limit,
        "use_days": limits.use_days,
        "record_rule": template.record_rule,
        **changes,
    }
    return ProgrammeDraft(**values)


def check_draft(draft: ProgrammeDraft, *, today: date) -> ProgrammeDraft:
    """Refuse a draft that contradicts itself or leaves the platform's bounds; else return it.

    :raises Invalid: naming the field that is empty, too long, or out of bounds
    :raises ScenarioUnknown: if there is no such template
    :raises FallbackWorse, GateOpen, OfferWorse, OffersOutOfOrder: see ``check_offers``
    :raises PeriodOver: if it ends before it begins, or today
    :raises LimitsIncoherent: if a narrower limit is wider than the one around it
    :raises FunderMissing: if nobody is named who pays, or others' money has no bound
    :raises RecordNotLawful: if medical care or schooling would become a record
    """
    scenario = scenario_named(draft.scenario_code)
    _check_words(draft)
    check_offers(draft.offers, draft.fallback)
    _check_period(draft, today)
    _check_limits(draft)
    _check_funding(draft)
    if draft.record_rule is not RecordRule.NEVER and scenario.record_rule is RecordRule.NEVER:
        raise RecordNotLawful(field="recordRule")
    return draft


def _check_words(draft: ProgrammeDraft) -> None:
    _check_length("name", draft.name.strip(), 2, MAX_NAME)
    _check_length("summary", draft.summary, 0, MAX_SUMMARY)
    _check_length("venue", draft.venue, 0, MAX_VENUE)
    _check_length("areas", draft.areas, 0, MAX_AREAS)
    _check_length("closedOn", draft.closed_on, 0, MAX_BLACKOUT_DAYS)


def _check_length(field: str, value: Sequence[object], lowest: int, highest: int) -> None:
    if not lowest <= len(value) <= highest:
        raise Invalid(
            field=field,
            reason_zh=f"长度应为 {lowest} 至 {highest}",
            reason_en=f"must have a length of {lowest} to {highest}",
        )


def _check_period(draft: ProgrammeDraft, today: date) -> None:
    if draft.ends_before <= max(draft.starts_on, today):
        raise PeriodOver(field="endsBefore")
    if (draft.ends_before - draft.starts_on).days > MAX_PERIOD_DAYS:
        raise Invalid(
            field="endsBefore",
            reason_zh=f"有效期最长 {MAX_PERIOD_DAYS} 天",
            reason_en=f"a period has {MAX_PERIOD_DAYS} days at most",
        )
    opens, closes = draft.opens_minute, draft.closes_minute
    if opens is None and closes is None:
        return
    if opens is None or closes is None or not 0 <= opens < closes <= MINUTES_A_DAY:
        raise Invalid(
            field="closesMinute",
            reason_zh="营业时间须起止齐全，且结束晚于开始",
            reason_en="hours have a beginning and a later end",
        )


def _check_limits(draft: ProgrammeDraft) -> None:
    bounds = {
        "personDaily": (draft.person_daily, MAX_LIMIT),
        "personTotal": (draft.person_total, MAX_LIMIT),
        "scenarioMonthly": (draft.scenario_monthly, MAX_LIMIT),
        "daily": (draft.daily, MAX_LIMIT),
        "usesEach": (draft.uses_each, MAX_LIMIT),
        "partyLimit": (draft.party_limit, MAX_PARTY),
        "holdMinutes": (draft.hold_minutes, MAX_HOLD_MINUTES),
        "useDays": (draft.use_days, MAX_USE_DAYS),
        "stock": (draft.stock, MAX_STOCK),
        "budgetFen": (draft.budget_fen, MAX_AMOUNT_FEN),
    }
    for field, (value, highest) in bounds.items():
        if value is not None and not 1 <= value <= highest:
            raise Invalid(
                field=field,
                reason_zh=f"应为 1 至 {highest}",
                reason_en=f"must be 1 to {highest}",
            )
    for inner, outer, field, zh, en in (
        (draft.person_daily, draft.person_total, "personTotal", "每人每日不能多于每人总数", "a person's day is within his whole"),
        (draft.person_daily, draft.daily, "daily", "每人每日不能多于全部每日名额", "a person's day is within everybody's"),
        (draft.party_limit, draft.person_daily, "partyLimit", "一次人数不能多于每人每日次数", "a party is within a person's day"),
        (draft.party_limit, draft.scenario_monthly, "scenarioMonthly", "一次人数不能多于每月次数", "a party is within a person's month"),
    ):  # fmt: skip
        if inner is not None and outer is not None and inner > outer:
            raise LimitsIncoherent(field=field, reason_zh=zh, reason_en=en)


def _check_funding(draft: ProgrammeDraft) -> None:
    named = 2 <= len(draft.funder_name.strip()) <= MAX_FUNDER  # noqa: PLR2004 - one character names nobody
    if not named or (draft.funder is not FunderKind.MERCHANT and draft.budget_fen is None):
        raise FunderMissing(field="budgetFen" if named else "funderName")
