"""Early warning after a draw-down (贷后风险预警): what came on record about a borrower since, told to the bank that lent.

Vocabulary: a rule set (预警规则) is a version of the rules in force; a warning (预警) says by which rule, how severe, and of which
record; the bank acknowledges it (签收) and says what it did (处置), or that it was none (误报).

Invariants: a loan is watched only on the borrower's own consent to that purpose (``loan.watch``), in the categories that it covers;
nothing is raised of a record that the bank could not read itself, nor of any lender's data; one record raises a rule once for a
loan; what counts no more withdraws what is open.
"""
