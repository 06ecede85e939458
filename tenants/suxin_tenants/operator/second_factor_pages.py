"""From when on a tenant's staff who commit it need a second factor: the operator's switch, for his own house as well."""

from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import SHANGHAI
from suxin.tenancy.commands import set_second_factor_from
from suxin.tenancy.policies import TENANT_MANAGE
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.operator.tenant_pages import show_tenant_with
from suxin_tenants.visits import Answer, GivenVisit, can_be_set_right, errors_of

_NAMES: Final = {"reason": "secondFactorReason"}
FIELDS: Final = ("secondFactorFrom", "secondFactorReason")


@post("/tenants/{tenant_id:uuid}/second-factor", status_code=200)
async def send_second_factor(visit: GivenVisit, tenant_id: FromPath[UUID]) -> Answer:
    """Write the day from which on the tenant's staff who commit it need a second factor, or that they never do."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_MANAGE)
    form = await visit.form()
    form.require("secondFactorReason")
    moment = _day(form)
    if form.errors:
        return await show_tenant_with(visit, tenant_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await set_second_factor_from(
            session,
            visit.actor,
            tenant_id=tenant_id,
            moment=moment,
            reason=form.text("secondFactorReason"),
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "tenant.second_factor", work, tenant=tenant_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _NAMES, FIELDS)
        return await show_tenant_with(visit, tenant_id, form, errors, status=422)
    done = "不再要求动态验证码" if moment is None else f"{moment:%Y-%m-%d} 起要求动态验证码"
    return visit.go(f"/desk/tenants/{tenant_id}", done)


def _day(form: Form) -> datetime | None:
    """Read a day as the moment at which it begins in the city; nothing where the field is empty."""
    text = form.text("secondFactorFrom")
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), SHANGHAI)
    except ValueError:
        form.fail("secondFactorFrom", "应为日期，如 2026-12-01")
        return None
