"""The operator's tenants: the list, taking one in, suspending and resuming it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.queries import uses_summed
from suxin.kernel.identifiers import check_area_code, check_uscc
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.tenancy.commands import create_tenant, resume_tenant, suspend_tenant
from suxin.tenancy.log_in_failures import normal_login
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.passwords import require_fit
from suxin.tenancy.policies import TENANT_MANAGE, TENANT_READ
from suxin.tenancy.profiles import TENANT_KINDS_ZH, QuotaName, TenantKind
from suxin.tenancy.queries import quota_levels, tenant_counts, tenant_row, tenants
from suxin.tenancy.quotas import set_quota
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants.area_names import area_names
from suxin_tenants.client_pages import USES_SHOWN_FOR
from suxin_tenants.forms import Form
from suxin_tenants.operator.audit_pages import recent_acts
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import QUOTAS, TENANT_STATES
from suxin_web.audit_words.entries import action_words

FIELDS: Final = (
    "kind",
    "name",
    "shortName",
    "uscc",
    "contact",
    "areaCode",
    "overrideReason",
    "adminName",
    "login",
    "password",
)
REQUIRED: Final = tuple(name for name in FIELDS if name not in {"kind", "overrideReason"})
_STATUS_FIELDS: Final = ("reason",)
CEILINGS: Final = {name: f"ceiling.{name.value}" for name in QuotaName}
"""The form field of each quota's ceiling."""


@get("/tenants")
async def show_tenants(visit: GivenVisit) -> Answer:
    """Show the organisations of the city's platform."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    asked = visit.request.query_params
    kind = next((kind for kind in TenantKind if kind.value == asked.get("kind")), None)
    search = asked_text(visit.request, "q")
    kept = {**({"kind": kind.value} if kind else {}), **({"q": search} if search else {})}
    async with visit.reading() as session:
        statement = tenants(kind=kind, search=search)
        page = await read_page(session, visit.request, statement, Tenant.id, kept=kept)
        counted = await tenant_counts(session)
        return await visit.page(
            session,
            "operator/tenants.html",
            {
                "page": page,
                "kind": kind.value if kind else "",
                "search": search,
                "kinds": [(kind.value, zh) for kind, zh in TENANT_KINDS_ZH.items()],
                "kind_names": TENANT_KINDS_ZH,
                "counts": {kind.value: count for kind, count in counted.items()},
                "states": TENANT_STATES,
                "areas": await area_names(session, (row[0].area_code for row in page.rows)),
                "may_manage": visit.actor.may(TENANT_MANAGE),
            },
        )


@get("/tenants/new")
async def show_new_tenant(visit: GivenVisit) -> Answer:
    """Show the form of a new tenant."""
    return await _show_form(visit, Form({}), {}, status=200)


@post("/tenants", status_code=200)
async def send_new_tenant(visit: GivenVisit) -> Answer:
    """Take an organisation in, with its first administrator, in one step."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_MANAGE)
    form = await visit.form()
    kind = form.choice("kind", TenantKind)
    _check_typed(form)
    if kind is None or form.errors:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        return await _take_in(session, visit, form, kind)

    try:
        made = await visit.once(form, "tenant.create", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, FIELDS)
        return await _show_form(visit, form, errors, status=422)
    return visit.go(f"/desk/tenants/{made['id']}", f"{form.text('name')} 已入驻")


@get("/tenants/{tenant_id:uuid}")
async def show_tenant(visit: GivenVisit, tenant_id: FromPath[UUID]) -> Answer:
    """Show one tenant with what was done with it."""
    return await show_tenant_with(visit, tenant_id, Form({}), {}, status=200)


@post("/tenants/{tenant_id:uuid}/suspend", status_code=200)
async def send_suspend(visit: GivenVisit, tenant_id: FromPath[UUID]) -> Answer:
    """Stop a tenant from acting."""
    return await _set_status(visit, tenant_id, TenantStatus.SUSPENDED)


@post("/tenants/{tenant_id:uuid}/resume", status_code=200)
async def send_resume(visit: GivenVisit, tenant_id: FromPath[UUID]) -> Answer:
    """Let a tenant act again."""
    return await _set_status(visit, tenant_id, TenantStatus.ACTIVE)


@post("/tenants/{tenant_id:uuid}/quotas", status_code=200)
async def send_quotas(visit: GivenVisit, tenant_id: FromPath[UUID]) -> Answer:
    """Set the tenant's ceilings: those that are sent, all of them or none."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_MANAGE)
    form = await visit.form()
    sent = {name: field for name, field in CEILINGS.items() if form.has(field)}
    ceilings = {name: form.whole(field) for name, field in sent.items()}
    if form.errors:
        return await show_tenant_with(visit, tenant_id, form, form.errors, status=422)
    setting = ""

    async def work(session: AsyncSession) -> dict[str, Any]:
        nonlocal setting
        for name, ceiling in ceilings.items():
            setting = sent[name]
            await set_quota(
                session,
                visit.actor,
                tenant_id=tenant_id,
                name=name,
                ceiling=ceiling,
                profiles=visit.runtime.profiles,
                now=visit.now,
            )
        return {}

    try:
        await visit.once(form, "tenant.quotas", work, tenant=tenant_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {"ceiling": setting}, tuple(sent.values()))
        return await show_tenant_with(visit, tenant_id, form, errors, status=422)
    return visit.go(f"/desk/tenants/{tenant_id}", "额度已更新")


def _check_typed(form: Form) -> None:
    """Note everything that is wrong with the form by itself, so that nobody corrects one field after another."""
    form.require(*REQUIRED)
    reason, login = form.text("overrideReason"), normal_login(form.text("login"))
    form.check("uscc", lambda text: check_uscc(text, field="uscc", override_reason=reason))
    form.check("areaCode", lambda text: check_area_code(text, field="areaCode"))
    form.check("password", lambda text: require_fit(text, login=login))


async def _take_in(
    session: AsyncSession, visit: Visit, form: Form, kind: TenantKind
) -> dict[str, Any]:
    profiles = visit.runtime.profiles
    tenant_id = await create_tenant(
        session,
        visit.actor,
        kind=kind,
        name=form.text("name"),
        short_name=form.text("shortName"),
        uscc=form.text("uscc"),
        contact=form.text("contact"),
        area_code=form.text("areaCode"),
        profiles=profiles,
        override_reason=form.text("overrideReason") or None,
        now=visit.now,
    )
    await add_staff(
        session,
        visit.actor,
        name=form.text("adminName"),
        login=form.text("login"),
        password=form.secret("password"),
        roles=[RoleGrant(profiles[kind].first_role)],
        profiles=profiles,
        tenant_id=tenant_id,
        now=visit.now,
    )
    return {"id": str(tenant_id)}


async def _set_status(visit: Visit, tenant_id: UUID, to: TenantStatus) -> Answer:
    visit.require_kind(TenantKind.OPERATOR)
    form = await visit.form()
    command = suspend_tenant if to is TenantStatus.SUSPENDED else resume_tenant

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(
            session, visit.actor, tenant_id=tenant_id, reason=form.text("reason"), now=visit.now
        )
        return {}

    try:
        await visit.once(form, f"tenant.{to.value}", work, tenant=tenant_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _STATUS_FIELDS)
        return await show_tenant_with(visit, tenant_id, form, errors, status=422)
    done = "已暂停，其工作人员的下一次操作即被拒绝" if command is suspend_tenant else "已恢复"
    return visit.go(f"/desk/tenants/{tenant_id}", done)


async def _show_form(visit: Visit, form: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_MANAGE)
    async with visit.reading() as session:
        context = {
            "values": {name: form.text(name) for name in FIELDS if name != "password"},
            "errors": errors,
            "kinds": [
                (kind.value, zh)
                for kind, zh in TENANT_KINDS_ZH.items()
                if kind is not TenantKind.OPERATOR
            ],
        }
        return await visit.page(session, "operator/tenant_form.html", context, status=status)


async def show_tenant_with(
    visit: Visit, tenant_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    """Show one tenant, with what was typed into one of its forms and what is wrong with that."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    async with visit.reading() as session:
        tenant = await tenant_row(session, tenant_id)
        profile = visit.runtime.profiles[tenant.kind]
        levels = await quota_levels(
            session,
            tenant_id=tenant_id,
            kind=tenant.kind,
            profiles=visit.runtime.profiles,
        )
        since = local_day(visit.now - USES_SHOWN_FOR)
        context = {
            "tenant": tenant,
            "uses": await uses_summed(session, tenant_id=tenant_id, since=since),
            "kind": TENANT_KINDS_ZH[tenant.kind],
            "state": TENANT_STATES[tenant.status],
            "area": (await area_names(session, [tenant.area_code]))[tenant.area_code],
            "roles": [role.zh for role in profile.roles.values()],
            "quotas": [
                (QUOTAS[name], CEILINGS[name], level, typed.text(CEILINGS[name]) or level.ceiling)
                for name, level in levels.items()
            ],
            "may_set": visit.actor.may(TENANT_MANAGE),
            "acts": await recent_acts(session, tenant_id),
            "action_words": action_words,
            "reason": typed.text("reason"),
            "second_factor": {
                "from": typed.text("secondFactorFrom") or _day_of(tenant.second_factor_from),
                "reason": typed.text("secondFactorReason"),
            },
            "errors": errors,
            "may_manage": visit.actor.may(TENANT_MANAGE) and tenant.kind is not TenantKind.OPERATOR,
        }
        return await visit.page(session, "operator/tenant.html", context, status=status)


def _day_of(moment: datetime | None) -> str:
    """Return the day that a moment is on in the city, as a date field takes it."""
    return "" if moment is None else local_day(moment).isoformat()
