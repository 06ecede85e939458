"""How a loss is shared (代偿), and how what comes back later is (追偿), exact to the fen.

The loss is what the borrower still owes less his deposit and less what came back before. Every share is rounded down
and the fen left over go to the bank. What comes back pays its own costs first, then everyone by what he actually bore.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from suxin.kernel.money import AmountOutOfRange, check_amount_fen, split_by_bps
from suxin.risk_pool.agreements import AgreementTerms, Bearer, Unmet


class LimitedBy(StrEnum):
    """What kept a pool from paying its whole share."""

    PER_CLAIM = "per_claim"
    BANK_AND_YEAR = "bank_and_year"
    POOL = "pool"


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """What a borrower owes on the day of a claim, and what already stands against it, in fen."""

    principal_fen: int
    interest_fen: int = 0
    deposit_fen: int = 0
    recovered_fen: int = 0


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool may still pay: what it holds unspoken for, and what this bank was paid in this year, in fen."""

    available_fen: int
    paid_to_bank_this_year_fen: int = 0


class Compensation(msgspec.Struct, frozen=True, kw_only=True):
    """Who bears what of one loss, in fen: ``pool``, ``bank``, ``guarantor`` and ``unmet`` add up to ``loss``.

    ``deposit`` was taken before; ``unmet`` is what the pool still owes where its agreement lets that wait. ``guarantor_paid`` is what of
    its part the guarantor has paid.
    """

    loss_fen: int
    deposit_fen: int
    pool_fen: int
    bank_fen: int
    guarantor_fen: int
    unmet_fen: int
    guarantor_paid_fen: int = 0
    limited_by: LimitedBy | None = None

    @property
    def borne(self) -> dict[Bearer, int]:
        """What each party bore."""
        promised_fen = self.guarantor_fen - self.guarantor_paid_fen
        return {
            Bearer.POOL: self.pool_fen,
            # Until the pool and the guarantor pay what they owe, nobody but the bank is out of that money.
            Bearer.BANK: self.bank_fen + self.unmet_fen + promised_fen,
            Bearer.GUARANTOR: self.guarantor_paid_fen,
        }


class Recoveries(msgspec.Struct, frozen=True, kw_only=True):
    """All that came back of one loss until a moment, in fen, and what it cost to get it."""

    received_fen: int = 0
    cost_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What is left to share; costs above what came back wait for the next recovery, which alone may bring a cost."""
        return max(0, self.received_fen - self.cost_fen)


class RecoveryShares(msgspec.Struct, frozen=True, kw_only=True):
    """What each is due of all that came back until a moment, in fen; ``surplus`` is beyond the whole loss."""

    shares: Mapping[Bearer, int]
    surplus_fen: int

    def since(self, earlier: "RecoveryShares") -> "RecoveryShares":
        """Return what is due now, after what was due at an earlier moment was given."""
        return RecoveryShares(
            shares={bearer: due - earlier.shares[bearer] for bearer, due in self.shares.items()},
            surplus_fen=self.surplus_fen - earlier.surplus_fen,
        )


def share_loss(terms: AgreementTerms, debt: Debt, room: Room) -> Compensation:
    """Share the loss of one loan by the agreement.

    :raises AmountOutOfRange: if an amount is negative or above the largest amount there is
    :raises AmountNotWholeFen: if one is no whole number of fen
    """
    _check(debt)
    _check(room)
    owed_fen = debt.principal_fen + (0 if terms.principal_only else debt.interest_fen)
    deposit_fen = min(debt.deposit_fen, owed_fen)
    loss_fen = max(0, owed_fen - deposit_fen - debt.recovered_fen)
    parts = split_by_bps(
        loss_fen,
        {
            Bearer.POOL: terms.shares.pool_bps,
            Bearer.BANK: terms.shares.bank_bps,
            Bearer.GUARANTOR: terms.shares.guarantor_bps,
        },
        remainder_to=Bearer.BANK,
    )
    pool_fen, limited_by = _payable(parts[Bearer.POOL], terms, room)
    unmet_fen = parts[Bearer.POOL] - pool_fen
    waits = terms.unmet is Unmet.WAITS
    return Compensation(
        loss_fen=loss_fen,
        deposit_fen=deposit_fen,
        pool_fen=pool_fen,
        bank_fen=parts[Bearer.BANK] + (0 if waits else unmet_fen),
        guarantor_fen=parts[Bearer.GUARANTOR],
        unmet_fen=unmet_fen if waits else 0,
        limited_by=limited_by,
    )


def share_recoveries(compensation: Compensation, recoveries: Recoveries) -> RecoveryShares:
    """Share all that came back of a loss until a moment, by what each actually bore.

    It is shared as a whole rather than one by one, so that several small recoveries give everyone what one large one
    would have; what is due for the latest is the difference to the moment before (``since``).

    :raises AmountOutOfRange: if an amount is negative or above the largest amount there is
    :raises AmountNotWholeFen: if one is no whole number of fen
    """
    _check(recoveries)
    borne = compensation.borne
    shared_fen = min(recoveries.net_fen, compensation.loss_fen)
    shares = {
        bearer: shared_fen * part // compensation.loss_fen if compensation.loss_fen else 0
        for bearer, part in borne.items()
    }
    shares[Bearer.BANK] += shared_fen - sum(shares.values())
    return RecoveryShares(shares=shares, surplus_fen=recoveries.net_fen - shared_fen)


def still_owed_fen(compensation: Compensation, recoveries: Recoveries) -> int:
    """Return what the pool still owes of a share it could not pay at once: what came back meanwhile lessens it.

    :raises AmountOutOfRange: if an amount is negative or above the largest amount there is
    :raises AmountNotWholeFen: if one is no whole number of fen
    """
    _check(recoveries)
    if not compensation.unmet_fen:
        return 0
    open_fen = compensation.loss_fen - min(recoveries.net_fen, compensation.loss_fen)
    return compensation.unmet_fen * open_fen // compensation.loss_fen


def payable_later_fen(
    terms: AgreementTerms, compensation: Compensation, recoveries: Recoveries, room: Room
) -> int:
    """Return what the pool can pay now of a part that had to wait, within its caps and what it has available.

    :raises AmountOutOfRange: if an amount is negative or above the largest amount there is
    :raises AmountNotWholeFen: if one is no whole number of fen
    """
    _check(room)
    owed_fen = still_owed_fen(compensation, recoveries)
    if terms.caps.per_claim_fen is not None:
        owed_fen = min(owed_fen, max(0, terms.caps.per_claim_fen - compensation.pool_fen))
    return _payable(owed_fen, terms, room)[0]


def after_later_payment(
    compensation: Compensation, recoveries: Recoveries, paid_fen: int
) -> Compensation:
    """Return who bears what once the pool has paid a part that had waited.

    What came back meanwhile has lessened what it owes; that part, which nobody is owed any more, stays with the bank. A payment that was
    on its way while something came back may be more than is owed by now, and never more than waited.

    :raises AmountOutOfRange: if an amount is negative or above the largest amount there is
    :raises AmountNotWholeFen: if one is no whole number of fen
    """
    if not 0 <= paid_fen <= compensation.unmet_fen:
        raise AmountOutOfRange(field="paidFen", minimum_fen=0, maximum_fen=compensation.unmet_fen)
    owed_fen = max(paid_fen, still_owed_fen(compensation, recoveries))
    lessened_fen = compensation.unmet_fen - owed_fen
    return msgspec.structs.replace(
        compensation,
        pool_fen=compensation.pool_fen + paid_fen,
        bank_fen=compensation.bank_fen + lessened_fen,
        unmet_fen=owed_fen - paid_fen,
    )


def guarantor_owes_fen(
    compensation: Compensation, recoveries: Recoveries, *, agreed_fen: int
) -> int:
    """Return what a guarantor still owes of what it agreed to: what came back meanwhile lessens it, as it does a pool's part.

    :raises AmountOutOfRange: if an amount is negative or above the largest amount there is
    :raises AmountNotWholeFen: if one is no whole number of fen
    """
    _check(recoveries)
    unpaid_fen = _unpaid_by_guarantor(compensation, agreed_fen)
    if not unpaid_fen:
        return 0
    open_fen = compensation.loss_fen - min(recoveries.net_fen, compensation.loss_fen)
    return unpaid_fen * open_fen // compensation.loss_fen


def after_guarantor_payment(
    compensation: Compensation, recoveries: Recoveries, paid_fen: int, *, agreed_fen: int
) -> Compensation:
    """Return who bears what once a guarantor has paid something of its part.

    What came back meanwhile has lessened what it owes; that stays with the bank, as does what it never agreed to. A payment that was
    on its way while something came back may be more than is owed by now, and never more than was agreed.

    :raises AmountOutOfRange: if it pays nothing, or more than it agreed to
    """
    most_fen = _unpaid_by_guarantor(compensation, agreed_fen)
    if not 0 < paid_fen <= most_fen:
        raise AmountOutOfRange(field="amountFen", minimum_fen=1, maximum_fen=most_fen)
    owed_fen = max(paid_fen, guarantor_owes_fen(compensation, recoveries, agreed_fen=agreed_fen))
    part_fen = compensation.guarantor_paid_fen + owed_fen
    return msgspec.structs.replace(
        compensation,
        bank_fen=compensation.bank_fen + compensation.guarantor_fen - part_fen,
        guarantor_fen=part_fen,
        guarantor_paid_fen=compensation.guarantor_paid_fen + paid_fen,
    )


def _unpaid_by_guarantor(compensation: Compensation, agreed_fen: int) -> int:
    most_fen = min(agreed_fen, compensation.guarantor_fen)
    return max(0, most_fen - compensation.guarantor_paid_fen)


def _payable(share_fen: int, terms: AgreementTerms, room: Room) -> tuple[int, LimitedBy | None]:
    """Return what the pool pays of its share now, and what limited it, the tightest limit first."""
    limits = [(room.available_fen, LimitedBy.POOL)]
    if terms.caps.per_claim_fen is not None:
        limits.append((terms.caps.per_claim_fen, LimitedBy.PER_CLAIM))
    if terms.caps.per_bank_and_year_fen is not None:
        left = max(0, terms.caps.per_bank_and_year_fen - room.paid_to_bank_this_year_fen)
        limits.append((left, LimitedBy.BANK_AND_YEAR))
    most, name = min(limits, key=lambda limit: limit[0])
    return (share_fen, None) if share_fen <= most else (most, name)


def _check(amounts: msgspec.Struct) -> None:
    for field in amounts.__struct_fields__:
        check_amount_fen(getattr(amounts, field), field=field, minimum=0)
