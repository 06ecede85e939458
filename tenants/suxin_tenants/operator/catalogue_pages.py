"""The catalogue: what may be recorded, class by class, with its source, channel, and how long it is published and valid."""

from itertools import groupby
from typing import Final

from litestar import get

from suxin.subjects import queries
from suxin.subjects.catalogue_drafts import CATALOGUE_LOAD
from suxin.subjects.catalogue_terms import CLASSES, Publication
from suxin.subjects.ingestion.policies import INGESTION_READ
from suxin.subjects.models import CatalogueItem
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.catalogue_draft_pages import CHANNELS, SENSITIVITIES, STATES
from suxin_tenants.visits import Answer, GivenVisit

DRAFTS_SHOWN: Final = 10


@get("/catalogue")
async def show_catalogue(visit: GivenVisit) -> Answer:
    """Show the release in force with its items, and those that were retired."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(INGESTION_READ)
    async with visit.reading() as session:
        items = (await session.scalars(queries.catalogue())).all()
        by_class = sorted(items, key=lambda one: CLASSES.index(one.record_class))
        context = {
            "releases": (await session.scalars(queries.catalogue_releases())).all(),
            "classes": [
                (name, list(group))
                for name, group in groupby(by_class, lambda one: one.record_class)
            ],
            "channels": CHANNELS,
            "sensitivities": SENSITIVITIES,
            "published": _published,
            "drafts": (await session.scalars(queries.catalogue_drafts().limit(DRAFTS_SHOWN))).all(),
            "draft_states": STATES,
            "may_load": visit.actor.may(CATALOGUE_LOAD),
        }
        return await visit.page(session, "operator/catalogue.html", context)


def _published(item: CatalogueItem) -> str:
    """Say whether and how long an item is published."""
    if item.publication is Publication.NEVER:
        return "不公示"
    if item.publication is Publication.BY_PENALTY:
        return "按处罚轻重 3 个月至 3 年"
    return "有效期内" if item.publication_months is None else f"{item.publication_months} 个月"
