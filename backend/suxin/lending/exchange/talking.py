"""The conversation of a referral: messages of its bank and its applicant, in text alone, read marks, and who is told."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.texts import bounded_text
from suxin.lending import policies
from suxin.lending.exchange import queries
from suxin.lending.exchange.keeping import KEPT_AFTER, keep_with_request
from suxin.lending.exchange.models import Author, ReferralMessage
from suxin.lending.exchange.standing import ReferralEnded, hold_applicant
from suxin.lending.exchange.telling import tell_of_message
from suxin.lending.models import Lead, LeadParty, Referral
from suxin.lending.queries import referrals as referral_queries
from suxin.lending.queries import requests as request_queries
from suxin.lending.routing.telling import tell_desk

MAX_TEXT: Final = 500
MAX_MESSAGES: Final = 100
"""How many messages each side writes on one referral at the most (proposed default)."""


class TooManyMessages(Refusal):
    """One side has written as many messages as it may."""

    code = "TOO_MANY_MESSAGES"
    kind = RefusalKind.LIMITED
    zh = "每笔对接每方最多 {limit} 条消息，请改用电话联系"
    en = "Each side writes at most {limit} messages on one referral; please telephone"


async def send_message(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, text: str, now: datetime
) -> ReferralMessage:
    """Write to the applicant of a referral, who is told; only whom the bank is let know is written to.

    :raises NotFound, Forbidden, OutsideOwnArea: if the referral is not the actor's to work on
    :raises Invalid: if the text is empty or too long
    :raises ReferralEnded: if the referral has ended
    :raises ConsentRequired: without a live basis for this request
    :raises TooManyMessages: if the bank has written ``MAX_MESSAGES``
    """
    actor.require(policies.REFERRAL_WORK)
    words = bounded_text(text, "text", most=MAX_TEXT)
    referral = await referral_queries.lock_own_referral(session, actor, referral_id)
    policies.require_in_reach(actor, referral)
    party, _ = await hold_applicant(session, actor, referral, now=now)
    message = await _written(
        session, referral, party, Author.BANK, words, by=(actor.staff_id, None), now=now
    )
    await _tell_applicant(session, referral, now=now)
    return message


async def write_to_bank(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, text: str, now: datetime
) -> ReferralMessage:
    """Write to the bank of a referral of one's own request; whoever works on it there is told.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is no referral of his
    :raises Invalid: if the text is empty or too long
    :raises ReferralEnded: if the referral has ended, or he has not let the bank know him
    :raises TooManyMessages: if he has written ``MAX_MESSAGES``
    """
    words = bounded_text(text, "text", most=MAX_TEXT)
    known, party = await queries.referral_of_own(session, actor, referral_id)
    referral = await referral_queries.lock_referral(session, known.tenant_id, referral_id)
    # Before he lets the bank know him, a message could name him to it.
    if referral is None or not referral.answerable or referral.consented_at is None:
        raise ReferralEnded
    message = await _written(
        session, referral, party, Author.APPLICANT, words, by=(None, actor.person_id), now=now
    )
    await tell_desk(session, referral, "申请人来信", "申请人发来新消息，请查看。", now=now)
    return message


async def mark_conversation_read(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, now: datetime
) -> int:
    """Mark what the applicant wrote as read by the bank; return how many messages that were.

    :raises NotFound, Forbidden, OutsideOwnArea: if the referral is not the actor's to read
    """
    actor.require(policies.REFERRAL_WORK)
    referral, _ = await referral_queries.own_referral(session, actor, referral_id)
    policies.require_in_reach(actor, referral)
    return await _marked(session, referral, Author.APPLICANT, now=now)


async def mark_bank_read(
    session: AsyncSession, actor: Actor, *, referral_id: UUID, now: datetime
) -> int:
    """Mark what a bank wrote as read by the acting subject; return how many messages that were.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if it is no referral of his
    """
    referral, _ = await queries.referral_of_own(session, actor, referral_id)
    return await _marked(session, referral, Author.BANK, now=now)


async def _marked(
    session: AsyncSession, referral: Referral, author: Author, *, now: datetime
) -> int:
    marked = await session.execute(
        update(ReferralMessage)
        .where(
            ReferralMessage.tenant_id == referral.tenant_id,
            ReferralMessage.referral_id == referral.id,
            ReferralMessage.author == author,
            ReferralMessage.read_at.is_(None),
        )
        .values(read_at=now)
        .returning(ReferralMessage.id)
        .execution_options(synchronize_session=False)
    )
    return len(marked.all())


async def _written(
    session: AsyncSession,
    referral: Referral,
    party: LeadParty,
    author: Author,
    words: str,
    *,
    by: tuple[UUID | None, UUID | None],
    now: datetime,
) -> ReferralMessage:
    before = await queries.messages_sent(session, referral.tenant_id, referral.id, author)
    if before >= MAX_MESSAGES:
        raise TooManyMessages(limit=MAX_MESSAGES)
    message = ReferralMessage(
        tenant_id=referral.tenant_id,
        id=new_id(now),
        referral_id=referral.id,
        request_id=party.request_id,
        subject_id=party.subject_id,
        author=author,
        staff_id=by[0],
        person_id=by[1],
        text=words,
        sent_at=now,
        read_at=None,
        erased_at=None,
    )
    session.add(message)
    append_act(
        session,
        action="lending.message.sent",
        now=now,
        tenant_id=referral.tenant_id,
        subject_id=party.subject_id,
        object_type="referral",
        object_id=referral.id,
    )
    tell_of_message(session, message, now=now)
    await session.flush()
    if before == 0:
        # The first of each side; whichever looks later finds nothing left.
        lead = await session.get_one(Lead, referral.lead_id)
        await keep_with_request(
            session,
            subject_id=party.subject_id,
            request_id=party.request_id,
            due=lead.closes_at + KEPT_AFTER,
            now=now,
        )
    return message


async def _tell_applicant(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    request = await referral_queries.request_behind(session, referral.lead_id)
    if request is None:
        return
    bank = await request_queries.bank_name(session, referral.tenant_id)
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="request_progress",
        title="银行来信",
        body=f"{bank}就您的贷款申请发来消息，请在申请详情中查看和回复。",
        link=f"/pages/request?id={request.id}",
        facts={"number": request.number, "progress": "银行来信"},
        now=now,
    )
