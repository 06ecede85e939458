"""Callers of the mini program: who opened it, and for which subject the proved person acts."""

from typing import Final
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from suxin.kernel.actor import Actor
from suxin.kernel.ids import parse_id
from suxin.subjects.sessions import Visitor, subject_actor
from suxin.subjects.sessions import visitor as look_up_visitor
from suxin_web.access_log import bind_actor
from suxin_web.callers import AnyRequest, required_bearer, share_out
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import Connection, GivenRuntime

SUBJECT_HEADER: Final = "Suxin-Subject"

GivenVisitor = NamedDependency[SkipValidation[Visitor]]
"""How a handler asks for whoever opened the mini program: an argument ``visitor: GivenVisitor``."""


async def applicant(request: AnyRequest, runtime: GivenRuntime) -> Actor:
    """Return the person behind a mini program session, acting for himself or for the subject the header names.

    :raises Unauthenticated: if there is no live session
    :raises IdentityRequired: if nobody was proved behind it yet
    :raises NotFound: if the person holds no live mandate for the subject
    :raises TooManyRequests: if the caller asks for too much
    """
    token = required_bearer(request)
    now, request_id = runtime.clock.now(), request_id_of(request)
    async with runtime.database.snapshot(Actor.anonymous(request_id), now=now) as session:
        actor = await subject_actor(
            session,
            token=token,
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

    :raises Unauthenticated: if there is no live session
    :raises TooManyRequests: if the caller asks for too much
    """
    token = required_bearer(request)
    now, request_id = runtime.clock.now(), request_id_of(request)
    async with runtime.database.snapshot(Actor.anonymous(request_id), now=now) as session:
        found = await look_up_visitor(session, token=token, now=now)
    await share_out(request, runtime, f"visitor:{found.openid}")
    return found


def _acting_subject(connection: Connection) -> UUID | None:
    header = connection.headers.get(SUBJECT_HEADER)
    return None if header is None else parse_id(header, field=SUBJECT_HEADER)
