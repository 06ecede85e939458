"""A guarantor's part of a claim (担保机构分担): it answers, pays the bank, and gets its part of what comes back.

Vocabulary: the answer (分担答复) is to one submission of a claim; a transfer (划款) is money between guarantor and bank: what the
guarantor pays (代偿款), and its part of a recovery (追偿分配). Whoever pays notes it, whoever receives confirms it.

Invariants: a claim waits for the guarantor's answer until its clock is over; a guarantor never owes more than it agreed to; it gets
of what comes back by what it has paid, and not by what it has promised; both sides agree on every fen.
"""
