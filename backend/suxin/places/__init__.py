"""Places: the city's areas, from county to grid, under their official codes.

Vocabulary: an area has a code of 6 (county), 9 (town), 12 (village) or 15 (grid) digits; each code starts with its
parent's. Codes are versioned: villages merge and grids are redrawn, so an area has a first and perhaps a last day and
may name its predecessors. Some counties are statistical only (a development zone without a code of its own in
GB/T 2260).

Invariants: a code's prefix is its parent's code; periods are half-open; an area that ended is kept.
"""
