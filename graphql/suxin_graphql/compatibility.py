"""Compatibility: what the schema of now takes from integrations that were built against the released one.

``graphql/schema.released.graphql`` is the schema of the last release. A change that breaks a document which was valid
against it is made only when the changelog's section for the next release says so, word for word, in a line
``Breaking: …``. What may surprise an integration without breaking its documents is told and stops nothing.
"""

import re
from typing import Final, NamedTuple

from graphql import build_schema, find_breaking_changes, find_dangerous_changes

MARK: Final = "Breaking: "
_UNRELEASED: Final = re.compile(
    r"^## [^\n]*unreleased[^\n]*$(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


class Changes(NamedTuple):
    """What became of a schema: sentences, each about one element of it."""

    breaking: tuple[str, ...]
    dangerous: tuple[str, ...]


def changes_between(released: str, current: str) -> Changes:
    """Return what changed between two schemas for whoever was built against the first."""
    before, now = build_schema(released), build_schema(current)
    return Changes(
        breaking=tuple(sorted(one.description for one in find_breaking_changes(before, now))),
        dangerous=tuple(sorted(one.description for one in find_dangerous_changes(before, now))),
    )


def untold(breaking: tuple[str, ...], changelog: str) -> tuple[str, ...]:
    """Return the breaking changes that the changelog does not tell of in its section for the next release."""
    found = _UNRELEASED.search(changelog)
    # A sentence may go on in the next line of the file.
    section = " ".join(found[1].split()) if found else ""
    return tuple(one for one in breaking if MARK + " ".join(one.split()) not in section)
