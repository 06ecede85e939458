"""The row context of a transaction: the settings that row policies compare with, and the messages that set them.

They are transaction-local in every form, so that a pooled connection never carries them to another caller.
"""

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor

SETTINGS: Final = (
    "kind",
    "tenant_id",
    "tenant_kind",
    "subject_id",
    "person_id",
    "purposes",
    "consent_id",
    "now",
    "staff_id",
    "sandbox_id",
    "visit_id",
)
"""What is set; each name stands behind ``app.``."""

ADOPTED: Final = "suxin_row_context"
"""The name under which a connection has ``ADOPT`` prepared."""

ADOPT: Final = (
    "select where 0 = num_nonnulls("
    + ", ".join(
        f"set_config('app.{name}', ${place}, true)" for place, name in enumerate(SETTINGS, 1)
    )
    + ")"
)
"""The statement that sets all of them, and finds no row."""

BORROW: Final = "select where set_config('app.subject_id', $1, true) is null"
"""The statement that has what follows touch a subject's rows, and finds no row."""

_SET: Final = text(
    "select " + ", ".join(f"set_config('app.{name}', :{name}, true)" for name in SETTINGS)
)

_LENGTH: Final = struct.Struct("!i")
# To the unnamed portal, all values as texts (PostgreSQL's protocol, Bind).
_BIND: Final = b"\0" + ADOPTED.encode() + b"\0" + struct.pack("!hh", 0, len(SETTINGS))
_NO_RESULTS: Final = struct.pack("!h", 0)
_EXECUTE: Final = b"E" + _LENGTH.pack(4 + 1 + 4) + b"\0" + _LENGTH.pack(0)


def row_context(actor: Actor, now: datetime) -> dict[str, str]:
    """Return the row context of an actor at a moment; what he has not is an empty text, which reads as nothing."""
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
    await session.execute(_SET, context)
    session.info["context"] = context


def begin_reading(context: Mapping[str, str]) -> str:
    """Return the message that begins a snapshot and sets its row context: one round trip, which takes no parameters."""
    # What is not set reads as nothing, and so does what is set to an empty text.
    settings = ", ".join(
        f"set_config('app.{name}', {as_literal(value)}, true)"
        for name, value in context.items()
        if value
    )
    return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT {settings}"


def adopt(context: Mapping[str, str]) -> bytes:
    """Return the messages that carry out ``ADOPT``, as they go over the wire before a statement (Bind, Execute).

    No Sync follows them: they and the statement behind them are one transaction.
    """
    parts = [_BIND]
    for name in SETTINGS:
        value = _storable(context[name]).encode()
        parts += (_LENGTH.pack(len(value)), value)
    parts.append(_NO_RESULTS)
    bind = b"".join(parts)
    return b"B" + _LENGTH.pack(4 + len(bind)) + bind + _EXECUTE


def _storable(value: str) -> str:
    if "\0" in value:
        message = "a row context holds no NUL"
        raise ValueError(message)
    return value


def as_literal(value: str) -> str:
    """Return a text as an SQL literal; what is sent with BEGIN, or beside another statement, cannot have parameters."""
    quoted = _storable(value).replace("'", "''")
    # With a backslash, the escape form means the same under either setting of standard_conforming_strings.
    return f" E'{quoted.replace(chr(92), chr(92) * 2)}'" if "\\" in value else f"'{quoted}'"
