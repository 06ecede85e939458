"""The timeline of a request as its applicant sees it: what happened, when, and at which bank."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from suxin.lending.models import (
    LoanRequest,
    Offer,
    OfferState,
    Referral,
    ReferralState,
    RequestState,
)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One thing that happened; ``kind`` is stable, ``zh`` and ``en`` are shown."""

    at: datetime
    kind: str
    zh: str
    en: str
    bank: str | None = None


_REQUEST_ENDS = {
    RequestState.ACCEPTED: ("accepted", "已接受报价", "offer accepted"),
    RequestState.WITHDRAWN: ("withdrawn", "已撤回申请", "request withdrawn"),
    RequestState.EXPIRED: ("expired", "申请已到期", "request expired"),
    RequestState.UNMATCHED: ("unmatched", "没有可对接的产品或银行", "no product or bank fits"),
}
_REFERRAL_ENDS = {
    ReferralState.DECLINED: ("declined", "未予受理", "declined"),
    ReferralState.LAPSED: ("lapsed", "超时未办理，已退回", "not dealt with in time, returned"),
    ReferralState.PASSED: ("passed", "对接已结束", "referral closed"),
}
_OFFER_ENDS = {
    OfferState.CHOSEN: ("offer_chosen", "报价已被接受", "this offer was accepted"),
    OfferState.EXPIRED: ("offer_expired", "报价已过期", "offer expired"),
    OfferState.WITHDRAWN: ("offer_withdrawn", "银行撤回报价", "offer withdrawn by the bank"),
}


def timeline(
    request: LoanRequest,
    referrals: Iterable[tuple[Referral, str]],
    offers: Iterable[tuple[Offer, str]],
) -> list[TimelineEvent]:
    """Return everything that happened to a request, oldest first. Banks are given by the name to show."""
    events = [TimelineEvent(request.created_at, "submitted", "提交申请", "request submitted")]
    for referral, bank in referrals:
        events.extend(_of_referral(referral, bank))
    for offer, bank in offers:
        events.append(TimelineEvent(offer.made_at, "offered", "银行报价", "offer made", bank))
        if offer.state in _OFFER_ENDS and offer.decided_at is not None:
            events.append(TimelineEvent(offer.decided_at, *_OFFER_ENDS[offer.state], bank))
    if request.state in _REQUEST_ENDS and request.ended_at is not None:
        events.append(TimelineEvent(request.ended_at, *_REQUEST_ENDS[request.state]))
    return sorted(events, key=lambda event: event.at)


def _of_referral(referral: Referral, bank: str) -> list[TimelineEvent]:
    steps = (
        (referral.dispatched_at, "dispatched", "线索已匿名推送", "sent anonymously"),
        (referral.accepted_at, "bank_accepted", "银行已受理", "taken up by the bank"),
        (referral.consented_at, "consented", "您已授权该银行", "you permitted this bank"),
        (referral.contacted_at, "contacted", "银行已联系", "contacted by the bank"),
    )
    events = [TimelineEvent(at, kind, zh, en, bank) for at, kind, zh, en in steps if at is not None]
    if referral.state in _REFERRAL_ENDS and referral.decided_at is not None:
        kind, zh, en = _REFERRAL_ENDS[referral.state]
        if referral.decline_reason is not None:
            zh, en = f"{zh}：{referral.decline_reason.zh}", f"{en}: {referral.decline_reason.en}"
        events.append(TimelineEvent(referral.decided_at, kind, zh, en, bank))
    return events
