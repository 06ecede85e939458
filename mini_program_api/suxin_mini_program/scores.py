"""The score of the subject acted for: what makes it up, what changed, what would help; and a certificate of its tier."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
import segno
from litestar import Response, get

from suxin.kernel.refusals import NotFound
from suxin.scoring.certificates import tier_certificate
from suxin.scoring.explaining import Change
from suxin.scoring.models import ORIGINS
from suxin.scoring.queries import Explanation, OwnTier, explanation, named_tiers, own_tiers
from suxin.subjects.queries import subject_row
from suxin_mini_program.answering import answer
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信用评分"


class TierShown(msgspec.Struct, rename="camel", kw_only=True):
    """A tier, and the least score that it begins at."""

    code: str
    name: str
    from_score: int


class ContributionShown(msgspec.Struct, rename="camel", kw_only=True):
    """Points of the score and where they come from; all of them add up to the score."""

    kind: str
    code: str
    name: str
    points: int


class ChangeShown(msgspec.Struct, rename="camel", kw_only=True):
    """A contribution that is another than at the score before."""

    code: str
    name: str
    before: int
    after: int


class LastMonth(msgspec.Struct, rename="camel", kw_only=True):
    """The last score of a month before, and the contributions that are others now; they add up to the difference."""

    as_of: date
    score: int
    changes: list[ChangeShown]


class StepShown(msgspec.Struct, rename="camel", kw_only=True):
    """What one could do, and how many points more that would be."""

    code: str
    text: str
    gain: int


class PastScore(msgspec.Struct, rename="camel", kw_only=True):
    """A score of an earlier day, or the latest."""

    as_of: date
    score: int
    tier: str


class ScoreShown(msgspec.Struct, rename="camel", kw_only=True):
    """The latest score with its reasons; ``least`` and ``most`` are the ends of the dial.

    ``changes`` are those since the run before, which the office may have asked for in the same month; ``lastMonth`` is null before there was
    a score in a month before.
    """

    model: str
    model_name: str
    model_version: int
    note: str
    score: int
    least: int
    most: int
    tier: TierShown
    tiers: list[TierShown]
    as_of: date
    contributions: list[ContributionShown]
    changes: list[ChangeShown]
    last_month: LastMonth | None
    steps: list[StepShown]
    history: list[PastScore]


class TierInForce(msgspec.Struct, rename="camel", kw_only=True):
    """A tier that others may be told of, and whose word it is: the platform's engine, or the city's own score system.

    ``asOf`` is the day that it is of, ``learnedAt`` when the platform had it; ``run`` is by what a human review of it is asked for.
    """

    run: UUID
    model: str
    model_name: str
    tier: str
    name: str
    origin: Label
    as_of: date
    learned_at: datetime
    valid_until: date


class MyScore(msgspec.Struct, rename="camel", kw_only=True):
    """The score of the subject acted for, null before its first one, and its tiers in force, which may be another system's."""

    score: ScoreShown | None
    tiers: list[TierInForce]


class CertificateShown(msgspec.Struct, rename="camel", kw_only=True):
    """A signed certificate of one's tiers (compact JWS), to be verified with the keys at ``/oauth/jwks``.

    ``qr`` is the same text as a picture, to be held before a camera: an SVG in a data address.
    """

    certificate: str
    qr: str
    expires_at: datetime


SCORE: Final = Contract(
    tag=TAG,
    zh="当前主体的信用评分：构成、变化、建议与历史",
    en="The score of the subject acted for: what makes it up, what changed, what would help, and before",
    answer=MyScore,
)
CERTIFICATE: Final = Contract(
    tag=TAG,
    zh="信用等级证明：10 分钟内有效，只含等级，不含得分",
    en="A certificate of one's tiers, good for ten minutes, without the number",
    answer=CertificateShown,
    refusals=(NotFound,),
)


@get("/score", opt=SCORE.opt)
async def show_score(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Show the score of the subject acted for."""
    now = runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        found = await explanation(session, actor)
        tiers = [_in_force(one) for one in await named_tiers(session, actor, now=now)]
        return answer(MyScore(score=None if found is None else _shown(found), tiers=tiers))


@get("/score/certificate", opt=CERTIFICATE.opt)
async def show_certificate(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Sign what tiers the subject acted for has now."""
    now = runtime.clock.now()
    keys = await runtime.keys.at(now)
    async with runtime.database.snapshot(actor, now=now) as session:
        tiers = await own_tiers(session, actor, now=now)
        if not tiers:
            raise NotFound(thing_zh="有效的信用等级", thing_en="tier in force")
        holder = (await subject_row(session, actor.own_subject)).name
    signed = tier_certificate(tiers, holder=holder, issuer=runtime.public_url, keys=keys, now=now)
    picture = segno.make(signed.text, error="l", boost_error=False).svg_data_uri(scale=4)
    return answer(
        CertificateShown(certificate=signed.text, qr=picture, expires_at=signed.expires_at)
    )


def _in_force(tier: OwnTier) -> TierInForce:
    row = tier.row
    return TierInForce(
        run=row.run_id,
        model=row.model_code,
        model_name=tier.model_name,
        tier=row.tier,
        name=tier.name,
        origin=Label(row.origin.value, *ORIGINS[row.origin]),
        as_of=row.as_of,
        learned_at=row.learned_at,
        valid_until=row.valid_until,
    )


def _shown(found: Explanation) -> ScoreShown:
    document = found.document
    tiers = [
        TierShown(code=one.code, name=one.name, from_score=one.from_score) for one in document.tiers
    ]
    return ScoreShown(
        model=document.code,
        model_name=document.name,
        model_version=found.version,
        note=document.note,
        score=found.score,
        least=document.least,
        most=document.most,
        tier=next(one for one in tiers if one.code == found.tier.code),
        tiers=tiers,
        as_of=found.as_of,
        contributions=[
            ContributionShown(kind=one.kind.value, code=one.code, name=one.name, points=one.points)
            for one in found.contributions
        ],
        changes=_changes(found.changes),
        last_month=None
        if found.last_month is None
        else LastMonth(
            as_of=found.last_month.as_of,
            score=found.last_month.score,
            changes=_changes(found.last_month.changes),
        ),
        steps=[StepShown(code=one.code, text=one.text, gain=one.gain) for one in found.steps],
        history=[
            PastScore(as_of=as_of, score=score, tier=tier) for as_of, score, tier in found.history
        ],
    )


def _changes(found: Sequence[Change]) -> list[ChangeShown]:
    return [
        ChangeShown(code=one.code, name=one.name, before=one.before, after=one.after)
        for one in found
    ]


HANDLERS: Final = (show_score, show_certificate)
