"""Village points (治理积分): rules that a village adopted, claims, their review, notice and appeals, and what was posted.

Vocabulary: a rule set (积分细则) is a version of a village's rules, each with its points (plus or minus), caps and evidence; a claim
(积分申报) says that somebody of a household did what a rule names. It is checked first (初审) by one, decided by the committee (评议),
stands on a notice (公示), and is posted (入账) to the household's account in the village's book. Whoever objects (异议) freezes it: the
supervisors (村监委) decide, and then the town (乡镇), which is outside the village.

Invariants: nobody sits twice in one claim's chain, nor on his own household's; nothing is posted before its notice is over; an appeal
freezes; what was posted is only reversed, by two people. No rule subtracts for lawful acts nor touches livelihoods; only plus points
leave the village, as records of whoever agreed.
"""
