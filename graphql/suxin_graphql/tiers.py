"""Tiers: a subject's grade with what counts for and against it, for people; and for systems, by a fetch that is counted."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import uses
from suxin.consent.channels import LicensedChannelRequired
from suxin.consent.giving import RecipientUnknown
from suxin.consent.models import ConsentFetch
from suxin.consent.purposes import CategoriesOutsidePurpose
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.queries.dossier import Dossier, dossier_grades
from suxin.scoring import models
from suxin.scoring.coherence import MAX_INDICATORS
from suxin.scoring.fetches import fetch_tiers, tiers_delivered, tiers_delivered_before
from suxin.scoring.policies import TIER_READ
from suxin.scoring.queries import GradeTold
from suxin.scoring.tiers import MAX_TIERS
from suxin.subjects.models import DataCategory
from suxin_graphql.consents import Consent
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.execution.records import Asked, Part, Record, column, to_one
from suxin_graphql.fields import commit_result, mutation
from suxin_graphql.ids import consent_named
from suxin_graphql.payloads import INPUT, REPLAYED, idempotency_key

GRADES: Final = Ordering(
    "scoring.grades/1", (Key(models.ScoreTier.model_code, str, descending=False),)
)


@strawberry.type(
    description="计分事项：有利或不利，不含分值。Something that counts for or against a subject, without its points."
)
class GradeReason:
    """Something that counts for or against a subject, without its points."""

    dimension: str = strawberry.field(description="所属维度。The dimension of the model it is in.")
    code: str
    name: str
    favourable: bool


@strawberry.type(
    description="信用等级及其解释，不含分值。等级用于提供便利，不得作为拒绝服务的唯一依据。A subject's grade with its explanation,"
    " without a score: it opens doors and is no ground by itself to close one."
)
class Grade(Record):
    """A subject's grade with its explanation, without a score."""

    __model__: ClassVar = models.ScoreTier
    __category__: ClassVar = DataCategory.SCORE_TIER

    model_code: str
    model_name: str
    tier: str
    tier_name: str
    place: int = strawberry.field(
        description="自最优等级起第几级，1 为最优。Which from the best one down, 1 being the best."
    )
    of_tiers: int = strawberry.field(description="共分几级。How many tiers the model has.")
    as_of: date
    valid_until: date = strawberry.field(
        description="等级有效至该日之前。The first day on which it is good no more."
    )
    reasons: list[GradeReason] = column(
        items=MAX_INDICATORS,
        description="授权类别内的计分事项。What counts, as far as the consent covers what it rests on.",
    )
    indicators_not_covered: int = strawberry.field(
        description="因授权未涵盖而不作说明的指标数。How many indicators rest on what the consent does not cover."
    )


async def tell_grades(
    session: AsyncSession, context: Context, applicant: Record, asked: Asked
) -> Part | None:
    """Return a page of the applicant's grades, or nothing on a contract; it leaves its receipt.

    :raises Forbidden: without the right to ask for tiers
    :raises RecordsAreFetched: if a system asks
    """
    found: Dossier | None = applicant.__dict__["_dossier"]
    if found is None:
        return None
    every = await dossier_grades(session, context.actor, found)
    later = [one for one in every if asked.after is None or one.row.model_code > asked.after[0]]
    shown = later[: asked.first]
    return Part(
        nodes=[((one.row.model_code,), _grade(one)) for one in shown],
        more=len(later) > len(shown),
        total=len(every),
    )


def _grade(told: GradeTold) -> Grade:
    return Grade.given(
        model_code=told.row.model_code,
        model_name=told.document.name,
        tier=told.tier.code,
        tier_name=told.tier.name,
        place=told.row.place + 1,
        of_tiers=len(told.document.tiers),
        as_of=told.row.as_of,
        valid_until=told.row.valid_until,
        reasons=[
            GradeReason(
                dimension=one.dimension, code=one.code, name=one.name, favourable=one.favourable
            )
            for one in told.reasons
        ],
        indicators_not_covered=told.unseen,
    )


@strawberry.input(
    description="获取信用等级所凭的授权。On which consent a subject's tiers are fetched."
)
class FetchTiersInput:
    """On which consent a subject's tiers are fetched."""

    consent_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="授权；由信息主体批准的令牌只对应一项授权，可不填。"
        "The consent; a token that a subject approved is for one alone and may leave it out.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.type(
    description="获取到的一个信用等级，不含分值。One tier as it was when it was fetched, without a score."
)
class DeliveredTier:
    """One tier as it was when it was fetched."""

    model_code: str
    tier: str
    as_of: date
    valid_until: date


@strawberry.type(
    description="一次获取：查询频次已计一次。没有有效等级时列表为空，不代表好或坏。What one fetch delivered; one use of the consent"
    " was counted. Without a tier in force the list is empty, which says nothing about the subject."
)
class FetchTiersPayload(Record):
    """What one fetch of tiers delivered."""

    number: int = strawberry.field(
        description="该授权下的第几次使用。The how-manieth use of the consent this was."
    )
    fetched_at: datetime
    tiers: list[DeliveredTier] = column(items=MAX_TIERS)
    consent: Consent = to_one(lambda: Consent, "consent_id")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def of_fetch(cls, fetch: ConsentFetch, *, replayed: bool) -> "FetchTiersPayload":
        """Return the payload of a fetch."""
        return cls.given(
            number=fetch.number,
            fetched_at=fetch.at,
            tiers=[_tier(one) for one in fetch.content or ()],
            replayed=replayed,
            _consent_id=fetch.consent_id,
        )


@strawberry.type
class TierMutations:
    """Mutations of what is learnt of tiers."""

    @mutation(
        TIER_READ,
        FetchTiersPayload,
        refusals=(
            Invalid,
            uses.ConsentNotActive,
            uses.FrequencyExhausted,
            CategoriesOutsidePurpose,
            LicensedChannelRequired,
            RecipientUnknown,
        ),
        description="凭授权获取信用等级（不含分值），每次计入约定的查询频次；同一幂等键重放不再计次。"
        "Fetch a subject's tiers, without a score: one use of the consent, counted before the answer; a replay counts none.",
    )
    async def fetch_tiers(
        self, info: Info, given: Annotated[FetchTiersInput, INPUT]
    ) -> FetchTiersPayload:
        """Fetch a subject's tiers."""
        consent_id: UUID = consent_named(given.consent_id, info.context.actor)
        now = info.context.world_now

        async def work(session: AsyncSession, actor: Actor, _: datetime) -> dict[str, Any]:
            done = await fetch_tiers(session, actor, consent_id=consent_id, now=now)
            return {"number": done.number}

        outcome = await commit_result(info, given, work, about={"consent": str(consent_id)})
        reading = tiers_delivered_before if outcome.replayed else tiers_delivered
        async with info.context.snapshot.turn() as snapshot:
            found = await reading(
                snapshot.session(),
                info.context.actor,
                consent_id=consent_id,
                number=outcome.result["number"],
                now=now,
            )
        return FetchTiersPayload.of_fetch(found, replayed=outcome.replayed)


def _tier(delivered: dict[str, Any]) -> DeliveredTier:
    return DeliveredTier(
        model_code=delivered["model"],
        tier=delivered["tier"],
        as_of=date.fromisoformat(delivered["asOf"]),
        valid_until=date.fromisoformat(delivered["validUntil"]),
    )
