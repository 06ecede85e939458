"""Area codes in themselves: which areas lie around one, by its digits alone."""

from typing import Final

OUTSIDE_ZH: Final = "市外"
"""What an area is called that lies in no area known."""

_LENGTHS: Final = (12, 9, 6)
_CITY_DIGITS: Final = 4


def codes_around(code: str) -> tuple[str, ...]:
    """Return an area's own code and those of the areas around it, finest first: 321302150 lies in 321302 and 321300."""
    lengths = (length for length in _LENGTHS if length < len(code))
    return (code, *(code[:length] for length in lengths), f"{code[:_CITY_DIGITS]}00")
