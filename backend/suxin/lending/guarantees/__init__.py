"""Guarantees (担保): a guarantor answers for its part of a loan before the bank signs the contract.

Vocabulary: the request (担保申请) is the bank's; the commitment (担保承诺) is the letter or policy (担保函、保单) that two people of the
guarantor stand for; the share (担保比例) is the part of the principal; the limits (担保限额) are what the operator holds a guarantor to.

Invariants: who underwrites does not approve; what is committed is within both limits, by ceilings of accounts; the guarantor learns who
the borrower is on his consent to it alone, and answers for nobody it does not know; a guaranteed contract has its commitment.
"""
