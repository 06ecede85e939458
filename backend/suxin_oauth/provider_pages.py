"""Where staff log in by their tenant's own identity provider, and an administrator tries whether that works."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.consent.oauth.log_ins import FEDERATED, MFA, LoggedIn, begin_log_in
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal
from suxin.tenancy.actors import staff_member_actor
from suxin.tenancy.log_in_failures import normal_login
from suxin.tenancy.providers.access import ProviderAccess, provider_access
from suxin.tenancy.providers.calls import (
    CodeExchange,
    ProviderMetadata,
    client_assertion,
    plain_error,
)
from suxin.tenancy.providers.commands import note_provider_tried
from suxin.tenancy.providers.id_tokens import ProvedSubject, id_token_key, proved_subject
from suxin.tenancy.providers.log_ins import (
    Flow,
    FlowSecret,
    ProvedStaff,
    begin_flow,
    link_subject,
    note_failed_log_in,
    staff_behind_subject,
    use_flow,
)
from suxin.tenancy.providers.models import ClientMethod
from suxin.tenancy.providers.queries import houses_with_provider
from suxin.tenancy.providers.refusals import (
    AnswerFromAnother,
    ProviderFlowOver,
    ProviderSaidNo,
)
from suxin.tenancy.queries import tenant_name
from suxin_oauth import paths
from suxin_oauth.browsers import OAUTH_PAGES, require_our_form
from suxin_oauth.forms import AnyRequest
from suxin_oauth.log_in_pages import back_of, fields_of, form_token, logged_in_here
from suxin_web import cookies
from suxin_web.callers import client_address, staff
from suxin_web.desk_paths import IDENTITY_PROVIDER_PATH, LOG_IN_PATH, provider_answer_url
from suxin_web.flash import see_other
from suxin_web.problems import headers_of, problem_of, status_of
from suxin_web.rate_limits import LOG_IN_BY_ADDRESS, LOG_IN_BY_NAME
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

MAX_PARAMETER_CHARACTERS: Final = 2_048


@get(paths.PROVIDERS, include_in_schema=False)
async def show_houses(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show the organisations whose staff may log in by their own provider."""
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.snapshot(anyone, now=now) as session:
        houses = await houses_with_provider(session)
    back = back_of(request.query_params.get("back"))
    return OAUTH_PAGES.render(request, "providers.html", {"houses": houses, "back": back})


@get(paths.PROVIDER, include_in_schema=False)
async def go_to_provider(
    request: AnyRequest, runtime: GivenRuntime, provider_id: FromPath[UUID]
) -> Response[bytes]:
    """Send the browser to the provider; with ``try`` for an administrator at his desk, to see whether the settings work."""
    tries = "try" in request.query_params
    try:
        await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
        actor = await staff(request, runtime) if tries else None
        return await _sent(request, runtime, provider_id, actor)
    except Refusal as refusal:
        return _refused(request, refusal, at_desk=tries)


@get(paths.PROVIDER_ANSWER, include_in_schema=False)
async def take_answer(
    request: AnyRequest, runtime: GivenRuntime, provider_id: FromPath[UUID]
) -> Response[bytes]:
    """Take the provider's answer: log in whom it knows, and ask whom it does not to link himself."""
    given = {name: value[:MAX_PARAMETER_CHARACTERS] for name, value in request.query_params.items()}
    flow: Flow | None = None
    access: ProviderAccess | None = None
    try:
        await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
        secret = _kept(request)
        access = await _access(request, runtime, provider_id)
        flow = await _used(request, runtime, secret, provider_id, given)
        proved = await _proved(runtime, access, secret, given)
        if flow.tried_by is not None:
            return await _tried(request, runtime, access, flow, proved)
        return await _entered(request, runtime, access, secret, proved)
    except Refusal as refusal:
        if access is not None and flow is not None:
            await _note_failed(request, runtime, access, refusal)
        return _refused(request, refusal, at_desk=flow is not None and flow.tried_by is not None)


@post(paths.PROVIDER_LINK, include_in_schema=False, status_code=200)
async def send_link(
    request: AnyRequest, runtime: GivenRuntime, provider_id: FromPath[UUID]
) -> Response[bytes]:
    """Link the account at the provider to the staff member who shows his password; he is logged in then."""
    await require_our_form(request)
    form = await fields_of(request, "login", "password", "code")
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    access: ProviderAccess | None = None
    try:
        await runtime.limits.take(LOG_IN_BY_ADDRESS, client_address(request))
        await runtime.limits.take(LOG_IN_BY_NAME, normal_login(form["login"]))
        access = await _access(request, runtime, provider_id)
        async with runtime.database.transaction(anyone, now=now) as session:
            linked = await link_subject(
                session,
                access,
                secret=_kept(request),
                login=form["login"],
                password=form["password"],
                code=form["code"].strip(),
                sealer=runtime.sealer,
                now=now,
            )
            token = await begin_log_in(session, _logged_in(linked, now=now), now=now)
    except ProviderFlowOver as refusal:
        return _refused(request, refusal)
    except Refusal as refusal:
        if access is None:
            return _refused(request, refusal)
        return await _link_page(request, runtime, access, refusal, login=form["login"])
    return _at_home(request, runtime, token, linked.back)


routes: list[ControllerRouterHandler] = [show_houses, go_to_provider, take_answer, send_link]


async def _access(request: AnyRequest, runtime: Runtime, provider_id: UUID) -> ProviderAccess:
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.snapshot(anyone, now=now) as session:
        return await provider_access(session, provider_id=provider_id, sealer=runtime.sealer)


async def _sent(
    request: AnyRequest, runtime: Runtime, provider_id: UUID, actor: Actor | None
) -> Response[bytes]:
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    access = await _access(request, runtime, provider_id)
    metadata = await runtime.providers.metadata(access.issuer)
    async with runtime.database.transaction(anyone, now=now) as session:
        secret = await begin_flow(
            session,
            access,
            back=back_of(request.query_params.get("back")),
            tried_by=actor,
            now=now,
        )
    location = prepare_grant_uri(
        metadata.authorization_endpoint,
        access.client_id,
        "code",
        redirect_uri=provider_answer_url(runtime.issuer, access.id),
        scope="openid",
        state=secret.state,
        nonce=secret.nonce,
        code_challenge=create_s256_code_challenge(secret.verifier),
        code_challenge_method="S256",
        **access.demands.parameters(),
    )
    answer: Response[bytes] = Response(
        b"",
        status_code=303,
        headers={
            "Location": location,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
    # It ends with the browser's session: the server knows for how long it is good.
    answer.set_cookie(cookies.make_cookie(runtime, cookies.PROVIDER_FLOW, secret.token))
    return answer


def _kept(request: AnyRequest) -> FlowSecret:
    token = cookies.read_cookie(request, cookies.PROVIDER_FLOW)
    if token is None:
        raise ProviderFlowOver
    return FlowSecret(token)


async def _used(
    request: AnyRequest,
    runtime: Runtime,
    secret: FlowSecret,
    provider_id: UUID,
    given: Mapping[str, str],
) -> Flow:
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(anyone, now=now) as session:
        return await use_flow(
            session,
            secret=secret,
            provider_id=provider_id,
            state=given.get("state", ""),
            now=now,
        )


async def _proved(
    runtime: Runtime, access: ProviderAccess, secret: FlowSecret, given: Mapping[str, str]
) -> ProvedSubject:
    """Exchange the code for an ID token, and return whom it is about."""
    now = runtime.clock.now()
    metadata = await runtime.providers.metadata(access.issuer)
    _require_asked(metadata, given)
    if "code" not in given:
        raise ProviderSaidNo(error=plain_error(given.get("error")))
    assertion = None
    if access.method is ClientMethod.PRIVATE_KEY_JWT:
        keys = await runtime.keys.at(now)
        assertion = client_assertion(
            keys, client_id=access.client_id, issuer=access.issuer, now=now
        )
    exchange = CodeExchange(
        client_id=access.client_id,
        code=given["code"],
        verifier=secret.verifier,
        redirect_uri=provider_answer_url(runtime.issuer, access.id),
        assertion=assertion,
        secret=access.secret,
    )
    id_token = await runtime.providers.redeem(metadata.token_endpoint, exchange)
    return proved_subject(
        id_token,
        keys=await runtime.providers.keys(metadata.jwks_uri, kid=id_token_key(id_token)),
        issuer=access.issuer,
        client_id=access.client_id,
        nonce=secret.nonce,
        demands=access.demands,
        now=now,
    )


def _require_asked(metadata: ProviderMetadata, given: Mapping[str, str]) -> None:
    """Refuse an answer that names another provider, or none where this one always names itself (RFC 9207 §2.4)."""
    named = given.get("iss")
    if named != metadata.issuer and (named is not None or metadata.names_itself):
        raise AnswerFromAnother


async def _entered(
    request: AnyRequest,
    runtime: Runtime,
    access: ProviderAccess,
    secret: FlowSecret,
    proved: ProvedSubject,
) -> Response[bytes]:
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(anyone, now=now) as session:
        found = await staff_behind_subject(session, access, proved, secret=secret, now=now)
        if found is not None:
            token = await begin_log_in(session, _logged_in(found, now=now), now=now)
            return _at_home(request, runtime, token, found.back)
    return await _link_page(request, runtime, access, None, login="")


async def _tried(
    request: AnyRequest,
    runtime: Runtime,
    access: ProviderAccess,
    flow: Flow,
    proved: ProvedSubject,
) -> Response[bytes]:
    """Note that a log-in worked, for the administrator who tried it, and lead him back to the settings."""
    if flow.tried_by is None:
        raise ProviderFlowOver
    now, request_id = runtime.clock.now(), request_id_of(request)
    actor = await staff_member_actor(
        runtime.database.steps,
        tenant_id=access.tenant_id,
        staff_id=flow.tried_by,
        authenticated_at=flow.begun_at,
        profiles=runtime.profiles,
        request_id=request_id,
    )
    async with runtime.database.transaction(actor, now=now) as session:
        await note_provider_tried(
            session, actor, provider_id=access.id, begun_at=flow.begun_at, now=now
        )
    factors = "，已做多因素验证（mfa）" if proved.multi_factor else "，未说明多因素验证"
    said = f"试登录成功：用户标识 {proved.subject[:40]}{factors}"
    answer = see_other(request, IDENTITY_PROVIDER_PATH, flash=said)
    answer.set_cookie(cookies.end_cookie(runtime, cookies.PROVIDER_FLOW))
    return answer


def _logged_in(found: ProvedStaff, *, now: datetime) -> LoggedIn:
    return LoggedIn(
        amr=(FEDERATED, MFA) if found.second_factor else (FEDERATED,),
        authenticated_at=now,
        tenant_id=found.staff.tenant_id,
        staff_id=found.staff.staff_id,
        at=found.at,
    )


def _at_home(request: AnyRequest, runtime: Runtime, token: str, back: str) -> Response[bytes]:
    answer = logged_in_here(request, runtime, token, back or LOG_IN_PATH)
    answer.set_cookie(cookies.end_cookie(runtime, cookies.PROVIDER_FLOW))
    return answer


async def _link_page(
    request: AnyRequest,
    runtime: Runtime,
    access: ProviderAccess,
    error: Refusal | None,
    *,
    login: str,
) -> Response[bytes]:
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.snapshot(anyone, now=now) as session:
        house = await tenant_name(session, access.tenant_id)
    token, visit = form_token(request, runtime)
    return OAUTH_PAGES.render(
        request,
        "provider_link.html",
        {
            "house": house,
            "provider_id": access.id,
            "error": error,
            "form": {"login": login},
            "csrf_token": token,
        },
        status=200 if error is None else status_of(error),
        headers={} if error is None else headers_of(error),
        cookies=visit,
    )


async def _note_failed(
    request: AnyRequest, runtime: Runtime, access: ProviderAccess, refusal: Refusal
) -> None:
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    async with runtime.database.transaction(anyone, now=now) as session:
        await note_failed_log_in(session, access, reason=refusal.zh_message, now=now)


def _refused(request: AnyRequest, refusal: Refusal, *, at_desk: bool = False) -> Response[bytes]:
    problem = problem_of(refusal, instance=request.scope["path"], request_id=request_id_of(request))
    if at_desk:
        onwards, onwards_zh = IDENTITY_PROVIDER_PATH, "返回设置"
    else:
        back = back_of(request.query_params.get("back"))
        onwards, onwards_zh = f"{LOG_IN_PATH}", "重新登录"
        if back:
            onwards = f"{paths.LOG_IN}?{urlencode({'back': back})}"
    return OAUTH_PAGES.render(
        request,
        "provider_refused.html",
        {"problem": problem, "onwards": onwards, "onwards_zh": onwards_zh},
        status=status_of(refusal),
        headers=headers_of(refusal),
    )
