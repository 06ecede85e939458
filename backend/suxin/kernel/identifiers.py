"""Identifiers that people write by hand, checked where they enter and kept in one spelling.

Full-width forms, blanks and letter case are set right; a wrong identifier is refused with what is
wrong about it. No refusal repeats a resident id or a phone: refusals are shown and logged.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.cn import ric, uscc
from typing_extensions import override

from suxin.kernel.masks import mask_resident_id
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind

ADULT_YEARS = 18
MAX_AGE_YEARS = 130
MAX_WRITTEN_CHARACTERS = 64
"""Longer text is no identifier, however it is spaced."""

_USCC_LENGTH = 18
_RESIDENT_ID_LENGTH = 18

# GB 32100-2015: registrar and kind, region of six digits, organisation code, check character; no I,
# O, S, V, Z.
_USCC = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}", re.ASCII)
_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_RESIDENT_ID_WITHIN = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])", re.ASCII)
_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)

_AREA_LENGTHS = (6, 9, 12, 15)
_GRID_LENGTH = 15
_SEPARATORS = str.maketrans("", "", " -\t\r\n\u2010\u2013\u2014")

# GB/T 2260: provinces by their first two digits. Counties come and go, and a resident id keeps the
# code of the day it was given, so nothing finer is checked. 81, 82 and 83 are residence permits of
# Hong Kong, Macau and Taiwan.
_PROVINCES = frozenset(
    str(code)
    for first, last in (
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 65),
        (71, 71),
        (81, 83),
    )
    for code in range(first, last + 1)
)


class UsccMalformed(Refusal):
    """The text does not have the form of a unified social credit code."""

    code = "USCC_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z，第 3 至 8 位为数字），这里有 {length} 位"
    en = (
        "A unified social credit code has 18 digits or capital letters (no I, O, S, V, Z; "
        "digits at 3 to 8); this one has {length} characters"
    )


class UsccChecksum(Refusal):
    """The check character of a unified social credit code does not fit the others.

    Some codes in use were issued that way, so this refusal alone can be overridden with a reason;
    whoever asks for one says so beside it.
    """

    code = "USCC_CHECKSUM"
    kind = RefusalKind.INVALID
    zh = "统一社会信用代码校验位不符：按前 17 位计算应为 {expected}，这里是 {actual}"
    en = (
        "The check character of the unified social credit code is {actual}, but the first 17 "
        "call for {expected}"
    )


class ResidentIdInvalid(Refusal):
    """The text is not a resident id number that can exist."""

    code = "RESIDENT_ID_INVALID"
    kind = RefusalKind.INVALID
    zh = "身份证号码不正确：{reason_zh}"
    en = "The resident id number is not valid: {reason_en}"

    def __init__(self, *, field: str, reason_zh: str, reason_en: str) -> None:
        super().__init__(field=field, reason_zh=reason_zh, reason_en=reason_en)


class PhoneInvalid(Refusal):
    """The text is not a mobile number of mainland China."""

    code = "PHONE_INVALID"
    kind = RefusalKind.INVALID
    zh = "手机号码应为 11 位、以 13 至 19 开头的中国大陆号码"
    en = "A mobile number of mainland China has 11 digits and begins with 13 to 19"


class Sex(StrEnum):
    """Sex as the 17th digit of a resident id tells it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True, repr=False)
class ResidentId:
    """A checked resident id (公民身份号码) and what it says about its holder; prints masked."""

    value: str
    birth_date: date
    sex: Sex
    region: str

    @override
    def __repr__(self) -> str:
        return f"ResidentId({mask_resident_id(self.value)})"


def check_uscc(text: str, *, field: str, override_reason: str | None = None) -> str:
    """Return a unified social credit code (统一社会信用代码, GB 32100-2015) in its one spelling.

    With an ``override_reason`` that is not blank a wrong check character passes; the caller records
    the reason.

    :raises UsccMalformed: if it does not have the form of such a code
    :raises UsccChecksum: if the check character is wrong and no reason is given
    """
    value = _compact(text).upper()
    if not _USCC.fullmatch(value):
        raise UsccMalformed(field=field, length=len(value))
    expected = uscc.calc_check_digit(value[: _USCC_LENGTH - 1])
    if value[-1] != expected and not (override_reason or "").strip():
        raise UsccChecksum(field=field, expected=expected, actual=value[-1])
    return value


def check_resident_id(text: str, *, field: str, today: date) -> ResidentId:
    """Return a resident id (GB 11643-1999) with the birth date, sex and region it holds.

    Region codes that no longer exist are accepted, since a number is kept for life.

    :raises ResidentIdInvalid: if form, region, birth date or check character cannot be right
    """
    value = _compact(text).upper()
    if len(value) != _RESIDENT_ID_LENGTH:
        raise ResidentIdInvalid(
            field=field,
            reason_zh=f"应为 18 位，这里有 {len(value)} 位",
            reason_en=f"it has 18 characters, this one {len(value)}",
        )
    if not _RESIDENT_ID.fullmatch(value):
        raise ResidentIdInvalid(
            field=field,
            reason_zh="前 17 位应为数字，最后一位为数字或 X",
            reason_en="it has 17 digits and then a digit or X",
        )
    if value[-1] != ric.calc_check_digit(value):
        raise ResidentIdInvalid(
            field=field,
            reason_zh="校验位不符，请核对每一位",
            reason_en="its check character does not fit",
        )
    if value[:2] not in _PROVINCES:
        raise ResidentIdInvalid(
            field=field,
            reason_zh="前 2 位不是省级行政区划代码",
            reason_en="its first two digits are no province",
        )
    sex = Sex.MALE if int(value[16]) % 2 else Sex.FEMALE
    return ResidentId(value, _birth_date(value, field=field, today=today), sex, value[:6])


def holds_resident_id(text: str, *, today: date) -> bool:
    """Tell whether a resident id that can exist stands somewhere in a text, in full-width or plain digits."""
    for found in _RESIDENT_ID_WITHIN.finditer(unicodedata.normalize("NFKC", text)):
        with suppress(ResidentIdInvalid):
            check_resident_id(found[0], field="text", today=today)
            return True
    return False


def _birth_date(value: str, *, field: str, today: date) -> date:
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        # Without its cause: the message would carry the digits.
        raise ResidentIdInvalid(
            field=field,
            reason_zh="第 7 至 14 位不是有效的日期",
            reason_en="its digits 7 to 14 are no date",
        ) from None
    if born > today:
        raise ResidentIdInvalid(
            field=field, reason_zh="出生日期晚于今天", reason_en="its birth date lies in the future"
        )
    if today.year - born.year > MAX_AGE_YEARS:
        raise ResidentIdInvalid(
            field=field,
            reason_zh=f"出生日期早于 {MAX_AGE_YEARS} 年前",
            reason_en=f"its birth date lies more than {MAX_AGE_YEARS} years back",
        )
    return born


def is_adult(birth_date: date, today: date) -> bool:
    """Tell whether someone has reached the age of 18 (Civil Code of the PRC, article 17).

    Whoever was born on 29 February comes of age on 1 March in a common year.
    """
    years = today.year - birth_date.year
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return years - (not had_birthday) >= ADULT_YEARS


def check_phone(text: str, *, field: str) -> str:
    """Return the 11 digits of a mobile number of mainland China, without ``+86``.

    :raises PhoneInvalid: if it is not one
    """
    match = _PHONE.fullmatch(_compact(text))
    if match is None:
        raise PhoneInvalid(field=field)
    return match[1]


def check_area_code(text: str, *, field: str) -> str:
    """Return an official area code: county 6, town 9, village 12 or grid 15 digits.

    Only the form is checked; whether the area exists is for the area tree to say.

    :raises Invalid: if it has another length or anything but digits
    """
    value = _compact(text)
    if len(value) not in _AREA_LENGTHS or not _DIGITS.fullmatch(value):
        raise Invalid(
            field=field,
            reason_zh=f"区划代码应为 6、9、12 或 15 位数字，这里有 {len(value)} 位",
            reason_en=f"an area code has 6, 9, 12 or 15 digits; this one has {len(value)}",
        )
    return value


def check_grid_code(text: str, *, field: str) -> str:
    """Return the code of a grid (网格): the 12 digits of its village and a number from 001.

    The structure follows Beijing's DB11 unit grid; the split of numbers is a proposed default (demo
    configuration).

    :raises Invalid: if it does not have 15 digits or its number is 000
    """
    value = _compact(text)
    if len(value) != _GRID_LENGTH or not _DIGITS.fullmatch(value) or value.endswith("000"):
        raise Invalid(
            field=field,
            reason_zh=f"网格代码应为 15 位数字（12 位村级代码 + 001 至 999），这里有 {len(value)} 位",
            reason_en=(
                "a grid code has 15 digits (12 of the village, then 001 to 999); "
                f"this one has {len(value)} characters"
            ),
        )
    return value


def _compact(text: str) -> str:
    """Undo full-width writing and take out blanks and hyphens; what is too long stays as it is."""
    if len(text) > MAX_WRITTEN_CHARACTERS or (text.isascii() and text.isalnum()):
        return text
    return unicodedata.normalize("NFKC", text).translate(_SEPARATORS)
