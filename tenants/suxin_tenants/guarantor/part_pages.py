"""The guarantor's parts of claims: the queue, one part with the claim's dossier, its answer, and what is paid either way."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import local_day
from suxin.risk_pool.claims.gaps import MIN_COLLECTIONS
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.states import CollectionKind, CollectionResult
from suxin.risk_pool.guarantor_parts import answering, confirming, noting, queries
from suxin.risk_pool.guarantor_parts.models import GuarantorPart
from suxin.risk_pool.guarantor_parts.policies import (
    PART_ANSWER,
    PART_CONFIRM,
    PART_PAY,
    PART_READ,
)
from suxin.risk_pool.guarantor_parts.states import (
    PartRefusal,
    PartState,
    TransferKind,
    TransferState,
)
from suxin.risk_pool.losses import guarantor_owes_fen
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.claim_words import CLAIM_STATES, formula
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.part_words import PART_STATES, part_context
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/guarantor-parts"
TABS: Final[Mapping[str, tuple[str, frozenset[PartState]]]] = {
    "asked": ("待答复", frozenset({PartState.ASKED})),
    "agreed": ("已同意", frozenset({PartState.AGREED})),
    "refused": ("不同意", frozenset({PartState.REFUSED})),
    "withdrawn": ("无须答复", frozenset({PartState.WITHDRAWN})),
}
FIELDS: Final = (
    "code", "refusal", "note", "reference", "amountFen", "paidOn", "transferId", "gotFen",
)  # fmt: skip
# The command's own name of a field, and where the page asks for it.
_RENAMED: Final = {"confirm": {"amountFen": "gotFen"}}
_TOLD_HERE: Final = frozenset({"SECOND_FACTOR_MISSING", "FORBIDDEN"})


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing that is done about a part: the news of it, the fields it needs, and the command."""

    done: str
    needs: tuple[str, ...]
    work: Callable[[AsyncSession, Visit, UUID, Form], Awaitable[Any]]


@get("/guarantor-parts")
async def show_parts(visit: GivenVisit) -> Answer:
    """Show what the guarantor is asked to bear, newest first."""
    _require(visit)
    tab = visit.request.query_params.get("state", "asked")
    tab = tab if tab in TABS else "asked"
    async with visit.reading() as session:
        counts = await queries.part_counts(session, visit.actor)
        statement = queries.parts_shown(visit.actor).where(GuarantorPart.state.in_(TABS[tab][1]))
        page = await read_page(
            session,
            visit.request,
            statement.order_by(None),
            GuarantorPart.id,
            kept={"state": tab},
        )
        context = {
            "page": page,
            "tabs": [
                (key, f"{zh} {sum(counts.get(one, 0) for one in among)}")
                for key, (zh, among) in TABS.items()
            ],
            "state": tab,
            "states": PART_STATES,
            "banks": await _banks(session, {row[0].tenant_id for row in page.rows}),
        }
        return await visit.page(session, "guarantor/parts.html", context)


@get("/guarantor-parts/{part_id:uuid}")
async def show_part(visit: GivenVisit, part_id: FromPath[UUID]) -> Answer:
    """Show one part with the claim as it was submitted."""
    return await _show(visit, part_id, None, status=200)


@post("/guarantor-parts/{part_id:uuid}/{act:str}", status_code=200)
async def send_part_act(visit: GivenVisit, part_id: FromPath[UUID], act: FromPath[str]) -> Answer:
    """Carry out one act about a part, or show it again with what is wrong with the form."""
    _require(visit)
    found = _ACTS.get(act)
    if found is None:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    form = await visit.form()
    form.require(*found.needs)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await found.work(session, visit, part_id, form)
        return {}

    if not form.errors:
        _read(form, found.needs)
    if form.errors:
        return await _show(visit, part_id, form, status=422)
    try:
        await visit.once(form, f"guarantor_part.{act}", work, about=part_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal) and refusal.code not in _TOLD_HERE:
            raise
        for name, message in errors_of(refusal, _RENAMED.get(act, {}), FIELDS).items():
            form.fail(name, message)
        return await _show(visit, part_id, form, status=422)
    return visit.go(f"{PLACE}/{part_id}", found.done)


def _read(form: Form, needs: tuple[str, ...]) -> None:
    """Note what cannot be read of a form, before anything is done."""
    if "paidOn" in needs:
        _day(form)
    if "refusal" in needs:
        form.choice("refusal", PartRefusal)
    for name in ("amountFen", "gotFen"):
        if name in needs:
            form.yuan(name)
    if "transferId" in needs:
        form.id("transferId")


def _day(form: Form) -> date:
    try:
        return date.fromisoformat(form.text("paidOn"))
    except ValueError:
        form.fail("paidOn", "请填写日期，如 2026-11-20")
        return date.min


async def _agree(session: AsyncSession, visit: Visit, part_id: UUID, form: Form) -> None:
    await answering.agree_to_part(
        session,
        visit.actor,
        part_id=part_id,
        code=form.text("code"),
        sealer=visit.runtime.sealer,
        now=visit.now,
    )


async def _refuse(session: AsyncSession, visit: Visit, part_id: UUID, form: Form) -> None:
    await answering.refuse_part(
        session,
        visit.actor,
        part_id=part_id,
        refusal=form.choice("refusal", PartRefusal) or PartRefusal.OTHER,
        note=form.text("note"),
        now=visit.now,
    )


async def _pay(session: AsyncSession, visit: Visit, part_id: UUID, form: Form) -> None:
    note = noting.PaymentNote(
        reference=form.text("reference"), amount_fen=form.yuan("amountFen"), paid_on=_day(form)
    )
    await noting.note_payment(session, visit.actor, part_id=part_id, draft=note, now=visit.now)


async def _confirm(session: AsyncSession, visit: Visit, _: UUID, form: Form) -> None:
    transfer_id = form.id("transferId")
    if transfer_id is None:
        raise NotFound(thing_zh="划款", thing_en="transfer", field="transferId")
    await confirming.confirm_transfer(
        session,
        visit.actor,
        transfer_id=transfer_id,
        amount_fen=form.yuan("gotFen"),
        now=visit.now,
    )


_ACTS: Final[Mapping[str, _Act]] = {
    "agree": _Act("已同意分担，银行和运营机构已收到通知", ("code",), _agree),
    "refuse": _Act("已答复不同意分担，银行和运营机构已收到通知", ("refusal", "note"), _refuse),
    "pay": _Act("代偿款已登记，待银行确认", ("reference", "amountFen", "paidOn"), _pay),
    "confirm": _Act("追偿分配已确认到账", ("transferId", "gotFen"), _confirm),
}


async def _show(visit: Visit, part_id: UUID, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    actor = visit.actor
    async with visit.reading() as session:
        part = await queries.shown_part(session, actor, part_id)
        claim = await session.get(PoolClaim, (part.tenant_id, part.claim_id))
        if claim is None:
            raise NotFound(thing_zh="代偿申请", thing_en="claim")
        owed = guarantor_owes_fen(claim.compensation, claim.recoveries, agreed_fen=part.amount_fen)
        latest = claim.round == part.round
        shown = await part_context(session, claim)
        payable = latest and part.state is PartState.AGREED and claim.state in noting.PAYABLE
        context = {
            "part": part,
            "claim": claim,
            "bank": (await _banks(session, {part.tenant_id})).get(part.tenant_id, ""),
            "state": PART_STATES[part.state],
            "claim_state": CLAIM_STATES[claim.state],
            "formula": formula(claim),
            "owed_fen": owed if payable else 0,
            "waits": part.state is PartState.ASKED,
            "answerable": part.state in {PartState.ASKED, PartState.REFUSED},
            "may_answer": actor.may(PART_ANSWER),
            "may_pay": actor.may(PART_PAY) and payable,
            "may_confirm": actor.may(PART_CONFIRM),
            "reasons": options(PartRefusal),
            "least": MIN_COLLECTIONS,
            "kind_words": dict(options(CollectionKind)),
            "result_words": dict(options(CollectionResult)),
            "values": {"paidOn": local_day(visit.now).isoformat()}
            if form is None
            else {name: form.text(name) for name in FIELDS},
            "errors": {} if form is None else form.errors,
            **shown,
            "under_way": any(
                one.kind is TransferKind.COMPENSATION and one.state is TransferState.NOTED
                for one in shown["transfers"]
            ),
        }
        return await visit.page(session, "guarantor/part.html", context, status=status)


async def _banks(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    found = [await session.get(Tenant, one) for one in ids]
    return {one.id: one.name for one in found if one is not None}


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.GUARANTOR)
    visit.actor.require(PART_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_parts, show_part, send_part_act)
