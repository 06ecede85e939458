"""Steps: what happened on a referral, as its bank sees it, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from suxin.kernel.money import format_wan
from suxin.lending.models import Offer, OfferState, Referral, ReferralState

_ENDS: Final = {
    ReferralState.DECLINED: "婉拒",
    ReferralState.LAPSED: "超时未办理，已退回",
    ReferralState.PASSED: "申请人已另选或撤回，对接结束",
}
_OFFER_ENDS: Final = {
    OfferState.CHOSEN: "申请人接受报价",
    OfferState.PASSED: "报价未被选择",
    OfferState.EXPIRED: "报价过期",
    OfferState.WITHDRAWN: "撤回报价",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened."""

    at: datetime
    title: str
    text: str | None = None


def steps_of(referral: Referral, offers: Iterable[Offer], *, taken_by: str | None) -> list[Step]:
    """Return everything that happened on a referral."""
    steps = [
        Step(at, title, text)
        for at, title, text in (
            (referral.dispatched_at, "线索匿名推送", None),
            (referral.accepted_at, "受理", taken_by),
            (referral.consented_at, "申请人授权本行", None),
            (referral.contacted_at, "登记联系", None),
        )
        if at is not None
    ]
    if referral.state in _ENDS and referral.decided_at is not None:
        steps.append(Step(referral.decided_at, _ENDS[referral.state], _reason(referral)))
    for offer in offers:
        figures = f"{format_wan(offer.amount_fen)}，{offer.term_months} 个月"
        steps.append(Step(offer.made_at, "报价", figures))
        if offer.state in _OFFER_ENDS and offer.decided_at is not None:
            steps.append(Step(offer.decided_at, _OFFER_ENDS[offer.state], None))
    # Of two things at the same moment, the one told first happened first.
    return sorted(steps, key=lambda step: step.at)[::-1]


def _reason(referral: Referral) -> str | None:
    if referral.decline_reason is None:
        return None
    note = f"：{referral.decline_note}" if referral.decline_note else ""
    return f"{referral.decline_reason.zh}{note}"
