"""Residents made beforehand, each with a pass, a one-time consent and a tier; and the code that each one's phone shows at a moment.

The first goes the product's own way. The others are copies of his rows, because a pass is good for ten minutes and thousands of them are used.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from small_city import SmallCity
from small_codes import SmallCodes, resident_of
from small_perks import SmallPerks, give_tier

from suxin.perks.models import Programme
from suxin.subjects.presentation_codes import scanned_code, window_of
from suxin.subjects.presenting import key_of

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


class Pass(NamedTuple):
    """What one phone makes its codes of."""

    key: bytes
    number: int

    def code(self, now: datetime) -> str:
        """Return what it shows at a moment."""
        return scanned_code(self.key, self.number, window=window_of(now))


async def make_residents(
    admin: asyncpg.Connection,
    city: SmallCity,
    perks: SmallPerks,
    programme: Programme,
    *,
    count: int,
) -> list[Pass]:
    """Let as many residents as ``count`` says have opened a pass for a programme; return their passes."""
    first: UUID = city.person_id
    await give_tier(admin, city, first, 0)
    await SmallCodes(perks=perks, resident=resident_of(city)).present(programme, agree=True)
    await admin.execute(_NEW.replace("$1::int", str(count)))
    for table, whose, changes in _COPIES:
        await admin.execute(
            f"insert into {table} select (jsonb_populate_record(one, {changes})).*"  # noqa: S608 - words of our own
            f" from {table} one cross join n where one.{whose}",
            first,
        )
    await admin.execute("analyze")
    rows = await admin.fetch("select id, number from presentation_passes")
    return [Pass(key_of(row["id"], sealer=city.sealer), row["number"]) for row in rows]
