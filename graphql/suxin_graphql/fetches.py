"""Fetching records on a consent: each fetch is one use of it, so that it is a mutation and no query."""

from datetime import date, datetime
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from suxin.consent import fetches, uses
from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.giving import RecipientUnknown
from suxin.consent.models import ConsentFetch
from suxin.consent.purposes import CategoriesOutsidePurpose
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.subjects.models import DataCategory, RecordStatus
from suxin.subjects.policies import RECORD_READ
from suxin_graphql.consents import Consent
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.execution.records import (
    Asked,
    Part,
    Record,
    ToldPage,
    to_one,
    told_page,
)
from suxin_graphql.fields import commit_result, mutation
from suxin_graphql.ids import consent_named
from suxin_graphql.paging import Connection
from suxin_graphql.payloads import INPUT, REPLAYED, idempotency_key
from suxin_graphql.scalars import Fen
from suxin_graphql.subjects import CatalogueItem

DELIVERED: Final = Ordering("consent.delivered/1", (Key(None, int, descending=False),))
"""The order of a delivery, which never changes: the place of each record in it."""


@strawberry.input(
    description="获取信用信息；不限定类别和起始日期即为授权的全部。What to fetch on which consent; without categories and a"
    " start it is all that the consent covers."
)
class FetchRecordsInput:
    """What to fetch on which consent."""

    consent_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="授权；由信息主体批准的令牌只对应一项授权，可不填。"
        "The consent; a token that a subject approved is for one alone and may leave it out.",
    )
    categories: list[DataCategory] | None = None
    since: date | None = strawberry.field(
        default=None, description="起始日期。The first day whose records are wanted."
    )
    idempotency_key: str = idempotency_key()


@strawberry.type(
    description="获取到的一条信用信息。One fact on record, as it was when it was fetched."
)
class DeliveredRecord(Record):
    """One fact on record, as it was when it was fetched."""

    item_code: str
    item: CatalogueItem | None = to_one(lambda: CatalogueItem, "item_code")
    category: DataCategory
    occurred_on: date
    amount_fen: Fen | None
    content: JSON
    status: RecordStatus
    self_declared: bool


async def tell_delivered(
    _session: AsyncSession, _context: Context, payload: Record, asked: Asked
) -> Part:
    """Return a page of what was fetched, which the payload holds."""
    content: list[dict[str, Any]] = payload.__dict__["_content"]
    start = 0 if asked.after is None else int(asked.after[0]) + 1
    shown = content[start : start + asked.first]
    return Part(
        nodes=[((place,), _told(record)) for place, record in enumerate(shown, start)],
        more=len(content) > start + asked.first,
        total=len(content),
    )


@strawberry.type(
    description="一次获取：查询频次已计一次。What one fetch delivered; one use of the consent was counted. To page on, send the same"
    " mutation with the same key: a replay counts no use, and leaves a receipt."
)
class FetchRecordsPayload(Record):
    """What one fetch delivered."""

    number: int = strawberry.field(
        description="该授权下的第几次使用。The how-manieth use of the consent this was."
    )
    fetched_at: datetime
    categories: list[DataCategory]
    sha256: str = strawberry.field(
        description="全部获取内容的摘要。SHA-256 of all that was delivered, as JSON with sorted keys and no blanks."
    )
    records: Connection[DeliveredRecord] = told_page(
        ToldPage(lambda: DeliveredRecord, lambda: DELIVERED, tell_delivered),
        description="获取的信用信息，新的在前。What was delivered, latest first.",
    )
    consent: Consent = to_one(lambda: Consent, "consent_id")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def of_fetch(cls, fetch: ConsentFetch, *, replayed: bool) -> "FetchRecordsPayload":
        """Return the payload of a fetch."""
        return cls.given(
            number=fetch.number,
            fetched_at=fetch.at,
            categories=[DataCategory(category) for category in fetch.categories],
            sha256=fetch.sha256,
            replayed=replayed,
            _content=fetch.content,
            _consent_id=fetch.consent_id,
        )


@strawberry.type
class FetchMutations:
    """Mutations of what is read on a consent."""

    @mutation(
        RECORD_READ,
        FetchRecordsPayload,
        refusals=(
            Invalid,
            uses.ConsentNotActive,
            uses.FrequencyExhausted,
            fetches.RangeOutsideConsent,
            fetches.TooManyRecords,
            CategoriesOutsidePurpose,
            LicensedChannelRequired,
            RecipientUnknown,
        ),
        description="凭授权获取信用信息，每次计入约定的查询频次；同一幂等键重放不再计次。"
        "Fetch what a consent covers: one use of it, counted before the answer; a replay counts none.",
    )
    async def fetch_records(
        self, info: Info, given: Annotated[FetchRecordsInput, INPUT]
    ) -> FetchRecordsPayload:
        """Fetch what a consent covers."""
        consent_id = consent_named(given.consent_id, info.context.actor)
        now = info.context.world_now

        async def work(session: AsyncSession, actor: Actor, _: datetime) -> dict[str, Any]:
            done = await fetches.fetch_records(
                session,
                actor,
                consent_id=consent_id,
                categories=given.categories,
                since=given.since,
                now=now,
            )
            return {"number": done.number}

        outcome = await commit_result(info, given, work, about={"consent": str(consent_id)})
        reading = fetches.delivered_before if outcome.replayed else fetches.delivered
        async with info.context.snapshot.turn() as snapshot:
            found = await reading(
                snapshot.session(),
                info.context.actor,
                consent_id=consent_id,
                number=outcome.result["number"],
                now=now,
            )
        return FetchRecordsPayload.of_fetch(found, replayed=outcome.replayed)


def _told(record: dict[str, Any]) -> DeliveredRecord:
    return DeliveredRecord.given(
        item_code=record["item"],
        _item_code=record["item"],
        category=DataCategory(record["category"]),
        occurred_on=date.fromisoformat(record["occurredOn"]),
        amount_fen=record["amountFen"],
        content=record["content"],
        status=RecordStatus(record["status"]),
        self_declared=record["selfDeclared"],
    )
