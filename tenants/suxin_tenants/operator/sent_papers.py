"""A document that an authority's act rests on, sent as a file."""

from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote
from uuid import UUID

from litestar import Response

_ENDINGS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class Paper(Protocol):
    """A row with a document, as far as a file's name and type are concerned."""

    @property
    def id(self) -> UUID:
        """The row's id, which is the file's name where its own cannot be said."""

    @property
    def name(self) -> str:
        """The name under which it was handed in."""

    @property
    def media_type(self) -> str:
        """What it is."""


def sent_paper(paper: Paper, content: bytes) -> Response[bytes]:
    """Return a document as a file under the name by which it was handed in."""
    plain = f"{paper.id}.{_ENDINGS[paper.media_type]}"
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(paper.name, safe='')}"
    return Response(
        content,
        status_code=HTTPStatus.OK,
        media_type=paper.media_type,
        headers={"Content-Disposition": named, "Cache-Control": "no-store"},
    )
