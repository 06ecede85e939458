"""The authorization endpoint (RFC 6749 §3.1): a person sees what a client asks for, and decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import grant_consent
from suxin.consent.giving import Granted
from suxin.consent.oauth.authorization_details import AskedConsent, asked_consent
from suxin.consent.oauth.decisions import (
    ACCESS_DENIED,
    Approval,
    LogInOfAnother,
    allow_as_staff,
    allow_as_subject,
    answer_address,
    grantable,
    replace_as_staff,
)
from suxin.consent.oauth.log_ins import LoggedIn, logged_in_staff
from suxin.consent.oauth.own_clients import own_client
from suxin.consent.oauth.pushed_requests import (
    AuthorizationRequest,
    use_request,
    visit_of_client,
    visit_request,
)
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import RequestReferenceRefused
from suxin.consent.oauth.replaced_grants import hold_replaced
from suxin.consent.oauth.scopes import scope_words
from suxin.consent.queries import recipient
from suxin.consent.requests import refuse_consent
from suxin.kernel.actor import Actor
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Refusal, Unauthenticated
from suxin.lending.commands.requests import consent_to_bank
from suxin.subjects.visitors import acting_actor
from suxin.tenancy.log_ins import PasswordChangeRequired
from suxin.tenancy.models import Tenant
from suxin.tenancy.providers.refusals import PasswordLogInOff
from suxin.tenancy.second_factors import SecondFactorRequired
from suxin_oauth import paths
from suxin_oauth.asked_consents import chosen, subject_context
from suxin_oauth.browsers import (
    OAUTH_PAGES,
    browser_token,
    require_our_form,
    who_logged_in,
)
from suxin_oauth.forms import AnyRequest, parameters_of
from suxin_oauth.log_in_pages import log_in_page
from suxin_oauth.password_pages import to_new_password
from suxin_oauth.second_factor_pages import to_second_factor
from suxin_web.problems import headers_of, problem_of, status_of
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime
from suxin_web.security_headers import page_policy

_REFERENCE: Final = ("client_id", "request_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A client's request as this browser brought it."""

    client: Client
    request: AuthorizationRequest
    consent: AskedConsent | None
    request_uri: str

    @property
    def query(self) -> str:
        """The parameters that bring this request again."""
        return urlencode({"client_id": self.client.client_id, "request_uri": self.request_uri})


@get(paths.AUTHORIZE, include_in_schema=False)
async def show_request(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Show a client's request to whoever is to decide about it; a request of our own desk needs no decision."""
    try:
        asked = await _asked(runtime, _query(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    who = await who_logged_in(request, runtime)
    person = asked.consent is not None
    if who is None or (who.person_id is not None) != person:
        return log_in_page(request, runtime, back=f"{paths.AUTHORIZE}?{asked.query}", person=person)
    try:
        if asked.client.own:
            return await _allow_staff(request, runtime, asked, who)
        return await _page(request, runtime, asked, who)
    except Refusal as refusal:
        return _led_on(request, runtime, refusal, asked)


@post(paths.AUTHORIZE, include_in_schema=False, status_code=200)
async def decide(request: AnyRequest, runtime: GivenRuntime) -> Response[bytes]:
    """Take the decision, and send the browser back to the client with the answer."""
    await require_our_form(request)
    form: Mapping[str, Any] = await request.form()
    given = {name: str(form.get(name, "")) for name in _REFERENCE}
    who = await who_logged_in(request, runtime)
    try:
        asked = await _asked(runtime, given)
    except Refusal as refusal:
        return _refused(request, refusal)
    try:
        if who is None or (who.person_id is not None) != (asked.consent is not None):
            raise LogInOfAnother
        if form.get("decision") != "allow":
            return await _deny(request, runtime, asked, who, form)
        if asked.consent is None:
            return await _allow_staff(request, runtime, asked, who)
        return await _allow_subject(request, runtime, asked, who, form)
    except Refusal as refusal:
        return _led_on(request, runtime, refusal, asked)


routes: list[ControllerRouterHandler] = [show_request, decide]


async def _asked(runtime: Runtime, given: Mapping[str, str]) -> _Asked:
    client_id, request_uri = (given.get(name, "") for name in _REFERENCE)
    steps, now = runtime.database.steps, runtime.clock.now()
    client = own_client(client_id, issuer=runtime.issuer)
    if client is None:
        client, found = await visit_of_client(
            steps, request_uri=request_uri, client_id=client_id, now=now
        )
    else:
        found = await visit_request(steps, request_uri=request_uri, client_id=client_id, now=now)
    return _Asked(
        client=client,
        request=found,
        consent=asked_consent(found.details),
        request_uri=request_uri,
    )


def _query(request: AnyRequest) -> dict[str, str]:
    """Return the two parameters that count; everything else was pushed (FAPI 2.0 §5.3.2.2)."""
    given = parameters_of(request.scope["query_string"])
    return {name: given.get(name, "") for name in _REFERENCE}


async def _page(
    request: AnyRequest, runtime: Runtime, asked: _Asked, who: LoggedIn
) -> Response[bytes]:
    now, request_id = runtime.clock.now(), request_id_of(request)
    shared = {
        "client": asked.client,
        "client_id": asked.client.client_id,
        "request_uri": asked.request_uri,
        "back": f"{paths.AUTHORIZE}?{asked.query}",
        "csrf_token": browser_token(request),
        "return_host": urlsplit(asked.request.redirect_uri).netloc,
        "replaces": asked.request.grant_id is not None,
    }
    # A form's answer leads to the client, which the policy of forms must allow by name.
    headers = _leading_to(asked.request)
    if asked.consent is None:
        permissions = _given_by_staff(request, runtime, asked, who)
        return OAUTH_PAGES.render(
            request, "authorize_staff.html", {**shared, "permissions": permissions}, headers=headers
        )
    async with runtime.database.transaction(Actor.anonymous(request_id), now=now) as session:
        tenant = await _recipient(session, asked.client)
        actor = await acting_actor(
            session, person_id=_person(who), acting_subject_id=None, request_id=request_id, now=now
        )
        context = await subject_context(session, asked.consent, tenant, actor, now=now)
    return OAUTH_PAGES.render(
        request, "authorize_subject.html", {**shared, **context}, headers=headers
    )


def _given_by_staff(
    request: AnyRequest, runtime: Runtime, asked: _Asked, who: LoggedIn
) -> list[tuple[str, str]]:
    """Return what a staff member would give, each scope with its words.

    :raises LogInOfAnother: if he works for another organisation than the client's
    """
    client, actor = asked.client, _staff(request, runtime, who)
    if client.tenant_kind is None or client.tenant_id != who.tenant_id:
        raise LogInOfAnother
    scopes = grantable(asked.request.scopes, actor)
    return scope_words(scopes, runtime.profiles[client.tenant_kind])


def _staff(request: AnyRequest, runtime: Runtime, who: LoggedIn) -> Actor:
    return logged_in_staff(
        who,
        profiles=runtime.profiles,
        request_id=request_id_of(request),
        now=runtime.clock.now(),
    )


async def _allow_staff(
    request: AnyRequest, runtime: Runtime, asked: _Asked, who: LoggedIn
) -> Response[bytes]:
    now = runtime.clock.now()
    actor = _staff(request, runtime, who)
    grant_id = asked.request.grant_id
    if grant_id is not None:
        async with runtime.database.transaction(actor, now=now) as session:
            used = await _use(session, asked, now=now)
            code = await replace_as_staff(
                session, asked.client, used, who, actor, grant_id=grant_id, now=now
            )
        return _back_to_client(used, runtime, code=code)
    code = await allow_as_staff(
        runtime.database.steps,
        asked.client,
        asked.request,
        who,
        actor,
        request_uri=asked.request_uri,
        now=now,
    )
    return _back_to_client(asked.request, runtime, code=code)


async def _allow_subject(
    request: AnyRequest, runtime: Runtime, asked: _Asked, who: LoggedIn, form: Mapping[str, Any]
) -> Response[bytes]:
    now = runtime.clock.now()
    actor = await _decider(request, runtime, who, form, now=now)
    async with runtime.database.transaction(actor, now=now) as session:
        used = await _use(session, asked, now=now)
        replaced = None
        if used.grant_id is not None:
            client_id = asked.client.client_id
            replaced = await hold_replaced(session, used.grant_id, client_id=client_id, now=now)
        granted = await _consent(session, actor, asked, form, now=now)
        approval = Approval(actor.own_subject, granted)
        code = await allow_as_subject(
            session, asked.client, used, who, approval, replaced=replaced, now=now
        )
    return _back_to_client(used, runtime, code=code)


async def _consent(
    session: AsyncSession, actor: Actor, asked: _Asked, form: Mapping[str, Any], *, now: datetime
) -> Granted:
    consent, tenant_id = asked.consent, asked.client.tenant_id
    if consent is None or tenant_id is None:
        raise LogInOfAnother
    categories, version = chosen(form, consent), str(form.get("noticeVersion", ""))
    if consent.context_id is not None:
        return await consent_to_bank(
            session,
            actor,
            request_id=consent.context_id,
            tenant_id=tenant_id,
            categories=categories,
            life_days=consent.life_days,
            notice_version=version,
            now=now,
        )
    return await grant_consent(
        session,
        actor,
        tenant_id=tenant_id,
        purpose=consent.purpose.code,
        categories=categories,
        life_days=consent.life_days,
        notice_version=version,
        context_id=None,
        now=now,
    )


async def _deny(
    request: AnyRequest, runtime: Runtime, asked: _Asked, who: LoggedIn, form: Mapping[str, Any]
) -> Response[bytes]:
    now, actor = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    if asked.consent is not None:
        actor = await _decider(request, runtime, who, form, now=now)
    async with runtime.database.transaction(actor, now=now) as session:
        used = await _use(session, asked, now=now)
        if asked.consent is not None and asked.client.tenant_id is not None:
            await refuse_consent(
                session,
                actor,
                tenant_id=asked.client.tenant_id,
                purpose=asked.consent.purpose.code,
                categories=asked.consent.categories,
                life_days=asked.consent.life_days,
                context_id=asked.consent.context_id,
                now=now,
            )
    return _back_to_client(used, runtime, error=ACCESS_DENIED)


async def _decider(
    request: AnyRequest,
    runtime: Runtime,
    who: LoggedIn,
    form: Mapping[str, Any],
    *,
    now: datetime,
) -> Actor:
    """Return who is logged in, acting for the subject that the form names."""
    request_id = request_id_of(request)
    wanted = str(form.get("subject") or _person(who))
    async with runtime.database.transaction(Actor.anonymous(request_id), now=now) as session:
        return await acting_actor(
            session,
            person_id=_person(who),
            acting_subject_id=parse_id(wanted, field="subject"),
            request_id=request_id,
            now=now,
        )


async def _use(session: AsyncSession, asked: _Asked, *, now: datetime) -> AuthorizationRequest:
    return await use_request(
        session, request_uri=asked.request_uri, client_id=asked.client.client_id, now=now
    )


async def _recipient(session: AsyncSession, client: Client) -> Tenant:
    tenant = None if client.tenant_id is None else await recipient(session, client.tenant_id)
    if tenant is None:
        raise RequestReferenceRefused
    return tenant


def _person(who: LoggedIn) -> UUID:
    if who.person_id is None:
        raise LogInOfAnother
    return who.person_id


def _back_to_client(
    asked: AuthorizationRequest, runtime: Runtime, **answer: str
) -> Response[bytes]:
    # 303: the browser must not send the decision's form on to the client (RFC 9700 §4.12).
    location = answer_address(asked, issuer=runtime.issuer, **answer)
    if location.startswith(f"{runtime.issuer}/"):
        # Our own desk: the browser stays at the host by which it reached us, where its cookies are.
        location = location.removeprefix(runtime.issuer)
    return Response(
        b"",
        status_code=303,
        headers={
            "Location": location,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def _leading_to(asked: AuthorizationRequest) -> dict[str, str]:
    parts = urlsplit(asked.redirect_uri)
    return {
        "Content-Security-Policy": page_policy(forms_lead_to=[f"{parts.scheme}://{parts.netloc}"])
    }


def _led_on(
    request: AnyRequest, runtime: Runtime, refusal: Refusal, asked: _Asked
) -> Response[bytes]:
    """Lead whoever cannot decide as he is logged in now to where he can set that right, or show why he cannot."""
    back = f"{paths.AUTHORIZE}?{asked.query}"
    if isinstance(refusal, Unauthenticated):
        return log_in_page(request, runtime, back=back, person=asked.consent is not None)
    if isinstance(refusal, PasswordLogInOff):
        return log_in_page(request, runtime, back=back, person=False, error=refusal)
    if isinstance(refusal, PasswordChangeRequired):
        return to_new_password(request, back=back)
    if isinstance(refusal, SecondFactorRequired):
        return to_second_factor(request, back=back)
    return _refused(request, refusal, asked=asked)


def _refused(
    request: AnyRequest, refusal: Refusal, *, asked: _Asked | None = None
) -> Response[bytes]:
    """Show why nothing can be decided here; a browser is never sent to an address that was not checked."""
    problem = problem_of(refusal, instance=request.scope["path"], request_id=request_id_of(request))
    back = None if asked is None else f"{paths.AUTHORIZE}?{asked.query}"
    return OAUTH_PAGES.render(
        request,
        "refused.html",
        {"problem": problem, "back": back, "csrf_token": browser_token(request)},
        status=status_of(refusal),
        headers=headers_of(refusal),
    )
