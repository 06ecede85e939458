"""Who may export."""

from typing import Final

from suxin.kernel.actor import Permission

EXPORT_RUN: Final = Permission("exports.export.run", "批量导出")
"""To have a list that one may read run to its end, and to download it."""
