"""The subject acted for: its profile, what is on record about it, and what it declares itself."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.lending.terms import ApplicantKind
from suxin.places.queries import names
from suxin.subjects.commitments.texts import CURRENT, CommitmentOutdated
from suxin.subjects.declarations import DeclaredTooMany, NotDeclarable, declare_record
from suxin.subjects.models import CatalogueItem, CreditRecord
from suxin.subjects.queries import catalogue, records, subject_row
from suxin.subjects.shapes import SHAPES
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label, category, labelled
from suxin_mini_program.reading import AnyRequest, read_body
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "主体与记录"
MAX_CONTENT_KEYS: Final = 20

Scalar = str | int | bool | float | None


class RecordSummary(msgspec.Struct, rename="camel", kw_only=True):
    """What is on record under one item of the catalogue: how many, and the latest of them."""

    item_code: str
    name: str
    department: str
    category: Label
    count: int
    latest_on: date
    latest_status: str
    latest_amount_fen: int | None
    latest_content: dict[str, Scalar]
    self_declared: bool


class DeclarableItem(msgspec.Struct, rename="camel", kw_only=True):
    """An item that one may declare oneself, with the names its content must have."""

    item_code: str
    name: str
    keys: list[str]
    choices: dict[str, list[str]]


class CommitmentToSign(msgspec.Struct, rename="camel", kw_only=True):
    """The public commitment that is signed with each declaration."""

    version: str
    title: str
    body: str


class SubjectProfile(msgspec.Struct, rename="camel", kw_only=True):
    """The subject acted for."""

    id: UUID
    kind: Label
    name: str
    uscc: str | None
    area_code: str
    area_name: str
    industry: str | None
    registered_on: date | None
    records: list[RecordSummary]
    declarable: list[DeclarableItem]
    commitment: CommitmentToSign


class Declaration(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """One record that the subject files about itself, and the wording of the commitment that it signs with it."""

    item_code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    content: Annotated[dict[str, str | int | bool], msgspec.Meta(max_length=MAX_CONTENT_KEYS)]
    commitment_version: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Declared(msgspec.Struct, rename="camel", kw_only=True):
    """The id of the record that was filed."""

    id: UUID


PROFILE: Final = Contract(
    tag=TAG,
    zh="当前主体的资料与信用记录摘要",
    en="The subject acted for, with a summary of what is on record about it",
    answer=SubjectProfile,
)
DECLARE: Final = Contract(
    tag=TAG,
    zh="自主申报一条记录，并签署真实性公开承诺",
    en="Declare a record about oneself, and commit oneself in public to its being true",
    body=Declaration,
    answer=Declared,
    status=201,
    keyed=True,
    refusals=(Invalid, NotDeclarable, DeclaredTooMany, CommitmentOutdated),
)


@get("/subjects/current", opt=PROFILE.opt)
async def show_profile(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Show the subject acted for."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        subject = await subject_row(session, actor.own_subject)
        area = subject.town_code or subject.county_code
        items = {item.code: item for item in await session.scalars(catalogue())}
        held = list(await session.scalars(records(subject.id)))
        return answer(
            SubjectProfile(
                id=subject.id,
                kind=labelled(ApplicantKind.coded(subject.kind.value)),
                name=subject.name,
                uscc=subject.uscc,
                area_code=area,
                area_name=(await names(session, [area]))[area],
                industry=subject.industry,
                registered_on=subject.registered_on,
                records=_summaries(held, items),
                declarable=_declarable(items),
                commitment=CommitmentToSign(
                    version=CURRENT.version, title=CURRENT.title, body=CURRENT.body
                ),
            )
        )


@post("/subjects/current/declarations", status_code=201, opt=DECLARE.opt)
async def declare(request: AnyRequest, runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """File a record about the subject acted for."""
    given, now = await read_body(request, Declaration), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        filed = await declare_record(
            session,
            actor,
            item_code=given.item_code,
            content=given.content,
            commitment_version=given.commitment_version,
            now=now,
        )
        return Declared(id=filed)

    return await write_once(request, runtime, actor, work, body=given, status=201)


def _summaries(held: list[CreditRecord], items: dict[str, CatalogueItem]) -> list[RecordSummary]:
    """Return one summary an item; ``held`` is ordered with the latest first."""
    by_item: dict[str, list[CreditRecord]] = {}
    for record in held:
        by_item.setdefault(record.item_code, []).append(record)
    return [_summary(found, items.get(code)) for code, found in sorted(by_item.items())]


def _summary(found: list[CreditRecord], item: CatalogueItem | None) -> RecordSummary:
    latest = found[0]
    return RecordSummary(
        item_code=latest.item_code,
        name=item.name if item else latest.item_code,
        department=item.department if item else latest.source,
        category=category(latest.category.value),
        count=len(found),
        latest_on=latest.occurred_on,
        latest_status=latest.status.value,
        latest_amount_fen=latest.amount_fen,
        latest_content=latest.content,
        self_declared=latest.self_declared,
    )


def _declarable(items: dict[str, CatalogueItem]) -> list[DeclarableItem]:
    return [
        DeclarableItem(
            item_code=code,
            name=items[code].name,
            keys=list(shape.keys),
            choices={key: list(options) for key, options in shape.choices.items()},
        )
        for code, shape in SHAPES.items()
        if shape.declarable and code in items
    ]


HANDLERS: Final = (show_profile, declare)
