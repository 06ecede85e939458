"""Exchange with the town's own grid app (网格通) by files: what it knows becomes drafts of claims, what was posted goes back, and both are compared.

Vocabulary: an app event (网格事件) is what a grid worker reported there, under the app's own number; a mapping (事件对应) says by which of
the village's rules events of a sort are claimed. Invariants: an event is one draft however often it comes; a draft becomes a claim by a
person alone, under the id that the event was given; nothing is subtracted on an event, and of special persons (特殊人群) nothing is taken.
"""
