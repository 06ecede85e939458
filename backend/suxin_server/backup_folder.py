"""What a backup is on disk: a folder with the database's dump and a manifest that says what must be in it.

Sealing keys are no part of it: whoever finds a backup reads no sealed value. They are kept in another place, and a restore asks
for them.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from suxin_server.faults import Fault

DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_BLOCK_BYTES: Final = 1 << 20


class BackupUnfit(Fault):
    """A backup cannot be made or taken here as it stands; nothing was changed."""

    exit_code = 13


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: rows of each table, the revision of its schema, the hash of the dump (SHA-256, hex)."""

    format: int
    made_at: datetime
    revision: str
    rows: dict[str, int]
    dump_sha256: str


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into a backup's folder."""
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def read_backup(folder: Path) -> Manifest:
    """Return the manifest of a backup whose dump is the one it tells of.

    :raises BackupUnfit: if the folder holds no backup, one of a later format, or a dump that was changed or cut short
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        found = sha256_of(folder / DUMP)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupUnfit(
            zh=f"{folder} 不是完整的备份：{error}", en=f"{folder} holds no whole backup: {error}"
        ) from None
    if manifest.format != FORMAT:
        raise BackupUnfit(
            zh=f"备份格式 {manifest.format} 不是本版本的 {FORMAT}",
            en=f"the backup's format is {manifest.format}, this version reads {FORMAT}",
        )
    if found != manifest.dump_sha256:
        raise BackupUnfit(
            zh=f"{folder / DUMP} 与清单不符：内容被改动或不完整",
            en=f"{folder / DUMP} is not what the manifest tells of: it was changed or cut short",
        )
    return manifest


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
