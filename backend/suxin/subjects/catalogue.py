"""The catalogue (公共信用信息目录): what may be recorded about a subject at all.

The packaged items follow the classes of 全国公共信用信息基础目录（2024年版）; nothing outside the catalogue may enter a
credit record. Classes that 征信业管理条例 art. 14 forbids are refused. A release is the whole catalogue: what a later one
has no more is retired, and stays readable for the sake of what is on record.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.subjects.catalogue_releases import CatalogueRelease
from suxin.subjects.catalogue_terms import CLASSES, Publication, Sensitivity
from suxin.subjects.models import SENSITIVE_CATEGORIES, DataCategory, LawfulChannel

FORBIDDEN: Final[Mapping[str, tuple[str, ...]]] = {
    "宗教信仰": ("宗教", "信仰"),
    "基因": ("基因", "遗传", "DNA"),
    "指纹": ("指纹", "掌纹"),
    "血型": ("血型",),
    "疾病和病史": ("疾病", "病史", "病历", "诊断"),
}
"""征信业管理条例 art. 14 (1), by the words that such an item would have in its name."""

WRITTEN_CONSENT: Final = ("收入", "存款", "有价证券", "商业保险", "不动产", "纳税")
"""征信业管理条例 art. 14 (2): of a person only with his written consent, after he was told what may follow from it."""

PACKAGED_RELEASE: Final = "2024.3"
PACKAGED_SOURCE: Final = "全国公共信用信息基础目录（2024年版）"
MAX_ITEMS: Final = 500
MAX_NAME: Final = 60
MAX_BASIS: Final = 120
COLUMNS: Final = (
    "code",
    "record_class",
    "name",
    "department",
    "category",
    "channel",
    "validity_months",
    "sensitivity",
    "publication",
    "publication_months",
    "of_persons",
    "basis",
)

_DATA: Final = "data/catalogue.csv"
_RELEASE: Final = re.compile(r"(20[0-9]{2})\.([1-9][0-9]{0,2})", re.ASCII)
_CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,39}", re.ASCII)

_LOAD: Final = text(
    """
    insert into catalogue_items
        (code, record_class, name, department, category, channel, validity_months, sensitivity,
         publication, publication_months, of_persons, basis, release)
    select code, record_class, name, department, category, channel, validity_months, sensitivity,
           publication, publication_months, of_persons, basis, :release
    from jsonb_to_recordset(cast(:rows as jsonb)) as staged (
        code text, record_class text, name text, department text, category text, channel text,
        validity_months bigint, sensitivity text, publication text, publication_months bigint,
        of_persons boolean, basis text
    )
    on conflict (code) do update
    set record_class = excluded.record_class, name = excluded.name,
        department = excluded.department, category = excluded.category,
        channel = excluded.channel, validity_months = excluded.validity_months,
        sensitivity = excluded.sensitivity, publication = excluded.publication,
        publication_months = excluded.publication_months, of_persons = excluded.of_persons,
        basis = excluded.basis, release = excluded.release, retired_in = null
    """
)
_RETIRE: Final = text(
    "update catalogue_items set retired_in = :release where release <> :release and retired_in is null"
)


class ForbiddenClass(Refusal):
    """The law forbids collecting this, whoever consents."""

    code = "FORBIDDEN_CLASS"
    kind = RefusalKind.FORBIDDEN
    zh = "“{item_name}”属于《征信业管理条例》第十四条禁止采集的信息：{forbidden}"
    en = "{item_name} is information that art. 14 of the credit reporting regulation forbids to collect ({forbidden})"


class ConsentNeeded(Refusal):
    """Of a person this may be recorded only if he files it himself, told what may follow."""

    code = "WRITTEN_CONSENT_NEEDED"
    kind = RefusalKind.FORBIDDEN
    zh = "“{item_name}”涉及自然人的{about}，依《征信业管理条例》第十四条只能由本人申报"
    en = "{item_name} tells a person's {about}, which art. 14 of the credit reporting regulation leaves to him to file"


class ClassUnknown(Refusal):
    """The item's class is none of the thirteen that public credit information has."""

    code = "RECORD_CLASS_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "“{item_name}”的类别“{record_class}”不在公共信用信息基础目录的 13 类之内"
    en = "the class {record_class} of {item_name} is none of the catalogue's thirteen"


class SensitiveMisplaced(Refusal):
    """Sensitive personal information has categories of its own, which nothing else is in, and is never published."""

    code = "SENSITIVE_MISPLACED"
    kind = RefusalKind.INVALID
    zh = "“{item_name}”的敏感级别与数据类别不符：敏感个人信息应单列类别且不公示（《个人信息保护法》第二十八条、第二十九条）"
    en = "{item_name} does not agree in sensitivity and category: what is sensitive is in a category of its own, unpublished"


class ReleaseOutdated(Refusal):
    """A later release of the catalogue is in force."""

    code = "CATALOGUE_OUTDATED"
    zh = "已启用更新的目录 {current}，不能再载入 {release}"
    en = "the release {current} of the catalogue is in force, {release} is older"


class ReleaseTaken(Refusal):
    """A release of this number was loaded, with other items."""

    code = "CATALOGUE_RELEASE_TAKEN"
    zh = "目录 {release} 已载入且内容不同，请使用新的版本号"
    en = "the release {release} was loaded with other items; give it a new number"


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
    sensitivity: Sensitivity
    publication: Publication
    publication_months: int | None
    of_persons: bool
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One release of the catalogue: its number (``year.order``), the document it follows, and every item it has."""

    release: str
    source: str
    items: Sequence[ItemRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A release that may be put in force: its items as they are loaded, and whether it was loaded already."""

    rows: str
    sha256: str
    in_force: bool


async def load_catalogue(session: AsyncSession, catalogue: Catalogue | None = None) -> int:
    """Put a release in force, the packaged one unless another is given, as the batch role; return how many items it has.

    Loading the same again changes nothing.

    :raises Invalid: if the release's number, an item's code or how many there are is not acceptable
    :raises ForbiddenClass, ConsentNeeded: if the law forbids an item; then none is written
    :raises ClassUnknown: if an item is of no class that public credit information has
    :raises SensitiveMisplaced: if an item is sensitive and not in a category for that, or the other way round
    :raises ReleaseOutdated: if a later release is in force
    :raises ReleaseTaken: if a release of this number had other items
    """
    wanted = packaged() if catalogue is None else catalogue
    checked = await check_release(session, wanted)
    if checked.in_force:
        return len(wanted.items)
    rows, sha256 = checked.rows, checked.sha256
    await session.execute(_LOAD, {"rows": rows, "release": wanted.release})
    await session.execute(_RETIRE, {"release": wanted.release})
    session.add(
        CatalogueRelease(
            release=wanted.release,
            source=wanted.source,
            sha256=sha256,
            item_count=len(wanted.items),
            loaded_at=session.info["now"],
        )
    )
    await session.flush()
    return len(wanted.items)


async def check_release(session: AsyncSession, wanted: Catalogue) -> Checked:
    """Refuse a release that may not be put in force, and write nothing; refusals as of ``load_catalogue``."""
    number = _number(wanted.release)
    _check(wanted.items)
    rows = json.dumps([asdict(item) for item in wanted.items], ensure_ascii=False)
    sha256 = hashlib.sha256(rows.encode()).hexdigest()
    for known in await session.scalars(select(CatalogueRelease)):
        if known.release == wanted.release:
            if known.sha256 != sha256:
                raise ReleaseTaken(field="release", release=wanted.release)
            return Checked(rows=rows, sha256=sha256, in_force=True)
        if _number(known.release) > number:
            raise ReleaseOutdated(field="release", current=known.release, release=wanted.release)
    return Checked(rows=rows, sha256=sha256, in_force=False)


def packaged() -> Catalogue:
    """Return the release that this installation carries."""
    content = files("suxin.subjects").joinpath(_DATA).read_text(encoding="utf-8")
    items = tuple(read_items(content.splitlines()))
    return Catalogue(release=PACKAGED_RELEASE, source=PACKAGED_SOURCE, items=items)


def read_items(lines: Iterable[str]) -> Iterator[ItemRow]:
    """Read items out of the lines of a CSV file with the ``COLUMNS``.

    :raises Invalid: if a column is missing or a value is none that it may have
    """
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            yield ItemRow(
                code=row["code"],
                record_class=row["record_class"],
                name=row["name"],
                department=row["department"],
                category=DataCategory(row["category"]),
                channel=LawfulChannel(row["channel"]),
                validity_months=_months(row["validity_months"]),
                sensitivity=Sensitivity(row["sensitivity"]),
                publication=Publication(row["publication"]),
                publication_months=_months(row["publication_months"]),
                of_persons={"yes": True, "no": False}[row["of_persons"]],
                basis=row["basis"],
            )
        except (KeyError, ValueError, TypeError):
            raise Invalid(
                field="file",
                reason_zh=f"第 {number} 行缺少列或取值不对",
                reason_en=f"line {number} lacks a column, or holds a value that it may not have",
            ) from None


def _months(value: str) -> int | None:
    return int(value) if value else None


def _number(release: str) -> tuple[int, int]:
    matched = _RELEASE.fullmatch(release)
    if matched is None:
        raise Invalid(
            field="release",
            reason_zh="版本号形如 2024.1",
            reason_en="a release is called like 2024.1",
        )
    return int(matched[1]), int(matched[2])


def _check(items: Sequence[ItemRow]) -> None:
    if not items or len(items) > MAX_ITEMS or len({one.code for one in items}) < len(items):
        raise Invalid(
            field="file",
            reason_zh=f"目录应有 1 至 {MAX_ITEMS} 项，代码不得重复",
            reason_en=f"a catalogue has 1 to {MAX_ITEMS} items, each with a code of its own",
        )
    for item in items:
        _check_item(item)


def _check_item(item: ItemRow) -> None:
    if not _CODE.fullmatch(item.code):
        raise Invalid(
            field="file",
            reason_zh=f"代码“{item.code[:40]}”应为 2 至 40 位大写字母、数字或连字符",
            reason_en="a code has 2 to 40 capital letters, digits or hyphens",
        )
    for text_of, most in (
        (item.name, MAX_NAME),
        (item.department, MAX_NAME),
        (item.basis, MAX_BASIS),
    ):
        if not 1 <= len(text_of.strip()) <= most:
            raise Invalid(
                field="file",
                reason_zh=f"“{item.code}”的名称、部门和依据不能为空，且不得超过 {MAX_NAME}、{MAX_NAME} 和 {MAX_BASIS} 字",
                reason_en=f"{item.code} has a name, a department or a basis that is empty or too long",
            )
    if item.record_class not in CLASSES:
        raise ClassUnknown(field="file", item_name=item.name, record_class=item.record_class)
    if forbidden := forbidden_kind(item.name):
        raise ForbiddenClass(field="file", item_name=item.name, forbidden=forbidden)
    sensitive = item.sensitivity is Sensitivity.SENSITIVE
    if sensitive != (item.category in SENSITIVE_CATEGORIES) or (
        sensitive and item.publication is not Publication.NEVER
    ):
        raise SensitiveMisplaced(field="file", item_name=item.name)
    filed = item.channel is LawfulChannel.FILED_BY_SUBJECT
    about = next((word for word in WRITTEN_CONSENT if word in item.name), None)
    if item.of_persons and about is not None and not filed:
        raise ConsentNeeded(field="file", item_name=item.name, about=about)


def forbidden_kind(name: str) -> str | None:
    """Return which kind of information that 征信业管理条例 art. 14 forbids a name speaks of; nothing if of none."""
    spoken = name.upper()
    return next(
        (kind for kind, words in FORBIDDEN.items() if any(word in spoken for word in words)), None
    )
