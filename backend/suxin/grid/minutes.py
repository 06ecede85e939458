"""The minutes of the meeting that adopted a rule set, and whether it could: pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin.grid.refusals import MinutesIncomplete
from suxin.grid.states import Meeting

MAX_KEPT_AT: Final = 200
MAX_ENTITLED: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Who met when, how many were called, came and were for it; ``kept_at`` says where the signed paper is."""

    meeting: Meeting
    met_on: date
    entitled: int
    present: int
    in_favour: int
    kept_at: str


def check_minutes(minutes: Minutes, *, today: date) -> Minutes:
    """Refuse minutes of a meeting that could adopt nothing, or did not; else return them.

    More than half of the grown villagers come, or two thirds of the households or of the representatives; more than half of those who came
    are for it.

    :raises MinutesIncomplete: saying what is wanting
    Source: 村民委员会组织法（2018 年修正）第二十二条、第二十六条
    """
    if not 1 <= len(minutes.kept_at.strip()) <= MAX_KEPT_AT:
        raise _wanting("minutes", "须写明纸质记录存放处", "say where the signed paper is kept")
    if minutes.met_on > today:
        raise _wanting("metOn", "会议日期不能晚于今天", "the meeting has not been held")
    counts = (minutes.in_favour, minutes.present, minutes.entitled)
    if not 0 <= counts[0] <= counts[1] <= counts[2] or not 1 <= counts[2] <= MAX_ENTITLED:
        raise _wanting("present", "应到、实到、同意人数不相符", "the numbers contradict each other")
    if not _came(minutes):
        raise _wanting("present", "到会人数未达法定比例", "too few came for a decision")
    if minutes.in_favour * 2 <= minutes.present:
        raise _wanting("inFavour", "同意人数未过到会人数的半数", "no majority was for it")
    return minutes


def _came(minutes: Minutes) -> bool:
    if minutes.meeting is Meeting.VILLAGERS:
        return minutes.present * 2 > minutes.entitled
    return minutes.present * 3 >= minutes.entitled * 2


def _wanting(field: str, zh: str, en: str) -> MinutesIncomplete:
    return MinutesIncomplete(field=field, reason_zh=zh, reason_en=en)
