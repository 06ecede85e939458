"""Which columns depend on the keyring: declared once, with their table, and read here by whatever treats them all.

Rotation, the count of rows by key version and the check before a version is dropped go by these declarations, so that a
new sealed column takes part by being declared; an architecture test lets no column of bytes be anything else unsaid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Column, LargeBinary
from sqlalchemy.orm import MappedColumn, mapped_column

from suxin.kernel.tables import Table, models

_SEAL: Final = "seal"
_INDEX: Final = "blind_index"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a column's values are sealed for, and the column whose id binds each to its row."""

    purpose: str
    row: str


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A sealed column of a table."""

    model: type[Table]
    column: Column[Any]
    purpose: str
    row: Column[Any]

    @property
    def name(self) -> str:
        """The column's full name."""
        return f"{self.column.table.name}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class Index:
    """What a column's blind indexes are made for and with.

    ``key_version`` is the column that keeps which key made one; it is null where none did. ``of`` names the sealed
    column, in full, that holds the value an index is of; both tables have the column ``link``. Without it an index
    cannot be made anew, and ends with its row.
    """

    purpose: str
    key_version: str
    of: str | None
    link: str


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """A column of blind indexes of a table."""

    model: type[Table]
    column: Column[Any]
    purpose: str
    key_version: Column[Any]
    of: SealedColumn | None
    link: str

    @property
    def name(self) -> str:
        """The column's full name."""
        return f"{self.column.table.name}.{self.column.name}"


def sealed(purpose: str, *, row: str) -> MappedColumn[bytes]:
    """Declare a sealed column: its purpose, and the column of the same table whose id binds each value to its row."""
    return mapped_column(LargeBinary, info={_SEAL: Seal(purpose, row)})


def indexed(
    purpose: str,
    *,
    key_version: str = "key_version",
    of: str | None = None,
    link: str = "",
    primary_key: bool = False,
) -> MappedColumn[bytes]:
    """Declare a column of blind indexes; see ``Index``."""
    index = Index(purpose, key_version, of, link)
    return mapped_column(LargeBinary, primary_key=primary_key, info={_INDEX: index})


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Return every sealed column of the tables that have been imported."""
    return tuple(
        SealedColumn(model, column, seal.purpose, model.__table__.c[seal.row])
        for model, column, seal in _declared(_SEAL)
    )


def index_columns() -> tuple[IndexColumn, ...]:
    """Return every column of blind indexes of the tables that have been imported."""
    by_name = {column.name: column for column in sealed_columns()}
    return tuple(
        IndexColumn(
            model,
            column,
            index.purpose,
            model.__table__.c[index.key_version],
            None if index.of is None else by_name[index.of],
            index.link,
        )
        for model, column, index in _declared(_INDEX)
    )


def _declared(kind: str) -> Iterator[tuple[type[Table], Column[Any], Any]]:
    for model in models():
        for column in model.__table__.columns:
            if kind in column.info:
                yield model, cast("Column[Any]", column), column.info[kind]
