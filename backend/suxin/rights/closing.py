"""Close my account (注销, PIPL art. 15, 47): one transaction in which everything that runs in a person's name ends.

Log-ins, the WeChat account, mandates, permissions and open requests end; what may be erased is; the proof of who he is
follows as soon as no contract needs it. The one thing that stands against it is a loan contract that still runs.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import revoke_consent
from suxin.consent.models import GIVEN, ConsentState
from suxin.consent.oauth.grants import end_grants_of_account
from suxin.consent.oauth.log_ins import end_log_ins_of_person
from suxin.consent.queries import open_consents_of
from suxin.consent.requests import reject_request
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.working_days import local_day
from suxin.lending.commands.requests import withdraw_request
from suxin.lending.queries.contracts import running_contracts
from suxin.lending.queries.requests import open_requests_by
from suxin.review.filing import withdraw_case
from suxin.review.states import WITHDRAWABLE
from suxin.rights.erasure import Deletion, Gone, erase_portions
from suxin.rights.kinds import KINDS
from suxin.rights.portions import portion_named, portions_of
from suxin.rights.queries.cases import open_cases
from suxin.subjects.closures import AccountClosure
from suxin.subjects.mandates import end_mandate
from suxin.subjects.models import Mandate, WeChatAccount
from suxin.subjects.queries import my_subjects

PHRASE: Final = "确认注销"
"""What the person types to show that he means it."""

ERASE_IDENTITY_TOPIC: Final = "rights.identity.erase"
_REASON: Final = "账号注销"


class ContractRunning(Refusal):
    """A loan contract that the person concluded is not paid back, so that his account cannot be closed yet."""

    code = "CONTRACT_RUNNING"
    zh = (
        "您在{bank}的贷款合同（申请号 {number}，约定 {until} 还清）仍在履行，暂不能注销；"
        "请先结清贷款，或与银行办结合同"
    )
    en = (
        "Your loan contract with {bank} (request {number}, to be paid back by {until}) still runs;"
        " pay the loan back or settle the contract with the bank first"
    )


class CloseAsYourself(Refusal):
    """The account is the person's own: it is not closed while acting for a firm."""

    code = "CLOSE_AS_YOURSELF"
    zh = "账号属于您本人，请切换为以本人名义后再注销"
    en = "The account is your own; act for yourself to close it"


async def close_account(
    session: AsyncSession, actor: Actor, *, confirmation: str, now: datetime
) -> Deletion:
    """Close the acting person's account; return what was erased, and what is kept and why.

    :raises Forbidden: if no proved person acts
    :raises CloseAsYourself: if he acts for a firm
    :raises Invalid: if he did not type the phrase
    :raises ContractRunning: if a loan contract of his, or one he concluded for a firm, still runs
    Source: PIPL art. 15, 47
    """
    person_id = actor.own_person
    if actor.own_subject != person_id:
        raise CloseAsYourself
    if confirmation.strip() != PHRASE:
        raise Invalid(
            field="confirmation",
            reason_zh=f"请输入“{PHRASE}”",
            reason_en="type the phrase that confirms it",
        )
    firms = await _mandates(session, person_id, now=now)
    for subject_id in (person_id, *(mandate.subject_id for mandate in firms)):
        async with _acting(session, actor, subject_id) as acting:
            await _require_no_contract(session, acting, now=now)
            await _end_what_runs(session, acting, now=now)
    for case in await open_cases(session, person_id):
        # What was answered takes effect by itself.
        if case.state in WITHDRAWABLE:
            await withdraw_case(session, actor, kind=KINDS[case.kind], case_id=case.id, now=now)
    for mandate in firms:
        await end_mandate(session, actor, mandate_id=mandate.id, now=now)
    accounts = await _end_log_ins(session, person_id, now=now)
    done = await erase_portions(session, actor, list(portions_of(actor)), now=now)
    if accounts:
        done.erased.append(Gone(portion_named(actor, "wechat_accounts"), accounts))
    await _write_down(session, person_id, done, now=now)
    return done


async def _mandates(session: AsyncSession, person_id: UUID, *, now: datetime) -> list[Mandate]:
    held = await my_subjects(session, person_id=person_id, now=now)
    return [one.mandate for one in held if one.mandate is not None]


@asynccontextmanager
async def _acting(session: AsyncSession, actor: Actor, subject_id: UUID) -> AsyncIterator[Actor]:
    """Act for a subject whose mandate the person holds until the end of this command."""
    if subject_id == actor.own_subject:
        yield actor
        return
    async with act_for(session, subject_id=subject_id, reason="account closed"):
        yield replace(actor, subject_id=subject_id)


async def _require_no_contract(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    """Refuse while a contract runs that the person concluded for the acting subject."""
    for contract in await running_contracts(
        session, subject_id=actor.own_subject, person_id=actor.own_person, now=now
    ):
        raise ContractRunning(
            bank=contract.bank,
            number=contract.number,
            until=local_day(contract.until).isoformat(),
        )


async def _end_what_runs(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    """Take back the requests the person made for the acting subject, and the permissions he gave."""
    subject_id, person_id = actor.own_subject, actor.own_person
    for request_id in await open_requests_by(session, subject_id=subject_id, person_id=person_id):
        await withdraw_request(session, actor, request_id=request_id, now=now)
    for consent in await open_consents_of(session, subject_id):
        if consent.state is ConsentState.REQUESTED and subject_id == person_id:
            await reject_request(session, actor, consent_id=consent.id, reason=_REASON, now=now)
        elif consent.state in GIVEN and consent.decided_by in (None, person_id):
            await revoke_consent(session, actor, consent_id=consent.id, reason=_REASON, now=now)


async def _end_log_ins(session: AsyncSession, person_id: UUID, *, now: datetime) -> int:
    """Forget the person's WeChat accounts and return how many; end every log-in.

    Whoever opens the mini program next is a new visitor.
    """
    async with doorway(session):
        openids: Sequence[str] = (
            await session.scalars(
                delete(WeChatAccount)
                .where(WeChatAccount.person_id == person_id)
                .returning(WeChatAccount.openid)
                .execution_options(synchronize_session=False)
            )
        ).all()
    for openid in openids:
        await end_grants_of_account(
            session, openid=openid, until=now, reason="account_closed", now=now
        )
    await end_log_ins_of_person(session, person_id, now=now)
    return len(openids)


async def _write_down(
    session: AsyncSession, person_id: UUID, done: Deletion, *, now: datetime
) -> None:
    closure_id = new_id(now)
    session.add(AccountClosure(person_id=person_id, id=closure_id, closed_at=now))
    append_act(
        session,
        action="rights.account.closed",
        now=now,
        subject_id=person_id,
        object_type="account_closure",
        object_id=closure_id,
        detail={
            "erased": [f"{gone.portion.zh} {gone.rows}" for gone in done.erased],
            "kept": [f"{stays.portion.zh} {stays.rows}" for stays in done.kept],
        },
    )
    await outbox.post(session, ERASE_IDENTITY_TOPIC, {"person_id": person_id}, now=now, wake=True)
