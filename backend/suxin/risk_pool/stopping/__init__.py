"""Stop-losses (熔断) as they stand: of each pool, bank and product, by the rate that follows from what was compensated.

Vocabulary: the compensation rate (代偿率) is the principal compensated in this year over the balance of filed loans, at the year's start or
by the day's average as the agreement says; a lift (解除) lets loans be filed again although the rate is above the level.

Invariants: a state follows from the rate by ``stop_loss.next_state`` alone; a suspension is lifted by two different people with a
reason; every change is kept. It keeps new filings out, and never a claim.
"""
