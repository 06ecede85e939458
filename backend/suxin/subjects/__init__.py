"""Subjects: the persons, firms and farm entities who own their data.

Vocabulary: a subject (信用主体) is a person, firm, sole trader, household, family farm, cooperative or agricultural
enterprise. An identity is a person's real-name proof, sealed. A mandate says which person may act for which subject,
in which role, how that was proved and until when. The catalogue (目录) lists what may be recorded at all and through
which lawful channel; a credit record is one fact out of it.

Invariants: no record, request or consent before real-name proof; nothing outside the catalogue is recorded; a mandate
that has ended admits nothing; resident ids and phones are stored sealed and shown masked.
"""
