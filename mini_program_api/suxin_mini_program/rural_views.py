"""What the phone is shown of rural ratings, and what it sends."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.queries import recipient
from suxin.rural.hearings import MAX_STATEMENT
from suxin.rural.models import RatingCycle, RatingEntry, RuralGrade, RuralHearing
from suxin.rural.states import ENTRIES_ZH, GRADES_ZH, KINDS_ZH
from suxin_mini_program.labels import Label
from suxin_mini_program.scores import ContributionShown

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_STATEMENT)]


class CycleShown(msgspec.Struct, rename="camel", kw_only=True):
    """A rating that the subject may enter now."""

    id: UUID
    village: str
    kind: Label
    year: int


class HearingShown(msgspec.Struct, rename="camel", kw_only=True):
    """That one's grade would fall, until when one may say something, and what was decided."""

    tier_before: str
    tier_proposed: str
    open_until: datetime
    statement: str | None
    lowered: bool | None
    answer: str | None


class EntryShown(msgspec.Struct, rename="camel", kw_only=True):
    """One rating that the subject takes, or took, part in. ``mayAppeal`` while the public notice runs."""

    id: UUID
    kind: Label
    year: int
    number: int | None
    publish_name: bool
    state: Label
    tier: str | None
    tier_before: str | None
    notice_ends_at: datetime | None
    may_appeal: bool
    hearing: HearingShown | None


class GradeShown(msgspec.Struct, rename="camel", kw_only=True):
    """A grade of the subject."""

    id: UUID
    kind: Label
    year: int
    tier: str
    effective_on: date
    expires_on: date
    state: Label


class MyRural(msgspec.Struct, rename="camel", kw_only=True):
    """What the subject may enter, where it takes part, and its grades, the latest first."""

    cycles: list[CycleShown]
    entries: list[EntryShown]
    grades: list[GradeShown]


class RatingNotice(msgspec.Struct, rename="camel", kw_only=True):
    """What is told before one enters."""

    version: str
    sha256: str
    body: str


class Entering(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The wording that was shown, and whether the public notice may have the name: a consent of its own."""

    notice_version: Annotated[str, msgspec.Meta(max_length=60)]
    publish_name: bool = False


class Entered(msgspec.Struct, rename="camel", kw_only=True):
    """The entry, and where it stands."""

    id: UUID
    state: Label


class RatingExplanation(msgspec.Struct, rename="camel", kw_only=True):
    """How one was rated: the score with what makes it up, and what the panel thought on the whole, without who thought so."""

    model_name: str
    model_version: int
    as_of: date
    score: int
    tier: str
    contributions: list[ContributionShown]
    panel_votes: int | None
    panel_said: list[str]


class RatingReason(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Why one appeals."""

    reason: Text


class HearingStatement(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What one has to say before a fall."""

    statement: Text


class GradeCertificateShown(msgspec.Struct, rename="camel", kw_only=True):
    """A signed certificate (compact JWS), the address at which anybody verifies it, and that address as a picture."""

    certificate: str
    address: str
    qr: str
    expires_on: date


async def shown_cycle(session: AsyncSession, cycle: RatingCycle) -> CycleShown:
    """Return a rating as the subject is shown it before it enters."""
    village = await recipient(session, cycle.tenant_id)
    return CycleShown(
        id=cycle.id,
        village="" if village is None else village.name,
        kind=_kind(cycle.kind.value, KINDS_ZH[cycle.kind]),
        year=cycle.year,
    )


def _kind(code: str, zh: str) -> Label:
    return Label(code, zh, code.replace("_", " ").lower())


def shown_entry(
    entry: RatingEntry, cycle: RatingCycle, hearing: RuralHearing | None, now: datetime
) -> EntryShown:
    """Return an entry as its subject is shown it: a grade from the public notice on."""
    ends = cycle.notice_ends_at
    noticed = ends is not None and now < ends
    return EntryShown(
        id=entry.id,
        kind=_kind(cycle.kind.value, KINDS_ZH[cycle.kind]),
        year=cycle.year,
        number=entry.number,
        publish_name=entry.publish_name,
        state=_kind(entry.state.value, ENTRIES_ZH[entry.state]),
        tier=entry.tier if ends is not None else None,
        tier_before=entry.tier_before if ends is not None else None,
        notice_ends_at=ends,
        may_appeal=noticed and entry.state.value == "RATED" and entry.appealed_at is None,
        hearing=None if hearing is None else shown_hearing(hearing),
    )


def shown_entered(entry: RatingEntry) -> Entered:
    """Return where an entry stands."""
    return Entered(id=entry.id, state=_kind(entry.state.value, ENTRIES_ZH[entry.state]))


def shown_hearing(row: RuralHearing) -> HearingShown:
    """Return a hearing as its subject is shown it."""
    return HearingShown(
        tier_before=row.tier_before,
        tier_proposed=row.tier_proposed,
        open_until=row.open_until,
        statement=row.statement,
        lowered=row.lowered,
        answer=row.answer,
    )


def shown_grade(row: RuralGrade) -> GradeShown:
    """Return a grade as its subject is shown it."""
    return GradeShown(
        id=row.id,
        kind=_kind(row.kind.value, KINDS_ZH[row.kind]),
        year=row.year,
        tier=row.tier,
        effective_on=row.effective_on,
        expires_on=row.expires_on,
        state=_kind(row.state.value, GRADES_ZH[row.state]),
    )
