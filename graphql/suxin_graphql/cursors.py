"""Cursors: positions of rows in an ordering.

A cursor is opaque and carries a checksum over the ordering and the tenant, so that a cursor of another list, of another
tenant, or one that was altered is refused rather than read as a place somewhere else. It is no secret: a position shows
nothing that the row policies do not.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self

import msgspec
from sqlalchemy import ColumnElement, and_, or_

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, RefusalKind

_CHECKSUM: Final = 6

Position = Sequence[Any]


class CursorInvalid(Refusal):
    """The cursor is not one of this list's, or was altered."""

    code = "CURSOR_INVALID"
    kind = RefusalKind.INVALID
    zh = "游标不正确：只能使用本列表返回的游标"
    en = "The cursor is not valid: use one that this list returned"


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an ordering: its SQL expression, its direction, and the Python type of its values."""

    expression: Any
    type: type
    descending: bool = True

    @property
    def order(self) -> ColumnElement[Any]:
        """The expression as it stands in ORDER BY."""
        order: ColumnElement[Any] = (
            self.expression.desc() if self.descending else self.expression.asc()
        )
        return order

    def beyond(self, value: object) -> ColumnElement[bool]:
        """Return the condition that a row comes after this value."""
        beyond: ColumnElement[bool] = (
            self.expression < value if self.descending else self.expression > value
        )
        return beyond

    def not_before(self, value: object) -> ColumnElement[bool]:
        """Return the condition that a row has this value or comes after it."""
        reached: ColumnElement[bool] = (
            self.expression <= value if self.descending else self.expression >= value
        )
        return reached


@dataclass(frozen=True, slots=True)
class Ordering:
    """A total order of a list; ``name`` is part of its cursors and changes with its keys."""

    name: str
    keys: tuple[Key, ...]

    def after(self, position: Position) -> ColumnElement[bool]:
        """Return the condition that a row comes after the position."""
        steps: list[ColumnElement[bool]] = []
        for index, key in enumerate(self.keys):
            same = [k.expression == v for k, v in zip(self.keys, position, strict=True)][:index]
            steps.append(and_(*same, key.beyond(position[index])))
        # What the first key says alone is where an index scan begins; the alternatives are only tried on its rows.
        return and_(self.keys[0].not_before(position[0]), or_(*steps))

    def cursor(self, position: Position, actor: Actor) -> str:
        """Return the cursor of a position."""
        data = msgspec.json.encode(list(position))
        return base64.urlsafe_b64encode(self._checksum(data, actor) + data).rstrip(b"=").decode()

    def position(self, cursor: str, actor: Actor) -> Position:
        """Read a cursor of this ordering.

        :raises CursorInvalid: if it is none
        """
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            found = base64.b64decode(padded, altchars=b"-_", validate=True)
            checksum, data = found[:_CHECKSUM], found[_CHECKSUM:]
            if checksum == self._checksum(data, actor):
                kinds = tuple(key.type for key in self.keys)
                position: Position = msgspec.json.decode(data, type=tuple.__class_getitem__(kinds))
                return position
        except (binascii.Error, ValueError):
            pass
        raise CursorInvalid(field="after")

    def _checksum(self, data: bytes, actor: Actor) -> bytes:
        bound = f"{self.name}\n{actor.tenant_id}\n".encode() + data
        return hashlib.sha256(bound).digest()[:_CHECKSUM]


class Order(Enum):
    """The orders in which one list is paged, which a caller chooses from; a cursor of one is refused under another."""

    ordering: Ordering
    zh: str
    en: str

    def __new__(cls, ordering: Ordering, zh: str, en: str) -> Self:
        """Make a member, whose value is its ordering's name, from the ordering and its two labels."""
        member = object.__new__(cls)
        member._value_ = ordering.name
        member.ordering = ordering
        member.zh = zh
        member.en = en
        return member
