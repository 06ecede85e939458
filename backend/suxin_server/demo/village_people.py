"""Who works in the demo city's villages: name, the last part of the log-in, and role."""

from typing import Final

VILLAGE_STAFF: Final = (
    ("史福", "admin", "village_admin"),
    ("史安", "grid", "grid_worker"),
    ("孟秋", "committee", "committee"),
    ("方竹", "committee2", "committee"),
    ("苗青", "committee3", "committee"),
    ("钟正", "supervisor", "supervisor"),
    ("陶乐", "shop", "shop_keeper"),
    ("尹明", "viewer", "viewer"),
)
"""The village in the cast, with an account for each role, and three for the committee, which decides by its majority."""
