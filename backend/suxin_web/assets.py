"""Assets: static files read once at start, named with their content's hash and cached for good.

An asset's address is ``/assets/suxin.css?v=HASH``; a changed file has another address, so no browser shows a stale one.
Texts are kept compressed beside the plain bytes.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from suxin_web.refusals import RouteUnknown

HASH_LENGTH: Final = 12
MIN_COMPRESSED_BYTES: Final = 1024
IMMUTABLE: Final = "public, max-age=31536000, immutable"
_TEXT_TYPES: Final = ("text/", "image/svg", "application/json", "application/manifest")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, plain and compressed, its type and its hash."""

    content: bytes
    compressed: bytes | None
    media_type: str
    digest: str


class Assets:
    """The files of a package's ``assets`` folder, served under a prefix."""

    def __init__(self, package: str, *, prefix: str) -> None:
        self.prefix = prefix
        self._files = {
            path: _read(path, content) for path, content in _walk(files(package) / "assets", "")
        }

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def url(self, path: str) -> str:
        """Return the address of a file.

        :raises KeyError: if there is no such file
        """
        return f"{self.prefix}/{path}?v={self._files[path].digest}"

    def route(self) -> HTTPRouteHandler:
        """Return the handler that serves the files."""

        @get(f"{self.prefix}/{{path:path}}", include_in_schema=False, name=f"assets{self.prefix}")
        async def serve_asset(
            request: Request[Any, Any, Any], path: FromPath[str]
        ) -> Response[bytes]:
            return self._serve(request, path.lstrip("/"))

        return serve_asset

    def _serve(self, request: Request[Any, Any, Any], path: str) -> Response[bytes]:
        asset = self._files.get(path)
        if asset is None:
            raise RouteUnknown
        current = request.query_params.get("v") == asset.digest
        headers = {
            "ETag": f'"{asset.digest}"',
            "Vary": "Accept-Encoding",
            "Cache-Control": IMMUTABLE if current else "no-cache",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(b"", status_code=304, headers=headers)
        content = asset.content
        if asset.compressed and "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = asset.compressed, "gzip"
        return Response(content, media_type=asset.media_type, headers=headers)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_bytes()


def _read(path: str, content: bytes) -> Asset:
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if path.endswith(("LICENSE", "VERSION")):
        media_type = "text/plain"
    text = media_type.startswith((*_TEXT_TYPES, "application/javascript"))
    # `mtime=0` keeps the bytes, and with them a cache's copy, the same on every start.
    packed = (
        gzip.compress(content, mtime=0) if text and len(content) >= MIN_COMPRESSED_BYTES else None
    )
    return Asset(
        content=content,
        compressed=packed,
        media_type=media_type,
        digest=hashlib.sha256(content).hexdigest()[:HASH_LENGTH],
    )


SHARED_ASSETS: Final = Assets("suxin_web", prefix="/assets")
