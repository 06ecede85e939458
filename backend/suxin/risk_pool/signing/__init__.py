"""Agreements (合作协议) between a pool and a bank: drafted, signed by two people of the operator, accepted by the bank.

Vocabulary: a version (版本) stands in the place of the one before it for what is filed from then on; the lists (清单) say which
products, industries, areas and purposes are covered; the quota (额度) is the most principal of the bank that is committed at once.

Invariants: nothing is in force that two different people of the operator have not signed and the bank has not accepted; one version of a
pool and a bank is in force at a time; what was signed is never rewritten; what was filed keeps the version that it was filed under.
"""
