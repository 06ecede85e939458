"""Clients of one's own house: the systems and apps that call the interfaces for it; the same pages at every desk."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.authorization_details import DETAIL_TYPES
from suxin.consent.oauth.clients import (
    CLIENT_CREDENTIALS,
    CODE,
    DEVICE,
    MAX_CLIENTS,
    REFRESH,
    ClientDraft,
    register_client,
    replace_client_keys,
    replace_redirects,
    resume_client,
    retire_client,
    suspend_client,
)
from suxin.consent.oauth.models import ClientStatus, OAuthClient
from suxin.consent.oauth.policies import CLIENT_MANAGE, CLIENT_READ
from suxin.consent.oauth.queries import clients_of, own_client_row, uses_summed
from suxin.consent.oauth.scopes import permissions_for_clients, scope_words
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin_tenants.forms import Form, listed
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import CLIENT_STATES

PLACE: Final = "/desk/clients"
USES_SHOWN_FOR: Final = timedelta(days=90)
"""How far back a page shows what is used of the deprecated schema (proposed default)."""

FIELDS: Final = (
    "name",
    "confidential",
    "grantTypes",
    "redirectUris",
    "scopes",
    "detailTypes",
    "jwks",
    "jwksUri",
)
GRANTS: Final = (
    (CLIENT_CREDENTIALS, "系统直接调用（client_credentials）"),
    (CODE, "由人员或主体授权（authorization_code）"),
    (REFRESH, "保持授权（refresh_token）"),
    (DEVICE, "设备（device_code）"),
)
DETAILS: Final[Mapping[str, str]] = {
    "credit_record": "信用记录",
    "loan_request": "贷款申请",
    "score_tier": "信用分等级",
    "perk_order": "信易+ 订单",
    "rural_rating": "涉农信用评级",
    "grid_points": "治理积分",
}
_SENT: Final = {"keys": ("jwks", "jwksUri"), "redirects": ("redirectUris",)}

Change = Callable[[AsyncSession], Awaitable[OAuthClient]]


@get("/clients")
async def show_clients(visit: GivenVisit) -> Answer:
    """Show the clients of the house, and the form for another."""
    return await _show_list(visit, None, {}, status=200)


@post("/clients", status_code=200)
async def send_new_client(visit: GivenVisit) -> Answer:
    """Register a client."""
    form = await visit.form()
    form.require("name", "grantTypes")
    jwks = _jwks(form)
    if form.errors:
        return await _show_list(visit, form, form.errors, status=422)
    draft = ClientDraft(
        name=form.text("name"),
        grant_types=form.texts("grantTypes"),
        redirect_uris=listed(form.text("redirectUris")),
        scopes=form.texts("scopes"),
        detail_types=form.texts("detailTypes"),
        confidential=form.text("confidential") != "no",
        jwks=jwks,
        jwks_uri=form.text("jwksUri") or None,
    )

    async def work(session: AsyncSession) -> dict[str, Any]:
        client = await register_client(
            session, visit.actor, draft=draft, profiles=visit.runtime.profiles, now=visit.now
        )
        return {"id": client.client_id}

    try:
        registered = await visit.once(form, "client.register", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show_list(visit, form, errors_of(refusal, {}, FIELDS), status=422)
    return visit.go(f"{PLACE}/{registered['id']}", f"已登记 {draft.name}")


@get("/clients/{client_id:uuid}")
async def show_client(visit: GivenVisit, client_id: FromPath[UUID]) -> Answer:
    """Show one client, with what an integrator needs to know and what may be changed."""
    return await _show_one(visit, client_id, None, {}, status=200)


@post("/clients/{client_id:uuid}/keys", status_code=200)
async def send_keys(visit: GivenVisit, client_id: FromPath[UUID]) -> Answer:
    """Put other keys in place of the client's."""
    form = await visit.form()
    jwks = _jwks(form)

    async def change(session: AsyncSession) -> OAuthClient:
        return await replace_client_keys(
            session,
            visit.actor,
            client_id=client_id,
            jwks=jwks,
            jwks_uri=form.text("jwksUri") or None,
            now=visit.now,
        )

    return await _change(visit, client_id, form, "keys", change, done="密钥已更换")


@post("/clients/{client_id:uuid}/redirects", status_code=200)
async def send_redirects(visit: GivenVisit, client_id: FromPath[UUID]) -> Answer:
    """Put other addresses in place of the client's."""
    form = await visit.form()

    async def change(session: AsyncSession) -> OAuthClient:
        return await replace_redirects(
            session,
            visit.actor,
            client_id=client_id,
            redirect_uris=listed(form.text("redirectUris")),
            now=visit.now,
        )

    return await _change(visit, client_id, form, "redirects", change, done="回调地址已更换")


@post("/clients/{client_id:uuid}/suspend", status_code=200)
async def send_suspend(visit: GivenVisit, client_id: FromPath[UUID]) -> Answer:
    """Stop the client from its next request on."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await suspend_client(
            session, visit.actor, client_id=client_id, reason="工作台暂停", now=visit.now
        )
        return {}

    return await _press(visit, "suspend", work, client_id, "已暂停，其令牌立即失效")


@post("/clients/{client_id:uuid}/resume", status_code=200)
async def send_resume(visit: GivenVisit, client_id: FromPath[UUID]) -> Answer:
    """Let the client act again."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await resume_client(session, visit.actor, client_id=client_id, now=visit.now)
        return {}

    return await _press(visit, "resume", work, client_id, "已恢复")


@post("/clients/{client_id:uuid}/retire", status_code=200)
async def send_retire(visit: GivenVisit, client_id: FromPath[UUID]) -> Answer:
    """End the client for good."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await retire_client(session, visit.actor, client_id=client_id, now=visit.now)
        return {}

    return await _press(visit, "retire", work, client_id, "已停用，其授权全部终止")


HANDLERS: Final = (
    show_clients,
    send_new_client,
    show_client,
    send_keys,
    send_redirects,
    send_suspend,
    send_resume,
    send_retire,
)


async def _press(
    visit: Visit,
    step: str,
    work: Callable[[AsyncSession], Awaitable[dict[str, Any]]],
    client_id: UUID,
    done: str,
) -> Answer:
    back = f"{PLACE}/{client_id}"
    return await visit.press(f"client.{step}", work, back=back, done=done, client=client_id)


async def _change(
    visit: Visit, client_id: UUID, form: Form, what: str, change: Change, *, done: str
) -> Answer:
    async def work(session: AsyncSession) -> dict[str, Any]:
        await change(session)
        return {}

    errors = form.errors
    if not errors:
        try:
            await visit.once(form, f"client.{what}", work, client=client_id)
            return visit.go(f"{PLACE}/{client_id}", done)
        except Refusal as refusal:
            if not can_be_set_right(refusal):
                raise
            errors = errors_of(refusal, {}, _SENT[what])
    return await _show_one(visit, client_id, form, errors, status=422)


async def _show_list(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    visit.actor.require(CLIENT_READ)
    typed = form or Form({})
    profile = visit.runtime.profiles[visit.kind]
    scopes = sorted(permissions_for_clients(profile))
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, clients_of(visit.actor.own_tenant), OAuthClient.id
        )
        return await visit.page(
            session,
            "house/clients.html",
            {
                "page": page,
                "states": CLIENT_STATES,
                "grants": GRANTS,
                "grant_words": dict(GRANTS),
                "details": [(name, DETAILS[name]) for name in DETAIL_TYPES],
                "scopes": scope_words(scopes, profile),
                "limit": MAX_CLIENTS,
                "values": {name: typed.text(name) for name in FIELDS},
                "chosen": {
                    name: typed.texts(name) for name in ("grantTypes", "scopes", "detailTypes")
                },
                "errors": errors,
                "may_manage": visit.actor.may(CLIENT_MANAGE),
            },
            status=status,
        )


async def _show_one(
    visit: Visit, client_id: UUID, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    visit.actor.require(CLIENT_READ)
    typed = form or Form({})
    async with visit.reading() as session:
        client = await own_client_row(session, visit.actor, client_id)
        since = local_day(visit.now - USES_SHOWN_FOR)
        uses = await uses_summed(
            session, tenant_id=visit.actor.own_tenant, since=since, client_id=client_id
        )
        return await visit.page(
            session,
            "house/client.html",
            {
                "client": client,
                "state": CLIENT_STATES[client.status],
                "keys": [] if client.jwks is None else client.jwks["keys"],
                "grant_words": dict(GRANTS),
                "details": DETAILS,
                "scopes": scope_words(client.scopes, visit.runtime.profiles[visit.kind]),
                "issuer": visit.runtime.issuer,
                "uses": uses,
                "values": {
                    "redirectUris": typed.text("redirectUris") or "\n".join(client.redirect_uris),
                    "jwks": typed.text("jwks"),
                    "jwksUri": typed.text("jwksUri") or client.jwks_uri or "",
                },
                "errors": errors,
                "may_manage": visit.actor.may(CLIENT_MANAGE)
                and client.status is not ClientStatus.RETIRED,
            },
            status=status,
        )


def _jwks(form: Form) -> Mapping[str, Any] | None:
    """Read a key set as JSON; nothing where the field is empty."""
    text = form.text("jwks")
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        form.fail("jwks", "不是有效的 JSON 公钥集")
        return None
    # One key by itself is as good as a set of it.
    return found if "keys" in found else {"keys": [found]}
