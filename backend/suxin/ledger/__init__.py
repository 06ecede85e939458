"""The ledger (账本): who has how much of what, in double entry; money in fen, points and stock alike.

A tenant has one book (账簿) of accounts (账户). A transfer (记账) takes an amount from the debit side (借) of one account to the
credit side (贷) of another, so that debits equal credits by construction. A hold (冻结) sets an amount aside until it is posted,
voided or expires. CNY accounts mirror a custodian bank's account: the platform holds no money.

Invariants: a transfer is never changed nor deleted, and only another one reverses it; what is available is what is posted less
what is held; no balance crosses its account's floor or ceiling; a hold is resolved once at most; the same id with the same body
is the same transfer, with another body it is refused; what is refused changes nothing; nothing is posted into a closed period.
"""
