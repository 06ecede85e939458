"""The kernel: what every context of the core stands on.

Who acts (``actor``), the one place that begins and ends transactions (``database``), who may read a row (``readers``,
``bases``), what is looked up before a tenant is known (``doorways``), what is remembered of every read and change
(``audit``), what leaves a transaction (``outbox``, ``notices``), what makes a write safe to repeat (``idempotency``),
and the small certain things: ids, money, working days, sealed fields, refusals.

Invariants: one request is one transaction; without a context no row is visible; an answered write is committed; what
was read about a subject is on record before it is sent.
"""
