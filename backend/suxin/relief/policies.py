"""Who may do what about notices of exemption: rights of the operator's staff. Whoever files a notice does not decide on it."""

from suxin.kernel.actor import Permission

NOTICE_READ = Permission("relief.notice.read", "查看群体豁免公告")
NOTICE_FILE = Permission("relief.notice.file", "提出群体豁免公告")
NOTICE_DECIDE = Permission("relief.notice.decide", "审定群体豁免公告")
