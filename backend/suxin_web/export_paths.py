"""Where files of exports are downloaded: the address that links name and the edge serves."""

from typing import Final

EXPORT_FILES: Final = "/graphql/exports"
