"""The demo city: a synthetic Suqian (演示城市), so that no page of a fresh installation is empty.

Every name, number and figure is made up: credit codes and resident ids carry a district code that was never given out
(321399), phones lie in one unused block, banks say（演示）in their names. The same seed and the same ``now`` make the
same rows. ``cast`` holds the people and organisations that a newcomer meets by name; the rest is a crowd.
"""
