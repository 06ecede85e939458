"""The first and the last value that an agreement may have, and what is said of the next; a state at its own level."""

import msgspec
import pytest

from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin.risk_pool.agreements import (
    AgreementIncoherent,
    AgreementTerms,
    Caps,
    Shares,
    StopLossLevels,
    check_agreement,
)
from suxin.risk_pool.losses import Debt, Room, share_loss
from suxin.risk_pool.stop_loss import CompensationRate, Lift, StopLossState, next_state


@pytest.mark.parametrize(
    "changed",
    [
        {"multiple": 1},
        {"multiple": 20},
        {"trigger_days": 1},
        {"trigger_days": 360},
        {"filing_days": 1},
        {"filing_days": 60},
        {"caps": Caps(per_claim_fen=1, per_bank_and_year_fen=1)},
        {"caps": Caps(per_claim_fen=MAX_AMOUNT_FEN, per_bank_and_year_fen=MAX_AMOUNT_FEN)},
        {"shares": Shares(0, 10_000)},
        {"stop_loss": StopLossLevels(1, 2, 3, 0)},
        {"stop_loss": StopLossLevels(300, 500, 10_000, 199)},
    ],
)
def test_the_first_and_the_last_value_fit(changed: dict[str, object]) -> None:
    terms = msgspec.structs.replace(AgreementTerms(), **changed)
    assert check_agreement(terms) is terms


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        (
            {"shares": Shares(7_000, 2_050)},
            "各方分担比例之和应为 100%，现为 90.50%",
            "the shares add up to 90.50%, not 100%",
        ),
        (
            {"shares": Shares(8_001, 1_999)},
            "银行分担比例不得低于 20%",
            "a bank bears 20% at the least",
        ),
        (
            {"stop_loss": StopLossLevels(300, 500, 0)},
            "应为 1 至 10,000 的整数",
            "a whole number from 1 to 10,000",
        ),
        ({"multiple": 21}, "应为 1 至 20 的整数", "a whole number from 1 to 20"),
    ],
)
def test_a_refusal_says_what_would_fit(changed: dict[str, object], zh: str, en: str) -> None:
    with pytest.raises(AgreementIncoherent) as refused:
        check_agreement(msgspec.structs.replace(AgreementTerms(), **changed))
    assert refused.value.zh_message == f"协议参数有误：{zh}"
    assert refused.value.en_message == f"The agreement's terms do not fit together: {en}"


def test_no_more_of_a_deposit_is_applied_than_is_owed() -> None:
    debt = Debt(principal_fen=1_000, deposit_fen=5_000)
    assert share_loss(AgreementTerms(), debt, Room(available_fen=0)).deposit_fen == 1_000


def test_a_rate_between_two_levels_keeps_the_state_it_came_to() -> None:
    levels = StopLossLevels(warn_bps=300, suspend_bps=500, terminate_bps=1_000, gap_bps=50)
    lifted = Lift(CompensationRate(600, 10_000))
    # Lifted at 6 %, and at 5.5 % since: it warns, and does not fall back to normal for being where it was.
    at = CompensationRate(550, 10_000)
    assert next_state(StopLossState.WARN, at, levels, lifted) is StopLossState.WARN
