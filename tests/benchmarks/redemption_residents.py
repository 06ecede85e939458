"""Residents made beforehand, each with a pass, a one-time consent and a tier; and the code that each one's phone shows at a moment.

The first goes the product's own way. The others are copies of his rows, because a pass is good for ten minutes and thousands of them are used.
"""

import sys
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from small_city import SmallCity
from small_codes import SmallCodes, resident_of
from small_perks import SmallPerks, give_tier

from suxin.perks.models import Programme
from suxin.subjects.presentation_codes import scanned_code, window_of
from suxin.subjects.presenting import key_of

RESIDENTS = 6_000
"""More than are served in all turns together; where they do not suffice, the benchmark ends."""

LOW_PLACE = 3
"""A place that opens no benefit: every second resident has what everybody has."""

# Each copied row is the first one's but for these; numbers of passes go round the six digits from his.
_COPIES = (
    ("subjects", "id = $1", "jsonb_build_object('id', n.subject_id)"),
    ("score_tiers", "subject_id = $1", f"jsonb_build_object('subject_id', n.subject_id, 'place', n.number % 2 * {LOW_PLACE})"),
    ("consents", "subject_id = $1", "jsonb_build_object('id', n.consent_id, 'subject_id', n.subject_id)"),
    ("access_bases", "subject_id = $1 and purpose = 'perk.redeem'", "jsonb_build_object('id', gen_random_uuid(), 'subject_id', n.subject_id, 'source_id', n.consent_id)"),
    ("presentation_passes", "subject_id = $1", "jsonb_build_object('id', n.pass_id, 'subject_id', n.subject_id, 'consent_id', n.consent_id, 'number', (one.number + n.number) % 1000000)"),
)  # fmt: skip
_NEW = """
    create temporary table n as select number, gen_random_uuid() subject_id, gen_random_uuid() consent_id, gen_random_uuid() pass_id
    from generate_series(1, $1::int - 1) number"""


class Residents:
    """Those who wait with their codes; each comes once."""

    def __init__(self, passes: list[tuple[bytes, int]]) -> None:
        self._passes = passes

    def next_code(self) -> str:
        """Return what the next one's phone shows now."""
        if not self._passes:
            sys.exit(f"more than {RESIDENTS} residents were served: RESIDENTS is too small")
        key, number = self._passes.pop()
        return scanned_code(key, number, window=window_of(datetime.now(UTC)))


async def make_residents(
    url: str, city: SmallCity, perks: SmallPerks, programme: Programme
) -> Residents:
    """Let everybody open a pass for a programme; ``url`` is the administrator's."""
    admin = await asyncpg.connect(url)
    first: UUID = city.person_id
    await give_tier(admin, city, first, 0)
    await SmallCodes(perks=perks, resident=resident_of(city)).present(programme, agree=True)
    await admin.execute(_NEW.replace("$1::int", str(RESIDENTS)))
    for table, whose, changes in _COPIES:
        await admin.execute(
            f"insert into {table} select (jsonb_populate_record(one, {changes})).*"  # noqa: S608 - words of our own
            f" from {table} one cross join n where one.{whose}",
            first,
        )
    await admin.execute("analyze")
    rows = await admin.fetch("select id, number from presentation_passes")
    await admin.close()
    return Residents([(key_of(row["id"], sealer=city.sealer), row["number"]) for row in rows])
