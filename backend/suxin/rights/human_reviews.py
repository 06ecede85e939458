"""Human review (人工复核) of what was decided by automated means alone: a score, or a product that did not fit (PIPL art. 24).

A person answers, with reasons, and another person has checked the answer. Of a tier that the city's own score system has said the
platform knows no more than the tier, but decides by it: the office looks into it with whoever runs that system.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound, Refusal
from suxin.lending.models import LoanProduct, MatchResult
from suxin.perks.models import Redemption
from suxin.perks.queries import own_redemptions
from suxin.review.filing import CaseFiling, checked_text, file_case
from suxin.review.models import ReviewCase
from suxin.review.queries import city_office
from suxin.rights.corrections import lock_subject, require_room
from suxin.rights.kinds import HUMAN_REVIEW
from suxin.rights.remedies import Contested
from suxin.scoring.models import ORIGINS, Score, ScoreModel
from suxin.scoring.queries import named_tiers, scores_of


class AutomatedOutcome(StrEnum):
    """What was decided by automated means alone.

    A score of one run, a tier in force, whosever word it is, how a product fared for a loan request, or which benefit applied.
    """

    SCORE = "score"
    TIER = "tier"
    MATCH = "match"
    BENEFIT = "benefit"


OUTCOMES_ZH: Final[Mapping[AutomatedOutcome, str]] = {
    AutomatedOutcome.SCORE: "信用评分",
    AutomatedOutcome.TIER: "信用等级",
    AutomatedOutcome.MATCH: "产品匹配",
    AutomatedOutcome.BENEFIT: "信易+适用待遇",
}


class ReviewAsked(Refusal):
    """A person is looking at the same outcome already."""

    code = "REVIEW_ASKED"
    zh = "该结果的人工复核尚未办结，请等待答复"
    en = "The human review of this outcome waits for an answer already"


async def request_human_review(
    session: AsyncSession,
    actor: Actor,
    *,
    about: AutomatedOutcome,
    object_id: UUID | None,
    product_id: UUID | None = None,
    wanted: str,
    reason: str,
    now: datetime,
) -> ReviewCase:
    """Have a person look at an automated outcome about the acting subject, and answer with reasons.

    ``object_id`` is the run of a score, the newest one if none is named, the run of a tier in force, the loan request, or the redemption;
    ``product_id`` the product that did not fit.

    :raises Invalid: if a text is missing or too long
    :raises NotFound: if the subject has no such outcome
    :raises ReviewAsked: if a person is looking at it already
    :raises TooManyCases: if as many cases run as may at once
    Source: PIPL art. 24
    """
    subject_id = actor.own_subject
    for text, name in ((wanted, "wanted"), (reason, "reason")):
        checked_text(text, name)
    await lock_subject(session, subject_id)
    known = await require_room(session, subject_id)
    outcome = await _outcome(session, actor, about, object_id, product_id, now=now)
    if any(one.kind == HUMAN_REVIEW.code and one.item == outcome.item for one in known):
        raise ReviewAsked(field="objectId")
    return await file_case(
        session,
        actor,
        kind=HUMAN_REVIEW,
        office_id=await city_office(session),
        filing=CaseFiling(
            subject_id=subject_id,
            person_id=actor.own_person,
            object_id=object_id,
            item=outcome.item,
            source=outcome.source,
            wanted=wanted,
            reason=reason,
            stated={"automated": about.value, **outcome.stated},
        ),
        now=now,
    )


async def _outcome(
    session: AsyncSession,
    actor: Actor,
    about: AutomatedOutcome,
    object_id: UUID | None,
    product_id: UUID | None,
    *,
    now: datetime,
) -> Contested:
    match about:
        case AutomatedOutcome.SCORE:
            return await _score(session, actor.own_subject, object_id)
        case AutomatedOutcome.TIER:
            return await _tier(session, actor, object_id, now=now)
        case AutomatedOutcome.MATCH:
            return await _match(session, actor.own_subject, object_id, product_id)
        case AutomatedOutcome.BENEFIT:
            return await _benefit(session, actor, object_id)


async def _benefit(session: AsyncSession, actor: Actor, redemption_id: UUID | None) -> Contested:
    found = (
        await session.execute(own_redemptions(actor).where(Redemption.id == redemption_id))
    ).one_or_none()
    if found is None:
        raise NotFound(thing_zh="核销记录", thing_en="redemption", field="objectId")
    redemption, programme = found
    return Contested(
        item=f"{programme.name}（{redemption.day.isoformat()}）",
        source="信易+权益",
        stated={
            "benefit": redemption.benefit_read.label,
            "programme": str(programme.id),
            "day": redemption.day.isoformat(),
        },
    )


async def _score(session: AsyncSession, subject_id: UUID, run_id: UUID | None) -> Contested:
    scores = scores_of(subject_id).add_columns(ScoreModel)
    scores = scores.join(ScoreModel, ScoreModel.id == Score.model_id).limit(1)
    if run_id is not None:
        scores = scores.where(Score.run_id == run_id)
    found = (await session.execute(scores)).first()
    if found is None:
        raise NotFound(thing_zh="评分", thing_en="score", field="objectId")
    score, model = found
    return Contested(
        item=f"{model.document['name']}（{score.as_of.isoformat()}）",
        source="平台评分",
        stated={"score": score.score, "tier": score.tier, "asOf": score.as_of.isoformat()},
    )


async def _tier(
    session: AsyncSession, actor: Actor, run_id: UUID | None, *, now: datetime
) -> Contested:
    for tier in await named_tiers(session, actor, now=now):
        row = tier.row
        if row.run_id == run_id:
            return Contested(
                item=f"{tier.model_name}等级（{row.as_of.isoformat()}）",
                source=ORIGINS[row.origin][0],
                stated={"tier": f"{row.tier} {tier.name}", "asOf": row.as_of.isoformat()},
            )
    raise NotFound(thing_zh="有效的信用等级", thing_en="tier in force", field="objectId")


async def _match(
    session: AsyncSession, subject_id: UUID, request_id: UUID | None, product_id: UUID | None
) -> Contested:
    found = (
        await session.execute(
            select(MatchResult, LoanProduct.name)
            .join(LoanProduct, LoanProduct.id == MatchResult.product_id)
            .where(
                MatchResult.subject_id == subject_id,
                MatchResult.request_id == request_id,
                MatchResult.product_id == product_id,
            )
        )
    ).first()
    if found is None:
        raise NotFound(thing_zh="匹配结果", thing_en="match", field="objectId")
    result, name = found
    stated: Mapping[str, object] = {"eligible": result.eligible, "reasons": result.reasons}
    return Contested(item=f"{name}（自动匹配）", source="平台匹配", stated=stated)
