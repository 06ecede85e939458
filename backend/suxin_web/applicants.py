"""Callers of the mini program: who opened it, and for which subject the proved person acts.

They bring an access token of the authorization server and nothing else opens these routes.
"""

from typing import Final
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from suxin.consent.oauth.access_tokens import AccessToken
from suxin.consent.oauth.callers import visitor_behind
from suxin.consent.oauth.tokens import live_token
from suxin.kernel.actor import Actor
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Unauthenticated
from suxin.subjects.visitors import Visitor, applicant_actor
from suxin_web.access_log import bind_actor
from suxin_web.access_tokens import given_token
from suxin_web.callers import AnyRequest, share_out
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import Connection, GivenRuntime, Runtime

SUBJECT_HEADER: Final = "Suxin-Subject"

GivenVisitor = NamedDependency[SkipValidation[Visitor]]
"""How a handler asks for whoever opened the mini program: an argument ``visitor: GivenVisitor``."""


async def applicant(request: AnyRequest, runtime: GivenRuntime) -> Actor:
    """Return the person behind a visitor, acting for himself or for the subject the header names.

    :raises Unauthenticated, TokenRefused, TokenProofRefused, TokenNonceNeeded, ReplayUncertain: see ``visitor``
    :raises IdentityRequired: if nobody was proved behind him yet
    :raises NotFound: if the person holds no live mandate for the subject
    :raises TooManyRequests: if the caller asks for too much
    """
    token = await _required_token(request, runtime)
    now, request_id = runtime.clock.now(), request_id_of(request)
    live = await live_token(runtime.database.steps, token, now=now)
    async with runtime.database.snapshot(Actor.anonymous(request_id), now=now) as session:
        actor = await applicant_actor(
            session,
            await visitor_behind(session, live),
            acting_subject_id=_acting_subject(request),
            request_id=request_id,
            now=now,
            field=SUBJECT_HEADER,
        )
    bind_actor(actor)
    await share_out(request, runtime, f"person:{actor.person_id}")
    return actor


async def visitor(request: AnyRequest, runtime: GivenRuntime) -> Visitor:
    """Return whoever opened the mini program, proved or not.

    :raises Unauthenticated: if there is no access token
    :raises TokenRefused: if it is not good now, or is not one of the mini program's
    :raises TokenProofRefused, TokenNonceNeeded, ReplayUncertain: see ``given_token``
    :raises TooManyRequests: if the caller asks for too much
    """
    token = await _required_token(request, runtime)
    now = runtime.clock.now()
    anyone = Actor.anonymous(request_id_of(request))
    live = await live_token(runtime.database.steps, token, now=now)
    async with runtime.database.snapshot(anyone, now=now) as session:
        found = await visitor_behind(session, live)
    await share_out(request, runtime, f"visitor:{found.openid}")
    return found


async def _required_token(request: AnyRequest, runtime: Runtime) -> AccessToken:
    token = await given_token(request, runtime)
    if token is None:
        raise Unauthenticated
    return token


def _acting_subject(connection: Connection) -> UUID | None:
    header = connection.headers.get(SUBJECT_HEADER)
    return None if header is None else parse_id(header, field=SUBJECT_HEADER)
