"""Review: one machine for what people decide about a subject, on which other contexts' cases stand.

Vocabulary: a case (事项) is filed about one subject with one office (承办单位); its kind (``kinds.CaseKind``), declared by the
context that it belongs to, says who decides and checks, within which times, and what follows. A decision (决定) is one
person's; another checks it (复核). What was checked is told to whoever filed the case (告知), who may appeal (申诉) once.

Invariants: nobody decides on what he filed, nor checks what he decided, and nobody decides anew what he decided before; no
outcome takes effect without two different people; what goes against whoever filed takes effect only when his time to appeal is over; no
step is skipped. The database holds all of this by itself, by composite foreign keys, checks and triggers.
"""
