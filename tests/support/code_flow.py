"""The authorization code flow as a client and the browser of one person walk it, as a whole or step by step."""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from oauth_client import OAuthApp, new_verifier, s256
from small_city import PASSWORD

CALLBACK = "https://bank.example/callback"
OTHER_CALLBACK = "https://bank.example/other?from=suxin"
OFFICER = "officer.one"
SCOPE = "lending.product.read lending.referral.read"
PERMISSIONS = ["lending.product.read", "lending.referral.read"]
VIEWER = {"query": "{ viewer { permissions } }"}


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def answer_of(response: httpx.Response, *, callback: str = CALLBACK) -> dict[str, str]:
    """What the browser brings back to the client: the parameters of the redirect, which must lead to its address."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(callback), location
    sent = location.removeprefix(callback)
    assert sent.startswith("&" if "?" in callback else "?"), location
    parsed = parse_qs(sent[1:])
    assert all(len(values) == 1 for values in parsed.values()), location
    return {name: values[0] for name, values in parsed.items()}


def assert_error_page(response: httpx.Response, code: str) -> None:
    """The browser stays where it is and is told why."""
    assert response.status_code == 422, response.text
    assert "location" not in response.headers
    assert code in response.text


def assert_refused(response: httpx.Response, status: int, error: str) -> None:
    """An answer of RFC 6749 §5.2: the status, the error, a description of the characters that it allows, JSON, unstored."""
    body = response.json()
    assert (response.status_code, body["error"]) == (status, error), response.text
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", body["error_description"])
    assert response.headers["content-type"].partition(";")[0] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert "access_token" not in body


@dataclass
class CodeFlow:
    """One client, and a browser before which the officer sits."""

    app: OAuthApp
    browser: httpx.AsyncClient
    callback: str = CALLBACK
    verifier: str = field(default_factory=new_verifier)

    async def push(self, **changes: Any) -> httpx.Response:
        """Push the usual request with changes; ``None`` leaves a parameter out."""
        usual: dict[str, Any] = {
            "redirect_uri": self.callback,
            "code_challenge": s256(self.verifier),
            "state": "s-1",
            "scope": SCOPE,
        }
        return await self.app.pushed(**{**usual, **changes})

    async def reference(self, **changes: Any) -> str:
        """The ``request_uri`` of a request that must be taken."""
        answer = await self.push(**changes)
        assert answer.status_code == 201, answer.text
        assert 5 <= answer.json()["expires_in"] < 600
        return answer.json()["request_uri"]

    async def visit(self, request_uri: str, **query: str) -> httpx.Response:
        """Come with the reference, and with whatever else a client puts beside it."""
        given = {"client_id": self.app.client_id, "request_uri": request_uri, **query}
        return await self.browser.get("/oauth/authorize", params=given)

    async def page(self, request_uri: str, **query: str) -> httpx.Response:
        """Come with the reference, log in where that is asked for, and see the question."""
        shown = await self.visit(request_uri, **query)
        if 'name="password"' in shown.text:
            shown = await self.log_in(shown)
        assert 'name="decision"' in shown.text, shown.text
        return shown

    async def log_in(self, shown: httpx.Response) -> httpx.Response:
        """Log the officer in on a log-in page, and return where that leads."""
        known = {"login": OFFICER, "password": PASSWORD}
        logged_in = await self.browser.post("/oauth/log-in", data={**fields(shown.text), **known})
        assert logged_in.status_code == 303, logged_in.text
        return await self.browser.get(logged_in.headers["location"])

    async def decide(self, page: httpx.Response, decision: str = "allow") -> httpx.Response:
        return await self.browser.post(
            "/oauth/authorize", data={**fields(page.text), "decision": decision}
        )

    async def answer(
        self, *, query: dict[str, str] | None = None, **changes: Any
    ) -> dict[str, str]:
        """Everything up to the code; return what the browser brings back."""
        page = await self.page(await self.reference(**changes), **(query or {}))
        return answer_of(await self.decide(page), callback=self.callback)

    async def redeem(self, code: str, **changes: Any) -> httpx.Response:
        """Trade a code for tokens; ``None`` leaves a parameter out."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": self.verifier,
        }
        return await self.app.token(**{**usual, **changes})

    async def tokens(self, **changes: Any) -> dict[str, Any]:
        """The whole flow; return the body of the token endpoint's answer."""
        answer = await self.redeem((await self.answer(**changes))["code"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "DPoP"
        return answer.json()

    async def refresh(self, refresh_token: str, **changes: Any) -> httpx.Response:
        return await self.app.token(
            **{"grant_type": "refresh_token", "refresh_token": refresh_token, **changes}
        )

    async def view(self, token: str, **changes: Any) -> httpx.Response:
        """Call the resource."""
        return await self.app.call("POST", "/graphql", token=token, json=VIEWER, **changes)

    async def assert_works(self, token: str, **changes: Any) -> None:
        """The token opens what the officer permitted, and nothing else."""
        seen = await self.view(token, **changes)
        assert seen.status_code == 200, seen.text
        assert seen.json()["data"]["viewer"]["permissions"] == PERMISSIONS

    async def assert_dead(self, token: str) -> None:
        """The token opens nothing."""
        seen = await self.view(token)
        assert seen.status_code == 401, seen.text
        assert 'error="invalid_token"' in seen.headers["www-authenticate"]
