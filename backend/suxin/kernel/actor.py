"""Who acts: the frozen caller that every command and query takes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from suxin.kernel.refusals import Forbidden


class ActorKind(StrEnum):
    """What sort of caller this is."""

    ANONYMOUS = "anonymous"
    SUBJECT = "subject"
    STAFF = "staff"
    CLIENT = "client"
    OPERATOR = "operator"
    SYSTEM = "system"


class Permission(str):
    """A right by name, ``context.thing.act``, and as a person calls it.

    Declared once, in the policies of the context that checks it.
    """

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, name: str, zh: str) -> Self:
        """Name the right, and say in Chinese what it is a right to."""
        made = super().__new__(cls, name)
        made.zh = zh
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """The help a subject had at a counter: at which visit, by whom, in which office.

    Who helped is on record with every act of the subject there, and has decided nothing.
    """

    visit_id: UUID
    helper_id: UUID
    office: str

    @property
    def words(self) -> dict[str, str]:
        """What an entry's details say of the help under which a subject acted."""
        return {
            "counter_office": self.office,
            "counter_helper": str(self.helper_id),
            "counter_visit": str(self.visit_id),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The caller of a command or query, built once per request from a verified session or token.

    ``tenant_id`` is the organisation acted for; ``person_id`` the natural person behind a subject's session and
    ``subject_id`` the subject he acts for (himself, or a firm he holds a mandate for). ``purposes`` are the purposes
    for which this caller reads subjects' data; a row needs a live basis for one of them. ``areas`` and ``branch_id``
    bound what staff see; empty means the whole tenant. ``client_id`` is the OAuth client that the caller came through.
    ``sandbox_id`` is the tenant whose sandbox he is confined to; nobody of the city itself has one. ``ahead`` is how far that
    sandbox's clock is ahead of the machine's.
    ``assistance`` is the help at a counter under which a subject acts: he then does what he signed there, and nothing else.
    """

    kind: ActorKind
    request_id: str
    tenant_id: UUID | None = None
    tenant_kind: str | None = None
    staff_id: UUID | None = None
    person_id: UUID | None = None
    subject_id: UUID | None = None
    mandate_id: UUID | None = None
    branch_id: UUID | None = None
    areas: tuple[str, ...] = ()
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    purposes: tuple[str, ...] = ()
    consent_id: UUID | None = None
    client_id: str | None = None
    sandbox_id: UUID | None = None
    ahead: timedelta = timedelta(0)
    assistance: Assistance | None = None

    @classmethod
    def anonymous(cls, request_id: str) -> Self:
        """Return the caller who has not shown who he is: he sees only what is published."""
        return cls(kind=ActorKind.ANONYMOUS, request_id=request_id)

    @classmethod
    def system(cls, request_id: str, *, tenant_id: UUID | None = None) -> Self:
        """Return the platform itself, as background jobs act."""
        return cls(kind=ActorKind.SYSTEM, request_id=request_id, tenant_id=tenant_id)

    @classmethod
    def subject(
        cls, request_id: str, *, person_id: UUID, subject_id: UUID, mandate_id: UUID | None = None
    ) -> Self:
        """Return a proved natural person acting for himself or for a subject he represents."""
        return cls(
            kind=ActorKind.SUBJECT,
            request_id=request_id,
            person_id=person_id,
            subject_id=subject_id,
            mandate_id=mandate_id,
        )

    def may(self, permission: Permission) -> bool:
        """Return whether the actor holds the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless the actor holds the permission.

        :raises Forbidden: if he does not
        """
        if permission not in self.permissions:
            raise Forbidden(permission=permission)

    def with_permissions(self, permissions: Iterable[Permission]) -> Self:
        """Return the same actor with these permissions instead."""
        return replace(self, permissions=frozenset(permissions))

    @property
    def own_tenant(self) -> UUID:
        """The tenant acted for.

        :raises Forbidden: if the actor acts for no tenant
        """
        if self.tenant_id is None:
            raise Forbidden(permission="tenant")
        return self.tenant_id

    @property
    def own_staff(self) -> UUID:
        """The staff member acting.

        :raises Forbidden: if no staff member acts
        """
        if self.staff_id is None:
            raise Forbidden(permission="staff")
        return self.staff_id

    @property
    def own_subject(self) -> UUID:
        """The subject acted for.

        :raises Forbidden: if the actor acts for no subject
        """
        if self.subject_id is None:
            raise Forbidden(permission="subject")
        return self.subject_id

    @property
    def own_person(self) -> UUID:
        """The natural person acting.

        :raises Forbidden: if no proved person stands behind the session
        """
        if self.person_id is None:
            raise Forbidden(permission="person")
        return self.person_id
