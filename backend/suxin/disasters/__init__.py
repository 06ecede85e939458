"""Declared weather disasters (灾情认定), and what one proposes for people to decide on.

One of the credit office's people enters what an authority has declared: its document, the kind of weather, the towns, the days. Another
confirms it. The platform then proposes a notice of exemption (``suxin.relief``) and, to each bank, those of its own loans that end soon and
whose borrowers are there, for a renewal without repayment of principal (无还本续贷). Nothing follows from either by itself: the office decides
on the notice, a person of the bank on each loan, and the borrower signs the new contract. A declaration that was wrong is revoked, and with
it whatever nobody has decided on.
"""
