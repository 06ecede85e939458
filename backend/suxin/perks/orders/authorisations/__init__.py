"""Authorisations of a service (免确认授权): a user lets a merchant open orders of it without confirming each.

A merchant applies under a number of its own, the user answers on his phone, either of them ends it. Who the user is stays with the provider: a row
names the merchant's number and no person.
"""
