"""The figures that docs/api/limits.md tells integrators are those of the program."""

import re
from datetime import timedelta
from pathlib import Path

from suxin.consent.fetches import MAX_DELIVERED
from suxin.consent.oauth import access_tokens, client_assertions, clients, dpop, grants
from suxin.kernel import idempotency
from suxin.kernel.refusals import refusal_catalogue
from suxin_graphql import applicants, limits, paging
from suxin_web.bodies import MAX_BODY_BYTES
from suxin_web.rate_limits import READS, WRITES

PAGE = (Path(__file__).parents[2] / "docs/api/limits.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| ([^|]+) \| (\d+)( KiB| minutes| days| seconds)? \|(?: `(\w+)` \|)?$", re.MULTILINE
)
UNITS = {" KiB": 1024, "": 1}
FIGURES = [
    MAX_BODY_BYTES,
    limits.MAX_CHARACTERS,
    limits.MAX_TOKENS,
    limits.MAX_DEPTH,
    limits.MAX_FIELDS,
    limits.MAX_ALIASES,
    limits.MAX_REPEATS,
    limits.MAX_DIRECTIVES,
    paging.MAX_PAGE,
    limits.MAX_LIST,
    limits.MAX_VARIABLE_DEPTH,
    applicants.MAX_DOSSIERS,
    MAX_DELIVERED,
    clients.MAX_CLIENTS,
    WRITES.per_minute,
    READS.per_minute,
]
LIVES = [
    access_tokens.ACCESS_TOKEN_LIFE,
    grants.REFRESH_LIFE,
    client_assertions.MAX_LIFE,
    dpop.PROOF_LIFE,
    idempotency.KEPT_FOR,
]


def test_every_figure_is_the_programs():
    rows = ROW.findall(PAGE)
    counted = [int(figure) * UNITS[unit] for _, figure, unit, code in rows if code]
    lives = [timedelta(**{unit.strip(): int(figure)}) for _, figure, unit, code in rows if not code]
    assert (counted, lives) == (FIGURES, LIVES)


def test_every_row_was_read_and_names_a_refusal_that_there_is():
    rows = ROW.findall(PAGE)
    assert len(rows) == len(re.findall(r"^\| .*\d", PAGE, re.MULTILINE))
    assert {code for *_, code in rows if code} <= set(refusal_catalogue())
    assert f"{WRITES.burst} by POST, or {READS.burst} by GET" in PAGE
