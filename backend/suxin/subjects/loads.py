"""Loading organisations' records from files: set-based, as the batch role.

Rows are taken in chunks; each chunk is one statement that joins its rows with subjects and catalogue. A row that
cannot be taken is returned with its line and the reason, and the others go in. Loading a file again changes nothing:
a record is known by subject, source and the source's own number.

Files speak of organisations only, by their credit code: a natural person's records enter when he files them himself,
because the platform is no unlicensed credit bureau (征信业管理条例 art. 13; 征信业务管理办法 art. 12).
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.identifiers import check_uscc
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.subjects.contents import SHAPES, check_content, publication_end
from suxin.subjects.mandates import SubjectUnknown
from suxin.subjects.models import Polarity, RecordStatus

CHUNK: Final = 5_000
COLUMNS: Final = (
    "uscc",
    "item_code",
    "source",
    "source_ref",
    "occurred_on",
    "published_until",
    "valid_until",
    "polarity",
    "status",
    "amount_fen",
    "content",
)
_HEADER_LINES: Final = 1
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_UNMATCHED: Final = text(
    """
    with staged as (
        select * from jsonb_to_recordset(cast(:rows as jsonb)) as rows (
            line bigint, id uuid, uscc text, item_code text, source text, source_ref text,
            occurred_on date, published_until date, valid_until date, polarity text, status text,
            amount_fen bigint, content jsonb)
    )
    select line, s.id is null as subject_unknown
    from staged
    left join subjects s on s.uscc = staged.uscc and s.sandbox_id is null
    left join catalogue_items c on c.code = staged.item_code
    where s.id is null or c.code is null
    order by line
    """
)

_LOAD_RECORDS: Final = text(
    """
    with staged as (
        select * from jsonb_to_recordset(cast(:rows as jsonb)) as rows (
            line bigint, id uuid, uscc text, item_code text, source text, source_ref text,
            occurred_on date, published_until date, valid_until date, polarity text, status text,
            amount_fen bigint, content jsonb)
    )
    insert into credit_records as kept
        (subject_id, id, item_code, category, channel, natural_person, source, source_ref,
         occurred_on, published_until, valid_until, polarity, status, amount_fen, content, self_declared, loaded_at)
    select s.id, staged.id, c.code, c.category, c.channel, s.kind in ('person', 'household'),
           source, source_ref, occurred_on, published_until,
           coalesce(valid_until,
                    cast(occurred_on + make_interval(months => cast(c.validity_months as int))
                         as date)),
           polarity, status, amount_fen, content, false, :now
    from staged
    join subjects s on s.uscc = staged.uscc and s.sandbox_id is null
    join catalogue_items c on c.code = staged.item_code
    on conflict (subject_id, source, source_ref) do update
    set item_code = excluded.item_code, category = excluded.category,
        channel = excluded.channel,
        occurred_on = excluded.occurred_on, published_until = excluded.published_until,
        valid_until = excluded.valid_until, polarity = excluded.polarity,
        amount_fen = excluded.amount_fen, content = excluded.content,
        -- A file that still says active does not lift a dispute, an exemption or a repair.
        status = case when excluded.status = 'active' then kept.status else excluded.status end,
        loaded_at = excluded.loaded_at
    where (kept.item_code, kept.occurred_on, kept.published_until, kept.valid_until, kept.polarity,
           kept.amount_fen, kept.content)
          is distinct from
          (excluded.item_code, excluded.occurred_on, excluded.published_until,
           excluded.valid_until, excluded.polarity, excluded.amount_fen, excluded.content)
       or excluded.status not in ('active', kept.status)
    returning id, (xmax = 0) as is_new
    """
)


class ColumnsMissing(Refusal):
    """The heading of a file of records lacks columns, so that none of its rows can be read."""

    code = "RECORD_COLUMNS_MISSING"
    kind = RefusalKind.INVALID
    zh = "文件首行缺少列：{columns_zh}"
    en = "the file's first row lacks the columns {columns_en}"

    def __init__(self, *, columns: Sequence[str]) -> None:
        super().__init__(columns_zh="、".join(columns), columns_en=", ".join(columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One fact as a source has it.

    ``source_ref`` is the source's own number. Without a ``polarity`` the item's own holds; without ``valid_until`` the
    catalogue's validity; without ``published_until`` a penalty's longest publication.
    """

    uscc: str
    item_code: str
    source: str
    source_ref: str
    occurred_on: date
    content: Mapping[str, object]
    amount_fen: int | None = None
    polarity: Polarity | None = None
    status: RecordStatus = RecordStatus.ACTIVE
    published_until: date | None = None
    valid_until: date | None = None


class RowMalformed(Refusal):
    """A line of the file is no record."""

    code = "ROW_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "该行格式不正确"
    en = "The line is not a record"


class RowRepeated(Refusal):
    """A row before it has the same source and number."""

    code = "ROW_REPEATED"
    zh = "与前面某行的来源和编号相同"
    en = "A line before it has the same source and number"


class NotInCatalogue(Refusal):
    """The row's item is none that may be recorded."""

    code = "NOT_IN_CATALOGUE"
    kind = RefusalKind.NOT_FOUND
    zh = "目录中没有该事项"
    en = "The catalogue has no such item"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: its line (the first row is 1, in a file 2), and the refusal that says why."""

    line: int
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of the rows of one load."""

    added: int
    changed: int
    unchanged: int
    rejects: tuple[Reject, ...]


async def load_records(session: AsyncSession, rows: Iterable[RecordRow]) -> LoadReport:
    """Write records of organisations, as the batch role; return what became of them, with every row not taken."""
    return await _load(session, enumerate(rows, start=1))


async def load_records_file(session: AsyncSession, path: Path) -> LoadReport:
    """Write the records of a CSV file in UTF-8, as the batch role; return what became of them.

    Its first row names the ``COLUMNS``, in any order; dates are ISO 8601, ``content`` is JSON, what may be absent may be
    empty.

    :raises ColumnsMissing: if its first row does not name them all
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise ColumnsMissing(columns=missing)
        return await _load(session, _read(rows))


async def _load(
    session: AsyncSession, numbered: Iterable[tuple[int, RecordRow | Reject]]
) -> LoadReport:
    now: datetime = session.info["now"]
    added = changed = unchanged = 0
    rejects: list[Reject] = []
    pending = iter(numbered)
    while chunk := list(islice(pending, CHUNK)):
        staged = _stage(chunk, now, rejects)
        payload = json.dumps(staged)
        unmatched = [
            _unmatched(row) for row in await session.execute(_UNMATCHED, {"rows": payload})
        ]
        rejects += unmatched
        written = (await session.execute(_LOAD_RECORDS, {"rows": payload, "now": now})).all()
        fresh = sum(row.is_new for row in written)
        added += fresh
        changed += len(written) - fresh
        unchanged += len(staged) - len(unmatched) - len(written)
    return LoadReport(added, changed, unchanged, tuple(sorted(rejects, key=lambda one: one.line)))


def _stage(
    chunk: list[tuple[int, RecordRow | Reject]], now: datetime, rejects: list[Reject]
) -> list[dict[str, object]]:
    """Check the rows in themselves; add to the rejects what is wrong, and what repeats within the chunk."""
    staged: dict[tuple[str, str, str], dict[str, object]] = {}
    for line, row in chunk:
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        try:
            taken = _staged_record(line, row, now)
        except Refusal as refusal:
            rejects.append(Reject(line, refusal))
            continue
        key = (str(taken["uscc"]), row.source, row.source_ref)
        if key in staged:
            rejects.append(Reject(line, RowRepeated()))
        else:
            staged[key] = taken
    return list(staged.values())


def _staged_record(line: int, row: RecordRow, now: datetime) -> dict[str, object]:
    check_content(row.item_code, row.content, amount_fen=row.amount_fen)
    if not row.source or not row.source_ref:
        raise Invalid(field="sourceRef", reason_zh="来源和编号必填", reason_en="it is required")
    if row.occurred_on > now.astimezone(_SHANGHAI).date():
        raise Invalid(field="occurredOn", reason_zh="晚于今天", reason_en="it lies in the future")
    if row.valid_until is not None and row.valid_until <= row.occurred_on:
        raise Invalid(
            field="validUntil", reason_zh="应晚于发生日期", reason_en="it ends before it occurred"
        )
    shape = SHAPES.get(row.item_code)
    published_until = row.published_until or publication_end(
        row.item_code, row.content, row.occurred_on
    )
    return {
        "line": line,
        "id": str(new_id(now)),
        "uscc": check_uscc(row.uscc, field="uscc", override_reason="as registered"),
        "item_code": row.item_code,
        "source": row.source,
        "source_ref": row.source_ref,
        "occurred_on": row.occurred_on.isoformat(),
        "published_until": None if published_until is None else published_until.isoformat(),
        "valid_until": None if row.valid_until is None else row.valid_until.isoformat(),
        "polarity": (row.polarity or (shape.polarity if shape else Polarity.NEUTRAL)).value,
        "status": row.status.value,
        "amount_fen": row.amount_fen,
        "content": dict(row.content),
    }


def _unmatched(row: object) -> Reject:
    line: int = getattr(row, "line")  # noqa: B009 - rows of textual SQL have no declared columns
    if getattr(row, "subject_unknown"):  # noqa: B009 - as above
        return Reject(line, SubjectUnknown())
    return Reject(line, NotInCatalogue())


def _read(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[int, RecordRow | Reject]]:
    for line, row in enumerate(rows, start=1 + _HEADER_LINES):
        try:
            yield line, _parsed(row)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield line, Reject(line, RowMalformed())


def _parsed(row: Mapping[str, str]) -> RecordRow:
    content = json.loads(row["content"] or "{}")
    if not isinstance(content, dict):
        message = "content is not an object"
        raise TypeError(message)
    return RecordRow(
        uscc=row["uscc"],
        item_code=row["item_code"],
        source=row["source"].strip(),
        source_ref=row["source_ref"].strip(),
        occurred_on=date.fromisoformat(row["occurred_on"]),
        content=content,
        amount_fen=int(row["amount_fen"]) if row["amount_fen"] else None,
        polarity=Polarity(row["polarity"]) if row["polarity"] else None,
        status=RecordStatus(row["status"]) if row["status"] else RecordStatus.ACTIVE,
        published_until=_day(row["published_until"]),
        valid_until=_day(row["valid_until"]),
    )


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None
