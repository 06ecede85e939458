"""What has a global id at a village, of whatever context."""

from typing import Final

from credit_root_fields import FARM_NODES
from rural_root_fields import RURAL_NODES
from shop_root_fields import SHOP_NODES
from village_root_fields import VILLAGE_NODES

COUNTRY_NODES: Final = VILLAGE_NODES | FARM_NODES | SHOP_NODES | RURAL_NODES
