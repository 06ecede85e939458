"""A book in the plainest way: a list of what was taken, from which everything is worked out anew each time it is asked.

It shares no code with the rules of posting, and says what each operation must come to: taken, or refused by which name.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import Phase


@dataclass(frozen=True)
class Line:
    """One transfer that was taken."""

    id: UUID
    debit: UUID
    credit: UUID
    amount: int
    phase: Phase
    code: str
    effective_at: datetime
    recorded_at: datetime
    expires_at: datetime | None
    about: UUID | None


@dataclass
class ReferenceAccount:
    unit: str
    grows_by_debit: bool
    floor: int | None
    ceiling: int | None
    closed: bool = False


@dataclass
class ReferenceBook:
    accounts: dict[UUID, ReferenceAccount] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    closed_before: datetime | None = None

    def line(self, line_id: UUID | None) -> Line | None:
        return next((one for one in self.lines if one.id == line_id), None)

    def end_of(self, line_id: UUID) -> Phase | None:
        ends = (Phase.POSTED, Phase.VOIDED, Phase.EXPIRED)
        return next(
            (one.phase for one in self.lines if one.about == line_id and one.phase in ends), None
        )

    def sums(self, account_id: UUID) -> tuple[int, int, int, int]:
        """Posted debits and credits, pending debits and credits, line by line."""
        totals = [0, 0, 0, 0]
        for one in self.lines:
            for place, side in enumerate((one.debit, one.credit)):
                if side != account_id:
                    continue
                if one.phase in (Phase.SINGLE, Phase.POSTED):
                    totals[place] += one.amount
                if one.phase is Phase.PENDING and self.end_of(one.id) is None:
                    totals[2 + place] += one.amount
        return totals[0], totals[1], totals[2], totals[3]

    def worst_and_best(self, account_id: UUID) -> tuple[int, int]:
        """What there is if all that may go goes and nothing comes, and the other way round."""
        debits, credits_, held_debits, held_credits = self.sums(account_id)
        if self.accounts[account_id].grows_by_debit:
            return debits - credits_ - held_credits, debits - credits_ + held_debits
        return credits_ - debits - held_debits, credits_ - debits + held_credits

    def post(self, chain: list[TransferDraft], now: datetime) -> tuple[str, int] | None:
        """Take a chain, or return the name of the refusal and the index of the first that is refused."""
        known = [self.line(draft.id) is not None for draft in chain]
        if all(known):
            return None
        if any(known):
            return "AlreadyPosted", known.index(True)
        kept = list(self.lines)
        for index, draft in enumerate(chain):
            if name := self._take(draft, now):
                self.lines = kept
                return name, index
        return None

    def _take(self, draft: TransferDraft, now: datetime) -> str | None:
        if draft.phase is Phase.PENDING and draft.expires_at and draft.expires_at <= now:
            return "ExpiryPassed"
        debit, credit, amount = draft.debit_account_id, draft.credit_account_id, draft.amount
        if draft.pending_id or draft.reverses_id:
            about = self.line(draft.pending_id or draft.reverses_id)
            if name := self._about(draft, about, now):
                return name
            assert about is not None
            debit, credit = about.debit, about.credit
            if draft.reverses_id:
                debit, credit = credit, debit
            amount = amount or about.amount
            if amount > about.amount:
                return "AmountExceedsPending"
        assert debit
        assert credit
        assert amount
        if name := self._accounts(draft, debit, credit, now):
            return name
        self.lines.append(
            Line(
                draft.id,
                debit,
                credit,
                amount,
                draft.phase,
                draft.code,
                draft.effective_at or now,
                now,
                draft.expires_at,
                draft.pending_id or draft.reverses_id,
            )
        )
        return self._limits(debit, credit)

    def _about(self, draft: TransferDraft, about: Line | None, now: datetime) -> str | None:
        if draft.reverses_id:
            return self._reversal(about)
        if about is None:
            return "PendingUnknown"
        if about.phase is not Phase.PENDING:
            return "NotPending"
        names = {
            Phase.POSTED: "PendingAlreadyPosted",
            Phase.VOIDED: "PendingAlreadyVoided",
            Phase.EXPIRED: "PendingExpired",
        }
        end = self.end_of(about.id)
        if end is not None:
            return names[end]
        over = about.expires_at is not None and now >= about.expires_at
        return "PendingExpired" if over else None

    def _reversal(self, about: Line | None) -> str | None:
        if about is None:
            return "ReversedUnknown"
        if about.phase not in (Phase.SINGLE, Phase.POSTED):
            return "NothingToReverse"
        done = any(one.about == about.id and one.phase is Phase.SINGLE for one in self.lines)
        return "AlreadyReversed" if done else None

    def _accounts(
        self, draft: TransferDraft, debit: UUID, credit: UUID, now: datetime
    ) -> str | None:
        one, other = self.accounts[debit], self.accounts[credit]
        if one.closed or other.closed:
            return "AccountClosed"
        if debit == credit:
            return "SameAccount"
        if one.unit != other.unit:
            return "DifferentUnits"
        effective = draft.effective_at or now
        closed = self.closed_before is not None and effective < self.closed_before
        return "PeriodClosed" if closed else None

    def _limits(self, debit: UUID, credit: UUID) -> str | None:
        for account_id in (debit, credit):
            account = self.accounts[account_id]
            worst, best = self.worst_and_best(account_id)
            if account.floor is not None and worst < account.floor:
                return "WouldCrossFloor"
            if account.ceiling is not None and best > account.ceiling:
                return "WouldCrossCeiling"
        return None
