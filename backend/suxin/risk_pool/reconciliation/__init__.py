"""Reconciliation (对账): a custodian's lines beside the movements of the pool's account in the operator's book, day by day.

Vocabulary: missing here (账簿缺), a line that is no movement of the book; missing there (对账单缺), a movement that no line shows; amount
differs (金额不符), a line that names a payment and is not of its amount; a balance is compared at the end of each statement;
a reckoned day (每晚核对) is what a night found about one day.

Invariants: what is compared is what both sides hold, read in one snapshot; a difference of nothing is shown as nothing; each is told of once.
"""
