"""The headings of a long menu: nothing is lost under them, and each page stands under one."""

import pytest

from suxin.tenancy.profiles import TenantKind
from suxin_tenants.menu_groups import GROUPS, OWN_HOUSE, grouped
from suxin_tenants.navigation import _HOUSE, ENTRIES
from suxin_web.pages import Shell

SHORT = 16
"""How many entries are read at a glance; a longer menu is divided."""
HOUSE = {item.href for _, item in _HOUSE}


@pytest.mark.parametrize("kind", list(TenantKind))
def test_a_long_menu_is_divided_and_loses_nothing(kind) -> None:
    items = [item for _, item in ENTRIES[kind]]
    shown = grouped(kind, items)
    assert sorted(item.href for item in shown) == sorted(item.href for item in items)
    if kind not in GROUPS:
        assert len(items) <= SHORT
        assert [item.group for item in shown] == [""] * len(items)
        return
    shell = Shell(desk_zh="", tenant_name="", staff_name="", nav=tuple(shown))
    headings = [group for group, _ in shell.nav_groups()]
    assert headings == [*(group.zh for group in GROUPS[kind]), OWN_HOUSE]
    below = {page for group in GROUPS[kind] for page in group.pages}
    assert below <= {item.href for item in items}
    # What is no matter of the house alone has been given its place.
    at_home = {item.href for item in shown if item.group == OWN_HOUSE}
    assert at_home - HOUSE <= {"/desk/leaves", "/desk/sandbox"}
