"""The points shop (积分超市): what a village gives for points, out of a budget that it set aside for a year.

Vocabulary: a good (商品) has a price in points and a stock (库存); a budget (预算) is what the village puts up for a year, in yuan; a
redemption (兑换) is held between the scan and the hand-over (发放). A household shows a code on the phone, a card (兑换卡), or comes to
the counter (柜台), where whoever helps is on record and does not hand over.

Invariants: one point is one yuan; points, budget and stock move in one linked posting in the village's book, each with a floor of
zero; a hold ends by itself; what was handed over is only returned, by another person; a budget takes two people.
"""
