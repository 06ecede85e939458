"""Who may look into a book, keep its accounts, post by hand and close its periods."""

from typing import Final

from suxin.kernel.actor import Permission

BOOK_READ: Final = Permission("ledger.book.read", "查看账簿")
ACCOUNT_MANAGE: Final = Permission("ledger.account.manage", "开立、限额和注销账户")
TRANSFER_POST: Final = Permission("ledger.transfer.post", "手工记账与冲正")
PERIOD_CLOSE: Final = Permission("ledger.period.close", "账簿结账")
