"""信易+: better terms for the trustworthy, redeemed in seconds at a merchant or an attraction.

Vocabulary: scenario (场景, a ready template), programme (权益, what a tenant offers by one), offer (a benefit behind a gate), gate (门槛, a tier or a
kind of subject), fallback (普惠待遇, what everybody gets), funder (出资方), redemption (核销, one use by one subject or group), handle (顾客编号, by
which one merchant knows a subject again and no other does), service order (服务订单, in ``orders``).

Invariants: the fallback is never worse than the ordinary service, and an offer never worse than the fallback; without a live basis the
fallback is what applies, by the same path and in the same shape; who redeems is told the benefit and nothing else; stock and budget stand
in the ledger and are never oversold; money of the city is promised only when a second person, the operator's, has approved.
"""
