"""After a leak: whose data given organisations and clients read in a time, told to those of the operator who must tell them.

What was found is shown and kept nowhere; that it was asked, and for what, is on record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.breaches import BREACH_REPORT, Concerned, report_breach_scope
from suxin.kernel.refusals import Refusal
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants_with_codes
from suxin_tenants.forms import Form
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_web.audit_words.entries import category_words

PLACE: Final = "/desk/breaches"
MAX_NAMED: Final = 20
"""How many organisations, and how many clients, one question may name."""

MAX_SHOWN: Final = 200
"""How many subjects the page lists; ``suxin audit scope`` tells them all."""

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_FIELDS: Final = {"tenantIds": "codes", "until": "until"}


@dataclass(frozen=True, slots=True)
class Found:
    """Whose data was read, as far as the page lists them, and how many they are in all."""

    shown: Sequence[Concerned]
    total: int


@get("/breaches")
async def show_breaches(visit: GivenVisit) -> Answer:
    """Show the form."""
    return await _show(visit, Form({}), {}, None, status=200)


@post("/breaches", status_code=200)
async def send_breach(visit: GivenVisit) -> Answer:
    """Tell whose data was read; the question itself is put on record."""
    _require(visit)
    form = await visit.form()
    since, until = _moment(form, "since"), _moment(form, "until")
    codes, clients = _lines(form, "codes"), _lines(form, "clients")
    async with visit.reading() as session:
        named = {one.uscc: one.id for one in await session.scalars(tenants_with_codes(codes))}
    if unknown := [code for code in codes if code not in named]:
        form.fail("codes", f"没有入驻机构使用这些代码：{'、'.join(unknown)}")
    if form.errors or since is None or until is None:
        return await _show(visit, form, form.errors, None, status=422)

    async def work(session: AsyncSession) -> list[Concerned]:
        return await report_breach_scope(
            session,
            visit.actor,
            tenant_ids=[*named.values()],
            client_ids=clients,
            since=since,
            until=until,
            now=visit.now,
        )

    try:
        scope = await visit.runtime.database.run(visit.actor, work, now=visit.now)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _FIELDS, ("codes", "until"))
        return await _show(visit, form, errors, None, status=422)
    return await _show(visit, form, {}, Found(scope[:MAX_SHOWN], len(scope)), status=200)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(BREACH_REPORT)


def _lines(form: Form, name: str) -> list[str]:
    found = [*dict.fromkeys(form.text(name).split())]
    if len(found) > MAX_NAMED:
        form.fail(name, f"一次最多 {MAX_NAMED} 个")
    return found


def _moment(form: Form, name: str) -> datetime | None:
    """Read a time of Shanghai, as a browser sends it."""
    form.require(name)
    try:
        moment = datetime.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期和时间")
        return None
    return moment.replace(tzinfo=_SHANGHAI)


async def _show(
    visit: Visit, form: Form, errors: Mapping[str, str], found: Found | None, *, status: int
) -> Answer:
    _require(visit)
    typed = {name: form.text(name) for name in ("codes", "clients", "since", "until")}
    async with visit.reading() as session:
        context = {
            "typed": typed,
            "errors": errors,
            "found": found,
            "most": MAX_NAMED,
            "categories": category_words,
        }
        return await visit.page(session, "operator/breaches.html", context, status=status)
