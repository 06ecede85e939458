"""Pools (资金池) as the operator keeps them: what they are, who funds them, and the accounts that stand for them in its book.

Vocabulary: the custodian (托管银行) holds the money in an account that the pool's own account mirrors; a partner (出资方)
pledges (承诺) a sum and pays it in (到账); capacity (担保容量) is what the pool's money times its multiple may stand behind, and what is
committed (占用) is the principal of loans that were filed and not repaid.

Invariants: what was paid in counts once a second person, or a line of the custodian's statement, confirms it; what is committed is
never above the capacity when a loan is filed; the ledger holds this, whatever the code forgets.
"""
