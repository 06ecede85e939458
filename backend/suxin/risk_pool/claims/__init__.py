"""Claims (代偿申请) of banks on a pool: from the draft over one filed loan to paid, recovered, closed or written off.

Vocabulary: a gap (缺口清单) is what still keeps a claim from being submitted; the dossier (代偿材料) is what the platform knows of the loan,
assembled in one click and frozen when the claim is submitted; the trigger (代偿触发) is for how many days a loan must be overdue; a
collection (催收) is one attempt of the bank to get its money; a place (审批岗位) is one of the two from which a claim is approved.

Invariants: one live claim a filing; what a claim asks for follows from the loan's facts, the agreement and the pool's book, and from
nothing that the bank types but the deposit; approved by two different people, each with a code of his second factor, and held so by
the database; paid only by a line of the custodian's statement.
"""
