"""What pools came to (资金池统计): exposure, compensation and recovery, told apart by month, bank, county or industry.

Vocabulary: exposure (在保), what is filed and its committed principal; compensated (已代偿), what the custodian has paid out and was not
reversed; recovered (已追回), what banks got back of it before costs, and the pool's part of that.

Invariants: each figure is a sum over rows as they are now; over whatever it is told apart, the parts add up to the whole.
"""
