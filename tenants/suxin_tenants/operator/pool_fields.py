"""Fields of the forms about pools: how each is typed and read, and what it offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from suxin_tenants.forms import Form, listed, options


class Kind(Enum):
    """How a field is typed and read."""

    TEXT = "text"
    NOTE = "note"
    DAY = "date"
    YUAN = "yuan"
    WAN = "wan"
    PERCENT = "percent"
    WHOLE = "whole"
    LIST = "list"
    ONE = "one"
    SOME = "some"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its name, what a person reads beside it, its choices, and what stands in it at first."""

    name: str
    zh: str
    kind: Kind = Kind.TEXT
    required: bool = True
    hint: str | None = None
    choices: type[StrEnum] | None = None
    first: str = ""
    suffix: str | None = None

    def read(self, form: Form) -> Any:  # noqa: ANN401 - as the kind says
        """Read what was typed; what is missing and need not be there is nothing."""
        if self.kind is Kind.SOME:
            return form.choices(self.name, self.choices or StrEnum)
        if self.kind is Kind.LIST:
            if self.required:
                form.require(self.name)
            return listed(form.text(self.name))
        if not self.required and not form.text(self.name):
            return None
        if self.kind is Kind.ONE:
            return form.choice(self.name, self.choices or StrEnum)
        if self.kind in _READERS:
            return _READERS[self.kind](form, self.name)
        form.require(self.name)
        return form.text(self.name)


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期，如 2026-11-20")
        return None


def _id(form: Form, name: str) -> UUID | None:
    form.require(name)
    return form.id(name)


_READERS: Final[Mapping[Kind, Callable[[Form, str], Any]]] = MappingProxyType(
    {
        Kind.DAY: _day,
        Kind.YUAN: Form.yuan,
        Kind.WAN: Form.wan,
        Kind.PERCENT: Form.percent,
        Kind.WHOLE: Form.whole,
        Kind.ID: _id,
    }
)


def choices_of(field: Field) -> list[tuple[str, str]]:
    """Return what a field offers."""
    return [] if field.choices is None else options(field.choices)
