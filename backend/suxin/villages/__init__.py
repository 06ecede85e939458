"""Villages (村户名册): a village's households, the people in them, its grids, and who works in which grid.

Vocabulary: a village (村居) is one tenant of kind ``village_grid`` with a code of twelve digits; a grid (网格) is an area below it of fifteen,
001 to 899 for basic ones (基础网格) and 901 to 999 for special ones (专属网格). A household (农户) has a number (户号) that is its own within
the village; a member (家庭成员) is a person in it, and the head (户主) is one of them. A grid worker (网格员) is one of the tenant's staff
with the grids that he covers. A link joins a member to the person who proved himself in the mini program.

Invariants: what a village knows of people is its own, and no key joins it with the city's subjects unless the person himself did; full
names, phones and resident ids are sealed, and whoever opens one is on record; nobody is in two households of a village at once; one
register changes by one command at a time; two registers are joined by two people of the operator, and nothing of the former is lost.
"""
