"""One's own identity provider (统一登录): its settings, the try, and putting it in force; the same page at every desk."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.tenancy.policies import STAFF_MANAGE
from suxin.tenancy.providers.calls import require_fit
from suxin.tenancy.providers.commands import (
    ProviderDraft,
    activate_provider,
    remove_provider,
    set_provider,
    suspend_provider,
    unlink_staff,
)
from suxin.tenancy.providers.models import ClientMethod, IdentityProvider, ProviderState
from suxin.tenancy.providers.queries import link_count, own_provider
from suxin.tenancy.providers.refusals import ProviderUnreachable
from suxin_tenants.forms import Form
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import PROVIDER_STATES
from suxin_web.desk_paths import (
    IDENTITY_PROVIDER_PATH,
    provider_answer_url,
    provider_log_out_url,
    provider_url,
)

FIELDS: Final = (
    "issuer",
    "clientId",
    "method",
    "secret",
    "trustsSecondFactor",
    "maxAgeMinutes",
    "acrValues",
    "keepsPasswords",
)
METHODS: Final = (
    (ClientMethod.PRIVATE_KEY_JWT.value, "平台私钥签名（private_key_jwt，推荐）"),
    (ClientMethod.CLIENT_SECRET_BASIC.value, "客户端密钥（client_secret_basic）"),
)
YES: Final = "yes"

Work = Callable[[AsyncSession], Awaitable[dict[str, Any]]]


@get("/identity-provider")
async def show_provider(visit: GivenVisit) -> Answer:
    """Show the settings, and what the provider's own administrator needs to know."""
    return await _show(visit, None, {}, status=200)


@post("/identity-provider", status_code=200)
async def send_provider(visit: GivenVisit) -> Answer:
    """Write the settings, once the provider has been asked whether they fit what it publishes."""
    visit.actor.require(STAFF_MANAGE)
    form = await visit.form()
    form.require("issuer", "clientId")
    method = form.choice("method", ClientMethod)
    max_age = form.whole("maxAgeMinutes") if form.text("maxAgeMinutes") else None
    if method is None or form.errors:
        return await _show(visit, form, form.errors, status=422)
    draft = ProviderDraft(
        issuer=form.text("issuer"),
        client_id=form.text("clientId"),
        method=method,
        secret=form.secret("secret") or None,
        trusts_second_factor=form.text("trustsSecondFactor") == YES,
        keeps_passwords=form.text("keepsPasswords") != "no",
        max_age_minutes=max_age,
        acr_values=tuple(form.text("acrValues").split()),
    )

    async def work(session: AsyncSession) -> dict[str, Any]:
        row = await set_provider(
            session, visit.actor, draft=draft, sealer=visit.runtime.sealer, now=visit.now
        )
        return {"state": row.state.value}

    try:
        require_fit(await visit.runtime.providers.metadata(draft.issuer), method, draft.demands)
        kept = await visit.once(form, "identity_provider.set", work)
    except ProviderUnreachable as refusal:
        return await _show(visit, form, {"issuer": refusal.zh_message}, status=422)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, FIELDS), status=422)
    waits = "，试登录成功后即可启用" if kept["state"] == ProviderState.DRAFT else ""
    return visit.go(IDENTITY_PROVIDER_PATH, f"已保存{waits}")


@post("/identity-provider/{provider_id:uuid}/activate", status_code=200)
async def send_activate(visit: GivenVisit, provider_id: FromPath[UUID]) -> Answer:
    """Put the settings in force."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await activate_provider(session, visit.actor, provider_id=provider_id, now=visit.now)
        return {}

    return await _press(visit, "activate", work, provider_id, "已启用，本机构人员可使用统一登录")


@post("/identity-provider/{provider_id:uuid}/suspend", status_code=200)
async def send_suspend(visit: GivenVisit, provider_id: FromPath[UUID]) -> Answer:
    """Put the settings out of force."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await suspend_provider(session, visit.actor, provider_id=provider_id, now=visit.now)
        return {}

    return await _press(visit, "suspend", work, provider_id, "已暂停，本机构人员可用密码登录")


@post("/identity-provider/{provider_id:uuid}/remove", status_code=200)
async def send_remove(visit: GivenVisit, provider_id: FromPath[UUID]) -> Answer:
    """Forget the settings."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await remove_provider(session, visit.actor, provider_id=provider_id, now=visit.now)
        return {}

    return await _press(visit, "remove", work, provider_id, "已删除统一登录设置和全部绑定")


@post("/staff/{staff_id:uuid}/unlink", status_code=200)
async def send_unlink(visit: GivenVisit, staff_id: FromPath[UUID]) -> Answer:
    """Undo a staff member's link to his account at the provider."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await unlink_staff(session, visit.actor, staff_id=staff_id, now=visit.now)
        return {}

    return await visit.press(
        "staff.unlink",
        work,
        back=f"/desk/staff/{staff_id}",
        done="已解除绑定，再次使用统一登录时须重新绑定",
        staff=staff_id,
    )


HANDLERS: Final = (
    show_provider,
    send_provider,
    send_activate,
    send_suspend,
    send_remove,
    send_unlink,
)


async def _press(visit: Visit, step: str, work: Work, provider_id: UUID, done: str) -> Answer:
    return await visit.press(
        f"identity_provider.{step}",
        work,
        back=IDENTITY_PROVIDER_PATH,
        done=done,
        provider=provider_id,
    )


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    visit.actor.require(STAFF_MANAGE)
    issuer = visit.runtime.issuer
    async with visit.reading() as session:
        row = await own_provider(session, visit.actor)
        return await visit.page(
            session,
            "house/identity_provider.html",
            {
                "provider": row,
                "state": None if row is None else PROVIDER_STATES[row.state],
                "links": await link_count(session, visit.actor),
                "methods": METHODS,
                "log_in_url": None if row is None else f"{issuer}{provider_url(row.id)}",
                "answer_url": None if row is None else provider_answer_url(issuer, row.id),
                "log_out_url": None if row is None else provider_log_out_url(issuer, row.id),
                "keys_url": f"{issuer}/oauth/jwks",
                "values": _values(row) if form is None else {n: form.text(n) for n in FIELDS},
                "errors": errors,
            },
            status=status,
        )


def _values(row: IdentityProvider | None) -> dict[str, str]:
    """Return what the form shows of the settings; a secret is never shown again."""
    if row is None:
        return {**dict.fromkeys(FIELDS, ""), "method": METHODS[0][0], "keepsPasswords": YES}
    return {
        "issuer": row.issuer,
        "clientId": row.client_id,
        "method": row.method.value,
        "trustsSecondFactor": YES if row.trusts_second_factor else "",
        "maxAgeMinutes": "" if row.max_age_minutes is None else str(row.max_age_minutes),
        "acrValues": " ".join(row.acr_values),
        "keepsPasswords": YES if row.keeps_passwords else "no",
    }
