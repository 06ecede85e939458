"""Routing (派单): which branch and officer of a bank work on a referral that has come to it.

The branch is the product's own, else the nearest that serves the lead's area, else the head office. Within it the officer with the
least open work who is at work has it; whoever is away is covered for. Only what the lead shows is looked at: a blind referral that
went to a town's branch would tell more of its applicant than the lead does. A bank without branches has no officer named for it.
A head gives a referral to somebody else with a reason, which is on record.
"""
