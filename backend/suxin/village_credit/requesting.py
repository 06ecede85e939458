"""One tap: a request to the round's bank on a line that is in force, with the consent for that very request given in the same step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import Told, current_text, told
from suxin.consent.purposes import LOAN_MATCH
from suxin.consent.queries import recipient
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.commands.requests import (
    RequestForm,
    Submitted,
    consent_to_bank,
    submit_request,
)
from suxin.lending.models import DispatchMode
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RequestTerms
from suxin.village_credit import queries
from suxin.village_credit.joining import record, require_in_force
from suxin.village_credit.models import LineUse
from suxin.village_credit.refusals import LineExceeded, LineMisfit

CATEGORIES: Final = tuple(sorted(LOAN_MATCH.required))
CONSENT_DAYS: Final = LOAN_MATCH.max_life_days
_YUAN_FEN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """What is asked for on a line, in fen and months, with the version of the notice that was shown."""

    amount_fen: int
    term_months: int
    purpose: LoanPurpose
    notice_version: str


async def request_notice(session: AsyncSession, actor: Actor, *, member_id: UUID) -> Told:
    """Return what a household is told before its bank may see who asks.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has no such membership, or the bank is suspended
    Source: PIPL art. 14, 17, 23
    """
    member = await queries.own_membership(session, actor, member_id)
    bank = await recipient(session, member.tenant_id)
    if bank is None:
        raise NotFound(thing_zh="整村授信", thing_en="round of village credit")
    return told(
        current_text(LOAN_MATCH.code),
        recipient=bank.name,
        contact=bank.contact,
        categories=tuple(one.value for one in CATEGORIES),
        life_days=CONSENT_DAYS,
        retention_days=LOAN_MATCH.retention_days,
    )


async def request_on_line(
    session: AsyncSession, actor: Actor, *, member_id: UUID, wanted: LineRequest, now: datetime
) -> Submitted:
    """Make a loan request named to the line's bank, and permit that bank to assess it; its people decide as on any other.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it has no such membership
    :raises LineNotActive: if the line is not in force
    :raises LineExceeded: if more is asked for than the line has left
    :raises LineMisfit: if the round's product does not fit what is asked for
    :raises LoanTermOutOfRange, TooManyLoanRequests, ProductNotOffered: see ``submit_request``
    :raises NoticeOutdated, LicensedChannelRequired: see ``grant_consent``
    Source: PIPL art. 14, 23
    """
    member = await queries.lock_own_membership(session, actor, member_id)
    used_fen = await queries.used_fen(session, actor, member.id)
    left_fen = require_in_force(member, now=now) - used_fen
    if wanted.amount_fen > left_fen:
        raise LineExceeded(field="amountFen", left_yuan=max(0, left_fen) // _YUAN_FEN)
    found = await queries.open_round(session, member.round_id)
    form = RequestForm(
        terms=RequestTerms(
            amount_fen=wanted.amount_fen,
            term_months=wanted.term_months,
            purpose=wanted.purpose,
            guarantee_mode=GuaranteeMode.CREDIT,
        ),
        mode=DispatchMode.NAMED,
        product=(found.tenant_id, found.product_id),
    )
    submitted = await submit_request(session, actor, form=form, now=now)
    if not submitted.referrals:
        raise LineMisfit(field="amountFen")
    await session.flush()
    await consent_to_bank(
        session,
        actor,
        request_id=submitted.request.id,
        tenant_id=found.tenant_id,
        categories=CATEGORIES,
        life_days=CONSENT_DAYS,
        notice_version=wanted.notice_version,
        now=now,
    )
    session.add(
        LineUse(
            tenant_id=found.tenant_id,
            request_id=submitted.request.id,
            member_id=member.id,
            subject_id=member.subject_id,
            amount_fen=wanted.amount_fen,
            asked_at=now,
        )
    )
    record(session, member, "line_asked", now=now)
    await session.flush()
    return submitted
