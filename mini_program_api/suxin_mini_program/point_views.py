"""What a resident is shown of his household's points, and what he sends."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from suxin.grid.agreeing import TEXT_VERSION, TEXTS_ZH
from suxin.grid.contents import MAX_NOTE, MAX_PHOTOS
from suxin.grid.models import PointClaim
from suxin.grid.pictures import MAX_PHOTO_BYTES
from suxin.grid.rules import Rule
from suxin.grid.showing.queries import OwnVillage
from suxin.grid.states import AgreedTo, ClaimState, Evidence

MAX_BODY_BYTES: Final = MAX_PHOTOS * MAX_PHOTO_BYTES * 4 // 3 + 64 * 1024
Reason = Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class AgreementView(msgspec.Struct, rename="camel", kw_only=True):
    """A use of points that one agrees to by itself, its notice, and whether one has."""

    use: AgreedTo
    zh: str
    text: str
    text_version: str
    agreed: bool


class OwnVillageView(msgspec.Struct, rename="camel", kw_only=True):
    """A village in whose household one is; ``posted`` is the sum of what was posted to the household and not reversed."""

    id: UUID
    name: str
    household_number: str
    member_id: UUID
    posted: int
    agreements: list[AgreementView]


class OwnVillagesView(msgspec.Struct, rename="camel", kw_only=True):
    """The villages in whose households one is."""

    items: list[OwnVillageView]


class RuleView(msgspec.Struct, rename="camel", kw_only=True):
    """A rule by which one may claim."""

    code: str
    name: str
    detail: str
    points: int
    max_times: int
    evidence: Evidence
    caps: list[str]


class RulesView(msgspec.Struct, rename="camel", kw_only=True):
    """The rules by which one may claim today."""

    items: list[RuleView]


class PointClaimView(msgspec.Struct, rename="camel", kw_only=True):
    """A claim of one's household; ``own`` where one recorded it oneself, and may take it back before it is on notice."""

    id: UUID
    rule_name: str
    points: int
    posted_points: int | None
    happened_on: date
    note: str
    state: ClaimState
    state_zh: str
    reason: str | None
    due_at: datetime | None
    due_provisional: bool
    notice_line: int | None
    claimed_at: datetime
    posted_at: datetime | None
    own: bool


class ClaimWanted(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is claimed. With ``id`` (UUIDv7) and ``contentHash`` the claim is the phone's own, and sent twice it is one; photos are files in base64."""

    rule_code: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    happened_on: date
    times: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    for_household: bool = False
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE)] = ""
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    photos: Annotated[list[bytes], msgspec.Meta(max_length=MAX_PHOTOS)] = msgspec.field(
        default_factory=list
    )
    id: UUID | None = None
    content_hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


class ReasonGiven(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Why one objects."""

    reason: Reason


class LineObjected(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which line of which notice one objects to, and why."""

    notice_number: Annotated[int, msgspec.Meta(ge=1)]
    line: Annotated[int, msgspec.Meta(ge=1)]
    reason: Reason


class AgreementGiven(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A yes to one use after its notice of this version, or that it is taken back."""

    use: AgreedTo
    agree: bool
    text_version: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class Done(msgspec.Struct, rename="camel", kw_only=True):
    """That it is done."""

    done: bool = True


def village_view(own: OwnVillage) -> OwnVillageView:
    """Return what is shown of a village in whose household one is."""
    return OwnVillageView(
        id=own.tenant_id,
        name=own.name,
        household_number=own.household.number,
        member_id=own.member_id,
        posted=own.posted,
        agreements=[
            AgreementView(
                use=use,
                zh=use.zh,
                text=TEXTS_ZH[use],
                text_version=TEXT_VERSION,
                agreed=use in own.agreed,
            )
            for use in AgreedTo
        ],
    )


def rule_view(rule: Rule) -> RuleView:
    """Return what is shown of a rule."""
    return RuleView(
        code=rule.code,
        name=rule.name,
        detail=rule.detail,
        points=rule.points,
        max_times=rule.max_times,
        evidence=rule.evidence,
        caps=[cap.zh for cap in rule.caps],
    )


def claim_view(claim: PointClaim, *, person_id: UUID) -> PointClaimView:
    """Return what is shown of a claim to a person of its household."""
    return PointClaimView(
        id=claim.id,
        rule_name=claim.rule_name,
        points=claim.points,
        posted_points=claim.posted_points,
        happened_on=claim.happened_on,
        note=claim.note,
        state=claim.state,
        state_zh=claim.state.zh,
        reason=claim.reason,
        due_at=claim.due_at,
        due_provisional=claim.due_provisional,
        notice_line=claim.notice_line,
        claimed_at=claim.claimed_at,
        posted_at=claim.posted_at,
        own=claim.claimed_by == person_id,
    )
