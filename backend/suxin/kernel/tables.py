"""The base of all tables: naming of constraints, column types, and the duty to declare who may read a row."""

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Enum, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

from suxin.kernel.readers import (
    APP_ROLE,
    BATCH_ROLE,
    DOORWAY_ROLE,
    Reader,
    policy_statements,
)
from suxin.kernel.steps import StateMachine

Privilege = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]

READ_WRITE: tuple[Privilege, ...] = ("SELECT", "INSERT", "UPDATE")
APPEND_ONLY: tuple[Privilege, ...] = ("SELECT", "INSERT")
READ_ONLY: tuple[Privilege, ...] = ("SELECT",)
WITH_DELETE: tuple[Privilege, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")


def append_and_change(*columns: str) -> tuple[str, ...]:
    """Return the privileges on a table whose rows are added, read, and changed in these columns alone."""
    return (*APPEND_ONLY, f"UPDATE ({', '.join(columns)})")


class Table(DeclarativeBase):
    """A stored thing.

    Every table either declares ``__readers__`` (and is then under forced row-level security) or is a doorway, with
    ``__doorway__`` saying why it must be found before a tenant is known; or it is where the batch role alone puts rows
    down on their way, with ``__staging__`` saying why. ``__privileges__`` is what the application role may do at all;
    nothing is deleted unless a table says so.
    """

    __abstract__ = True
    __readers__: ClassVar[tuple[Reader, ...]] = ()
    __doorway__: ClassVar[str | None] = None
    __privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __batch_privileges__: ClassVar[tuple[str, ...]] = ()
    __machine__: ClassVar[StateMachine[Any] | None] = None
    # Into how many parts the rows are divided by hash; the column is in the table's ``postgresql_partition_by``.
    __partitions__: ClassVar[int] = 0
    # Why no policy protects it: COPY does not work under one. Only the batch role reaches such a table at all.
    __staging__: ClassVar[str | None] = None
    # Statements that put rules in force which neither a CHECK nor a machine says, as the migrations apply them.
    __rules__: ClassVar[tuple[str, ...]] = ()

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        str: Text(),
        int: BigInteger(),
        bool: Boolean(),
        bytes: LargeBinary(),
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=40,
            create_constraint=True,
            values_callable=lambda members: [member.value for member in members],
        ),
        list[str]: ARRAY(Text()),
        # What is missing is NULL, as every CHECK reads it, and not the JSON value null.
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
    }


def access_statements(model: type[Table]) -> list[str]:
    """Return the grants, policies and state triggers of one table, as the migrations apply them."""
    table = model.__tablename__
    if model.__staging__ is not None:
        statements = []
    elif model.__doorway__ is not None:
        statements = [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {DOORWAY_ROLE}"]
        if model.__privileges__ != READ_WRITE:
            statements.append(f"GRANT {', '.join(model.__privileges__)} ON {table} TO {APP_ROLE}")
    else:
        statements = policy_statements(table, model.__readers__)
        statements.append(f"GRANT {', '.join(model.__privileges__)} ON {table} TO {APP_ROLE}")
        if any(reader.role == DOORWAY_ROLE for reader in model.__readers__):
            statements.append(f"GRANT SELECT ON {table} TO {DOORWAY_ROLE}")
    if model.__batch_privileges__:
        statements.append(
            f"GRANT {', '.join(model.__batch_privileges__)} ON {table} TO {BATCH_ROLE}"
        )
    if model.__machine__ is not None:
        statements += model.__machine__.statements(table)
    return partition_statements(model) + statements + _part_access(model) + list(model.__rules__)


def part_names(model: type[Table]) -> list[str]:
    """Return the names of a divided table's parts, by the remainder of the hash."""
    return [f"{model.__tablename__}_p{number:02}" for number in range(model.__partitions__)]


def partition_statements(model: type[Table]) -> list[str]:
    """Return the statements that make the parts of a divided table.

    Rows are reached through the whole table, whose policies then hold; each part is under forced row-level security besides, so
    that a grant by mistake would show nothing.
    """
    statements = []
    for number, part in enumerate(part_names(model)):
        statements += [
            (
                f"CREATE TABLE {part} PARTITION OF {model.__tablename__} FOR VALUES"
                f" WITH (MODULUS {model.__partitions__}, REMAINDER {number})"
            ),
            f"ALTER TABLE {part} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {part} FORCE ROW LEVEL SECURITY",
        ]
    return statements


def _part_access(model: type[Table]) -> list[str]:
    # The batch role reads the whole table anyhow; what it works out part by part is worked out side by side.
    if not model.__batch_privileges__:
        return []
    reader = Reader("batch", "true", "SELECT", BATCH_ROLE)
    return [
        statement
        for part in part_names(model)
        for statement in (reader.statement(part), f"GRANT SELECT ON {part} TO {BATCH_ROLE}")
    ]


def models() -> Iterable[type[Table]]:
    """Return every mapped table that has been imported, by name."""
    mapped = {mapper.class_ for mapper in Table.registry.mappers}
    return sorted(mapped, key=lambda model: model.__tablename__)
