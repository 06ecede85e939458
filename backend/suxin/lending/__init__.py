"""Lending (宿易贷): from a loan request to an accepted offer, and from there to the end of the loan (``loans``).

Vocabulary: a loan product is a bank's, with terms and named eligibility criteria; a loan request is a subject's; a lead
is the anonymous, coarsened face of a request; a referral is one lead dispatched to one bank; an offer answers a
referral. Dispatch is named (one product), recommended (the best few banks) or open pool (抢单: the first to claim).

Invariants: before the subject consents to a bank, the bank sees the lead and nothing else; every product that did not
fit says all its reasons; a decline has a reason code; at most one offer of a request is chosen, and then every other
offer and referral has passed; each waiting step has a deadline in working days (accept 1, contact 3, decide 5).
"""
