"""Somebody of the city's credit office at his desk: pages are read and forms sent as a browser does it."""

from typing import Final

from suxin_server.journeys.bank import desk_token, hidden_fields
from suxin_server.journeys.walking import Talk, expect, new_key

DESK: Final = "/desk"


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

    def send(self, path: str, *, shown_at: str, **fields: object) -> str:
        """Send the form that a page shows; return where the answer leads."""
        given = {
            "_csrf": hidden_fields(self.page(shown_at))["_csrf"],
            "idempotencyKey": new_key(),
            **fields,
        }
        answer = self.talk.send("POST", f"{DESK}{path}", status=303, data=given)
        led = answer.headers["location"]
        expect(led.startswith(DESK), f"回到 {DESK}", led)
        return led.removeprefix(DESK)
