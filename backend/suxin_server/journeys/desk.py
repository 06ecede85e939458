"""Somebody of the city's credit office at his desk: pages are read and forms sent as a browser does it."""

from collections.abc import Mapping
from typing import Final

import httpx

from suxin_server.journeys.bank import desk_token, hidden_fields
from suxin_server.journeys.walking import Talk, expect, new_key

DESK: Final = "/desk"

Files = Mapping[str, tuple[str, bytes, str]]
"""Files of a form by their fields: name, content and media type."""


class Desk:
    """One staff member's desk."""

    def __init__(self, url: str, login: str) -> None:
        self.login = login
        self.talk = Talk(url)

    def log_in(self) -> None:
        """Log in by way of the authorization server."""
        desk_token(self.talk, self.login)

    def page(self, path: str) -> str:
        """Return a page of the desk."""
        return self.talk.send("GET", f"{DESK}{path}").text

    def send(
        self, path: str, *, shown_at: str, files: Files | None = None, **fields: object
    ) -> str:
        """Send the form that a page shows; return where the answer leads."""
        answer = self._send(path, shown_at, fields, status=303, files=files)
        led = answer.headers["location"]
        expect(led.startswith(DESK), f"回到 {DESK}", led)
        return led.removeprefix(DESK)

    def refused(self, path: str, *, shown_at: str, status: int, says: str, **fields: object) -> str:
        """Send what must be refused in these words; return the page that says so.

        :raises WrongAnswer: if it is not refused, or in other words
        """
        page = self._send(path, shown_at, fields, status=status).text
        expect(says in page, f"{path} → {says}", page)
        return page

    def _send(
        self,
        path: str,
        shown_at: str,
        fields: Mapping[str, object],
        *,
        status: int,
        files: Files | None = None,
    ) -> httpx.Response:
        given = {
            "_csrf": hidden_fields(self.page(shown_at))["_csrf"],
            "idempotencyKey": new_key(),
            **fields,
        }
        return self.talk.send("POST", f"{DESK}{path}", status=status, data=given, files=files)
