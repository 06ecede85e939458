"""What a phone in the field and the platform say to each other, as JSON; see ``docs/offline.md``."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar.exceptions import ValidationException

from suxin.grid.contents import MAX_NOTE, MAX_PHOTOS
from suxin.grid.field.contents import Captured, Item
from suxin.grid.field.models import Capture
from suxin.grid.field.policies import BUCKETS, MAX_ASKED, MAX_DEVICE_NAME, MAX_ITEMS
from suxin.grid.field.queries import CaptureStanding
from suxin.grid.field.roster import RosterPart
from suxin.grid.field.states import ItemKind
from suxin.grid.field.syncing import DUPLICATE, Receipt
from suxin.grid.rules import Rule
from suxin_web.bodies import decoded

_Message = TypeVar("_Message", bound=msgspec.Struct)
_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Milli = Annotated[int, msgspec.Meta(ge=-180_000, le=180_000)]


class _Sent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What a device says: nothing beside what is known."""


class CapturedSent(_Sent):
    """What a capture says."""

    household: UUID
    member: UUID | None
    rule: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    day: date
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE, pattern=r"^[^\x00]*$")]
    place: tuple[_Milli, _Milli] | None
    photos: Annotated[list[_Sha256], msgspec.Meta(max_length=MAX_PHOTOS)]


class ItemSent(_Sent):
    """One step of a capture; see ``docs/offline.md``."""

    id: UUID
    capture_id: UUID
    kind: ItemKind
    trunk: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    branch: UUID
    position: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    captured_at_ms: Annotated[int, msgspec.Meta(ge=1_600_000_000_000, le=9_999_999_999_999)]
    content: CapturedSent
    content_hash: _Sha256
    signature: Annotated[str, msgspec.Meta(max_length=100)]


class ItemsSent(_Sent):
    """What one device recorded."""

    device_id: UUID
    items: Annotated[list[ItemSent], msgspec.Meta(min_length=1, max_length=MAX_ITEMS)]


class DeviceSent(_Sent):
    """A device that is to be enrolled."""

    device_id: UUID
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_DEVICE_NAME, pattern=r"^[^\x00]*$")]  # fmt: skip
    key: dict[str, Any]


class RosterAsked(_Sent):
    """What a device has of each part of its roster; nothing of any where it has none."""

    device_id: UUID
    known: Annotated[list[Annotated[str, msgspec.Meta(max_length=16)]], msgspec.Meta(max_length=BUCKETS)]  # fmt: skip


class PhotoSent(_Sent):
    """A photo that is to be sent, or went missing on its way."""

    sha256: _Sha256
    size: int
    capture_id: UUID


class CapturesAsked(_Sent):
    """Captures of which a phone asks where they stand."""

    ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MAX_ASKED)]


class StandingAsked(_Sent):
    """A device that asks whether it may keep what it keeps."""

    tenant_id: UUID
    device_id: UUID
    asked_at_ms: Annotated[int, msgspec.Meta(ge=1_600_000_000_000, le=9_999_999_999_999)]
    signature: Annotated[str, msgspec.Meta(max_length=100)]


class _Shown(msgspec.Struct, rename="camel", kw_only=True):
    """What a device is told."""


class RuleShown(_Shown):
    """A rule by which a worker may record."""

    code: str
    name: str
    points: int
    evidence: str
    for_person: bool
    max_times: int


class PassShown(_Shown):
    """What a phone keeps: whose it is, by which rules it records, and until when it goes on by itself."""

    tenant_id: UUID
    tenant: str
    staff_id: UUID
    staff: str
    csrf: str
    server_time: datetime
    capture_until: datetime
    roster_until: datetime
    rules: list[RuleShown]


class CaptureShown(_Shown):
    """Where a capture stands."""

    id: UUID
    version: int
    state: str
    state_zh: str
    content: dict[str, Any]
    problem_zh: str | None


class CaptureToldShown(CaptureShown):
    """Where a capture stands, asked for by itself."""

    held: bool
    conflict: bool


class CapturesShown(_Shown):
    """Where captures stand; those of other workers are left out."""

    captures: list[CaptureToldShown]


class ReceiptShown(_Shown):
    """The answer to one item: ``duplicate`` where it came before, with what stands as ``first``; only what is ``kept`` may be forgotten."""

    id: UUID
    verdict: str
    first: str
    zh: str
    kept: bool
    code: str | None
    reason_zh: str | None
    open_fields: list[str]
    capture: CaptureShown | None


class ReceiptsShown(_Shown):
    """The answers, one for each."""

    receipts: list[ReceiptShown]


class PartShown(_Shown):
    """One part of a roster."""

    number: int
    version: str
    lines: list[list[str | None]]


class RosterShown(_Shown):
    """The parts of a roster that are different, and which there are."""

    versions: list[str]
    parts: list[PartShown]


class PhotoShown(_Shown):
    """How much of a photo is here, and whether nothing more is to be sent."""

    offset: int
    done: bool


class StandingShown(_Shown):
    """Whether a device may keep what it keeps."""

    keep: bool


def read_message(content: bytes, kind: type[_Message]) -> _Message:
    """Return what a device says.

    :raises ValidationException: if a field is missing, unknown, or not what it should be
    """
    try:
        return decoded(content, kind)
    except msgspec.ValidationError as error:
        plain, _, path = str(error).partition(" - at `$.")
        raise ValidationException(extra=[{"message": plain, "key": path.rstrip("`")}]) from None


def item_of(sent: ItemSent) -> Item:
    """Return one step as the core knows it."""
    said = sent.content
    content = Captured(
        household=said.household,
        member=said.member,
        rule=said.rule,
        times=said.times,
        day=said.day,
        note=said.note,
        place=said.place,
        photos=tuple(said.photos),
    )
    return Item(
        id=sent.id,
        capture_id=sent.capture_id,
        kind=sent.kind,
        trunk=sent.trunk,
        branch=sent.branch,
        position=sent.position,
        captured_at_ms=sent.captured_at_ms,
        content=content,
        content_hash=sent.content_hash,
        signature=sent.signature,
    )


def receipt_shown(receipt: Receipt) -> ReceiptShown:
    """Return the answer to one item."""
    capture = receipt.capture
    return ReceiptShown(
        id=receipt.id,
        verdict=DUPLICATE if receipt.repeated else receipt.verdict.value,
        first=receipt.verdict.value,
        zh=receipt.verdict.zh,
        kept=receipt.kept,
        code=receipt.code,
        reason_zh=receipt.reason_zh,
        open_fields=list(receipt.open_fields),
        capture=None if capture is None else CaptureShown(**_said(capture)),
    )


def captures_shown(found: Sequence[CaptureStanding]) -> CapturesShown:
    """Return where captures stand."""
    told = [
        CaptureToldShown(**_said(one.capture), held=one.held, conflict=one.conflict)
        for one in found
    ]
    return CapturesShown(captures=told)


def _said(capture: Capture) -> dict[str, Any]:
    return {
        "id": capture.id,
        "version": capture.version,
        "state": capture.state.value,
        "state_zh": capture.state.zh,
        "content": capture.content,
        "problem_zh": capture.problem_zh,
    }


def rule_shown(rule: Rule) -> RuleShown:
    """Return what a phone knows of a rule."""
    return RuleShown(
        code=rule.code,
        name=rule.name,
        points=rule.points,
        evidence=rule.evidence.value,
        for_person=rule.for_person,
        max_times=rule.max_times,
    )


def part_shown(part: RosterPart) -> PartShown:
    """Return one part of a roster."""
    return PartShown(
        number=part.number, version=part.version, lines=[list(one) for one in part.lines]
    )
