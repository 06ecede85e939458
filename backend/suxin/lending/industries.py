"""Industries by GB/T 4754-2017 (国民经济行业分类): sections A–T and the two-digit divisions under them.

A code may be a section (``C``), a division (``13``), a group (``131``) or a class (``1311``), with
or without the section in front (``C1311``).
"""

from functools import lru_cache
from typing import Final, NamedTuple


class IndustrySection(NamedTuple):
    """A section (门类) with its names and its first and last division (大类)."""

    code: str
    zh: str
    en: str
    first_division: int
    last_division: int


SECTIONS: Final[tuple[IndustrySection, ...]] = (
    IndustrySection("A", "农、林、牧、渔业", "Agriculture, forestry and fishing", 1, 5),
    IndustrySection("B", "采矿业", "Mining", 6, 12),
    IndustrySection("C", "制造业", "Manufacturing", 13, 43),
    IndustrySection(
        "D", "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water", 44, 46
    ),
    IndustrySection("E", "建筑业", "Construction", 47, 50),
    IndustrySection("F", "批发和零售业", "Wholesale and retail", 51, 52),
    IndustrySection("G", "交通运输、仓储和邮政业", "Transport, storage and post", 53, 60),
    IndustrySection("H", "住宿和餐饮业", "Accommodation and catering", 61, 62),
    IndustrySection("I", "信息传输、软件和信息技术服务业", "Information and software", 63, 65),
    IndustrySection("J", "金融业", "Finance", 66, 69),
    IndustrySection("K", "房地产业", "Real estate", 70, 70),
    IndustrySection("L", "租赁和商务服务业", "Leasing and business services", 71, 72),
    IndustrySection("M", "科学研究和技术服务业", "Research and technical services", 73, 75),
    IndustrySection(
        "N", "水利、环境和公共设施管理业", "Water, environment and public facilities", 76, 79
    ),
    IndustrySection(
        "O", "居民服务、修理和其他服务业", "Resident, repair and other services", 80, 82
    ),
    IndustrySection("P", "教育", "Education", 83, 83),
    IndustrySection("Q", "卫生和社会工作", "Health and social work", 84, 85),
    IndustrySection("R", "文化、体育和娱乐业", "Culture, sport and entertainment", 86, 90),
    IndustrySection(
        "S", "公共管理、社会保障和社会组织", "Public administration and organisations", 91, 96
    ),
    IndustrySection("T", "国际组织", "International organisations", 97, 97),
)

SECTION_BY_CODE: Final = {section.code: section for section in SECTIONS}

SECTION_BY_DIVISION: Final = {
    f"{division:02d}": section.code
    for section in SECTIONS
    for division in range(section.first_division, section.last_division + 1)
}

_LONGEST_CODE: Final = 4
_DIVISION_LENGTH: Final = 2


class IndustryCode(NamedTuple):
    """An industry as far as it is known: its section, and its division where that is known too."""

    section: str
    division: str | None


@lru_cache(maxsize=4_096)
def parse_industry(code: str) -> IndustryCode | None:
    """Return section and division of a code, or nothing when no such industry exists."""
    letter, digits = (code[0], code[1:]) if code[:1].isalpha() else ("", code)
    if not digits:
        return IndustryCode(letter, None) if letter in SECTION_BY_CODE else None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_CODE):
        return None
    section = SECTION_BY_DIVISION.get(digits[:_DIVISION_LENGTH])
    if section is None or letter not in ("", section):
        return None
    return IndustryCode(section, digits[:_DIVISION_LENGTH])


def is_section_or_division(code: str) -> bool:
    """Tell whether a code is exactly a section letter or a two-digit division."""
    return code in SECTION_BY_CODE or code in SECTION_BY_DIVISION


def industry_name_zh(code: str) -> str:
    """Return a readable Chinese name: a section's own, or ``制造业 13`` for a division."""
    known = parse_industry(code)
    if known is None:
        return code
    name = SECTION_BY_CODE[known.section].zh
    return name if known.division is None else f"{name} {known.division}"


def industry_name_en(code: str) -> str:
    """Return a readable English name: a section's own, or ``Manufacturing 13`` for a division."""
    known = parse_industry(code)
    if known is None:
        return code
    name = SECTION_BY_CODE[known.section].en
    return name if known.division is None else f"{name} {known.division}"
