"""Default cover (先行赔付): a merchant is paid for goods that did not come back, or for an order that stayed unpaid, by somebody else's money.

Vocabulary: a cover (先行赔付账户) is money that a funder set aside, with the rules by which it pays; a claim (赔付申请) is a merchant's for one order; a
recovery (追回) is what the merchant got afterwards, of which the cover has its part back.

Invariants: a cover never pays what it does not have, nor above its caps for one claim and for a merchant's year; an order has one claim that is open or
was paid; two people of the operator decide, and nothing is decided while the order's user contests it; the platform moves no money, it notes payments.
A claim says nothing about a person: whose order it is stays with the provider.
"""
