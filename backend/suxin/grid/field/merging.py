"""Merging what a device changed with what was changed since (三方合并). Pure.

The rules are those of ODK Central's offline entities: a field that one side changed is taken, and one that both changed differently is for a
person to choose; until then the platform's stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suxin.grid.field.contents import MERGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What comes of a merge: the content, and the fields that both sides changed differently."""

    content: dict[str, Any]
    open_fields: tuple[str, ...]


def merge(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merge:
    """Return the platform's content (``theirs``) with what a device changed (``mine``) since both had ``base``."""
    content, open_fields = dict(theirs), []
    for name in MERGED:
        if mine[name] in (base[name], theirs[name]):
            continue
        if theirs[name] == base[name]:
            content[name] = mine[name]
        else:
            open_fields.append(name)
    return Merge(content=content, open_fields=tuple(open_fields))


def fixed_fields_changed(base: Mapping[str, Any], mine: Mapping[str, Any]) -> bool:
    """Return whether a device changed what an update may not: household, place and photos are the evidence, and stay."""
    return any(base[name] != mine[name] for name in base if name not in MERGED)
