"""``suxin consent verify``, ``assess`` and ``retire``: checking what a subject keeps, and filing what the law wants first."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import httpx

from suxin.consent.artefacts import verified_artefact
from suxin.consent.assessments import end_assessed, file_assessment
from suxin.consent.models import AssessedKind
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_server.faults import Fault
from suxin_server.settings import Settings

JWKS_PATH: Final = "/oauth/jwks"
_TIMEOUT_S: Final = 10.0
_MAX_CHARACTERS: Final = 256 * 1024


class KeysUnreadable(Fault):
    """The published keys could not be read, so that nothing can be said about the artefact."""

    exit_code = 3

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            zh=f"无法读取已公布的密钥 {where}",
            en=f"the published keys at {where} cannot be read: {reason}",
        )


def verify_artefact(file: Path, keys: str) -> None:
    """Check a consent artefact against published keys, and print what it says.

    :raises ArtefactUnreadable, ArtefactKeyUnknown, ArtefactTampered: naming what is wrong with it
    :raises KeysUnreadable: if the keys cannot be read
    """
    text = file.read_text(encoding="utf-8", errors="replace")[:_MAX_CHARACTERS]
    content = verified_artefact(text, _read_keys(keys))
    click.echo("签名有效 · the signature is valid")
    click.echo(json.dumps(content, ensure_ascii=False, indent=2))


def assess(
    settings: Settings, *, kind: str, thing: str, title: str, conclusion: str, document: Path
) -> None:
    """Put an impact assessment on file, as the platform itself.

    :raises NotAvailable: if the application role's address is missing
    :raises PurposeUnknown: if there is no such purpose
    :raises Invalid: if the id of a score model or programme is none, or a text is empty or too long
    """
    filed = {"title": title, "conclusion": conclusion, "document": document.read_bytes()}
    asyncio.run(_carry_out(settings, file_assessment, kind, thing, filed))
    click.echo(f"已备案 · filed: {kind} {thing}")


def retire(settings: Settings, *, kind: str, thing: str) -> None:
    """Note, as the platform itself, that a purpose, score model or programme has ended.

    :raises NotAvailable: if the application role's address is missing
    :raises NotFound: if no assessment of it is in force
    """
    asyncio.run(_carry_out(settings, end_assessed, kind, thing, {}))
    click.echo(
        f"已停用，评估保存三年 · retired, its assessments are kept three years: {kind} {thing}"
    )


async def _carry_out(
    settings: Settings,
    command: Callable[..., Awaitable[object]],
    kind: str,
    thing: str,
    given: Mapping[str, object],
) -> None:
    database = Database.connect(settings.need("database_url"), pool_size=1)
    actor, now = Actor.system("assessments"), datetime.now(UTC)
    try:
        async with database.transaction(actor, now=now) as session:
            await command(session, actor, kind=AssessedKind(kind), thing=thing, now=now, **given)
    finally:
        await database.close()


def _read_keys(where: str) -> Mapping[str, Any]:
    """Return the JWK set in a file or at an address."""
    try:
        if where.startswith(("https://", "http://")):
            text = httpx.get(where, timeout=_TIMEOUT_S).raise_for_status().text
        else:
            text = Path(where).read_text(encoding="utf-8")
        keys = json.loads(text)
    except (OSError, httpx.HTTPError, ValueError) as error:
        raise KeysUnreadable(where, str(error)) from None
    if not isinstance(keys, dict):
        raise KeysUnreadable(where, "it is no JWK set")
    return keys
