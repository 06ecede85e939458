"""Pages: server-rendered HTML inside the shared shell.

A desk declares ``PAGES = Pages("suxin_tenants")`` once: its own ``templates`` folder first, then the shared shell and
macros. Templates escape everything and fail on a name that was not given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.tenancy.queries import names_at_work
from suxin_web.assets import SHARED_ASSETS, Assets
from suxin_web.cookies import FLASH, end_cookie
from suxin_web.csrf import FIELD, HEADER, csrf_token
from suxin_web.desk_paths import DESK_PATH, LOG_IN_PATH, LOG_OUT_PATH
from suxin_web.flash import read_flash
from suxin_web.formats import FILTERS
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import runtime_of

MEDIA_TYPE: Final = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """An entry of a desk's navigation; ``count`` is what waits there, ``icon`` a name of the icon sheet, ``group`` the heading above."""

    zh: str
    href: str
    icon: str = "dot"
    count: int | None = None
    exact: bool = False
    group: str = ""

    def under(self, group: str) -> "NavItem":
        """Return the entry as it stands under a heading."""
        return replace(self, group=group)

    def is_current(self, path: str) -> bool:
        """Return whether the page shown belongs to this entry."""
        return path == self.href or (not self.exact and path.startswith(f"{self.href}/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What stands around a desk's page: whose desk it is, who works at it, and where else one can go."""

    desk_zh: str
    tenant_name: str
    staff_name: str
    nav: tuple[NavItem, ...]

    def nav_groups(self) -> list[tuple[str, list[NavItem]]]:
        """Return the navigation's entries by the headings above them, in their order."""
        return [(group, list(items)) for group, items in groupby(self.nav, lambda one: one.group)]


async def shell_of(
    session: AsyncSession, actor: Actor, *, desk_zh: str, nav: Sequence[NavItem]
) -> Shell:
    """Return the shell of the actor's desk; names are read in the running snapshot."""
    tenant_name, staff_name = await names_at_work(session, actor.own_tenant, actor.staff_id)
    return Shell(desk_zh=desk_zh, tenant_name=tenant_name, staff_name=staff_name, nav=tuple(nav))


class Pages:
    """Renders the templates of some packages; the first that has a template of the name gives it."""

    def __init__(self, *packages: str, assets: Sequence[Assets] = ()) -> None:
        self._assets = (*assets, SHARED_ASSETS)
        self._environment = Environment(
            loader=ChoiceLoader([PackageLoader(name) for name in (*packages, "suxin_web")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(FILTERS)
        self._environment.globals.update(
            asset=self.asset,
            csrf_field=FIELD,
            csrf_header=HEADER,
            desk_path=DESK_PATH,
            log_in_path=LOG_IN_PATH,
            log_out_path=LOG_OUT_PATH,
            new_key=lambda: str(new_id()),
        )

    def asset(self, path: str) -> str:
        """Return the address of an asset.

        :raises KeyError: if no package has it
        """
        for assets in self._assets:
            if path in assets:
                return assets.url(path)
        raise KeyError(path)

    def render(
        self,
        request: Request[Any, Any, Any],
        template: str,
        context: Mapping[str, object],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        cookies: Sequence[Cookie] = (),
    ) -> Response[bytes]:
        """Render a page, or a part of one, for this request.

        Every template also has ``request_path``, ``request_id``, ``csrf_token``, ``now``, ``demo``, ``shell`` (None
        outside a desk) and ``flash`` (a message left by the page before, or None). A ``csrf_token`` in the context
        replaces the browser's own.
        """
        runtime = runtime_of(request)
        flash = read_flash(request)
        shared = {
            "request_path": request.scope["path"],
            "request_id": request_id_of(request),
            "csrf_token": csrf_token(request),
            "now": runtime.clock.now(),
            "demo": runtime.demo,
            "shell": None,
            "flash": flash,
        }
        text = self._environment.get_template(template).render({**shared, **context})
        # A message is shown once; a part of a page has no place for it and leaves it to the next whole page.
        whole = request.headers.get("hx-request") != "true"
        used = [end_cookie(runtime, FLASH)] if flash is not None and whole else []
        return Response(
            text.encode(),
            status_code=status,
            media_type=MEDIA_TYPE,
            headers={"Vary": "HX-Request", **(headers or {})},
            cookies=[*used, *cookies],
        )


SHARED_PAGES: Final = Pages()
"""The pages that belong to no desk: errors, the front page."""
