"""Public warnings (公开警示): what authorities have noticed about the evasion of debts (逃废债) and illegal fund-raising (非法集资).

One of the credit office's people proposes a warning on an authority's document, another publishes it; until its last day it is
shown to everybody. It names organisations as the document has them, and no natural person: who looks for those finds them at the
authority. It is no credit record, counts in no score, and changes nothing for whom it names.
"""
