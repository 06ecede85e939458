"""What a caller asks to be posted: drafts of transfers, made by what they are, each under the id that it will have."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from suxin.ledger.models import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDraft:
    """A transfer that is asked for; its id is its idempotency key.

    ``effective_at`` is when it counts, now if none is given. What ends a hold or reverses a transfer names that and no
    accounts, and takes its whole amount if none is given. Made by ``move``, ``hold``, ``post``, ``void``, ``expire`` and ``reverse``.
    """

    id: UUID
    phase: Phase
    code: str
    debit_account_id: UUID | None = None
    credit_account_id: UUID | None = None
    amount: int | None = None
    reference: str | None = None
    effective_at: datetime | None = None
    expires_at: datetime | None = None
    pending_id: UUID | None = None
    reverses_id: UUID | None = None

    @property
    def about(self) -> UUID | None:
        """The transfer that this one ends or reverses, if any."""
        return self.pending_id or self.reverses_id


def move(
    transfer_id: UUID,
    *,
    debit: UUID,
    credit: UUID,
    amount: int,
    code: str,
    reference: str | None = None,
    effective_at: datetime | None = None,
) -> TransferDraft:
    """Return the draft of a transfer that moves its amount at once."""
    return TransferDraft(
        id=transfer_id,
        phase=Phase.SINGLE,
        debit_account_id=debit,
        credit_account_id=credit,
        amount=amount,
        code=code,
        reference=reference,
        effective_at=effective_at,
    )


def hold(
    transfer_id: UUID,
    *,
    debit: UUID,
    credit: UUID,
    amount: int,
    code: str,
    expires_at: datetime | None = None,
    reference: str | None = None,
) -> TransferDraft:
    """Return the draft of a hold: what it sets aside is neither here nor there until it is posted or let go."""
    return TransferDraft(
        id=transfer_id,
        phase=Phase.PENDING,
        debit_account_id=debit,
        credit_account_id=credit,
        amount=amount,
        code=code,
        reference=reference,
        expires_at=expires_at,
    )


def post(
    transfer_id: UUID,
    *,
    pending_id: UUID,
    code: str,
    amount: int | None = None,
    reference: str | None = None,
    effective_at: datetime | None = None,
) -> TransferDraft:
    """Return the draft that posts a hold, with less than was held if an amount is given; the rest is let go."""
    return TransferDraft(
        id=transfer_id,
        phase=Phase.POSTED,
        pending_id=pending_id,
        amount=amount,
        code=code,
        reference=reference,
        effective_at=effective_at,
    )


def void(
    transfer_id: UUID, *, pending_id: UUID, code: str, reference: str | None = None
) -> TransferDraft:
    """Return the draft that lets a hold go."""
    return TransferDraft(
        id=transfer_id, phase=Phase.VOIDED, pending_id=pending_id, code=code, reference=reference
    )


def expire(transfer_id: UUID, *, pending_id: UUID, code: str) -> TransferDraft:
    """Return the draft that writes down that a hold's time is over."""
    return TransferDraft(id=transfer_id, phase=Phase.EXPIRED, pending_id=pending_id, code=code)


def reverse(
    transfer_id: UUID, *, reverses_id: UUID, code: str, reference: str | None = None
) -> TransferDraft:
    """Return the draft that takes a transfer's whole amount back, now: what is written stays."""
    return TransferDraft(
        id=transfer_id, phase=Phase.SINGLE, reverses_id=reverses_id, code=code, reference=reference
    )
