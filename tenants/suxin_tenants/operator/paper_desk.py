"""Official papers at the credit office, as far as all kinds have their pages alike: putting one in, each step of one, its document.

What a form asks for, and what a page shows of a paper, is in the module of its kind.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.official_papers import (
    MAX_ANSWER,
    MAX_AUTHORITY,
    MAX_DOCUMENT_NUMBER,
    MAX_TITLE,
    OfficialPaper,
    PaperKind,
)
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form
from suxin_tenants.operator.sent_papers import sent_paper
from suxin_tenants.visits import Answer, Step, Told, Visit

LIMITS: Final[Mapping[str, int]] = {
    "title": MAX_TITLE,
    "authority": MAX_AUTHORITY,
    "documentNumber": MAX_DOCUMENT_NUMBER,
    "answer": MAX_ANSWER,
    "mib": MAX_DOCUMENT_BYTES // 1024**2,
}

Paper = TypeVar("Paper", bound=OfficialPaper)
Draft = TypeVar("Draft")

ShowForm = Callable[[Visit, Form, Mapping[str, str]], Awaitable[Answer]]
Show = Callable[[Visit, UUID, Form, Mapping[str, str]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDesk(Generic[Paper]):
    """The pages of one kind of official paper.

    ``read``, ``file`` and ``decide`` are the rights to look at papers, to put one in or take a step of it, and to decide on one.
    ``operation`` begins the names of its forms' operations, and ``noun`` names a paper in them. ``fields`` are those of the form that
    puts one in, ``limits`` how long what is its own may be. ``also_told`` are refusals that a paper's page tells, beside that
    somebody else must act and that the paper stands elsewhere.
    """

    kind: PaperKind[Paper]
    place: str
    template: str
    form_template: str
    operation: str
    noun: str
    read: Permission
    file: Permission
    decide: Permission
    fields: tuple[str, ...]
    limits: Mapping[str, int]
    show_form: ShowForm
    show: Show
    filing: str = "file"
    step_fields: tuple[str, ...] = ("answer", "reason")
    also_told: tuple[type[Refusal], ...] = ()

    def require(self, visit: Visit, *rights: Permission) -> None:
        """Refuse unless the visit is the office's, and its staff member may look at papers and holds these rights.

        :raises RouteUnknown: if it is another desk
        :raises Forbidden: if he does not hold one of them
        """
        visit.require_kind(TenantKind.OPERATOR)
        for right in (self.read, *rights):
            visit.actor.require(right)

    async def put_in(
        self,
        visit: Visit,
        draft: Callable[[Form], Draft | None],
        command: Callable[..., Awaitable[Paper]],
        *,
        done: str,
    ) -> Answer:
        """Put in the paper that a form with its document says, or show the form again."""
        self.require(visit, self.file)
        form, sent = await visit.form_with_bytes("paper")
        said = draft(form)
        if sent is None:
            form.fail("paper", "请选择文件")
        if form.errors or said is None:
            return await self.show_form(visit, form, form.errors)

        async def work(session: AsyncSession) -> dict[str, Any]:
            paper = await command(
                session,
                visit.actor,
                draft=said,
                paper=sent,
                sealer=visit.runtime.sealer,
                now=visit.now,
            )
            return {"id": str(paper.id)}

        told = Told(fields=(*self.fields, "paper"), names={"content": "paper", "name": "paper"})
        try:
            made = await visit.once(form, f"{self.operation}.{self.filing}", work)
        except Refusal as refusal:
            return await self.show_form(visit, form, told.errors(refusal))
        return visit.go(f"{self.place}/{made['id']}", done)

    async def take(
        self,
        visit: Visit,
        paper_id: UUID,
        step: Step,
        *,
        name: str,
        done: str,
        said: str | None = None,
        right: Permission | None = None,
    ) -> Answer:
        """Take one step of a paper by its form, whose field ``said`` must hold something; ``right`` is another than ``file``."""
        self.require(visit, right or self.file)

        async def again(form: Form, errors: Mapping[str, str]) -> Answer:
            return await self.show(visit, paper_id, form, errors)

        told = (self.kind.not_here, self.kind.second_person, *self.also_told)
        return await visit.take(
            step,
            f"{self.operation}.{name}",
            again=again,
            told=Told(fields=self.step_fields, codes=frozenset(one.code for one in told)),
            to=f"{self.place}/{paper_id}",
            done=done,
            said=said,
            **{self.noun: paper_id},
        )

    async def document(
        self,
        visit: Visit,
        query: Callable[[AsyncSession, Actor, UUID], Awaitable[Paper]],
        paper_id: UUID,
    ) -> Answer:
        """Send a paper's document as a file."""
        self.require(visit)
        async with visit.reading() as session:
            paper = await query(session, visit.actor, paper_id)
            return sent_paper(paper, self.kind.opened(visit.runtime.sealer, paper))

    async def form_page(
        self,
        visit: Visit,
        session: AsyncSession,
        *,
        typed: Form,
        errors: Mapping[str, str],
        own: Mapping[str, object],
    ) -> Answer:
        """Return the page with the form that puts a paper in, which has ``own`` beside what every kind has."""
        context = {**self._context(typed, errors), **own}
        return await visit.page(session, self.form_template, context, status=_status(errors))

    async def page(
        self,
        visit: Visit,
        session: AsyncSession,
        paper: Paper,
        *,
        typed: Form,
        errors: Mapping[str, str],
        own: Mapping[str, object],
        people: Iterable[UUID | None] = (),
    ) -> Answer:
        """Return a paper's page, which has ``own`` beside what every kind has, and names ``people`` beside who put it in and decided."""
        named = [one for one in (paper.filed_by, paper.decided_by, *people) if one is not None]
        context = {
            "paper": paper,
            "place": self.place,
            "names": await staff_names(session, visit.actor.own_tenant, named),
            **self._context(typed, errors),
            **self._forms(visit, paper),
            **own,
        }
        return await visit.page(session, self.template, context, status=_status(errors))

    def _context(self, typed: Form, errors: Mapping[str, str]) -> dict[str, object]:
        return {"typed": typed, "errors": errors, "limits": {**LIMITS, **self.limits}}

    def _forms(self, visit: Visit, paper: Paper) -> dict[str, bool]:
        """Return which forms the page has for the staff member, and whether another must act."""
        files, decides = visit.actor.may(self.file), visit.actor.may(self.decide)
        proposed = paper.state is self.kind.states.put_in
        own = paper.filed_by == visit.actor.own_staff
        return {
            "withdrawing": files and proposed,
            "deciding": decides and proposed and not own,
            "ending": files and paper.state is self.kind.states.in_force,
            "another": proposed and own,
        }


def _status(errors: Mapping[str, str]) -> int:
    return 422 if errors else 200
