"""Formats: how figures, times and sealed values read on a page (Chinese, Asia/Shanghai)."""

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from suxin.kernel.masks import mask_account, mask_name, mask_phone, mask_resident_id
from suxin.kernel.money import format_wan, format_yuan

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_MASKS: Final = {
    "name": mask_name,
    "phone": mask_phone,
    "resident_id": mask_resident_id,
    "account": mask_account,
}
_WEEKDAYS: Final = "一二三四五六日"
_HOUR_S: Final = 3600
_DAY_S: Final = 24 * _HOUR_S
_MINUTE_S: Final = 60


def money(amount_fen: int) -> str:
    """Write an amount: ``1,234.56元``."""
    return f"{format_yuan(amount_fen)}元"


def wan(amount_fen: int) -> str:
    """Write an amount as people say it: ``50万元``."""
    return format_wan(amount_fen)


def percent(rate_bps: int) -> str:
    """Write a rate: 435 basis points are ``4.35%``."""
    sign = "-" if rate_bps < 0 else ""
    whole, part = divmod(abs(rate_bps), 100)
    return f"{sign}{whole}.{part:02d}%"


def local_date(value: date | datetime) -> str:
    """Write a day: ``2026-11-20``."""
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return day.isoformat()


def local_time(value: datetime) -> str:
    """Write a moment to the minute: ``2026-11-20 10:00``."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def local_second(value: datetime) -> str:
    """Write a moment to the second: ``2026-11-20 10:00:05``."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def long_date(value: date | datetime) -> str:
    """Write a day in full: ``2026年11月20日 星期五``."""
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}"


def ago(value: datetime, now: datetime) -> str:
    """Write how long ago something was: ``刚刚``, ``5 分钟前``, ``3 小时前``; after a day, the time itself."""
    seconds = int((now - value).total_seconds())
    if seconds < _MINUTE_S:
        return "刚刚"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} 分钟前"
    if seconds < _DAY_S:
        return f"{seconds // _HOUR_S} 小时前"
    return local_time(value)


def remaining(due_at: datetime, now: datetime) -> str:
    """Write how much time is left, or how long it has been over: ``剩 3 小时``, ``超时 2 天``."""
    seconds = int((due_at - now).total_seconds())
    size, word = abs(seconds), "剩" if seconds >= 0 else "超时"
    for unit_s, unit in ((_DAY_S, "天"), (_HOUR_S, "小时")):
        if size >= unit_s:
            return f"{word} {size // unit_s} {unit}"
    return f"{word} {max(1, size // _MINUTE_S)} 分钟"


def urgency(due_at: datetime, now: datetime, *, soon_hours: int = 24) -> str:
    """Return how pressing a deadline is: ``over``, ``soon`` (within ``soon_hours``) or ``calm``."""
    seconds = (due_at - now).total_seconds()
    if seconds < 0:
        return "over"
    return "soon" if seconds < soon_hours * _HOUR_S else "calm"


def masked(value: str, kind: str) -> str:
    """Hide most of a value of this kind: ``name``, ``phone``, ``resident_id`` or ``account``."""
    return _MASKS[kind](value)


def short_id(value: UUID | str) -> str:
    """Write the end of an id, enough to tell two apart: ``8D91-C3A2``."""
    tail = str(value).replace("-", "")[-8:].upper()
    return f"{tail[:4]}-{tail[4:]}"


def with_breaks(value: str) -> list[str]:
    """Split a text of several lines for ``<br>`` between them."""
    return re.split(r"\r?\n", value)


FILTERS: Final = {
    "money": money,
    "yuan": format_yuan,
    "wan": wan,
    "percent": percent,
    "local_date": local_date,
    "local_time": local_time,
    "local_second": local_second,
    "long_date": long_date,
    "ago": ago,
    "remaining": remaining,
    "urgency": urgency,
    "masked": masked,
    "short_id": short_id,
    "with_breaks": with_breaks,
}
