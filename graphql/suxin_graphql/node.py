"""The interface of things with a global id."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import SQLColumnExpression

from suxin_graphql.context import Context
from suxin_graphql.execution.readings import Named, OneOf
from suxin_graphql.execution.records import Record, column
from suxin_graphql.ids import global_ids, local_id, not_found


@strawberry.interface(
    description="有全局标识的对象，可用 node(id) 再次读取。A thing with a global id, to be read again by node(id)."
)
class Node(Record):
    """A thing with a global id."""

    id: strawberry.ID


def global_id(type_name: str, key: Callable[[], SQLColumnExpression[UUID]] | None = None) -> Any:  # noqa: ANN401 - stands for the field's own type
    """Declare the ``id`` of a type; ``key`` is the column that it is in, where that is not called ``id``."""
    return column(key, bound=lambda context: global_ids(type_name, context.actor))


def own(cls: type[Record], text: str, context: Context, *, field: str) -> OneOf:
    """Return the reading of a thing by its global id.

    :raises NotFound: if the id is none, of another type, or was given to another organisation
    """
    name = cls.__name__
    thing_id = local_id(text, name, context.actor, field=field)
    return OneOf(Named(cls, thing_id, not_found(name, field=field)))


def announced(cls: type[Record], context: Context) -> OneOf:
    """Return the reading of the thing that an event is about."""
    missing = not_found(cls.__name__)
    if context.announced is None:
        raise missing
    return OneOf(Named(cls, context.announced, missing))
