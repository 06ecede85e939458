"""Loans (贷款): from the accepted offer to settled or written off.

Vocabulary: a contract (借款合同) is signed on an accepted offer, or renews a loan (无还本续贷); money is drawn under it (放款),
in parts if the bank likes; the plan (还款计划) says what is due on which day; a repayment (还款) is what the bank reports
that it has received, a prepayment (提前还款) one that the plan has not foreseen.

Invariants: the bank's books lead, and this is what it reports; its own reference makes each report happen once. A plan's
principal sums to what is drawn less what was prepaid; what is outstanding is what is drawn less the principal repaid; plan,
cover and state are functions of the facts and the day, whatever the order in which the facts were reported.
"""
