"""The tables of points: rule sets, claims with their photos, who sat on them, appeals, notices, sheets, events of the town's app, and who agreed to what."""

from suxin.grid.models.agreements import PointAgreement
from suxin.grid.models.app_links import AppLink, AppTold
from suxin.grid.models.appeals import PointAppeal
from suxin.grid.models.chains import ClaimSeat, StaffHome
from suxin.grid.models.claims import PointClaim
from suxin.grid.models.exchange import AppEvent, AppMapping
from suxin.grid.models.notices import NoticePage, PointNotice
from suxin.grid.models.photos import ClaimPhoto
from suxin.grid.models.rule_sets import RuleSet
from suxin.grid.models.sheets import SheetForm, VillageSheet

__all__ = [
    "AppEvent",
    "AppLink",
    "AppMapping",
    "AppTold",
    "ClaimPhoto",
    "ClaimSeat",
    "NoticePage",
    "PointAgreement",
    "PointAppeal",
    "PointClaim",
    "PointNotice",
    "RuleSet",
    "SheetForm",
    "StaffHome",
    "VillageSheet",
]
