"""Reading a request: bodies and queries in exactly the shape the contract says, and ids in paths.

JSON is decoded strictly: ``true`` is no number, ``"1"`` is none either, and neither is ``1.0`` where whole fen are
asked. Unknown fields are refused, because a misspelt optional field would otherwise be lost without a word.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException

from suxin.kernel.ids import parse_id
from suxin_web.bodies import decoded

Shape = TypeVar("Shape")
AnyRequest = Request[Any, Any, Any]

_WHERE: Final = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_NUL: Final = "\x00"


async def read_body(request: AnyRequest, shape: type[Shape]) -> Shape:
    """Return the body in its shape.

    :raises BodyMalformed: if it is no JSON
    :raises ValidationException: if a field is missing, unknown or of another type
    """
    content = await request.body()
    try:
        body = decoded(content, shape)
    except msgspec.ValidationError as error:
        _refuse(str(error))
    _require_no_nul(msgspec.to_builtins(body), "")
    return body


def read_query(request: AnyRequest, shape: type[Shape]) -> Shape:
    """Return the query's parameters in their shape; numbers are read from their digits.

    :raises ValidationException: if one is unknown, given twice, or not what it should be
    """
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            _refuse(f"Expected `str`, got `array` - at `$.{name}`")
        given[name] = value
    try:
        query = msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        _refuse(str(error))
    _require_no_nul(msgspec.to_builtins(query), "")
    return query


def path_id(text: str, *, field: str = "id") -> UUID:
    """Return the id a path holds.

    :raises Invalid: if it is not one in its canonical form
    """
    return parse_id(text, field=field)


def _refuse(message: str) -> NoReturn:
    where = _WHERE.search(message)
    path = where["path"].lstrip(".") if where else ""
    plain = message[: where.start()] if where else message
    raise ValidationException(extra=[{"message": plain, "key": path}])


def _require_no_nul(value: object, path: str) -> None:
    """Refuse U+0000, which JSON can spell and the database cannot hold."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _require_no_nul(name, path)
            _require_no_nul(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            _require_no_nul(inner, f"{path}[{number}]")
    elif isinstance(value, str) and _NUL in value:
        _refuse(f"Expected `str` matching regex '^[^\\x00]*$' - at `$.{path}`")
