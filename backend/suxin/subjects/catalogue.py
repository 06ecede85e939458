"""The catalogue (公共信用信息目录): what may be recorded about a subject at all.

The packaged items follow the classes of 全国公共信用信息基础目录（2024年版）; nothing outside the catalogue may enter a
credit record. Classes that 征信业管理条例 art. 14 forbids are refused.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.models import DataCategory, LawfulChannel

FORBIDDEN_WORDS: Final = ("宗教", "基因", "指纹", "血型", "疾病", "病史")
"""征信业管理条例 art. 14 (1): religion, genes, fingerprints, blood type, diseases and medical history."""

_DATA: Final = "data/catalogue.csv"

_LOAD: Final = text(
    """
    insert into catalogue_items
        (code, record_class, name, department, category, channel, validity_months)
    select code, record_class, name, department, category, channel, validity_months
    from jsonb_to_recordset(cast(:rows as jsonb)) as staged (
        code text, record_class text, name text, department text, category text, channel text,
        validity_months bigint
    )
    on conflict (code) do update
    set record_class = excluded.record_class, name = excluded.name,
        department = excluded.department, category = excluded.category,
        channel = excluded.channel, validity_months = excluded.validity_months
    """
)


class ForbiddenClass(Refusal):
    """The law forbids collecting this, whoever consents."""

    code = "FORBIDDEN_CLASS"
    kind = RefusalKind.FORBIDDEN
    zh = "“{item_name}”属于《征信业管理条例》第十四条禁止采集的信息"
    en = "{item_name} is information that art. 14 of the credit reporting regulation forbids to collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item of the catalogue as it is loaded."""

    code: str
    record_class: str
    name: str
    department: str
    category: DataCategory
    channel: LawfulChannel
    validity_months: int | None


async def load_catalogue(session: AsyncSession, rows: Iterable[ItemRow] | None = None) -> int:
    """Write catalogue items, the packaged ones unless others are given, as the batch role; return how many.

    :raises ForbiddenClass: if one is of a class the law forbids; then none is written
    """
    items = list(packaged_items() if rows is None else rows)
    for item in items:
        words = f"{item.record_class}{item.name}"
        if any(word in words for word in FORBIDDEN_WORDS):
            raise ForbiddenClass(item_name=item.name)
    await session.execute(_LOAD, {"rows": json.dumps([asdict(item) for item in items])})
    return len(items)


def packaged_items() -> Iterator[ItemRow]:
    """Read the packaged catalogue."""
    content = files("suxin.subjects").joinpath(_DATA).read_text(encoding="utf-8")
    for row in csv.DictReader(content.splitlines()):
        months = row.pop("validity_months")
        yield ItemRow(
            code=row["code"],
            record_class=row["record_class"],
            name=row["name"],
            department=row["department"],
            category=DataCategory(row["category"]),
            channel=LawfulChannel(row["channel"]),
            validity_months=int(months) if months else None,
        )
