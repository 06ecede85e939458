"""How an enumeration of the core gets its words in the schema, in Chinese and in English."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

Labels = Mapping[str, tuple[str, str]]


def describe(cls: type[Enum], description: str, labels: Labels | None = None) -> None:
    """Give an enumeration its description, and each member its words: the given ones, else its own."""
    # A type that names the enumeration may have been declared before: its definition is completed, never replaced.
    if "__strawberry_definition__" not in cls.__dict__:
        strawberry.enum(cls)
    definition: Any = cls.__dict__["__strawberry_definition__"]
    definition.description = description
    for value in definition.values:
        member: Any = cls[value.name]
        zh, en = labels[value.name] if labels is not None else (member.zh, member.en)
        value.description = f"{zh} · {en}"
