"""Counter: the assisted path (窗口帮办) of a person who comes to the government service counter instead of using a phone.

Vocabulary: a helper (帮办员) works for the operator and opens a visit (接待); the person is proved on the spot; a matter (事项)
is one request for consent or one permission of his; evidence (凭据) is his signature on the pad, or the number of the paper he
signed; a receipt goes to his phone or is printed.

Invariants: the notice is read aloud before anything is signed; nothing is decided without evidence for that very consent,
decision and wording; the person decides and the helper is on record beside him; a helper sees whoever was proved at his own
visit, for as long as it lasts, and never helps towards his own organisation.
"""
