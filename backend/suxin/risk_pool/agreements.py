"""What a pool and a bank agreed on (合作协议): shares of a loss, trigger, caps, levels of the stop-loss.

Every figure is a parameter of one agreement. The defaults are those seen most often in published schemes of other
cities, and demo configuration: the city's own agreement sets them.
"""

from enum import StrEnum
from typing import Final

import msgspec

from suxin.kernel.money import BPS_WHOLE, MAX_AMOUNT_FEN
from suxin.kernel.refusals import Refusal, RefusalKind

MIN_BANK_BPS: Final = 2_000
"""A bank bears a fifth of a loss at the least (国家融资担保基金's rule of co-operation)."""
MAX_MULTIPLE: Final = 20
"""No published scheme commits more than fifteen times what its pool holds; this is the arithmetic's own bound."""
MAX_TRIGGER_DAYS: Final = 360
MAX_FILING_DAYS: Final = 60


class Bearer(StrEnum):
    """Who bears a part of a loss."""

    POOL = "pool"
    BANK = "bank"
    GUARANTOR = "guarantor"


class Unmet(StrEnum):
    """What becomes of the part of the pool's share that a cap or an empty pool leaves open (缺口)."""

    WAITS = "waits"
    """It stays owed and is paid once the pool can."""
    BANK = "bank"
    """The bank bears it."""


class AgreementIncoherent(Refusal):
    """The figures of an agreement do not fit together."""

    code = "AGREEMENT_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "协议参数有误：{reason_zh}"
    en = "The agreement's terms do not fit together: {reason_en}"


class Shares(msgspec.Struct, frozen=True):
    """The parts of a loss in basis points; a borrower's deposit is applied before they count."""

    pool_bps: int = 8_000
    bank_bps: int = 2_000
    guarantor_bps: int = 0


class Caps(msgspec.Struct, frozen=True):
    """The most that a pool pays, in fen; nothing where there is no such cap."""

    per_claim_fen: int | None = None
    per_bank_and_year_fen: int | None = None


class StopLossLevels(msgspec.Struct, frozen=True):
    """At which compensation rate, in basis points, a pool warns, takes no new loan, and ends the co-operation.

    A state is left again only below its level by ``gap_bps``, so that a rate that moves around a level does not open and
    shut the pool. 5 % and 10 % are published by other cities; the level of the warning and the gap are proposed.
    """

    warn_bps: int = 300
    suspend_bps: int = 500
    terminate_bps: int = 1_000
    gap_bps: int = 50


class AgreementTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one pool and one bank agreed on for one product."""

    shares: Shares = Shares()
    multiple: int = 10
    trigger_days: int = 90
    filing_days: int = 10
    principal_only: bool = True
    caps: Caps = Caps()
    unmet: Unmet = Unmet.WAITS
    stop_loss: StopLossLevels = StopLossLevels()


def check_agreement(terms: AgreementTerms) -> AgreementTerms:
    """Return the terms once they fit together.

    :raises AgreementIncoherent: naming the field at fault
    """
    _check_shares(terms.shares)
    _within(terms.multiple, 1, MAX_MULTIPLE, "multiple")
    _within(terms.trigger_days, 1, MAX_TRIGGER_DAYS, "triggerDays")
    _within(terms.filing_days, 1, MAX_FILING_DAYS, "filingDays")
    for cap, field in (
        (terms.caps.per_claim_fen, "caps.perClaimFen"),
        (terms.caps.per_bank_and_year_fen, "caps.perBankAndYearFen"),
    ):
        if cap is not None:
            _within(cap, 1, MAX_AMOUNT_FEN, field)
    _check_levels(terms.stop_loss)
    return terms


def _check_shares(shares: Shares) -> None:
    parts = (shares.pool_bps, shares.bank_bps, shares.guarantor_bps)
    for part, field in zip(parts, ("poolBps", "bankBps", "guarantorBps"), strict=True):
        _within(part, 0, BPS_WHOLE, f"shares.{field}")
    if sum(parts) != BPS_WHOLE:
        raise AgreementIncoherent(
            field="shares",
            reason_zh=f"各方分担比例之和应为 100%，现为 {sum(parts) / 100:.2f}%",
            reason_en=f"the shares add up to {sum(parts) / 100:.2f}%, not 100%",
        )
    if shares.bank_bps < MIN_BANK_BPS:
        raise AgreementIncoherent(
            field="shares.bankBps",
            reason_zh=f"银行分担比例不得低于 {MIN_BANK_BPS / 100:g}%",
            reason_en=f"a bank bears {MIN_BANK_BPS / 100:g}% at the least",
        )


def _check_levels(levels: StopLossLevels) -> None:
    _within(levels.terminate_bps, 1, BPS_WHOLE, "stopLoss.terminateBps")
    if not 0 < levels.warn_bps < levels.suspend_bps < levels.terminate_bps:
        raise AgreementIncoherent(
            field="stopLoss",
            reason_zh="预警、暂停、终止三档代偿率应依次升高",
            reason_en="the levels of warning, suspension and termination rise in this order",
        )
    steps = (levels.warn_bps, levels.suspend_bps - levels.warn_bps)
    if not 0 <= levels.gap_bps < min(steps):
        raise AgreementIncoherent(
            field="stopLoss.gapBps",
            reason_zh="恢复差值应小于相邻两档之差",
            reason_en="the gap is smaller than the distance between two levels",
        )


def _within(value: int, lowest: int, highest: int, field: str) -> None:
    if type(value) is not int or not lowest <= value <= highest:
        raise AgreementIncoherent(
            field=field,
            reason_zh=f"应为 {lowest:,} 至 {highest:,} 的整数",
            reason_en=f"a whole number from {lowest:,} to {highest:,}",
        )
