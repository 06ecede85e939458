"""Month-end sheets (月度积分台账): a town's form, and what a village makes by it each month.

Vocabulary: a form (乡镇台账格式) says which columns a sheet has, in which order, under which headings; a sheet is a month of one village by
one version of it. Invariants: a sheet's total is what the village's book says; the same content is the same sheet and the same bytes;
whoever signs it is another than made it.
"""
