"""Payments (代偿付款) out of a pool: approved by two people, announced by a letter, and made once the custodian shows them.

Vocabulary: the payment letter (代偿付款函) tells the custodian to pay, by its number; the hold (冻结) sets its amount aside on the pool's account.

Invariants: from the first approval on the amount is held, so that two claims never count on the same money; a letter is issued by a
second person from the other place, each with a code of his second factor; a payment is PAID by one debit line of the custodian's
that bears its number and its amount, and that line pays nothing else.
"""
