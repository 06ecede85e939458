"""A bank's own books (银行台账) beside what the platform has of its loans: day by day, loan by loan, both figures shown.

Vocabulary: a ledger (台账), the list that a bank sends of its loans as they stood at the end of a day; a measure (对账项目), one figure of a
loan; a difference (差异), a measure of which the two do not say the same; a day's sums (逐日合计), all loans together.

Invariants: the later ledger of a day counts; what the platform has is worked out as of that day from the loan's facts, filings,
compensations and recoveries; nothing is changed by what a ledger says; a difference is told of once for its figures.
"""
