"""Audit words: what an entry of the audit stream says, in Chinese, at the operator's desk and to whom it is about.

Vocabulary: an act is what was done, its object the kind of thing it was done to, and its details what else the entry
says. Each context has a module of its own; :mod:`~suxin_web.audit_words.entries` puts them together and says a whole
entry, :mod:`~suxin_web.audit_words.details` names the keys of details.

Invariants: whatever the product writes into the stream has words here (``tests/desks/test_audit_words.py``).
"""
