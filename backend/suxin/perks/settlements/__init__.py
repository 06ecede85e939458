"""Settlement (结算): what a month's redemptions cost whoever funds them, set down for each merchant and funder, agreed on, and paid.

Vocabulary: a statement (结算单) counts the completed redemptions of one merchant on one funder's money; its lines are these. It is drawn up by the
platform, confirmed or disputed by the merchant, approved by the operator, and marked paid with the payment's reference and day.

Invariants: a redemption stands on one statement at most; a statement's figures are its lines', and its lines' are what the ledger holds as due; two people of the operator
approve the city's money. The platform moves no money: a payment is noted, and posted from due to paid.
"""
