"""Who may send a bank's ledger and look at what came of it."""

from typing import Final

from suxin.kernel.actor import Permission

BANK_LEDGER_SEND: Final = Permission("risk_pool.bank_ledger.send", "上传本行台账、查看台账对账结果")
