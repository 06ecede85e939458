"""Consent: what a subject permits one tenant, for one purpose, about some categories, for a time.

Vocabulary: purpose (with its limits on life, categories and retention), notice text (versioned and hashed), consent,
access basis (``kernel.bases``). States: REQUESTED → ACTIVE ⇄ PAUSED → REVOKED | EXPIRED | SUPERSEDED; REQUESTED →
REJECTED | LAPSED.

Invariants: one consent = one subject + one tenant + one purpose (PIPL art. 23); a wider request is narrowed and says
so; a consent that is not ACTIVE has no live basis; taking it back acts on the very next request and keeps history
(PIPL art. 15).
"""
