"""Numbers of the rural register: how a household without any registration is told apart, in the form of a credit code.

``Y1``, the village's twelve digits, three characters that count the village's households, and the check character of GB 32100-2015. The
standard leaves ``Y`` to what it does not register, and our catalogue, banks' systems and doors take one form of number. Proposed.
"""

from typing import Final

from stdnum.cn import uscc

_PREFIX: Final = "Y1"
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLACES: Final = 3
MAX_SERIAL: Final = len(_ALPHABET) ** _PLACES - 1
"""How many numbers one village's code gives out: far more than a register holds."""


def register_number(village_code: str, serial: int) -> str:
    """Return the number of a village's household by its serial, 0 to ``MAX_SERIAL``."""
    if not 0 <= serial <= MAX_SERIAL:
        message = f"a village has no household with the serial {serial}"
        raise ValueError(message)
    characters = []
    for _ in range(_PLACES):
        serial, rest = divmod(serial, len(_ALPHABET))
        characters.append(_ALPHABET[rest])
    body = _PREFIX + village_code + "".join(reversed(characters))
    return body + str(uscc.calc_check_digit(body))
