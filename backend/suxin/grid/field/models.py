"""Devices, captures with their versions, the items that devices sent, and photos on their way."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.field.contents import Captured
from suxin.grid.field.refusals import CaptureEnded
from suxin.grid.field.states import CaptureState, ItemKind, ItemVerdict
from suxin.kernel.readers import Reader, batch, owner_tenant, system
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change
from suxin.lending.models.steps import NamedStep

_C: Final = CaptureState
_VILLAGE: Final = frozenset({Party.TENANT, Party.PLATFORM})
PIECE: Final = "grid.field.piece"
PIECE_KEY: Final = "grid.field.piece_key"
"""The purposes for which a piece of a photo, and its own key, are sealed."""

_RECORD: Final = NamedStep(leaves=frozenset({_C.OPEN}), to=_C.RECORDED, by=_VILLAGE, zh="登记", en="record it")  # fmt: skip
_WITHDRAW: Final = NamedStep(leaves=frozenset({_C.OPEN, _C.RECORDED}), to=_C.WITHDRAWN, by=_VILLAGE, zh="撤回", en="withdraw it")  # fmt: skip
_LAPSE: Final = NamedStep(leaves=frozenset({_C.OPEN}), to=_C.LAPSED, by=frozenset({Party.PLATFORM}), zh="失效", en="let it lapse")  # fmt: skip


class FieldDevice(Table):
    """A phone that a worker enrolled. Whatever he captures on it is signed with its key, of which this is the public half."""

    __tablename__ = "grid_devices"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("last_seen_at", "ended_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("length(name) between 1 and 40", name="name"),
        Index("ix_grid_devices_staff_id", "tenant_id", "staff_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    name: Mapped[str]
    public_jwk: Mapped[dict[str, Any]]
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Capture(Table):
    """A claim as it is captured, under the id that the claim will have; ``content`` is that of its last version.

    ``problem_code`` says why it is no claim though all of it is there. ``complete_by`` is until when it waits for its photos.
    ``forced`` is whether it began with an update whose beginning had not come in seven days.
    """

    __tablename__ = "grid_captures"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "version", "content", "state", "problem_code", "problem_zh", "problem_en", "ended_at"
    )
    __machine__: ClassVar[StateMachine[CaptureState]] = StateMachine(
        begins={_C.OPEN: _VILLAGE}, steps=(_RECORD, _WITHDRAW, _LAPSE)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(state in ('WITHDRAWN', 'LAPSED')) = (ended_at is not null)", name="ended"),
        CheckConstraint(
            "(problem_code is null) = (problem_zh is null)"
            " and (problem_code is null) = (problem_en is null)",
            name="problem",
        ),
        Index("ix_grid_captures_staff_id", "tenant_id", "captured_by", "state", "id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    captured_by: Mapped[UUID]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    state: Mapped[CaptureState]
    problem_code: Mapped[str | None]
    problem_zh: Mapped[str | None]
    problem_en: Mapped[str | None]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    complete_by: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    forced: Mapped[bool]

    @property
    def said(self) -> Captured:
        """What it says now."""
        return Captured.read(self.content)

    def require_going_on(self) -> None:
        """Refuse unless something may follow.

        :raises CaptureEnded: if it was withdrawn or lapsed
        """
        if self.state in (_C.WITHDRAWN, _C.LAPSED):
            raise CaptureEnded(state_zh=self.state.zh, state_en=self.state.en)

    def record(self) -> None:
        """Be a claim from now on."""
        self.state = _RECORD.taken_from(self.state)
        self.problem_code = self.problem_zh = self.problem_en = None

    def withdraw(self, *, now: datetime) -> None:
        """Be taken back."""
        self.state, self.ended_at = _WITHDRAW.taken_from(self.state), now
        self.problem_code = self.problem_zh = self.problem_en = None

    def lapse(self, problem: Refusal, *, now: datetime) -> None:
        """Be no claim, and say why."""
        self.state, self.ended_at = _LAPSE.taken_from(self.state), now
        self.tell_problem(problem)

    def tell_problem(self, problem: Refusal) -> None:
        """Say why it is no claim yet."""
        self.problem_code = problem.code
        self.problem_zh, self.problem_en = problem.zh_message, problem.en_message


class CaptureVersion(Table):
    """What a capture said in one of its versions, and the item that made it; a person's choice makes one without an item."""

    __tablename__ = "grid_capture_versions"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "capture_id"], ["grid_captures.tenant_id", "grid_captures.id"]
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    capture_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    item_id: Mapped[UUID | None]
    made_at: Mapped[datetime]


class CaptureItem(Table):
    """One step of a capture as a device sent it, and its receipt. ``content`` is the capture as the device had it after the step.

    ``version`` is that of the capture after it; ``open_fields`` are those that two sides changed, until somebody has chosen. ``forced_at`` is when
    it was taken though what it builds on had not come. There is no reference to the capture: what is held may come before it.
    """

    __tablename__ = "grid_capture_items"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "verdict", "version", "open_fields", "code", "reason_zh", "reason_en", "forced_at", "settled_at", "settled_by"
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "device_id"], ["grid_devices.tenant_id", "grid_devices.id"]
        ),
        CheckConstraint("length(content_hash) = 64", name="content_hash"),
        CheckConstraint("position >= 1 and trunk_version >= 0", name="place"),
        CheckConstraint("kind <> 'create' or trunk_version = 0 and position = 1", name="create"),
        CheckConstraint(
            "(verdict = 'refused') = (code is not null)"
            " and (code is null) = (reason_zh is null) and (code is null) = (reason_en is null)",
            name="refused",
        ),
        CheckConstraint("(settled_at is null) = (settled_by is null)", name="settled"),
        Index("uq_grid_capture_items_place", "tenant_id", "capture_id", "branch_id", "position", unique=True),
        Index("ix_grid_capture_items_staff", "tenant_id", "captured_by", "verdict"),
        Index(
            "ix_grid_capture_items_conflict",
            "tenant_id",
            "id",
            postgresql_where=text("verdict = 'conflict' and settled_at is null"),
        ),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    capture_id: Mapped[UUID]
    kind: Mapped[ItemKind]
    trunk_version: Mapped[int]
    branch_id: Mapped[UUID]
    position: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    signature: Mapped[str]
    device_id: Mapped[UUID]
    captured_by: Mapped[UUID]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    verdict: Mapped[ItemVerdict]
    version: Mapped[int | None]
    open_fields: Mapped[list[str]]
    code: Mapped[str | None]
    reason_zh: Mapped[str | None]
    reason_en: Mapped[str | None]
    forced_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]

    def refuse(self, refusal: Refusal) -> None:
        """Say no, and why."""
        self.verdict, self.code = ItemVerdict.REFUSED, refusal.code
        self.reason_zh, self.reason_en = refusal.zh_message, refusal.en_message

    def accept(self, version: int, *, open_fields: tuple[str, ...] = ()) -> None:
        """Say yes, but for the fields that somebody must choose."""
        self.verdict = ItemVerdict.CONFLICT if open_fields else ItemVerdict.ACCEPTED
        self.version, self.open_fields = version, list(open_fields)

    def settle(self, *, by: UUID, now: datetime) -> None:
        """Note that somebody chose."""
        self.settled_at, self.settled_by = now, by


class PhotoUpload(Table):
    """A worker's photo on its way, by the digest of its file; it is whole once as many bytes are here as it has, and gone once a claim has it."""

    __tablename__ = "grid_photo_uploads"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "received_bytes", "whole_at", "ended_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("received_bytes between 0 and size_bytes", name="received_bytes"),
        CheckConstraint("whole_at is null or received_bytes = size_bytes", name="whole"),
        Index(
            "uq_grid_photo_uploads_live",
            "tenant_id",
            "staff_id",
            "sha256",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    received_bytes: Mapped[int]
    started_at: Mapped[datetime]
    whole_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PhotoPiece(Table):
    """A piece of a photo on its way, sealed under a key of its own; both are erased when the upload ends."""

    __tablename__ = "grid_photo_pieces"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("key_sealed", "content")
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "upload_id"], ["grid_photo_uploads.tenant_id", "grid_photo_uploads.id"]
        ),
        CheckConstraint("(key_sealed is null) = (content is null)", name="erased"),
        Index("uq_grid_photo_pieces_place", "tenant_id", "upload_id", "starts_at", unique=True),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID]
    starts_at: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes | None] = sealed(PIECE_KEY, row="id")
    content: Mapped[bytes | None]
