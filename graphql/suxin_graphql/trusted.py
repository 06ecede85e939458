"""Trusted documents (可信文档): named by the hash of their text, so that nobody can put another in a name's place.

Those that come with the product lie in ``graphql/operations`` of a checkout and in ``suxin_graphql/operations`` of an installed
wheel; whoever runs an installation may trust more, from a folder of his own.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

SUFFIX: Final = ".graphql"
MAX_DOCUMENTS: Final = 1_000
MAX_DOCUMENT_BYTES: Final = 64 * 1024


class FolderUnfit(Exception):
    """A folder whose documents cannot be trusted; its words name the file and say why."""


def document_id(text: str) -> str:
    """Return the SHA-256 hex document identifier of a text, every blank and line end counted.

    Source: GraphQL over HTTP, appendix A (persisted documents), draft
    """
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_folder(folder: Path) -> dict[str, str]:
    """Return the texts of a folder's documents by the names of their files.

    :raises FolderUnfit: if it cannot be read, or holds more or longer documents than are kept
    """
    try:
        files = sorted(folder.glob(f"*{SUFFIX}"))
        if not files:
            raise FolderUnfit(f"{folder}: no *{SUFFIX}")
        if len(files) > MAX_DOCUMENTS:
            raise FolderUnfit(f"{folder}: more than {MAX_DOCUMENTS} documents")
        return {file.name: _text_of(file) for file in files}
    except OSError as error:
        raise FolderUnfit(f"{folder}: {error.strerror}") from None


def _text_of(file: Path) -> str:
    # As bytes: the id is that of the file, whatever ends its lines.
    content = file.read_bytes()
    if len(content) > MAX_DOCUMENT_BYTES:
        raise FolderUnfit(f"{file}: more than {MAX_DOCUMENT_BYTES // 1024} KiB")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise FolderUnfit(f"{file}: no UTF-8") from None


def _operations_folder() -> Path:
    packaged = Path(__file__).parent / "operations"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "operations"


OPERATIONS: Final[Mapping[str, str]] = MappingProxyType(read_folder(_operations_folder()))
"""The documents that come with the product, by the names of their files."""

TRUSTED: Final[Mapping[str, str]] = MappingProxyType(
    {document_id(text): text for text in OPERATIONS.values()}
)
"""The same by their ids."""
