"""Inbox items of the demo city: what banks and applicants were told lately."""

from datetime import timedelta
from typing import Final

from suxin.kernel.money import format_wan
from suxin.kernel.notices import Notice
from suxin.lending.models import Lead, LoanRequest, Offer, Referral, ReferralState
from suxin.lending.policies import REFERRAL_READ
from suxin_server.demo.book import Stage

LATELY: Final = timedelta(days=5)


def tell(stage: Stage) -> None:
    """Add the notices that the product itself would have left."""
    leads = {row.id: row for row in stage.book.rows(Lead) if isinstance(row, Lead)}
    for row in stage.book.rows(Referral):
        if isinstance(row, Referral) and row.state is ReferralState.DISPATCHED:
            _tell_bank(stage, row, leads[row.lead_id])
    requests = {row.id: row for row in stage.book.rows(LoanRequest) if isinstance(row, LoanRequest)}
    for row in stage.book.rows(Offer):
        if isinstance(row, Offer) and row.made_at > stage.now - LATELY:
            _tell_applicant(stage, row, requests[row.request_id])


def _tell_bank(stage: Stage, referral: Referral, lead: Lead) -> None:
    stage.book.add(
        Notice(
            id=stage.dice.id_at(referral.dispatched_at),
            tenant_id=referral.tenant_id,
            permission=str(REFERRAL_READ),
            template="referral_dispatched",
            title="收到新的贷款线索",
            body=f"线索 {lead.number}，请在 1 个工作日内受理。",
            link=f"/desk/referrals/{referral.id}",
            facts={},
            created_at=referral.dispatched_at,
        )
    )


def _tell_applicant(stage: Stage, offer: Offer, request: LoanRequest) -> None:
    stage.book.add(
        Notice(
            id=stage.dice.id_at(offer.made_at),
            person_id=request.person_id,
            template="offer_made",
            title="收到新的贷款报价",
            body=f"您的申请 {request.number} 收到一份报价，请在有效期内比较并选择。",
            link=f"/pages/request?id={request.id}",
            facts={"number": request.number, "amount": format_wan(offer.amount_fen)},
            created_at=offer.made_at,
            delivered_at=offer.made_at,
            delivered_by="wechat",
            delivery_ref="demo",
        )
    )
