"""Where files of referrals are downloaded by link: the address that links name and the edge serves."""

from typing import Final

ATTACHMENT_FILES: Final = "/graphql/attachments"
