"""Recoveries (追偿): what comes back of a compensated loss, reported by the bank and shared by what each bore.

Vocabulary: gross (追回金额) is what came in, costs (追偿费用) what it took to get it; the pool's part (资金池应得) is paid to the custodian under
the recovery's own number (退款编号).

Invariants: costs come first, and nobody gets more than he bore; the bank's reference makes a report happen once; the pool's part
counts once the custodian's statement shows it.
"""
