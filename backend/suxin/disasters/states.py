"""Kinds of weather, and where a declared disaster and a proposed renewal stand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Weather(StrEnum):
    """What weather a disaster is of, as 气象灾害防御条例 art. 2 names them."""

    TYPHOON = "TYPHOON"
    RAINSTORM = "RAINSTORM"
    SNOWSTORM = "SNOWSTORM"
    COLD_WAVE = "COLD_WAVE"
    GALE = "GALE"
    LOW_TEMPERATURE = "LOW_TEMPERATURE"
    HIGH_TEMPERATURE = "HIGH_TEMPERATURE"
    DROUGHT = "DROUGHT"
    LIGHTNING = "LIGHTNING"
    HAIL = "HAIL"
    FROST = "FROST"
    FOG = "FOG"


WEATHER_ZH: Final[Mapping[Weather, str]] = {
    Weather.TYPHOON: "台风",
    Weather.RAINSTORM: "暴雨",
    Weather.SNOWSTORM: "暴雪",
    Weather.COLD_WAVE: "寒潮",
    Weather.GALE: "大风（沙尘暴）",
    Weather.LOW_TEMPERATURE: "低温",
    Weather.HIGH_TEMPERATURE: "高温",
    Weather.DROUGHT: "干旱",
    Weather.LIGHTNING: "雷电",
    Weather.HAIL: "冰雹",
    Weather.FROST: "霜冻",
    Weather.FOG: "大雾",
}


class DisasterState(StrEnum):
    """Where a declaration stands. REVOKED is what was confirmed and turned out to be wrong."""

    DECLARED = "DECLARED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"
    CONFIRMED = "CONFIRMED"
    REVOKED = "REVOKED"


DISASTERS_ZH: Final[Mapping[DisasterState, str]] = {
    DisasterState.DECLARED: "待确认",
    DisasterState.WITHDRAWN: "已撤回",
    DisasterState.REJECTED: "未确认",
    DisasterState.CONFIRMED: "已确认",
    DisasterState.REVOKED: "已撤销",
}


class RenewalState(StrEnum):
    """Where a proposed renewal stands. LAPSED is of a loan that ended before its bank decided."""

    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


RENEWALS_ZH: Final[Mapping[RenewalState, str]] = {
    RenewalState.PROPOSED: "待银行研究",
    RenewalState.AGREED: "银行同意续贷",
    RenewalState.DECLINED: "银行不续贷",
    RenewalState.WITHDRAWN: "建议已撤销",
    RenewalState.LAPSED: "贷款已结束",
}
