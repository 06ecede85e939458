"""The row context: what row policies know of the caller, set transaction-locally from the actor."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor

_SET_CONTEXT: Final = text(
    "select set_config('app.kind', :kind, true), set_config('app.tenant_id', :tenant_id, true),"
    " set_config('app.tenant_kind', :tenant_kind, true),"
    " set_config('app.subject_id', :subject_id, true),"
    " set_config('app.person_id', :person_id, true), set_config('app.purposes', :purposes, true),"
    " set_config('app.consent_id', :consent_id, true), set_config('app.now', :now, true),"
    " set_config('app.staff_id', :staff_id, true), set_config('app.visit_id', :visit_id, true),"
    " set_config('app.sandbox_id', :sandbox_id, true)"
)


def context_of(actor: Actor, now: datetime) -> dict[str, str]:
    """Return the settings that an actor's rows are found by at this moment."""
    return {
        "kind": actor.kind.value,
        "tenant_id": str(actor.tenant_id or ""),
        "tenant_kind": actor.tenant_kind or "",
        "subject_id": str(actor.subject_id or ""),
        "person_id": str(actor.person_id or ""),
        "purposes": ",".join(actor.purposes),
        "consent_id": str(actor.consent_id or ""),
        "now": now.isoformat(),
        "staff_id": str(actor.staff_id or ""),
        "sandbox_id": str(actor.sandbox_id or ""),
        "visit_id": "" if actor.assistance is None else str(actor.assistance.visit_id),
    }


async def set_context(session: AsyncSession, context: dict[str, str]) -> None:
    """Set the row context of what follows in the session's transaction."""
    await session.execute(_SET_CONTEXT, context)
    session.info["context"] = context


def begin_reading(context: dict[str, str]) -> str:
    """Return the message that begins a snapshot and sets its row context: one round trip, which takes no parameters."""
    # What is not set reads as nothing, and so does what is set to an empty text.
    settings = ", ".join(
        f"set_config('app.{name}', {_literal(value)}, true)"
        for name, value in context.items()
        if value
    )
    return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT {settings}"


def _literal(value: str) -> str:
    """Return a text as an SQL literal; what is sent with BEGIN cannot have parameters."""
    if "\0" in value:
        message = "a row context holds no NUL"
        raise ValueError(message)
    quoted = value.replace("'", "''")
    # With a backslash, the escape form means the same under either setting of standard_conforming_strings.
    return f" E'{quoted.replace(chr(92), chr(92) * 2)}'" if "\\" in value else f"'{quoted}'"
