"""How the banks did in a quarter (银行排行), how the city's loans stood each month, and how far the plan's targets are.

Vocabulary: a table (季度榜) is one version of a quarter's count; a line is one bank's measure in it, with what was counted, out of
how much and of how many cases; a place (名次) is given among those with enough cases; a correction (更正) is a later version with
its reason. A month's figures (贷款月报) are what all loans came to, by bank, county and industry.

Invariants: a counted table is never counted anew: what is reported later changes it by a correction alone; a table says until when facts
were counted and by which working days, so that counting once more gives the same; shares lie between 0 and 10,000 basis points.
"""
