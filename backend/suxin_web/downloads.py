"""Files as they are sent: to be kept by whoever asked, never shown inside a page, and by no cache."""

from urllib.parse import quote

from litestar import Response


def file_answer(content: bytes, *, media_type: str, name: str) -> Response[bytes]:
    """Return a file under its name."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
