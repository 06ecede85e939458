"""The REST API of the WeChat mini program 我要贷款 (``/mp/v1``, OpenAPI 3.1), and its phone preview (``/preview``).

Vocabulary: a contract says what one route takes, answers and refuses, and is what both the handler and the published
document are made from. A visitor has opened the mini program; an applicant is a person who was proved and acts for
himself or for a subject that the ``Suxin-Subject`` header names.

Invariants: every write after real-name proof carries an idempotency key; every list is paged by an opaque cursor, a
hundred items at most; somebody else's id reads exactly like one that does not exist; a body with an unknown field, a
number in quotes or a fraction of a fen is refused.
"""
