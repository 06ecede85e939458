"""A bank's claims on risk pools: what may be claimed, one claim with its dossier and gaps, collections and recoveries."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES
from suxin.kernel.working_days import local_day
from suxin.risk_pool.claims import commands, queries
from suxin.risk_pool.claims.commands import CollectionDraft
from suxin.risk_pool.claims.gaps import MIN_COLLECTIONS, read_gaps
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_MAKE, CLAIM_READ
from suxin.risk_pool.claims.states import (
    COMPENSATED,
    ENDED,
    WITH_BANK,
    WITH_OPERATOR,
    ClaimState,
    CollectionKind,
    CollectionResult,
)
from suxin.risk_pool.collection_files.attaching import MAX_FILES
from suxin.risk_pool.collection_files.queries import files_of_loan
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.guarantor_parts import confirming
from suxin.risk_pool.payments.queries import payments_of
from suxin.risk_pool.recoveries.queries import recoveries_of
from suxin.risk_pool.recoveries.reporting import RecoveryDraft, report_recovery
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.claim_words import CLAIM_STATES, PAYMENT_STATES, formula
from suxin_tenants.forms import Form, options, yuan_text
from suxin_tenants.paging import read_page
from suxin_tenants.part_words import part_context
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

TABS: Final[Mapping[str, tuple[str, frozenset[ClaimState]]]] = {
    "all": ("全部", frozenset()),
    "own": ("待本行办理", WITH_BANK),
    "waiting": ("审批与付款", WITH_OPERATOR),
    "paid": ("已代偿", COMPENSATED),
    "ended": ("已结束", ENDED),
}
CLAIMABLE_SHOWN: Final = 50
FIELDS: Final = (
    "depositFen", "kind", "result", "attemptedOn", "note", "reference", "receivedFen", "costFen", "recoveredOn",
    "transferId", "transferNote", "gotFen", "attemptId", "file",
)  # fmt: skip
_AT: Final = "/desk/claims"
# A command's own name of a field, and where the page asks for it.
_RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "confirm-transfer": {"amountFen": "gotFen"},
    "deny-transfer": {"note": "transferNote"},
    "return-transfer": {"note": "transferNote"},
}


@get("/claims")
async def show_claims(visit: GivenVisit) -> Answer:
    """Show the bank's claims, newest first, and the filed loans on which a claim may be made."""
    _require(visit)
    state = visit.request.query_params.get("state", "all")
    state = state if state in TABS else "all"
    async with visit.reading() as session:
        statement, states = queries.claims_in_reach(visit.actor), TABS[state][1]
        if states:
            statement = statement.where(PoolClaim.state.in_(states))
        page = await read_page(
            session, visit.request, statement, PoolClaim.id, kept={"state": state}
        )
        claimable = await session.scalars(
            queries.claimable_filings(visit.actor).limit(CLAIMABLE_SHOWN)
        )
        context = {
            "page": page,
            "tabs": {key: zh for key, (zh, _) in TABS.items()},
            "state": state,
            "states": CLAIM_STATES,
            "claimable": claimable.all(),
            "may_make": visit.actor.may(CLAIM_MAKE),
        }
        return await visit.page(session, "bank/claims.html", context)


@post("/claims/of/{loan_id:uuid}", status_code=200)
async def send_draft(visit: GivenVisit, loan_id: FromPath[UUID]) -> Answer:
    """Put a claim on a filed loan together, and show it."""
    _require_maker(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        claim = await commands.draft_claim(
            session, visit.actor, loan_id=loan_id, now=visit.world_now
        )
        return {"id": str(claim.id)}

    done = await visit.once(await visit.form(), "claim.draft", work, loan=loan_id)
    return visit.go(f"{_AT}/{done['id']}", "代偿材料已汇总")


@get("/claims/{claim_id:uuid}")
async def show_claim(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Show one claim with its dossier, what is missing, and what may be done about it."""
    return await show_claim_with(visit, claim_id, None, status=200)


@post("/claims/{claim_id:uuid}/{act:str}", status_code=200)
async def send_act(visit: GivenVisit, claim_id: FromPath[UUID], act: FromPath[str]) -> Answer:
    """Carry out one act about a claim, or show it again with what is wrong with the form."""
    _require_maker(visit)
    if act not in _ACTS:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    done, read, carry_out = _ACTS[act]
    form = await visit.form()
    values = read(form)
    if form.errors:
        return await show_claim_with(visit, claim_id, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await carry_out(session, visit, claim_id, values)
        return {}

    try:
        await visit.once(form, f"claim.{act}", work, about=claim_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, _RENAMED.get(act, {}), FIELDS).items():
            form.fail(name, message)
        return await show_claim_with(visit, claim_id, form, status=422)
    return visit.go(f"{_AT}/{claim_id}", done)


def _no_fields(_form: Form) -> dict[str, Any]:
    return {}


def _deposit(form: Form) -> dict[str, Any]:
    return {"deposit_fen": form.yuan("depositFen")}


def _collection(form: Form) -> dict[str, Any]:
    form.require("kind", "result", "attemptedOn")
    kind, result = form.choice("kind", CollectionKind), form.choice("result", CollectionResult)
    day = _day(form, "attemptedOn")
    if kind is None or result is None or day is None:
        return {}
    draft = CollectionDraft(kind=kind, result=result, attempted_on=day, note=form.text("note"))
    return {"draft": draft}


def _recovery(form: Form) -> dict[str, Any]:
    form.require("reference", "receivedFen", "recoveredOn")
    received, cost = form.yuan("receivedFen"), form.yuan("costFen")
    day = _day(form, "recoveredOn")
    if day is None:
        return {}
    draft = RecoveryDraft(
        reference=form.text("reference"), received_fen=received, cost_fen=cost, recovered_on=day
    )
    return {"draft": draft}


def _received(form: Form) -> dict[str, Any]:
    form.require("transferId", "gotFen")
    return {"transfer_id": form.id("transferId"), "amount_fen": form.yuan("gotFen")}


def _said(form: Form) -> dict[str, Any]:
    form.require("transferId", "transferNote")
    return {"transfer_id": form.id("transferId"), "note": form.text("transferNote")}


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "日期应如 2026-11-20")
        return None


async def _rework(
    session: AsyncSession, visit: Visit, claim_id: UUID, values: dict[str, Any]
) -> None:
    claim = await queries.own_claim(session, visit.actor, claim_id)
    await commands.draft_claim(
        session, visit.actor, loan_id=claim.loan_id, now=visit.world_now, **values
    )


async def _collect(
    session: AsyncSession, visit: Visit, claim_id: UUID, values: dict[str, Any]
) -> None:
    claim = await queries.own_claim(session, visit.actor, claim_id)
    await commands.record_collection(
        session, visit.actor, loan_id=claim.loan_id, now=visit.world_now, **values
    )
    if claim.state in WITH_BANK:
        await commands.draft_claim(session, visit.actor, loan_id=claim.loan_id, now=visit.world_now)


async def _submit(session: AsyncSession, visit: Visit, claim_id: UUID, _: dict[str, Any]) -> None:
    await commands.submit_claim(session, visit.actor, claim_id=claim_id, now=visit.world_now)


async def _withdraw(session: AsyncSession, visit: Visit, claim_id: UUID, _: dict[str, Any]) -> None:
    await commands.withdraw_claim(session, visit.actor, claim_id=claim_id, now=visit.world_now)


async def _recover(
    session: AsyncSession, visit: Visit, claim_id: UUID, values: dict[str, Any]
) -> None:
    await report_recovery(session, visit.actor, claim_id=claim_id, now=visit.world_now, **values)


async def _confirm(session: AsyncSession, visit: Visit, _: UUID, values: dict[str, Any]) -> None:
    await confirming.confirm_transfer(session, visit.actor, now=visit.world_now, **values)


async def _deny(session: AsyncSession, visit: Visit, _: UUID, values: dict[str, Any]) -> None:
    await confirming.deny_transfer(session, visit.actor, now=visit.world_now, **values)


async def _return(session: AsyncSession, visit: Visit, _: UUID, values: dict[str, Any]) -> None:
    await confirming.give_transfer_back(session, visit.actor, now=visit.world_now, **values)


_ACTS: Final[
    Mapping[
        str,
        tuple[
            str,
            Callable[[Form], dict[str, Any]],
            Callable[[AsyncSession, Visit, UUID, dict[str, Any]], Awaitable[None]],
        ],
    ]
] = {
    "rework": ("已按最新情况重新计算", _deposit, _rework),
    "collect": ("催收已登记", _collection, _collect),
    "submit": ("代偿申请已提交", _no_fields, _submit),
    "withdraw": ("代偿申请已撤回", _no_fields, _withdraw),
    "recover": ("追偿已登记", _recovery, _recover),
    "confirm-transfer": ("代偿款已确认到账", _received, _confirm),
    "deny-transfer": ("已答复未到账", _said, _deny),
    "return-transfer": ("已登记退回", _said, _return),
}


async def show_claim_with(
    visit: Visit, claim_id: UUID, form: Form | None, *, status: int
) -> Answer:
    """Show one claim, with what was typed and what is wrong with it."""
    _require(visit)
    async with visit.reading() as session:
        claim = await queries.own_claim(session, visit.actor, claim_id)
        filing = await session.get(PoolFiling, (claim.tenant_id, claim.filing_id))
        attempts = await queries.collections_of(
            session, tenant_id=claim.tenant_id, loan_id=claim.loan_id
        )
        today = local_day(visit.world_now).isoformat()
        first = {
            "depositFen": yuan_text(claim.deposit_fen),
            "attemptedOn": today,
            "recoveredOn": today,
        }
        context = {
            "claim": claim,
            "filing": filing,
            "state": CLAIM_STATES[claim.state],
            "gaps": read_gaps(claim.gaps),
            "formula": formula(claim),
            "collections": attempts,
            "attempts": [(str(one.id), f"{one.attempted_on} {one.kind.zh}") for one in attempts],
            "files": await files_of_loan(session, tenant_id=claim.tenant_id, loan_id=claim.loan_id),
            "max_files": MAX_FILES,
            "max_mb": MAX_DOCUMENT_BYTES // 1024**2,
            "payments": await payments_of(
                session, operator_id=claim.operator_id, claim_id=claim.id
            ),
            "payment_states": PAYMENT_STATES,
            "recoveries": await recoveries_of(
                session, tenant_id=claim.tenant_id, claim_id=claim.id
            ),
            "with_bank": claim.state in WITH_BANK,
            "compensated": claim.state in COMPENSATED,
            "withdrawable": claim.state in WITH_BANK | {ClaimState.SUBMITTED},
            "may_make": visit.actor.may(CLAIM_MAKE),
            "least": MIN_COLLECTIONS,
            "kinds": options(CollectionKind),
            "results": options(CollectionResult),
            "values": first if form is None else {name: form.text(name) for name in FIELDS},
            "errors": {} if form is None else form.errors,
            **await part_context(session, claim),
        }
        return await visit.page(session, "bank/claim.html", context, status=status)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(CLAIM_READ)


def _require_maker(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(CLAIM_MAKE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_claims,
    send_draft,
    show_claim,
    send_act,
)
