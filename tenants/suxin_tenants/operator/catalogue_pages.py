"""The catalogue: what may be recorded, class by class, with its source, channel, and how long it is published and valid."""

from itertools import groupby
from typing import Final

from litestar import get

from suxin.subjects import queries
from suxin.subjects.catalogue_terms import CLASSES, Publication, Sensitivity
from suxin.subjects.ingestion.policies import INGESTION_READ
from suxin.subjects.models import CatalogueItem, LawfulChannel
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.visits import Answer, GivenVisit
from suxin_tenants.words import Said

CHANNELS: Final = {
    LawfulChannel.PUBLICLY_DISCLOSED: "依法公开",
    LawfulChannel.AUTHORISED_PUBLIC: "授权查询",
    LawfulChannel.FILED_BY_SUBJECT: "本人申报",
    LawfulChannel.LICENSED: "持牌征信",
}
SENSITIVITIES: Final[dict[Sensitivity, Said]] = {
    Sensitivity.PUBLIC: ("公开", "good"),
    Sensitivity.SHARED: ("有据共享", "info"),
    Sensitivity.CONFIDENTIAL: ("授权可见", "warn"),
    Sensitivity.SENSITIVE: ("敏感，单独授权", "bad"),
}


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
        }
        return await visit.page(session, "operator/catalogue.html", context)


def _published(item: CatalogueItem) -> str:
    """Say whether and how long an item is published."""
    if item.publication is Publication.NEVER:
        return "不公示"
    if item.publication is Publication.BY_PENALTY:
        return "按处罚轻重 3 个月至 3 年"
    return "有效期内" if item.publication_months is None else f"{item.publication_months} 个月"
