"""Filings (备案): that a loan is covered by a pool, from its filing until it is repaid, compensated or written off.

Vocabulary: the window (备案期限) is how many working days after the first draw-down a loan can be filed; what is committed (占用额度) is
the principal that a filing takes of the pool's capacity and of the bank's quota.

Invariants: a loan is filed once, in one pool; what is committed of a filing is never more than its loan may still come to, and
goes down alone; the sum over a bank's filings is its account's balance, and over all banks the pool's.
"""
