"""``suxin consent verify`` and ``suxin assessment file``: checking what a subject keeps, and filing what the law wants first."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import httpx

from suxin.consent.artefacts import verified_artefact
from suxin.consent.assessments import file_assessment
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


def file_purpose(
    settings: Settings, *, kind: str, code: str, title: str, conclusion: str, document: Path
) -> None:
    """Put an impact assessment on file, as the platform itself.

    :raises NotAvailable: if the application role's address is missing
    :raises PurposeUnknown: if there is no such purpose
    """
    asyncio.run(
        _file(
            settings.need("database_url"),
            AssessedKind(kind),
            {"code": code, "title": title, "conclusion": conclusion},
            document.read_bytes(),
        )
    )
    click.echo(f"已备案 · filed: {kind} {code}")


async def _file(url: str, kind: AssessedKind, texts: Mapping[str, str], document: bytes) -> None:
    database, actor, now = (
        Database.connect(url, pool_size=1),
        Actor.system("assessment-file"),
        datetime.now(UTC),
    )
    try:
        async with database.transaction(actor, now=now) as session:
            await file_assessment(session, actor, kind=kind, document=document, now=now, **texts)
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
