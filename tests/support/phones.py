"""A phone as the mini program's API meets it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from oauth_client import OAuthApp

from suxin.consent.oauth.own_clients import WECHAT

PREFIX = "/mp/v1"


@dataclass
class Phone:
    """One person's phone: the mini program on it with its key, its tokens, and for whom he acts."""

    app: OAuthApp
    token: str | None = None
    refresh_token: str | None = None
    subject: UUID | None = None

    @property
    def web(self) -> httpx.AsyncClient:
        """The phone's way to anything that needs no token."""
        return self.app.web

    async def open(self, code: str) -> httpx.Response:
        """Trade a code of ``wx.login`` for tokens, and keep them if there are any."""
        return self._kept(await self.app.token(grant_type=WECHAT, js_code=code))

    async def refresh(self) -> httpx.Response:
        """Trade the refresh token for new tokens, and keep them if there are any."""
        return self._kept(
            await self.app.token(grant_type="refresh_token", refresh_token=self.refresh_token)
        )

    async def request(
        self, method: str, path: str, *, key: str | None = None, **given: Any
    ) -> httpx.Response:
        """Send a request of the API; with a key it is a write that may be sent twice."""
        headers = given.pop("headers", {})
        if self.subject is not None:
            headers["Suxin-Subject"] = str(self.subject)
        if key is not None:
            headers["Idempotency-Key"] = key
        if self.token is None:
            return await self.web.request(method, f"{PREFIX}{path}", headers=headers, **given)
        return await self.app.call(
            method, f"{PREFIX}{path}", token=self.token, headers=headers, **given
        )

    async def get(self, path: str, **query: object) -> httpx.Response:
        return await self.request("GET", path, params=query)

    async def read(self, path: str, **query: object) -> Any:
        """Get what must be there."""
        response = await self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: object = None, *, key: str | None = "") -> httpx.Response:
        """Post with a fresh key, unless one is given; with None there is no key."""
        fresh = str(uuid4()) if key == "" else key
        if body is None:
            return await self.request("POST", path, key=fresh)
        headers = {"Content-Type": "application/json"}
        content = json.dumps(body).encode()
        return await self.request("POST", path, key=fresh, content=content, headers=headers)

    async def write(self, path: str, body: object = None, *, key: str | None = "") -> Any:
        """Post what must be carried out."""
        response = await self.post(path, body, key=key)
        assert response.status_code in {200, 201}, response.text
        return response.json()

    async def delete(self, path: str, *, key: str | None = "") -> httpx.Response:
        return await self.request("DELETE", path, key=str(uuid4()) if key == "" else key)

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
            self.refresh_token = answer.json()["refresh_token"]
        return answer
