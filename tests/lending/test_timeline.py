"""The timeline: what happened to a request, when and at which bank, oldest first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from small_city import SmallCity, offer_terms

from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.referrals import accept_referral, decline_referral, record_contact
from suxin.lending.models import (
    LoanRequest,
    Offer,
    OfferState,
    Referral,
    ReferralState,
    RequestState,
)
from suxin.lending.queries.requests import offers_of, own_request, referrals_of
from suxin.lending.terms import DeclineReason
from suxin.lending.timeline import timeline

T0 = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def at(hours: int) -> datetime:
    return T0 + timedelta(hours=hours)


def request(state: RequestState, ended: int | None = None) -> LoanRequest:
    return LoanRequest(state=state, created_at=T0, ended_at=None if ended is None else at(ended))


def referral(state: ReferralState, **given: Any) -> Referral:
    return Referral(state=state, dispatched_at=at(1), **given)


async def test_a_whole_path_reads_in_the_order_it_happened(small_city: SmallCity) -> None:
    city, (bank, other) = small_city, small_city.banks
    submitted = await city.submit(now=at(0))
    request_id = submitted.request.id
    mine = await city.referral_to(submitted, bank)
    theirs = await city.referral_to(submitted, other)
    await city.act(accept_referral, bank.officer, referral_id=mine, now=at(1))
    await city.consent(request_id, bank, now=at(2))
    await city.act(
        decline_referral,
        other.officer,
        referral_id=theirs,
        reason=DeclineReason.INDUSTRY_POLICY,
        note=None,
        now=at(3),
    )
    await city.act(record_contact, bank.officer, referral_id=mine, now=at(4))
    offer = await city.act(
        make_offer, bank.officer, referral_id=mine, terms=offer_terms(), now=at(5)
    )
    await city.act(accept_offer, city.applicant, offer_id=offer.id, now=at(6))

    async with city.database.snapshot(city.applicant, now=at(7)) as session:
        events = timeline(
            await own_request(session, city.applicant, request_id),
            [
                (row[0], row[1].short_name)
                for row in await session.execute(referrals_of(request_id))
            ],
            [
                (row[0], row[1].short_name)
                for row in await session.execute(offers_of(city.firm_id, request_id))
            ],
        )
    assert [(event.at, event.kind, event.bank) for event in events] == [
        (at(0), "submitted", None),
        (at(0), "dispatched", "二行"),
        (at(0), "dispatched", "一行"),
        (at(1), "bank_accepted", "一行"),
        (at(2), "consented", "一行"),
        (at(3), "declined", "二行"),
        (at(4), "contacted", "一行"),
        (at(5), "offered", "一行"),
        (at(6), "offer_chosen", "一行"),
        (at(6), "accepted", None),
    ]
    assert (events[5].zh, events[5].en) == (
        "未予受理：不符合本行行业信贷政策",
        f"declined: {DeclineReason.INDUSTRY_POLICY.en}",
    )
    assert [event.en for event in events if event.bank != "二行"] == [
        "request submitted",
        "sent anonymously",
        "taken up by the bank",
        "you permitted this bank",
        "contacted by the bank",
        "offer made",
        "this offer was accepted",
        "offer accepted",
    ]


def test_a_request_that_nothing_answered_is_two_lines() -> None:
    events = timeline(request(RequestState.UNMATCHED, 0), [], [])
    assert [(event.kind, event.zh) for event in events] == [
        ("submitted", "提交申请"),
        ("unmatched", "没有可对接的产品或银行"),
    ]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (RequestState.OPEN, ["submitted"]),
        (RequestState.OFFERED, ["submitted"]),
        (RequestState.ACCEPTED, ["submitted", "accepted"]),
        (RequestState.WITHDRAWN, ["submitted", "withdrawn"]),
        (RequestState.EXPIRED, ["submitted", "expired"]),
    ],
)
def test_only_a_request_that_ended_shows_its_end(state: RequestState, kinds: list[str]) -> None:
    ended = None if len(kinds) == 1 else 9
    assert [event.kind for event in timeline(request(state, ended), [], [])] == kinds


@pytest.mark.parametrize(
    ("state", "last"),
    [
        (ReferralState.LAPSED, ("lapsed", "超时未办理，已退回")),
        (ReferralState.PASSED, ("passed", "对接已结束")),
        (ReferralState.DUE_DILIGENCE, ("dispatched", "线索已匿名推送")),
        # That it offered shows as the offer.
        (ReferralState.OFFERED, ("dispatched", "线索已匿名推送")),
    ],
)
def test_a_referral_shows_how_it_ended(state: ReferralState, last: tuple[str, str]) -> None:
    events = timeline(request(RequestState.OPEN), [(referral(state, decided_at=at(5)), "一行")], [])
    assert (events[-1].kind, events[-1].zh) == last
    assert events[-1].bank == "一行"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (OfferState.CHOSEN, "offer_chosen"),
        (OfferState.EXPIRED, "offer_expired"),
        (OfferState.WITHDRAWN, "offer_withdrawn"),
        (OfferState.PASSED, None),
        (OfferState.OPEN, None),
    ],
)
def test_an_offer_shows_how_it_ended(state: OfferState, kind: str | None) -> None:
    offer = Offer(state=state, made_at=at(2), decided_at=at(3))
    kinds = [event.kind for event in timeline(request(RequestState.OFFERED), [], [(offer, "一行")])]
    assert kinds == ["submitted", "offered", *([kind] if kind else [])]
