"""The explorer at a desk: who finds it, and what whoever does not is told."""

import pytest

from suxin.tenancy.profiles import TenantKind
from suxin_tenants.desk_assets import DESK_ASSETS
from suxin_web.csrf import token_for
from suxin_web.document_rules import DocumentRules

PLACE = "/desk/explorer"
PARTS = (
    "vendor/react/react.production.min.js",
    "vendor/react/react-dom.production.min.js",
    "vendor/graphiql/graphiql.min.js",
    "vendor/graphiql/graphiql.min.css",
)


async def test_whoever_may_compose_documents_finds_it_with_his_own_token(desks):
    desk = await desks.of("bank_admin")
    page = await desk.get(PLACE)
    assert f'href="{PLACE}" aria-current="page"' in page
    assert f'data-token="{token_for(desk.token)}"' in page
    for part in PARTS:
        assert DESK_ASSETS.url(part) in page


async def test_it_is_at_the_desks_of_every_kind_of_house(desks):
    operator = await desks.operator()
    village = await desks.of("village_admin", await desks.tenant(TenantKind.VILLAGE_GRID))
    for desk in (operator, village):
        assert f'href="{PLACE}"' in await desk.get("/desk/account")
        await desk.get(PLACE)


async def test_without_the_permission_it_is_refused_and_in_no_navigation(desks, words):
    desk = await desks.officer()
    refused = words(await desk.get(PLACE, status=403))
    assert "没有权限：自拟接口文档" in refused
    assert "Not permitted: consent.document.compose" in refused
    assert f'href="{PLACE}"' not in await desk.get("/desk/account")


@pytest.mark.parametrize("rules", [DocumentRules(ad_hoc=True, introspection=True)], ids=["closed"])
async def test_an_installation_without_it_says_so_in_both_languages(desks, words):
    desk = await desks.of("bank_admin")
    refused = words(await desk.get(PLACE, status=403))
    assert "本系统未开放接口调试" in refused
    assert "This installation has no explorer" in refused
    assert "EXPLORER_CLOSED" in refused
    assert f'href="{PLACE}"' not in await desk.get("/desk/account")


async def test_nobody_sees_it_without_a_session(desks):
    desk = await desks.of("bank_admin")
    desk.client.cookies.clear()
    answer = await desk.client.get(PLACE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/log-in?next=%2Fdesk%2Fexplorer"


def test_what_it_is_made_of_has_no_address_of_others():
    """A style or script of another host, and a font or source map that the page's policy refuses, would only fail."""
    for part in PARTS:
        text = DESK_ASSETS._files[part].content.decode()
        for unwanted in ("sourceMappingURL", "@font-face", "@import", "url(http", "new Function("):
            assert unwanted not in text, (part, unwanted)
