"""Facets: what a record is about, in one word by which a score finds it.

A record's facet is the code of its item, and after it, where the item's records are told apart by a word of their content, that word:
``PENALTY:严重``, ``TAX-GRADE:A``, and ``PATENT`` alone. The database makes it as a record is written, and makes it anew as the record
changes, so that a run over some million records neither opens a record's content nor tries one indicator after the other.
"""

from collections.abc import Mapping
from typing import Final

_ITEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "class": ("PENALTY",),
    "kind": ("CONVICTION",),
    "breach": ("TRAFFIC-BREACH",),
    "grade": ("TAX-GRADE", "ECO-GRADE", "RURAL-GRADE"),
    "finding": ("COMPLIANCE", "COOP-SURPLUS", "COOP-LEDGER"),
    "level": (
        *("QUALIFICATION", "HONOUR", "MODEL-WORKER", "GOOD-PERSON", "CREDIT-MODEL"),
        *("FARM-MODEL", "FARM-BRAND"),
    ),
    "left": ("FARM-LEASE",),
    "band": (
        *("FARM-LAND", "FARM-HERD", "FARM-LINKED", "COOP-MEMBERS", "VILLAGE-RESIDENCE"),
        *("VOL-LAND", "VOL-HERD", "VOL-LABOUR", "VOL-HARVEST", "VOL-DEBT"),
    ),
}

TOLD_BY: Final[Mapping[str, str]] = {item: key for key, items in _ITEMS.items() for item in items}
"""The key of the content by which an item's records are told apart; an item that is not here has one facet. Records on file have theirs
already: a change of this is a migration."""


def facet_of(item_code: str, word: str | None) -> str:
    """Return the facet of an item's records that hold this word under its key, or none."""
    return item_code if word is None else f"{item_code}:{word}"


def facet_expression() -> str:
    """Return how the database makes a record's facet of its columns ``item_code`` and ``content``."""
    keys = " ".join(
        f"when item_code in ({', '.join(map(_quoted, items))}) then {_quoted(key)}"
        for key, items in _ITEMS.items()
    )
    return f"item_code || coalesce(':' || (content ->> case {keys} end), '')"


def _quoted(word: str) -> str:
    return f"'{word}'"
