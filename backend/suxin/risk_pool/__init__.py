"""宿易贷's risk pool (风险补偿资金池): who bears which part of a loss, who gets what of it back, when a pool takes no new loan.

Vocabulary: agreement (合作协议, what a pool and a bank settled for a product), share (分担比例, basis points of a loss), deposit (助保金,
the borrower's own money, taken first), compensation (代偿, what the pool pays of a loss), unmet (缺口, what a cap or an empty pool leaves
open of its share), recovery (追偿, what comes back later), stop-loss (熔断, a compensation rate at which new loans are not taken).

Invariants: the parts of a loss add up to it, and every fen that no share takes whole is the bank's; a bank bears a fifth at the least; a
pool pays no more than its caps and what it holds; what comes back pays its costs first, and nobody gets more than he bore; a stop-loss
keeps new loans out and never a claim.
"""
