"""Sandboxes (沙箱): a world of a bank's own, in which it tries its system with invented applicants and a clock that it moves.

Every sandbox is made with the same applicants, each of whom behaves in one named way. Who tries a system has them do the
next thing, by the very commands that people use, so that events, webhooks and receipts come out as in the city; moves the
clock past deadlines; and reads how a client has behaved.

Invariants: nobody of the city is in a sandbox or meets what is in one; its clock moves forwards only; no message leaves it
but to the tenant's own endpoints.
"""
