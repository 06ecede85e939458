"""An agreement's figures have to fit together."""

import msgspec
import pytest

from suxin.risk_pool.agreements import (
    AgreementIncoherent,
    AgreementTerms,
    Caps,
    Shares,
    StopLossLevels,
    check_agreement,
)


def test_the_defaults_fit_together() -> None:
    terms = AgreementTerms()
    assert check_agreement(terms) is terms


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"shares": Shares(7_000, 2_000)}, "shares"),
        ({"shares": Shares(8_001, 1_999)}, "shares.bankBps"),
        ({"shares": Shares(-1, 10_001)}, "shares.poolBps"),
        ({"shares": Shares(4_000, 7_000, -1_000)}, "shares.guarantorBps"),
        ({"multiple": 0}, "multiple"),
        ({"multiple": 21}, "multiple"),
        ({"multiple": 1.5}, "multiple"),
        ({"multiple": True}, "multiple"),
        ({"trigger_days": 0}, "triggerDays"),
        ({"trigger_days": 361}, "triggerDays"),
        ({"filing_days": 0}, "filingDays"),
        ({"filing_days": 61}, "filingDays"),
        ({"caps": Caps(per_claim_fen=0)}, "caps.perClaimFen"),
        ({"caps": Caps(per_bank_and_year_fen=10**13 + 1)}, "caps.perBankAndYearFen"),
        ({"stop_loss": StopLossLevels(0, 500, 1_000, 0)}, "stopLoss"),
        ({"stop_loss": StopLossLevels(500, 500, 1_000)}, "stopLoss"),
        ({"stop_loss": StopLossLevels(300, 1_000, 1_000)}, "stopLoss"),
        ({"stop_loss": StopLossLevels(300, 500, 10_001)}, "stopLoss.terminateBps"),
        ({"stop_loss": StopLossLevels(300, 500, 1_000, 200)}, "stopLoss.gapBps"),
        ({"stop_loss": StopLossLevels(300, 500, 1_000, -1)}, "stopLoss.gapBps"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(AgreementIncoherent) as refused:
        check_agreement(msgspec.structs.replace(AgreementTerms(), **changed))
    assert refused.value.field == field
    assert refused.value.zh_message.startswith("协议参数有误")


def test_a_bank_may_bear_no_less_than_a_fifth() -> None:
    assert check_agreement(AgreementTerms(shares=Shares(8_000, 2_000))).shares.bank_bps == 2_000
    with pytest.raises(AgreementIncoherent) as refused:
        check_agreement(AgreementTerms(shares=Shares(8_001, 1_999)))
    assert refused.value.zh_message == "协议参数有误：银行分担比例不得低于 20%"
