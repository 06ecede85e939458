"""Tickets (门票) of an attraction: signed, shown as a QR code, and verified at the gate without a connection.

Vocabulary: ticket (门票), admission (入园, one person let in once), gate (检票口), spend (入园记录, what a gate recorded about a ticket),
verdict (核对结果), double spend (重复入园), spent list (已用名单, what a gate holds to know what other gates have let in).

Invariants: a ticket carries neither a name nor a number nor a tier, and the benefit of everybody, so that nobody is weighed for it; it is
a redemption that was granted beforehand, so that stock, budget and limits hold for it; a spend is kept once by the id that its gate made,
however often it is sent; what two gates let in twice is told to the attraction and held against nobody.
"""
