"""Nesting: what comes in a row is what would have been read by itself, whatever its columns hold."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, dialect
from sqlalchemy.types import NullType

import suxin_graphql.schema  # noqa: F401 - so that every type is declared
from suxin.kernel.actor import Actor
from suxin.kernel.single_steps import SingleStep
from suxin_graphql.execution.nesting import SHARED, NestedOne
from suxin_graphql.execution.plans import Columns
from suxin_graphql.execution.records import Record, ToMany, ToOne, shape_of
from suxin_graphql.execution.writing import WrittenPlan
from suxin_graphql.lending_types import Offer, Referral

VALUES: dict[str, Any] = {
    "BIGINT": literal(2**40, BigInteger()),
    "BOOLEAN": literal(True, Boolean()),
    "BYTEA": literal(b"\0\1", LargeBinary()),
    "DATE": literal(date(2026, 11, 29), Date()),
    "INTEGER": literal(7, Integer()),
    "JSONB": literal({"sum": [1]}, JSONB()),
    "SMALLINT": literal(3, SmallInteger()),
    "TEXT": literal("信", Text()),
    "TEXT[]": literal(["a", "b"], ARRAY(Text())),
    "TIMESTAMP WITH TIME ZONE": literal(
        datetime(2026, 11, 29, tzinfo=UTC), DateTime(timezone=True)
    ),
    "UUID": literal(UUID(int=7), Uuid()),
    "VARCHAR": literal("word", String()),
}


def read_types() -> list[type[Record]]:
    """Every type whose rows may be nested in those of another."""
    found, waiting = [], [Record]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if cls.__model__ is not None:
            found.append(cls)
    return found


def name_of(kind: Any) -> str:
    """A column's type as PostgreSQL has it, without its length; what SQLAlchemy does not know is built as JSON."""
    if isinstance(kind, NullType):
        return "JSONB"
    return kind.compile(dialect=dialect()).partition("(")[0]


def test_every_type_of_a_column_that_is_read_is_known_below():
    read = {
        name_of(column.expression.type)
        for cls in read_types()
        for column in shape_of(cls).columns.values()
    }
    assert read <= set(VALUES)
    relations = [one for cls in read_types() for one in shape_of(cls).relations.values()]
    assert any(isinstance(one, ToOne) for one in relations)
    assert any(isinstance(one, ToMany) for one in relations)


@pytest.mark.parametrize("name", sorted(VALUES))
async def test_a_value_is_the_same_in_a_row_within_a_row(database, now, name):
    value = VALUES[name]
    inner = func.row(value, func.array(select(func.row(value)).scalar_subquery()))
    step = SingleStep(select(value, inner))
    (found,) = await database.read_alone(Actor.system("test"), step, {}, now=now)
    plain, nested = found
    assert plain == value.value
    assert nested == (plain, [(plain,)])


async def test_nothing_nested_is_nothing_and_no_list_is_an_empty_one(database, now):
    none = func.array(select(func.row(literal(1))).where(literal(1) > 2).scalar_subquery())
    one = select(func.row(literal(1))).where(literal(1) > 2).scalar_subquery()
    (found,) = await database.read_alone(
        Actor.system("test"), SingleStep(select(none, one)), {}, now=now
    )
    assert tuple(found) == ([], None)


def test_only_the_row_of_the_level_itself_leads_back_to_it():
    shape = shape_of(Referral)
    plan = WrittenPlan(Referral, Columns())

    def leads_back(relation, columns=None, own="id"):
        way = NestedOne(relation, columns or Columns(), plan, SHARED)
        return way.leads_back(Referral, replace(shape.relations["offers"], own=own))

    back = shape_of(Offer).relations["referral"]
    assert leads_back(back)
    # Neither what is of another type, nor what is found by another column than the key, nor what has more to be read.
    assert not leads_back(shape.relations["lead"])
    assert not leads_back(back, own="lead_id")
    within = Columns()
    within.nest(NestedOne(shape.relations["lead"], Columns(), plan, 0))
    assert not leads_back(back, columns=within)
