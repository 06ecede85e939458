"""The tables of villages: registers, grids, households and who is in them, links, and what was imported."""

from suxin.villages.models.grids import Grid, GridWorker
from suxin.villages.models.households import Household, HouseholdMember
from suxin.villages.models.imports import RegisterImport
from suxin.villages.models.links import HouseholdLink
from suxin.villages.models.registers import Village, VillageCount, VillageMerger

__all__ = [
    "Grid",
    "GridWorker",
    "Household",
    "HouseholdLink",
    "HouseholdMember",
    "RegisterImport",
    "Village",
    "VillageCount",
    "VillageMerger",
]
