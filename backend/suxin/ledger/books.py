"""What was read of a book, as it stands after what was taken so far: accounts and transfers, without the database."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from suxin.ledger.models import MOVING, Phase, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account as it stands after what was taken so far."""

    id: UUID
    code: str
    asset: str
    normal_side: Side
    floor: int | None
    ceiling: int | None
    posted_debits: int
    posted_credits: int
    pending_debits: int
    pending_credits: int
    moved_at: datetime
    closed_at: datetime | None
    closed_before: datetime | None

    @property
    def balance(self) -> int:
        """What is posted, on the account's own side."""
        over = self.posted_credits - self.posted_debits
        return over if self.normal_side is Side.CREDIT else -over

    @property
    def held_out(self) -> int:
        """What holds may still take away."""
        return self.pending_debits if self.normal_side is Side.CREDIT else self.pending_credits

    @property
    def held_in(self) -> int:
        """What holds may still bring."""
        return self.pending_credits if self.normal_side is Side.CREDIT else self.pending_debits

    @property
    def available(self) -> int:
        """What may be taken away now: the balance less what is held of it."""
        return self.balance - self.held_out

    @property
    def expected(self) -> int:
        """What there would be if all that is held to come did come, and nothing went."""
        return self.balance + self.held_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A transfer as it is, or will be, in the book."""

    id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    asset: str
    amount: int
    phase: Phase
    code: str
    reference: str | None
    effective_at: datetime
    recorded_at: datetime
    expires_at: datetime | None
    pending_id: UUID | None
    pending_amount: int | None
    reverses_id: UUID | None
    chain_id: UUID


@dataclass(slots=True, kw_only=True)
class Books:
    """What was read of a book: accounts, transfers by id, which holds have ended how, and what has been reversed."""

    accounts: dict[UUID, AccountState]
    transfers: dict[UUID, Transfer] = field(default_factory=dict)
    ends: dict[UUID, Phase] = field(default_factory=dict)
    reversed_ids: set[UUID] = field(default_factory=set)

    def take(self, transfer: Transfer) -> tuple[AccountState, AccountState]:
        """Let the accounts move by one transfer, and remember it; return how they were."""
        posted = transfer.amount if transfer.phase in MOVING else 0
        held = (
            transfer.amount if transfer.phase is Phase.PENDING else -(transfer.pending_amount or 0)
        )
        debit = self.accounts[transfer.debit_account_id]
        credit = self.accounts[transfer.credit_account_id]
        self.accounts[debit.id] = replace(
            debit,
            posted_debits=debit.posted_debits + posted,
            pending_debits=debit.pending_debits + held,
            moved_at=transfer.recorded_at,
        )
        self.accounts[credit.id] = replace(
            credit,
            posted_credits=credit.posted_credits + posted,
            pending_credits=credit.pending_credits + held,
            moved_at=transfer.recorded_at,
        )
        self.transfers[transfer.id] = transfer
        if transfer.pending_id is not None:
            self.ends[transfer.pending_id] = transfer.phase
        if transfer.reverses_id is not None:
            self.reversed_ids.add(transfer.reverses_id)
        return debit, credit

    def give_back(self, transfer: Transfer, debit: AccountState, credit: AccountState) -> None:
        """Forget the transfer that was taken last, with the accounts as they were."""
        self.accounts[debit.id], self.accounts[credit.id] = debit, credit
        del self.transfers[transfer.id]
        if transfer.pending_id is not None:
            del self.ends[transfer.pending_id]
        if transfer.reverses_id is not None:
            self.reversed_ids.remove(transfer.reverses_id)
