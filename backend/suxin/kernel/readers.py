"""Who may read a row is declared with the table, and becomes row-level security policies.

A table names its readers in ``__readers__``; ``policy_statements`` turns the names into ``FORCE ROW LEVEL SECURITY``
and one policy each. A policy compares columns with the transaction-local settings that ``kernel.database`` sets from
the actor. Without them every comparison is with NULL, so that no context means no rows.

Settings are read in scalar sub-selects: PostgreSQL then evaluates each once per statement and not once per row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Command = Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]

APP_ROLE = "suxin_app"
BATCH_ROLE = "suxin_batch"
DOORWAY_ROLE = "suxin_doorway"

# Stands for the table's own name inside a reader's condition.
ROW = "{row}"


def _setting(name: str, cast: str) -> str:
    return f"(select nullif(current_setting('app.{name}', true), '')::{cast})"


TENANT = _setting("tenant_id", "uuid")
TENANT_KIND = _setting("tenant_kind", "text")
SUBJECT = _setting("subject_id", "uuid")
PERSON = _setting("person_id", "uuid")
STAFF = _setting("staff_id", "uuid")
VISIT = _setting("visit_id", "uuid")
KIND = _setting("kind", "text")
NOW = _setting("now", "timestamptz")
PURPOSES = (
    "(select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]"
)
CONSENT = _setting("consent_id", "uuid")
SANDBOX = _setting("sandbox_id", "uuid")

# In which world a row is: the city's, or one tenant's sandbox; no caller meets a row of another world than his.
SAME_WORLD = f"sandbox_id is not distinct from {SANDBOX}"


@dataclass(frozen=True, slots=True)
class Reader:
    """One class of callers that may read (and perhaps write) rows of a table.

    ``name`` becomes the policy's name, ``using`` the SQL condition on the row; ``command`` says what is admitted.
    ``check`` is the condition on the row as it is after an update, where that is another one. A ``restrictive`` one
    admits nobody by itself: whoever the others admit must meet it as well.
    """

    name: str
    using: str
    command: Command = "SELECT"
    role: str = APP_ROLE
    check: str | None = None
    restrictive: bool = False

    def statement(self, table: str) -> str:
        """Return the CREATE POLICY statement for the table."""
        manner = " AS RESTRICTIVE" if self.restrictive else ""
        head = f"CREATE POLICY {self.name} ON {table}{manner} FOR {self.command} TO {self.role}"
        condition = self.using.replace(ROW, table)
        if self.command == "INSERT":
            return f"{head} WITH CHECK ({condition})"
        if self.command in ("SELECT", "DELETE"):
            return f"{head} USING ({condition})"
        afterwards = condition if self.check is None else self.check.replace(ROW, table)
        return f"{head} USING ({condition}) WITH CHECK ({afterwards})"


def owner_tenant(column: str = "tenant_id") -> Reader:
    """Admit the tenant that owns the row, to read and to write."""
    return Reader("owner_tenant", f"{column} = {TENANT}", "ALL")


def reading_tenant(column: str = "tenant_id") -> Reader:
    """Admit the tenant that owns the row, to read only."""
    return Reader("reading_tenant", f"{column} = {TENANT}")


def data_subject(column: str = "subject_id", *, writes: bool = False) -> Reader:
    """Admit the subject the row is about, acted for by himself or by whoever holds his mandate."""
    return Reader("data_subject", f"{column} = {SUBJECT}", "ALL" if writes else "SELECT")


def acting_person(column: str = "person_id", *, writes: bool = False) -> Reader:
    """Admit the natural person the row belongs to, whichever subject he acts for."""
    return Reader("acting_person", f"{column} = {PERSON}", "ALL" if writes else "SELECT")


def published(predicate: str = "true") -> Reader:
    """Admit every caller with a context to rows that the predicate calls published."""
    return Reader("published", f"{KIND} is not null and ({predicate})")


def operator(*, writes: bool = False) -> Reader:
    """Admit the city's operator."""
    return Reader("operator", f"{KIND} = 'operator'", "ALL" if writes else "SELECT")


def system() -> Reader:
    """Admit the platform's own jobs."""
    return Reader("system", f"{KIND} = 'system'", "ALL")


def same_world() -> Reader:
    """Bind whoever is admitted to rows of his own world: the city's, or the sandbox that he is confined to.

    A job of the platform may serve any world, unless it is confined to one itself.
    """
    whole = f"{KIND} = 'system' and {SANDBOX} is null"
    return Reader("same_world", f"{SAME_WORLD} or {whole}", "ALL", restrictive=True)


def appended() -> Reader:
    """Let every known caller add rows, without letting him read them back; an anonymous one adds none."""
    known = "'staff', 'client', 'operator', 'subject', 'system'"
    return Reader("appended", f"{KIND} in ({known})", "INSERT")


def batch() -> Reader:
    """Admit set-based work, which the web cannot reach."""
    return Reader("batch", "true", "ALL", BATCH_ROLE)


def found_by_doorway() -> Reader:
    """Let the row also be looked up where no tenant is known yet, through a doorway, to read only."""
    return Reader("doorway", "true", "SELECT", DOORWAY_ROLE)


def _row_value(expression: str) -> str:
    return expression if expression.startswith("'") else f"{ROW}.{expression}"


def with_basis(
    *,
    category: str,
    subject: str = "subject_id",
    context: str | None = None,
    of_person: bool = False,
    occurred: str | None = None,
    ageless: tuple[str, ...] = (),
    besides: str | None = None,
    name: str = "with_basis",
) -> Reader:
    """Admit a tenant that holds a live access basis for the subject, a purpose of the caller and the category.

    ``category`` is the row's data category, as an SQL literal (``'tax'`` in quotes) or the column that holds it;
    ``context`` is a column that must equal the basis' context (one loan request), so that a basis from elsewhere does
    not lift a blind; ``of_person`` says that rows of the person speaking for the subject count too; ``occurred`` is the
    column of the day that the basis' range is about, which ``ageless`` categories have not; ``besides`` is a further condition on the row. Columns are qualified
    with their table, because an unqualified ``subject_id`` inside the sub-select would mean the basis' own. A basis is live from
    ``starts_at`` until ``ends_at``, unless ``ended_at`` (paused, revoked) is set; it is looked up at every statement,
    so that taking a consent back acts on the very next request (PIPL art. 15).
    """
    about = f"b.subject_id = {ROW}.{subject}"
    conditions = [
        f"({about} or b.person_id = {ROW}.{subject})" if of_person else about,
        f"b.tenant_id = {TENANT}",
        f"b.purpose = any ({PURPOSES})",
        f"{_row_value(category)} = any (b.categories)",
        "b.ended_at is null",
        f"b.starts_at <= {NOW}",
        f"b.ends_at > {NOW}",
        f"({CONSENT} is null or b.source_id = {CONSENT})",
    ]
    if context is not None:
        conditions.append(f"b.context_id = {ROW}.{context}")
    if occurred is not None:
        in_range = [f"b.records_from is null or b.records_from <= {ROW}.{occurred}"]
        in_range += [f"{_row_value(category)} = '{one}'" for one in ageless]
        conditions.append(f"({' or '.join(in_range)})")
    admitted = exists("access_bases b", " and ".join(conditions))
    return Reader(name, admitted if besides is None else f"{besides} and {admitted}")


def exists(table: str, where: str) -> str:
    """Return the SQL condition that a row of ``table`` meets ``where``; both come from declarations in this tree."""
    return f"exists (select 1 from {table} where {where})"  # noqa: S608 - never from a caller


def represented_by_person(subject: str) -> str:
    """Return the SQL condition that the acting person holds a live mandate for the subject in a column."""
    return exists(
        "mandates m",
        f"m.subject_id = {subject} and m.person_id = {PERSON} and m.ended_at is null"
        f" and m.starts_at <= {NOW} and m.ends_at > {NOW}",
    )


def when(
    name: str, predicate: str, command: Command = "SELECT", *, check: str | None = None
) -> Reader:
    """Admit by a condition that is particular to one table; the name says who that is."""
    return Reader(name, predicate, command, check=check)


def kept_until(over: str) -> Reader:
    """Bind every deletion to the platform's own jobs, and to rows whose time of keeping is over by the condition ``over``.

    It admits nobody by itself, and holds whoever another reader admits to ``ALL``.
    """
    return Reader("kept_long_enough", f"{KIND} = 'system' and {over}", "DELETE", restrictive=True)


def policy_statements(table: str, readers: Sequence[Reader]) -> list[str]:
    """Return the statements that put the readers of one table in force."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        *(reader.statement(table) for reader in readers),
    ]
