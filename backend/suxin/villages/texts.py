"""What a register is bounded to, and its texts checked."""

from datetime import date
from typing import Final

from suxin.kernel.refusals import Invalid
from suxin.villages.refusals import GridCodeMalformed
from suxin.villages.states import GridKind

MAX_HOUSEHOLDS: Final = 10_000
"""How many households a register holds; the largest village of the city has some four thousand (proposed)."""
MAX_MEMBERS: Final = 30
"""How many people are in a household (proposed)."""
MAX_GRIDS: Final = 200
"""How many grids a village has; about ten are usual (proposed)."""
MAX_NUMBER: Final = 20
MAX_GROUP: Final = 20
MAX_ADDRESS: Final = 80
MAX_GRID_NAME: Final = 40
MAX_VILLAGE_NAME: Final = 40
MAX_REASON: Final = 100
MAX_DOCUMENT: Final = 120
MIN_NAME, MAX_NAME = 2, 50

_SEQUENCE: Final = 3
_FIRST_SPECIAL: Final = 901
_BETWEEN: Final = 900
_VILLAGE_DIGITS: Final = 12


def checked_text(text: str, *, field: str, most: int, least: int = 0) -> str:
    """Return a text without blanks around it.

    :raises Invalid: if it is shorter or longer than it may be, or has line ends
    """
    value = text.strip()
    if not least <= len(value) <= most or not value.isprintable():
        raise Invalid(
            field=field,
            reason_zh=f"应为 {least} 至 {most} 个字",
            reason_en=f"it has {least} to {most} characters",
        )
    return value


def checked_name(name: str) -> str:
    """Return a person's name without blanks.

    :raises Invalid: if it is none
    """
    return checked_text("".join(name.split()), field="name", least=MIN_NAME, most=MAX_NAME)


def checked_birth_year(year: int | None, *, today: date) -> int | None:
    """Return a birth year that can be one.

    :raises Invalid: if nobody who lives was born in it
    """
    if year is not None and not today.year - 130 <= year <= today.year:
        raise Invalid(
            field="birthYear", reason_zh="出生年份不合理", reason_en="nobody was born in that year"
        )
    return year


def checked_grid_code(code: str, *, villages: tuple[str, ...]) -> str:
    """Return a grid's code of fifteen digits that begins with one of the village's own.

    :raises GridCodeMalformed: if it is none
    """
    value = code.strip()
    well_formed = len(value) == _VILLAGE_DIGITS + _SEQUENCE and value.isascii() and value.isdigit()
    if not well_formed or value[:_VILLAGE_DIGITS] not in villages:
        raise GridCodeMalformed(field="code")
    if int(value[_VILLAGE_DIGITS:]) in (0, _BETWEEN):
        raise GridCodeMalformed(field="code")
    return value


def kind_of_code(code: str) -> GridKind:
    """Return which kind of grid a checked code is of: 001 to 899 are basic ones, 901 to 999 special ones."""
    sequence = int(code[_VILLAGE_DIGITS:])
    return GridKind.SPECIAL if sequence >= _FIRST_SPECIAL else GridKind.BASIC
