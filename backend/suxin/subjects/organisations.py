"""Loading organisations as the registry has them: set-based, as the batch role.

Rows are taken in chunks, each of which is one statement. What the credit office found wrong and corrected stays corrected
while the registry goes on saying it; as soon as it says something else, that is taken.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.identifiers import check_area_code, check_uscc
from suxin.kernel.ids import new_id
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.refusals import Invalid
from suxin.subjects.models import SubjectKind

CHUNK: Final = 5_000

_LOAD_SUBJECTS: Final = text(
    """
    with staged as (
        select * from jsonb_to_recordset(cast(:rows as jsonb)) as rows (
            id uuid, kind text, name text, name_pinyin text, uscc text, county_code text,
            town_code text, industry text, registered_on date)
    ), written as (
        insert into subjects as kept
            (id, kind, name, name_pinyin, uscc, county_code, town_code, industry,
             registered_on, created_at)
        select id, kind, name, name_pinyin, uscc, county_code, town_code, industry, registered_on,
               :now
        from staged
        on conflict (uscc) where sandbox_id is null do update
        set kind = excluded.kind, registered_on = excluded.registered_on,
            name = case when kept.found_wrong @> jsonb_build_object('name', excluded.name)
                        then kept.name else excluded.name end,
            name_pinyin = case when kept.found_wrong @> jsonb_build_object('name', excluded.name)
                               then kept.name_pinyin else excluded.name_pinyin end,
            (county_code, town_code) = (
                select * from (values (kept.county_code, kept.town_code)) as held
                where kept.found_wrong @> jsonb_build_object(
                    'county_code', excluded.county_code, 'town_code', excluded.town_code)
                union all
                select excluded.county_code, excluded.town_code
                limit 1),
            industry = case
                when kept.found_wrong @> jsonb_build_object('industry', excluded.industry)
                then kept.industry else excluded.industry end,
            found_wrong = (
                select coalesce(jsonb_object_agg(found.key, found.value), '{}')
                from jsonb_each(kept.found_wrong) as found
                where case when found.key in ('county_code', 'town_code')
                      then kept.found_wrong @> jsonb_build_object(
                          'county_code', excluded.county_code, 'town_code', excluded.town_code)
                      else found.value = to_jsonb(excluded) -> found.key end)
        returning id, uscc
    ), doors as (
        insert into subject_doors (blind_index, subject_id)
        select sha256(convert_to('uscc:' || uscc, 'UTF8')), id from written
        on conflict (blind_index) do nothing
    )
    select id, uscc from written
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow:
    """An organisation as the registry has it; natural persons are not loaded."""

    kind: SubjectKind
    name: str
    uscc: str
    county_code: str
    town_code: str | None = None
    industry: str | None = None
    registered_on: date | None = None


async def load_subjects(session: AsyncSession, rows: Iterable[SubjectRow]) -> dict[str, UUID]:
    """Write organisations with their doors, as the batch role; return their subject ids by credit code.

    One that is known is brought up to date and keeps its id.

    :raises UsccMalformed: if a row's code is not one; wrong check characters pass, since the registry issued them
    :raises Invalid: if a row is about a natural person or an area code is malformed
    """
    ids: dict[str, UUID] = {}
    now: datetime = session.info["now"]
    pending = iter(rows)
    while chunk := [_staged_subject(row, now) for row in islice(pending, CHUNK)]:
        once = list({str(row["uscc"]): row for row in chunk}.values())
        found = await session.execute(_LOAD_SUBJECTS, {"rows": json.dumps(once), "now": now})
        ids |= {row.uscc: row.id for row in found}
    return ids


def _staged_subject(row: SubjectRow, now: datetime) -> dict[str, object]:
    if row.kind is SubjectKind.PERSON:
        raise Invalid(field="kind", reason_zh="不装载自然人", reason_en="no natural persons")
    town = row.town_code
    return {
        "id": str(new_id(now)),
        "kind": row.kind.value,
        "name": row.name,
        "name_pinyin": pinyin_of(row.name),
        "uscc": check_uscc(row.uscc, field="uscc", override_reason="as registered"),
        "county_code": check_area_code(row.county_code, field="countyCode"),
        "town_code": None if town is None else check_area_code(town, field="townCode"),
        "industry": row.industry,
        "registered_on": None if row.registered_on is None else row.registered_on.isoformat(),
    }
