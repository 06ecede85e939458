"""Custodian statements (托管账户对账单): what the bank that keeps a pool's money says went in and out of it.

Vocabulary: statement (对账单, one period of one account, with an opening and a closing balance), line (流水, one booked
entry under the bank's own reference), matched (已匹配, it is the very movement that a payment letter or a recovery waits for),
set aside (已搁置, a person has said what else it is).

Invariants: a statement's balances add up to the fen, or nothing of it is taken; the same statement is taken once, and so is a
line, by the bank's reference; a line is one movement and stands for one payment or recovery at the most.
"""
