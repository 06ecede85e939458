"""Who claims on covers, decides on claims, and keeps the covers."""

from typing import Final

from suxin.kernel.actor import Permission

COVER_READ: Final = Permission("perks.cover.read", "查看先行赔付")
COVER_CLAIM: Final = Permission("perks.cover.claim", "申请先行赔付并登记追回")
COVER_DECIDE: Final = Permission("perks.cover.decide", "审核先行赔付并登记付款和到账")
COVER_MANAGE: Final = Permission("perks.cover.manage", "开立、注资和停用先行赔付账户")
