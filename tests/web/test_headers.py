"""What every answer carries: security headers, caching, hashed assets."""

import gzip
import re
from importlib.resources import files

import pytest

from suxin_web.assets import IMMUTABLE, SHARED_ASSETS

KINDS = [
    ("GET", "/", 200),
    ("GET", "/desk/log-in", 303),
    ("GET", "/desk/callback", 303),
    ("GET", "/oauth/log-in", 200),
    ("GET", "/desk/sample", 303),
    ("GET", "/desk/refused/stale", 409),
    ("GET", "/desk/refused/defect", 500),
    ("GET", "/nothing", 404),
    ("POST", "/oauth/log-in", 403),
    ("POST", "/desk/log-out", 403),
    ("GET", "/mp/v1/public", 200),
    ("GET", "/mp/v1/nothing", 404),
    ("GET", "/mp/v1/refused/defect", 500),
    ("DELETE", "/mp/v1/public", 405),
    ("OPTIONS", "/mp/v1/public", 204),
    ("HEAD", "/desk/log-in", 405),
]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-src 'none'; frame-ancestors 'none'"
)


async def test_every_kind_of_answer_carries_the_security_headers(web):
    for method, path, status in KINDS:
        answer = await web.request(method, path)
        assert answer.status_code == status, (method, path)
        headers = answer.headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers
        assert len(headers.get_list("content-security-policy")) == 1
        assert len(headers.get_list("x-request-id")) == 1


async def test_only_the_preview_may_be_framed_and_only_by_us(web):
    framed = await web.get("/preview/nothing")
    beside = await web.get("/previews")
    assert "frame-src 'self'; frame-ancestors 'self'" in framed.headers["content-security-policy"]
    assert framed.headers["x-frame-options"] == "SAMEORIGIN"
    assert beside.headers["content-security-policy"] == POLICY


async def test_pages_hold_no_inline_script_style_or_foreign_address(web):
    for path in ("/", "/oauth/log-in", "/nothing"):
        page = (await web.get(path)).text
        assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == []
        assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", page) == []


async def test_an_asset_under_its_hash_is_kept_for_good(web):
    address = SHARED_ASSETS.url("suxin.css")
    answer = await web.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == IMMUTABLE
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == (files("suxin_web") / "assets" / "suxin.css").read_bytes()


async def test_an_asset_under_another_hash_is_asked_for_again(web):
    answer = await web.get("/assets/suxin.js?v=000000000000")
    again = await web.get("/assets/suxin.js", headers={"If-None-Match": answer.headers["etag"]})
    assert answer.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


async def test_a_browser_without_gzip_gets_plain_bytes(web):
    answer = await web.get(SHARED_ASSETS.url("suxin.css"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert not answer.content.startswith(gzip.compress(b"")[:2])


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.css",
        "/assets/../pages.py",
        "/assets/%2e%2e/pages.py",
        "/assets/..%2fpages.py",
        "/assets/",
        "/assets/vendor",
        "/assets/vendor/htmx",
    ],
)
async def test_nothing_but_assets_is_served(web, path):
    assert (await web.get(path)).status_code == 404


async def test_vendored_code_comes_with_its_licence_and_version(web):
    licence = await web.get("/assets/vendor/htmx/LICENSE")
    version = await web.get("/assets/vendor/htmx/VERSION")
    script = await web.get("/assets/vendor/htmx/htmx.min.js")
    assert "Zero-Clause BSD" in licence.text
    assert version.text == "htmx.org 2.0.11 (npm, dist/htmx.min.js)\n"
    assert 'version:"2.0.11"' in script.text
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
