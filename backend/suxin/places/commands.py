"""Loading the area tree from the packaged list of official codes."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.pinyin import pinyin_of

VALID_FROM: Final = date(2023, 1, 1)
"""The list is the National Bureau of Statistics' set of 2023 (统计用区划代码)."""

_DATA: Final = "data/suqian.csv"

_LOAD: Final = text(
    """
    insert into areas (code, level, name, full_name, pinyin, parent_code, statistical_only,
                       predecessors, valid_from)
    select code, level, name, full_name, pinyin, parent_code, statistical_only, cast('{}' as text[]), :valid_from
    from jsonb_to_recordset(cast(:rows as jsonb)) as staged (
        code text, level text, name text, full_name text, pinyin text, parent_code text,
        statistical_only boolean
    )
    on conflict (code) do update
    set level = excluded.level, name = excluded.name, full_name = excluded.full_name,
        pinyin = excluded.pinyin, parent_code = excluded.parent_code,
        statistical_only = excluded.statistical_only
    where (areas.level, areas.name, areas.full_name, areas.pinyin, areas.parent_code,
           areas.statistical_only)
        is distinct from (excluded.level, excluded.name, excluded.full_name, excluded.pinyin,
                          excluded.parent_code, excluded.statistical_only)
    """
)


async def load_areas(session: AsyncSession) -> int:
    """Write the city's areas as the batch role; return how many are new or changed. Doing it again changes nothing."""
    rows = list(packaged_areas())
    result = await session.execute(_LOAD, {"rows": json.dumps(rows), "valid_from": VALID_FROM})
    return int(getattr(result, "rowcount", 0))


def packaged_areas() -> Iterator[Mapping[str, object]]:
    """Read the packaged list of areas, parents before children."""
    content = files("suxin.places").joinpath(_DATA).read_text(encoding="utf-8")
    full_names: dict[str, str] = {}
    for row in csv.DictReader(content.splitlines()):
        parent = row["parent_code"] or None
        full_name = full_names.get(parent or "", "") + row["name"]
        full_names[row["code"]] = full_name
        yield {
            "code": row["code"],
            "level": row["level"],
            "name": row["name"],
            "full_name": full_name,
            "pinyin": pinyin_of(row["name"]),
            "parent_code": parent,
            "statistical_only": row["statistical_only"] == "1",
        }
