"""Visits: one request of a staff member at his desk, from the session cookie to the page that goes out.

A page is read and rendered inside one snapshot and sent after it, so that no byte about a subject leaves unrecorded. A
form is carried out once per key, in one transaction, and answered by going on to another page.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import once
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealed_documents import SentFile
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.desk_assets import DESK_ASSETS
from suxin_tenants.forms import Form
from suxin_tenants.navigation import DESK_NAMES, kind_of, nav_of
from suxin_tenants.words import said
from suxin_web.callers import (
    AnyRequest,
    required_cookie,
    staff,
    staff_at_own_account,
    staff_behind,
)
from suxin_web.flash import see_other
from suxin_web.pages import Pages, Shell, shell_of
from suxin_web.refusals import RouteUnknown
from suxin_web.runtime import GivenRuntime, Runtime

KEY_FIELD: Final = "idempotencyKey"
PAGES: Final = Pages("suxin_tenants", assets=(DESK_ASSETS,))

Answer = Response[bytes]
Work = Callable[[AsyncSession], Awaitable[dict[str, Any]]]
Step = Callable[[AsyncSession, Form], Awaitable[object]]
Again = Callable[[Form, Mapping[str, str]], Awaitable[Answer]]
"""Shows the page of a form again, with what was typed and what was wrong with it."""

# What a person at a desk can set right by himself is told on the page he was on; anything else is an error page.
_SET_RIGHT: Final = frozenset({RefusalKind.INVALID, RefusalKind.CONFLICT, RefusalKind.LIMITED})
_SET_RIGHT_CODES: Final = frozenset({"CONSENT_REQUIRED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the page of a form tells of refusals.

    ``fields`` are the form's, ``names`` its names of a command's fields where they differ. ``codes`` are the refusals that are told
    there although whoever is there cannot set them right: another of his house may, or what stands there shows why.
    """

    fields: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()

    def errors(self, refusal: Refusal) -> dict[str, str]:
        """Return what the page tells of a refusal, by the field it belongs to.

        :raises Refusal: the refusal itself, if it is not told there
        """
        if not (can_be_set_right(refusal) or refusal.code in self.codes):
            raise refusal
        return errors_of(refusal, self.names, self.fields)


class Visit:
    """A staff member's request, with what it needs: the caller, the time, and the way to the database and the pages."""

    def __init__(self, request: AnyRequest, runtime: Runtime, actor: Actor, now: datetime) -> None:
        self.request = request
        self.runtime = runtime
        self.actor = actor
        self.now = now

    @property
    def kind(self) -> TenantKind:
        """The kind of tenant the staff member works for."""
        return kind_of(self.actor)

    @property
    def role_names(self) -> Mapping[str, str]:
        """The roles of this kind of house by their codes, as people read them."""
        return {code: role.zh for code, role in self.runtime.profiles[self.kind].roles.items()}

    @property
    def world_now(self) -> datetime:
        """What the clock says where the desk is: in a sandbox its own, and the machine's everywhere else."""
        return self.now + self.actor.ahead

    def require_kind(self, *kinds: TenantKind) -> None:
        """Refuse unless the desk of one of these kinds has the page; another desk has no such address.

        :raises RouteUnknown: if it is another desk
        """
        if self.kind not in kinds:
            raise RouteUnknown

    async def form(self) -> Form:
        """Read the form that was sent."""
        return Form.of(await self.request.form())

    async def form_with_file(self, name: str) -> Form:
        """Read the form that was sent with a file under ``name``, whose text stands for it."""
        sent = await self.request.form()
        form, file = Form.of(sent), sent.get(name)
        if isinstance(file, UploadFile):
            form.take_file(name, await file.read())
        return form

    async def form_with_bytes(self, name: str) -> tuple[Form, SentFile | None]:
        """Read the form that was sent with a file under ``name``, of which the form knows name and hash alone."""
        sent = await self.request.form()
        form, file = Form.of(sent), sent.get(name)
        if not isinstance(file, UploadFile) or not file.filename:
            return form, None
        content = await file.read()
        form.take_hash(name, hashlib.sha256(content).hexdigest())
        return form, SentFile(name=file.filename, content=content)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open the snapshot in which the page is read and rendered."""
        async with self.runtime.database.snapshot(self.actor, now=self.world_now) as session:
            yield session

    async def page(
        self,
        session: AsyncSession,
        template: str,
        context: Mapping[str, object],
        *,
        status: int = 200,
    ) -> Answer:
        """Render a whole page inside the desk's shell."""
        shell = await _shell(session, self.actor, self.runtime, now=self.world_now)
        return self.part(template, {"shell": shell, **context}, status=status)

    def part(
        self,
        template: str,
        context: Mapping[str, object],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Render a template by itself: a part of a page, for htmx."""
        return PAGES.render(
            self.request,
            template,
            {"actor": self.actor, "now": self.world_now, **context},
            status=status,
            headers=headers,
        )

    async def once(self, form: Form, operation: str, work: Work, **facts: object) -> dict[str, Any]:
        """Carry out a form's work in one transaction, once for its key; return what it answered.

        The whole form stands for the request, except what must not be kept even as a hash: passwords.
        """
        sent = {**form.shown(), **{name: str(value) for name, value in facts.items()}}

        async def carried_out(session: AsyncSession) -> dict[str, Any]:
            outcome = await once(
                session,
                self.actor,
                key=form.text(KEY_FIELD),
                operation=f"desk.{operation}",
                request=sent,
                work=lambda: work(session),
                now=self.now,
            )
            return outcome.result

        return await self.runtime.database.run(self.actor, carried_out, now=self.world_now)

    async def take(
        self,
        step: Step,
        operation: str,
        *,
        again: Again,
        told: Told,
        to: str,
        done: str,
        said: str | None = None,
        **facts: object,
    ) -> Answer:
        """Take a step once by the form that was sent, whose field ``said`` must hold something, and go on to a page with the news."""
        form = await self.form()
        if said is not None:
            form.require(said)
        if form.errors:
            return await again(form, form.errors)

        async def work(session: AsyncSession) -> dict[str, Any]:
            await step(session, form)
            return {}

        try:
            await self.once(form, operation, work, **facts)
        except Refusal as refusal:
            return await again(form, told.errors(refusal))
        return self.go(to, done)

    async def press(
        self, operation: str, work: Work, *, back: str, done: str, **facts: object
    ) -> Answer:
        """Carry out a button's work once and go back to its page, with the news or with the reason why not."""
        form = await self.form()
        try:
            await self.once(form, operation, work, **facts)
        except Refusal as refusal:
            if not can_be_set_right(refusal):
                raise
            return self.go(back, said(refusal), good=False)
        return self.go(back, done)

    def go(self, location: str, flash: str | None = None, *, good: bool = True) -> Answer:
        """Go on to another page, which shows the message."""
        return see_other(self.request, location, flash=flash, tone="good" if good else "bad")


GivenVisit = NamedDependency[SkipValidation[Visit]]
"""How a handler asks for its visit: an argument ``visit: GivenVisit``."""


def can_be_set_right(refusal: Refusal) -> bool:
    """Return whether the person can go on from the page he was on once he is told the reason."""
    return refusal.kind in _SET_RIGHT or refusal.code in _SET_RIGHT_CODES


async def provide_visit(request: AnyRequest, runtime: GivenRuntime) -> Visit:
    """Give handlers their ``visit``: who is at the desk, now.

    :raises Unauthenticated: without a live session
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: while the password is a temporary one
    :raises CsrfRefused: if a form did not come from our own page
    """
    actor = await staff(request, runtime)
    return Visit(request, runtime, actor, runtime.clock.now())


async def provide_account_visit(request: AnyRequest, runtime: GivenRuntime) -> Visit:
    """Give the account's own page its ``visit``, also while the password is a temporary one.

    :raises Unauthenticated, TenantSuspended, CsrfRefused: see ``provide_visit``
    """
    actor = await staff_at_own_account(request, runtime)
    return Visit(request, runtime, actor, runtime.clock.now())


async def desk_frame(request: AnyRequest, runtime: Runtime) -> Shell:
    """Return the shell of the desk whose session the request's cookie shows, for a page that no visit leads to.

    :raises Unauthenticated: without a live session
    :raises TenantSuspended: if the organisation is suspended
    """
    token = required_cookie(request)
    actor, now = await staff_behind(request, runtime, token), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        return await _shell(session, actor, runtime, now=now)


async def _shell(session: AsyncSession, actor: Actor, runtime: Runtime, *, now: datetime) -> Shell:
    nav = await nav_of(session, actor, explorer=runtime.documents.explorer, now=now)
    return await shell_of(session, actor, desk_zh=DESK_NAMES[kind_of(actor)], nav=nav)


def errors_of(refusal: Refusal, names: Mapping[str, str], known: Sequence[str]) -> dict[str, str]:
    """Return the message by the form field it belongs to; under the empty name where no field is at fault.

    ``names`` tells the form's name of a command's field where it differs; ``known`` are the form's fields.
    """
    field = names.get(refusal.field or "", refusal.field or "")
    if field in known:
        return {field: said(refusal, beside=True)}
    return {"": said(refusal)}
