"""Who may do what about whole-village credit: rights of a bank's people, of a village's, and of those who look on."""

from typing import Final

from suxin.kernel.actor import Permission

ROUND_READ: Final = Permission("village_credit.round.read", "查看整村授信")
ROUND_PROPOSE: Final = Permission("village_credit.round.propose", "提出整村授信")
ROUND_SIGN: Final = Permission("village_credit.round.sign", "签署整村授信（银行）")
LINE_DECIDE: Final = Permission("village_credit.line.decide", "决定预授信额度")

ROUND_ACCEPT: Final = Permission("village_credit.round.accept", "接受整村授信（村居）")
ROUND_CONFIRM: Final = Permission("village_credit.round.confirm", "确认整村授信（村居）")

ROUND_OVERSEE: Final = Permission("village_credit.progress.read", "查看整村授信进度")
