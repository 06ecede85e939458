"""Asking for a consent: a tenant's system asks, the subject decides on his phone or at a counter, and an event tells."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.addressees import ask_addressee
from suxin.consent.assessments import AssessmentMissing
from suxin.consent.giving import ConsentExists, RecipientUnknown
from suxin.consent.purposes import (
    CategoriesOutsidePurpose,
    FetchUnit,
    Frequency,
    PurposeUnknown,
)
from suxin.consent.requests import (
    CONSENT_ASK,
    AskedAgainTooSoon,
    ClockApart,
    ConsentForm,
)
from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import Outcome
from suxin.kernel.identifiers import UsccChecksum, UsccMalformed
from suxin.kernel.refusals import Invalid
from suxin.subjects.models import DataCategory
from suxin_graphql.consents import Consent
from suxin_graphql.context import Info
from suxin_graphql.execution.records import Record, to_one
from suxin_graphql.fields import commit_result, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, idempotency_key

_WIDEST: Final = "不填即为用途所允许的最大值。As wide as the purpose allows, where it is left out."


@strawberry.input(
    description="查询频次：每个计算单位内的次数。How often records may be fetched within each unit."
)
class FrequencyInput:
    """How often records may be fetched within each unit."""

    times: int
    unit: FetchUnit


@strawberry.input(
    description="请求授权：以统一社会信用代码或既有授权指明信息主体，二者择一；超出用途限制的部分自动收窄并说明。"
    "What to ask of whom: an organisation by its credit code, or whoever an earlier consent to this organisation was about."
    " What is wider than the purpose allows is narrowed, and the answer says how."
)
class RequestConsentInput:
    """What to ask of whom."""

    uscc: str | None = strawberry.field(
        default=None,
        description="统一社会信用代码；该主体是否在本平台登记不会被告知。"
        "A unified social credit code; whether it is known here is not told.",
    )
    consent_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="既有授权，状态不限。An earlier consent to this organisation, whatever became of it.",
    )
    purpose: str
    categories: list[DataCategory]
    life_days: int
    range_months: int | None = strawberry.field(default=None, description=_WIDEST)
    frequency: FrequencyInput | None = strawberry.field(default=None, description=_WIDEST)
    retention_days: int | None = strawberry.field(default=None, description=_WIDEST)
    sent_at: datetime | None = strawberry.field(
        default=None,
        description="贵机构系统的当前时间，与平台相差不得超过 15 分钟。"
        "The asking system's own time, which may be 15 minutes off at the most.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.type(description="被收窄的一项。One thing that was narrowed, in words.")
class ConsentCut(Record):
    """One thing that was narrowed, in words."""

    zh: str
    en: str


@strawberry.type(
    description="已向信息主体发出的授权请求；其决定以事件告知。What was asked for; an event tells what the subject decides,"
    " or that nobody answered in time."
)
class RequestConsentPayload(Record):
    """What was asked for."""

    consent: Consent = to_one(lambda: Consent, "consent_id")
    answer_by: datetime = strawberry.field(
        description="逾期未答复即失效。When the request lapses unless it is answered."
    )
    cuts: list[ConsentCut] = strawberry.field(
        description="按用途限制收窄的内容。What was narrowed to the purpose's limits."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def of_asked(cls, outcome: Outcome) -> "RequestConsentPayload":
        """Return the payload of a request that was put to its subject."""
        asked = outcome.result
        return cls.given(
            _consent_id=UUID(asked["consent"]),
            answer_by=datetime.fromisoformat(asked["answerBy"]),
            cuts=[ConsentCut.given(zh=zh, en=en) for zh, en in asked["cuts"]],
            replayed=outcome.replayed,
        )


@strawberry.type
class ConsentRequestMutations:
    """Mutations of what a tenant asks subjects for."""

    @mutation(
        CONSENT_ASK,
        RequestConsentPayload,
        refusals=(
            Invalid,
            UsccMalformed,
            UsccChecksum,
            ClockApart,
            PurposeUnknown,
            CategoriesOutsidePurpose,
            AssessmentMissing,
            RecipientUnknown,
            ConsentExists,
            AskedAgainTooSoon,
        ),
        description="向信息主体请求授权；对方拒绝后的规定期限内不得再次征求。"
        "Ask a subject for a consent; after a no it is not asked again for a while.",
    )
    async def request_consent(
        self, info: Info, given: Annotated[RequestConsentInput, INPUT]
    ) -> RequestConsentPayload:
        """Ask a subject for a consent."""
        earlier = _earlier(given, info.context.actor)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, Any]:
            asked = await ask_addressee(
                session,
                actor,
                uscc=given.uscc,
                consent_id=earlier,
                form_for=partial(_form, given),
                now=now,
            )
            return {
                "consent": str(asked.consent_id),
                "answerBy": asked.answer_by.isoformat(),
                "cuts": [(cut.zh, cut.en) for cut in asked.cuts],
            }

        return RequestConsentPayload.of_asked(await commit_result(info, given, work))


def _earlier(given: RequestConsentInput, actor: Actor) -> UUID | None:
    if given.consent_id is None:
        return None
    return local_id(given.consent_id, "Consent", actor, field="consentId")


def _form(given: RequestConsentInput, subject_id: UUID) -> ConsentForm:
    often = given.frequency
    return ConsentForm(
        subject_id=subject_id,
        purpose=given.purpose,
        categories=given.categories,
        life_days=given.life_days,
        range_months=given.range_months,
        frequency=None if often is None else Frequency(often.times, often.unit),
        retention_days=given.retention_days,
        sent_at=given.sent_at,
    )
