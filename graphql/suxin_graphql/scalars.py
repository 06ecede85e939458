"""Scalars: amounts of money, which do not fit the 32 bits of Int."""

from typing import Final, NewType

import strawberry
from graphql import GraphQLError

MAX_FEN: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259 §6)."""

Fen = NewType("Fen", int)


def _checked(value: object) -> int:
    if type(value) is int and -MAX_FEN <= value <= MAX_FEN:
        return value
    raise GraphQLError(f"Fen must be a whole number of at most {MAX_FEN}, as a JSON integer")


FEN: Final = strawberry.scalar(
    name="Fen",
    description="金额，整数，单位为分。Money in whole fen (1/100 yuan), as a JSON integer below 2^53.",
    serialize=_checked,
    parse_value=_checked,
)
