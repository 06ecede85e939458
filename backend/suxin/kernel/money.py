"""Money: integer fen (1 yuan = 100 fen), shares and rates in basis points (10,000 = 100 %).

Floats never touch money. People write and read yuan or 万元 (10,000 yuan); the edges turn that text
into fen here and nowhere else.
"""

import re
import unicodedata
from collections.abc import Mapping

from suxin.kernel.refusals import Refusal, RefusalKind

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
BPS_WHOLE = 10_000

MAX_AMOUNT_FEN = 10**13
"""No single amount exceeds 100 billion yuan: twice the credit loans of the whole city."""

MAX_AMOUNT_CHARACTERS = 32
"""Longer text is no amount; refused before it is parsed, since huge integers are slow to read."""

_YUAN = re.compile(
    r"(?P<sign>[+-]?)¥?(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?",
    re.ASCII,
)
_DECIMALS = 2


class AmountMalformed(Refusal):
    """What was given as an amount is not one."""

    code = "AMOUNT_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "金额格式不正确：请填写数字，如 1234.56"
    en = "Not an amount: write digits, like 1234.56"


class AmountNotWholeFen(Refusal):
    """An amount in fen is not a whole number."""

    code = "AMOUNT_NOT_WHOLE_FEN"
    kind = RefusalKind.INVALID
    zh = "金额应为整数（单位：分）"
    en = "The amount must be a whole number of fen"


class AmountTooPrecise(Refusal):
    """An amount in yuan has more than two decimals: there is nothing smaller than one fen."""

    code = "AMOUNT_TOO_PRECISE"
    kind = RefusalKind.INVALID
    zh = "金额最多 2 位小数（精确到分），这里有 {decimals} 位"
    en = "An amount has at most 2 decimals (one fen); this one has {decimals}"


class AmountOutOfRange(Refusal):
    """An amount is smaller or larger than what is allowed here.

    The amount itself is not repeated: it may be absurdly long, and the person who wrote it sees it.
    """

    code = "AMOUNT_OUT_OF_RANGE"
    kind = RefusalKind.INVALID
    zh = "金额应在 {minimum}元至 {maximum}元之间"
    en = "The amount must be from {minimum} to {maximum} yuan"

    def __init__(self, *, field: str, minimum_fen: int, maximum_fen: int) -> None:
        super().__init__(
            field=field, minimum=format_yuan(minimum_fen), maximum=format_yuan(maximum_fen)
        )


def check_amount_fen(
    value: object, *, field: str, minimum: int = 1, maximum: int = MAX_AMOUNT_FEN
) -> int:
    """Return the amount in fen if it is a whole number within the limits, both included.

    :raises AmountNotWholeFen: if it is not an integer (a bool and a float are not, even ``5.0``)
    :raises AmountOutOfRange: if it is below ``minimum`` or above ``maximum``
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise AmountNotWholeFen(field=field)
    if not minimum <= value <= maximum:
        raise AmountOutOfRange(field=field, minimum_fen=minimum, maximum_fen=maximum)
    return value


def parse_yuan(text: object, *, field: str = "amount") -> int:
    """Read an amount that a person wrote in yuan and return it in fen; zero is allowed.

    Full-width digits, blanks around it, a ¥ sign and commas between groups of three are accepted.

    :raises AmountMalformed: if it is not text, or the text is not a number
    :raises AmountTooPrecise: if it has more than two decimals
    :raises AmountOutOfRange: if it is negative or above ``MAX_AMOUNT_FEN``
    """
    if not isinstance(text, str) or len(text) > MAX_AMOUNT_CHARACTERS:
        raise AmountMalformed(field=field)
    match = _YUAN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise AmountMalformed(field=field)
    part = match["part"] or ""
    if len(part) > _DECIMALS:
        raise AmountTooPrecise(field=field, decimals=len(part))
    fen = int(match["whole"].replace(",", "")) * FEN_PER_YUAN + int(part.ljust(_DECIMALS, "0"))
    if match["sign"] == "-":
        fen = -fen
    return check_amount_fen(fen, field=field, minimum=0)


def format_yuan(amount_fen: int) -> str:
    """Write an amount in yuan with both decimals and groups of three: ``1,234.56``."""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{yuan:,}.{fen:02d}"


def format_wan(amount_fen: int) -> str:
    """Write an amount as people say it: ``50万元``, ``12.34万元``, ``5,000元``.

    Nothing is rounded: below 10,000 yuan, and where 万元 would need more than two decimals, it is
    written in yuan.
    """
    sign = "-" if amount_fen < 0 else ""
    size = abs(amount_fen)
    wan, rest = divmod(size, FEN_PER_WAN)
    hundredths, finer = divmod(rest, FEN_PER_WAN // 100)
    if not wan or finer:
        return f"{sign}{format_yuan(size).removesuffix('.00')}元"
    decimals = f"{hundredths:02d}".rstrip("0") if hundredths else ""
    return f"{sign}{wan:,}{'.' if decimals else ''}{decimals}万元"


def share_floor(amount_fen: int, bps: int) -> int:
    """Return that share of the amount, rounded down to a whole fen.

    :raises ValueError: if the amount is negative or the share is not within 0 to 10,000
    """
    if amount_fen < 0:
        raise ValueError("a negative amount has no share")
    if not 0 <= bps <= BPS_WHOLE:
        raise ValueError("a share is from 0 to 10,000 basis points")
    return amount_fen * bps // BPS_WHOLE


def split_by_bps(amount_fen: int, shares: Mapping[str, int], remainder_to: str) -> dict[str, int]:
    """Split an amount by shares in basis points; the parts always add up to the amount.

    Every part is rounded down and the fen left over go to ``remainder_to``, in the order of
    ``shares``.

    :raises ValueError: if the shares do not add up to 10,000 or ``remainder_to`` has none
    """
    if sum(shares.values()) != BPS_WHOLE:
        raise ValueError("the shares of a split add up to 10,000 basis points")
    if remainder_to not in shares:
        raise ValueError("the remainder goes to one of those who share")
    parts = {name: share_floor(amount_fen, bps) for name, bps in shares.items()}
    parts[remainder_to] += amount_fen - sum(parts.values())
    return parts
