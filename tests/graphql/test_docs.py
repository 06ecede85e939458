"""The documentation pages: what a person who follows a link finds, and the schema as it is checked in."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from suxin_graphql import docs
from suxin_graphql import http as graphql
from suxin_graphql.trusted import OPERATIONS, TRUSTED, document_id
from suxin_server.welcome import _PLACES
from suxin_web.application import build_app

SCHEMA = Path(__file__).parents[2] / "graphql" / "schema.graphql"
GUIDES = Path(__file__).parents[2] / "docs" / "api"
BROWSER = {"Accept": "text/html"}


@pytest.fixture
async def reader(runtime) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a browser and without a log-in."""
    app = build_app(runtime, [*graphql.routes, *docs.routes])
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://suxin.test") as client:
        yield client


async def test_the_page_lists_every_query_and_mutation(reader):
    page = await reader.get("/graphql/docs", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for name in ("referrals", "node", "viewer", "acceptReferral", "publishProduct"):
        assert f'id="{name}"' in page.text
    assert "acceptReferral(input: AcceptReferralInput!): AcceptReferralResult!" in page.text
    sheet = re.search(r'href="(/assets/docs.css[^"]*)"', page.text)
    assert sheet is not None
    assert (await reader.get(sheet[1])).status_code == 200


async def test_the_page_shows_the_trusted_documents_with_their_ids(reader):
    page = await reader.get("/graphql/docs", headers=BROWSER)
    shown = re.findall(
        r"<code>(sha256:[0-9a-f]{64})</code></p>\s*<pre[^>]*>(.*?)</pre>", page.text, re.DOTALL
    )
    assert {identifier: html.unescape(text) for identifier, text in shown} == dict(TRUSTED)


async def test_the_schema_is_served_as_it_is_checked_in(reader):
    told = await reader.get("/graphql/schema.graphql", headers=BROWSER)
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert told.text == SCHEMA.read_text(encoding="utf-8")


async def test_the_front_page_and_the_welcome_lead_to_the_page(reader):
    front = await reader.get("/", headers=BROWSER)
    led = re.findall(r'href="(/graphql[^"]*)"', front.text)
    assert led == ["/graphql/docs"]
    assert [path for _, _, path in _PLACES if path.startswith("/graphql")] == led


def test_the_guides_name_trusted_documents_by_their_ids():
    guides = [path.read_text(encoding="utf-8") for path in GUIDES.glob("*.md")]
    named = [found for guide in guides for found in re.findall(r"sha256:[0-9a-f]{64}", guide)]
    names = {document_id(text): name for name, text in OPERATIONS.items()}
    assert sorted(names[identifier] for identifier in named) == [
        "inbox.graphql",
        "offers.graphql",
        "viewer.graphql",
    ]
