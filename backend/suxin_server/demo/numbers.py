"""Synthetic numbers with valid checksums that belong to nobody.

Credit codes and resident ids carry the district code 321399, which was never given out; phones lie in the block
199 0000 0000 to 199 0000 9999.
"""

from datetime import date
from typing import Final

from stdnum.cn import ric, uscc

DISTRICT: Final = "321399"
PHONES: Final = 10_000
# GB 11714: weights of the eight characters of an organisation code, and the modulus of its check character.
_CODE_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_MODULUS: Final = 11
_CODE_CHECK: Final = "0123456789X0"


def credit_code(registrar: str, serial: int) -> str:
    """Return a unified social credit code (GB 32100-2015) of a registrar's two characters and a serial number."""
    body = f"{registrar}{DISTRICT}{_organisation_code(serial)}"
    return body + str(uscc.calc_check_digit(body))


def _organisation_code(serial: int) -> str:
    code = f"MA{serial:06d}"
    total = sum(
        int(character, 36) * weight for character, weight in zip(code, _CODE_WEIGHTS, strict=True)
    )
    return code + _CODE_CHECK[_CODE_MODULUS - total % _CODE_MODULUS]


def resident_id(born: date, order: int) -> str:
    """Return a resident id (GB 11643-1999); an odd ``order`` is a man's."""
    body = f"{DISTRICT}{born:%Y%m%d}{order:03d}"
    return body + str(ric.calc_check_digit(f"{body}0"))


def phone(serial: int) -> str:
    """Return a mobile number of the unused block."""
    return f"1990000{serial % PHONES:04d}"
