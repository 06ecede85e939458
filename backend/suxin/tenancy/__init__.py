"""Tenancy: the organisations that use credit, and the people who work for them.

Vocabulary: a tenant is one of six kinds (operator, bank, merchant, attraction, village_grid, guarantor); each kind has a frozen
profile (roles with permissions, purposes, quotas) that the layers above declare and inject. Staff hold memberships: a
role, bounded by a branch or an area. A desk session is a staff member's log-in.

Invariants: a suspended tenant's sessions end on their next request; log-ins lock after too many wrong passwords; a
quota is never exceeded; no staff member acts outside the areas and branch of his memberships.
"""
