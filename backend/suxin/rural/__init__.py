"""Rural credit (信用乡村): farm entities rated by what is on record and by people who know them, from household to town.

Vocabulary: cycle (评级批次, one kind of entity of one village in one year), entry (参评), proposal (推荐), panel (评议小组, 5 to 9 people), vote
(背靠背评议), reckoning (测算, the number with what makes it up), public notice (公示), hearing (降级陈述), grade (等级, AAA to C),
certificate (等级证书), title (信用村、信用镇、信用县), statement (村居证明, a fact that the village attests).

Invariants: nobody is entered but by himself, and who is silent leaves no mark; a vote is kept under a pseudonym and shown to nobody;
the village learns a grade and never a number; no grade takes effect without two people and a public notice; an appeal freezes it, and
nobody falls without having been heard; a grade only opens doors.
"""
