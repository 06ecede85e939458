"""Whole-village credit (整村授信): a bank and a village agree on a round; households that want to take part say so; each has a line of its own.

A round is proposed and signed by two of the bank's people, then accepted and confirmed by two of the village's. A household joins by its own
consent (purpose ``bank.credit``): before that the bank knows a count in whole fives, and whoever is silent or says no leaves no mark. What the
household's grade is worth, a panel's votes in it (``suxin.rural``), follows from the round's rules; a person of the bank decides each batch, which
is on notice by numbers alone. A line that nobody objects to is in force for a year; one tap makes a request to that bank in ``suxin.lending``, whose
people decide on it as on any other.
"""
